//! Files, directories and links in memory, their times, and the faults of the disk that holds them.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use crate::world::disk::Stat;
use modpin_test::Random;

/// Where relative paths lie.
pub const ROOT: &str = "/w";

/// One tick of the clock, in nanoseconds.
pub const TICK: i64 = 4_000_000;

/// What goes wrong. Calls are counted from the moment when the fault is set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Nothing can be added after so many calls that add something; half of the next write still fits.
    Full(usize),
    /// The read with this number fails.
    Read(usize),
    /// Somebody removes the file before the read with this number: it was there when it was looked at.
    Removed(usize),
    /// Somebody adds to this file before its digest is taken the next time: it was looked at as it was.
    Edited(&'static str),
    /// The rename with this number fails.
    Rename(usize),
    /// After so many calls that change something nothing works any more: we are dead. The last write is
    /// half there when `torn`.
    Death { after: usize, torn: bool },
}

/// What a path names.
#[derive(Clone)]
pub enum Kind {
    File(Arc<[u8]>),
    Dir,
    Link(String),
}

/// A thing on the disk.
#[derive(Clone)]
pub struct Node {
    pub kind: Kind,
    pub mtime: i64,
    pub ctime: i64,
    pub inode: u64,
    /// Whether it may be run.
    pub executable: bool,
}

/// The whole disk.
#[derive(Default)]
pub struct State {
    pub nodes: BTreeMap<String, Node>,
    pub clock: i64,
    pub inode: u64,
    pub fault: Fault,
    pub adds: usize,
    pub reads: usize,
    /// How often each path was looked at.
    pub looks: BTreeMap<String, usize>,
    pub renames: usize,
    pub changes: usize,
    /// The clock goes on after so many changes; 0: never by itself.
    pub changes_per_tick: usize,
    /// Whole seconds only, as on some file systems.
    pub coarse: bool,
    /// How far the stamps are ahead of the clock.
    pub ahead: i64,
    /// Who asks waits once in so many times.
    pub shaken: Option<(usize, Random)>,
}

impl State {
    pub fn stamp(&self) -> i64 {
        let time = self.clock + self.ahead;
        if self.coarse { time / 1_000_000_000 * 1_000_000_000 } else { time }
    }

    pub fn put(&mut self, path: &str, kind: Kind) {
        if !self.nodes.contains_key(path) {
            self.stamp_parent(path);
        }
        self.inode += 1;
        let time = self.stamp();
        let (inode, executable) = (self.inode, false);
        self.nodes.insert(path.to_owned(), Node { kind, mtime: time, ctime: time, inode, executable });
    }

    pub fn set_executable(&mut self, path: &str, executable: bool) -> io::Result<()> {
        let path = self.resolve(path, true)?;
        self.nodes.get_mut(&path).ok_or(ErrorKind::NotFound)?.executable = executable;
        Ok(())
    }

    pub fn is_executable(&self, path: &str) -> io::Result<bool> {
        self.alive()?;
        let node = self.nodes.get(&self.resolve(path, true)?).ok_or(ErrorKind::NotFound)?;
        Ok(node.executable)
    }

