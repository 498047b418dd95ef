//! What the disk in memory answers to a build.

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use crate::fake::disk::FakeDisk;
use crate::fake::tree::{Fault, Kind, Node, TICK, absolute};
use crate::world::disk::{Disk, Stat};
use crate::world::hash::Hash;
use crate::world::listing::Names;

struct Appender {
    disk: FakeDisk,
    path: String,
}

impl Write for Appender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.state().add(&self.path, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Disk for FakeDisk {
    fn stat(&self, path: &str) -> io::Result<Option<Stat>> {
        let mut state = self.state();
        state.count_look(path);
        state.look(path, true)
    }

    fn lstat(&self, path: &str) -> io::Result<Option<Stat>> {
        let mut state = self.state();
        state.count_look(path);
        state.look(path, false)
    }

    fn link(&self, path: &str) -> io::Result<Option<String>> {
        let state = self.state();
        state.alive()?;
        match &state.nodes.get(&state.resolve(path, false)?).ok_or(ErrorKind::NotFound)?.kind {
            Kind::Link(target) => Ok(Some(target.clone())),
            _ => Ok(None),
        }
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.state().content(path).map(|bytes| bytes.to_vec())
    }

    fn read_part(&self, path: &str, part: std::ops::Range<u64>) -> io::Result<Vec<u8>> {
        let bytes = self.read(path)?;
        let part = bytes.get(part.start as usize..part.end as usize);
        part.map(<[u8]>::to_vec).ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    fn names(&self, path: &str) -> io::Result<Names> {
        let state = self.state();
        state.alive()?;
        let below = format!("{}/", state.resolve(&absolute(path), true)?);
        let names = state.nodes.iter().filter_map(|(path, node)| {
            let name = path.strip_prefix(&below).filter(|name| !name.contains('/'))?;
            Some((name.as_bytes().to_vec(), matches!(node.kind, Kind::Dir)))
        });
        Ok(names.collect())
    }

    fn hash(&self, path: &str) -> io::Result<Hash> {
        let bytes = self.state().content_of_digest(path)?;
        Ok(Hash::of(&bytes))
    }

    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.state().replace(path, bytes)
    }

    fn copy(&self, from: &str, to: &str, executable: bool) -> io::Result<()> {
        let bytes = self.read(from)?;
        self.write(to, &bytes)?;
        self.state().set_executable(to, executable)
    }

    fn is_executable(&self, path: &str) -> io::Result<bool> {
        self.state().is_executable(path)
    }

    fn touch(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        if !state.change(false)? {
            return Err(state.failure());
        }
        let (path, time) = (state.resolve(path, false)?, state.stamp());
        let node = state.nodes.get_mut(&path).ok_or(ErrorKind::NotFound)?;
        (node.mtime, node.ctime) = (time, time);
        Ok(())
    }

    fn make_link(&self, path: &str, target: &str) -> io::Result<()> {
        let mut state = self.state();
        if !state.change(true)? {
            return Err(state.failure());
        }
        let path = state.resolve(path, false)?;
        if state.nodes.contains_key(&path) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        state.put(&path, Kind::Link(target.to_owned()));
        Ok(())
    }

    fn append(&self, path: &str) -> io::Result<Box<dyn Write + Send>> {
        let one_name = {
            let state = self.state();
            state.has_one_name(&state.resolve(path, false)?)
        };
        match (self.lstat(path)?, self.stat(path)?) {
            (Some(stat), _) if stat.regular && one_name => {}
            (None, _) => self.write(path, b"")?,
            (Some(_), there) => {
                let content = if there.is_some() { self.read(path)? } else { Vec::new() };
                let new = format!("{path}.new");
                self.write(&new, &content)?;
                self.rename(&new, path)?;
            }
        }
        Ok(Box::new(Appender { disk: self.clone(), path: path.to_owned() }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.state().rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        if !state.change(false)? {
            return Err(state.failure());
        }
        if let Ok(path) = state.resolve(path, false) {
            state.delete(&path);
        }
        Ok(())
    }

    fn files_below(&self, dir: &str) -> io::Result<Vec<String>> {
        let state = self.state();
        let below = format!("{}/", state.resolve(dir, true)?);
        let files = state.nodes.iter().filter(|(_, node)| matches!(node.kind, Kind::File(_)));
        Ok(files.filter_map(|(path, _)| Some(path.strip_prefix(&below)?.to_owned())).collect())
    }

    fn remove_empty_dir(&self, path: &str) -> bool {
        let mut state = self.state();
        let Ok(path) = state.resolve(path, false) else { return false };
        let below = format!("{path}/");
        let is_dir = matches!(state.nodes.get(&path), Some(Node { kind: Kind::Dir, .. }));
        let empty = is_dir && !state.nodes.keys().any(|node| node.starts_with(&below));
        let changed = empty && state.change(false).unwrap_or(false);
        if changed {
            state.delete(&path);
        }
        changed
    }

    fn create_dirs(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        state.alive()?;
        let path = absolute(path);
        let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
        for dir in ends.map(|end| &path[..end]) {
            let there = state.resolve(dir, true)?;
            let is_link = state.resolve(dir, false)? != there;
            match state.nodes.get(&there).map(|node| &node.kind) {
                Some(Kind::Dir) => {}
                Some(_) => return Err(ErrorKind::AlreadyExists.into()),
                None if is_link => return Err(ErrorKind::AlreadyExists.into()),
                None => match state.change(true)? {
                    true => state.put(&there, Kind::Dir),
                    false => return Err(state.failure()),
                },
            }
        }
        Ok(())
    }

    fn is_full(&self, _: &str) -> bool {
        let state = self.state();
        matches!(state.fault, Fault::Full(after) if state.adds > after)
    }

    fn longest_name(&self, _: &str) -> usize {
        255
    }

    fn now(&self) -> i64 {
        self.state().clock
    }

    fn last_stamp(&self) -> i64 {
        let state = self.state();
        state.clock + state.ahead
    }

    fn wait_past(&self, time: i64) {
        let mut state = self.state();
        state.clock = state.clock.max(time + TICK);
    }

    fn stamps_each_change(&self, _: &str) -> bool {
        false
    }

    fn absolute(&self, path: &str) -> PathBuf {
        PathBuf::from(absolute(path))
    }
}
