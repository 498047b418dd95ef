//! What directories hold, for a whole run: each is listed once, and then answers for all names that it has not. After an
//! action has ended, each is looked at again: it may hold something else.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use crate::error::{Error, Result};
use crate::state::snapshot::Entry;
use crate::world::disk::Disk;
use crate::world::file_state::FileState;
use crate::world::listing::Listing;

/// The number of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirId(u32);

/// The number of a name that directories may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameId(u32);

/// What a run knows of directories.
pub struct Directories<'a> {
    disk: &'a dyn Disk,
    all: Vec<Directory>,
    numbers: HashMap<String, DirId>,
    names: HashMap<String, NameId>,
    /// By name: the directories that hold something of that name.
    holders: Vec<Vec<DirId>>,
    /// Directories that cannot be listed may hold everything.
    silent: Vec<DirId>,
    /// Whether there is a regular file, by path.
    files: HashMap<String, bool>,
    /// Some of these are links, and what they name may become something else.
    linked: bool,
    /// Links that name no file, and what they name: nothing, or a directory. It may become a file, and no name is new then.
    fileless: BTreeMap<String, FileState>,
    /// An action has ended since the last look.
    old: bool,
}

struct Directory {
    path: String,
    /// As it was at the first look: some answers rest on that.
    first: Option<Listed>,
    /// As it was at the last one.
    last: Option<FileState>,
}

/// A directory before it was asked for any name.
struct Listed {
    state: FileState,
    listing: Option<Listing>,
}

impl<'a> Directories<'a> {
    /// Nothing is known yet.
    pub fn new(disk: &'a dyn Disk) -> Directories<'a> {
        Directories {
            disk,
            all: Vec::new(),
            numbers: HashMap::new(),
            names: HashMap::new(),
            holders: Vec::new(),
            silent: Vec::new(),
            files: HashMap::new(),
            linked: false,
            fileless: BTreeMap::new(),
            old: false,
        }
    }

    /// The number of a directory, there or not.
    pub fn number(&mut self, path: &str) -> DirId {
        if let Some(&known) = self.numbers.get(path) {
            return known;
        }
        let number = DirId(self.all.len() as u32);
        self.all.push(Directory { path: path.to_owned(), first: None, last: None });
        self.numbers.insert(path.to_owned(), number);
        number
    }

    /// Where a directory lies.
    pub fn path(&self, dir: DirId) -> &str {
        &self.all[dir.0 as usize].path
    }

    /// The number of a name.
    pub fn name(&mut self, name: &str) -> NameId {
        if let Some(&known) = self.names.get(name) {
            return known;
        }
        let number = NameId(self.holders.len() as u32);
        self.names.insert(name.to_owned(), number);
        self.holders.push(Vec::new());
        number
    }

    /// Sees what a directory holds, if that is not known.
    pub fn look(&mut self, dir: DirId) -> Result<()> {
        let directory = &self.all[dir.0 as usize];
        if directory.last.is_some() {
            return Ok(());
        }
        let path = itself(&directory.path).to_owned();
        let seen_at = self.disk.now();
        let (stat, names) = self.disk.look_into(&path).map_err(Error::io("look at", path.as_str()))?;
        match &names {
            None if stat.is_some() => self.silent.push(dir),
            None => {}
            Some(names) => {
                for name in names.iter().filter_map(|(name, _)| std::str::from_utf8(name).ok()) {
                    let name = self.name(name);
                    self.holders[name.0 as usize].push(dir);
                }
            }
        }
        let state = FileState { stat, seen_at };
        let directory = &mut self.all[dir.0 as usize];
        directory.last = Some(state);
        directory
            .first
            .get_or_insert_with(|| Listed { state, listing: names.as_ref().map(Listing::of) });
        Ok(())
    }

    /// The directories that were looked at and hold something of that name, or may.
    pub fn holders(&self, name: NameId) -> impl Iterator<Item = DirId> {
        self.holders[name.0 as usize].iter().chain(&self.silent).copied()
    }

    /// A regular file is there. In a directory that is not there, nothing is.
    pub fn is_file(&mut self, path: &str) -> Result<bool> {
        if let Some(&known) = self.files.get(path) {
            return Ok(known);
        }
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        let dir = self.number(dir);
        self.look(dir)?;
        let held = self.names.get(name).is_some_and(|&name| self.holders(name).any(|it| it == dir));
        let is_file = (held || self.silent.contains(&dir)) && self.is_regular(path)?;
        self.files.insert(path.to_owned(), is_file);
        Ok(is_file)
    }

    fn is_regular(&mut self, path: &str) -> Result<bool> {
        match self.disk.lstat(path).map_err(Error::io("look at", path))? {
            Some(itself) if !itself.regular => {
                let seen_at = self.disk.now();
                let stat = self.disk.stat(path).map_err(Error::io("look at", path))?;
                let (is_link, is_file) = (stat != Some(itself), stat.is_some_and(|stat| stat.regular));
                self.linked |= is_link;
                if is_link && !is_file {
                    self.fileless.entry(path.to_owned()).or_insert(FileState { stat, seen_at });
                }
                Ok(is_file)
            }
            itself => Ok(itself.is_some()),
        }
    }

    /// An action has ended: what was seen may be no more.
    pub fn grow_old(&mut self) {
        self.old = true;
    }

    /// Looks again where that is needed. Answers whether what was answered so far may be wrong now.
    pub fn look_again(&mut self) -> Result<bool> {
        if !std::mem::take(&mut self.old) || !self.differ()? {
            return Ok(false);
        }
        self.all.iter_mut().for_each(|directory| directory.last = None);
        self.holders.iter_mut().for_each(Vec::clear);
        self.silent.clear();
        self.files.clear();
        self.linked = false;
        Ok(true)
    }

    fn differ(&self) -> Result<bool> {
        if self.linked {
            return Ok(true);
        }
        for Directory { path, last, .. } in &self.all {
            let Some(last) = last else { continue };
            let path = itself(path);
            let stat = self.disk.stat(path).map_err(Error::io("look at", path))?;
            if stat != last.stat || !last.settled() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What the answers rest on: directories that hold what they held, and links that name no file.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        let dirs = self.all.iter().filter_map(move |Directory { path, first, .. }| {
            let Listed { state, listing } = first.as_ref()?;
            Some(Entry::searched(itself(path), *state, listing.clone()))
        });
        dirs.chain(self.fileless.iter().map(|(path, seen)| Entry::searched(path, *seen, None)))
    }
}

/// The path of a directory for the disk.
fn itself(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}