    pub fn make_dirs(&mut self, path: &str) {
        let ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).skip(1).collect();
        for dir in ends.into_iter().map(|end| &path[..end]) {
            if !self.nodes.get(dir).is_some_and(|node| matches!(node.kind, Kind::Dir)) {
                self.put(dir, Kind::Dir);
            }
        }
    }

    /// A directory has changed when it holds other names.
    fn stamp_parent(&mut self, path: &str) {
        let time = self.stamp();
        if let Some(dir) = path.rsplit_once('/').and_then(|(dir, _)| self.nodes.get_mut(dir)) {
            (dir.mtime, dir.ctime) = (time, time);
        }
    }

    pub fn delete(&mut self, path: &str) {
        let below = format!("{path}/");
        if self.nodes.contains_key(path) {
            self.stamp_parent(path);
        }
        self.nodes.retain(|node, _| node != path && !node.starts_with(&below));
    }

    /// The path with links followed; the last one only when `follow`.
    pub fn resolve(&self, path: &str, follow: bool) -> io::Result<String> {
        let mut rest: Vec<String> = absolute(path)[1..].split('/').rev().map(str::to_owned).collect();
        let (mut at, mut links) = (String::new(), 0);
        while let Some(part) = rest.pop() {
            if part == ".." {
                at.truncate(at.rfind('/').unwrap_or(0));
                continue;
            }
            let next = format!("{at}/{part}");
            match self.nodes.get(&next).map(|node| &node.kind) {
                Some(Kind::Link(target)) if follow || !rest.is_empty() => {
                    links += 1;
                    if links > 16 {
                        return Err(io::Error::from_raw_os_error(libc::ELOOP));
                    }
                    if target.starts_with('/') {
                        at.clear();
                    }
                    rest.extend(
                        target.split('/').filter(|part| !part.is_empty()).rev().map(str::to_owned),
                    );
                }
                None if !rest.is_empty() => return Err(ErrorKind::NotFound.into()),
                Some(Kind::File(_)) if !rest.is_empty() => return Err(ErrorKind::NotADirectory.into()),
                _ => at = next,
            }
        }
        Ok(if at.is_empty() { "/".to_owned() } else { at })
    }

    pub fn count_look(&mut self, path: &str) {
        *self.looks.entry(absolute(path)).or_default() += 1;
    }

    pub fn look(&self, path: &str, follow: bool) -> io::Result<Option<Stat>> {
        self.alive()?;
        let path = match self.resolve(path, follow) {
            Ok(path) => path,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let stat = |node: &Node| {
            let (regular, size) = match &node.kind {
                Kind::File(bytes) => (true, bytes.len() as u64),
                _ => (false, 0),
            };
            Stat { regular, size, mtime: node.mtime, ctime: node.ctime, inode: node.inode }
        };
        Ok(self.nodes.get(&path).map(stat))
    }

    pub fn content(&mut self, path: &str) -> io::Result<Arc<[u8]>> {
        self.alive()?;
        self.reads += 1;
        if self.fault == Fault::Read(self.reads) {
            return Err(io::Error::from_raw_os_error(libc::EIO));
        }
        let path = self.resolve(path, true)?;
        if self.fault == Fault::Removed(self.reads) {
            self.nodes.remove(&path);
        }
        match self.nodes.get(&path).map(|node| &node.kind) {
            Some(Kind::File(bytes)) => Ok(bytes.clone()),
            Some(_) => Err(ErrorKind::IsADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    /// The content of a file whose digest is taken.
    pub fn content_of_digest(&mut self, path: &str) -> io::Result<Arc<[u8]>> {
        let content = self.content(path)?;
        if !matches!(self.fault, Fault::Edited(edited) if edited == path) {
            return Ok(content);
        }
        self.fault = Fault::None;
        self.clock += TICK;
        self.fill(&absolute(path), &[&content[..], b"+"].concat());
        self.content(path)
    }

    pub fn alive(&self) -> io::Result<()> {
        match self.fault {
            Fault::Death { after, .. } if self.changes > after => Err(io::Error::other("we are dead")),
            _ => Ok(()),
        }
    }

    /// Counts a change. `Ok(false)`: half of it is done, and then the fault shows.
    pub fn change(&mut self, adds: bool) -> io::Result<bool> {
        self.alive()?;
        self.changes += 1;
        self.adds += usize::from(adds);
        if self.changes_per_tick > 0 && self.changes.is_multiple_of(self.changes_per_tick) {
            self.clock += TICK;
        }
        match self.fault {
            Fault::Full(after) if adds && self.adds == after + 1 => Ok(false),
            Fault::Full(after) if adds && self.adds > after => Err(ErrorKind::StorageFull.into()),
            Fault::Death { after, torn } if self.changes > after => match torn {
                true => Ok(false),
                false => Err(io::Error::other("we are dead")),
            },
            _ => Ok(true),
        }
    }

    pub fn failure(&self) -> io::Error {
        match self.fault {
            Fault::Full(_) => ErrorKind::StorageFull.into(),
            _ => io::Error::other("we are dead"),
        }
    }

    /// Puts a new file in the place of the file or the link that is there.
    pub fn replace(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let whole = self.change(true)?;
        let path = self.resolve(path, false)?;
        if matches!(self.nodes.get(&path), Some(Node { kind: Kind::Dir, .. })) {
            return Err(ErrorKind::IsADirectory.into());
        }
        let added = if whole { bytes } else { &bytes[..bytes.len() / 2] };
        self.put(&path, Kind::File(added.into()));
        if whole { Ok(()) } else { Err(self.failure()) }
    }

    /// Adds bytes to a file that is there, under all its names.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let whole = self.change(true)?;
        let path = self.resolve(path, true)?;
        let old = match self.nodes.get(&path).map(|node| node.kind.clone()) {
            Some(Kind::File(old)) => old,
            Some(_) => return Err(ErrorKind::IsADirectory.into()),
            None => return Err(ErrorKind::NotFound.into()),
        };
        let added = if whole { bytes } else { &bytes[..bytes.len() / 2] };
        self.fill(&path, &[&old[..], added].concat());
        if whole { Ok(()) } else { Err(self.failure()) }
    }

    /// Puts content into a file that is there, under all its names.
    pub fn fill(&mut self, path: &str, content: &[u8]) {
        let (time, inode) = (self.stamp(), self.nodes.get(path).map(|node| node.inode));
        for node in self.nodes.values_mut().filter(|node| Some(node.inode) == inode) {
            (node.kind, node.mtime, node.ctime) = (Kind::File(content.into()), time, time);
        }
    }

    /// Whether a file has this name and no other.
    pub fn has_one_name(&self, path: &str) -> bool {
        let inode = self.nodes.get(path).map(|node| node.inode);
        self.nodes.values().filter(|node| Some(node.inode) == inode).count() == 1
    }

    pub fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.renames += 1;
        if self.fault == Fault::Rename(self.renames) {
            return Err(io::Error::from_raw_os_error(libc::EIO));
        }
        if !self.change(false)? {
            return Err(self.failure());
        }
        let (from, to) = (self.resolve(from, false)?, self.resolve(to, false)?);
        if matches!(self.nodes.get(&to), Some(Node { kind: Kind::Dir, .. })) {
            return Err(ErrorKind::IsADirectory.into());
        }
        let mut node = self.nodes.remove(&from).ok_or(ErrorKind::NotFound)?;
        node.ctime = self.stamp();
        self.stamp_parent(&from);
        self.stamp_parent(&to);
        let below: Vec<String> =
            self.nodes.keys().filter(|path| path.starts_with(&format!("{from}/"))).cloned().collect();
        for path in below {
            let moved =
                self.nodes.remove(&path).map(|node| (format!("{to}{}", &path[from.len()..]), node));
            self.nodes.extend(moved);
        }
        self.nodes.insert(to, node);
        Ok(())
    }
}

/// A path from the root of all.
pub fn absolute(path: &str) -> String {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/");
    match (path.starts_with('/'), parts.is_empty()) {
        (true, _) => format!("/{parts}"),
        (false, true) => ROOT.to_owned(),
        (false, false) => format!("{ROOT}/{parts}"),
    }
}
