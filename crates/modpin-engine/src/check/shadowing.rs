//! Shadowing: which new file would be read instead of one that was. A command that looks for files by name finds
//! the first one; a new file in front of it is as good as a change of it. Names and directories decide, not what is in a
//! file.
//!
//! Nothing is recorded for this but the rare file that stood in front already and was passed over. What must be
//! missing follows from what was found and from where was looked, so it is worked out again at each look: once for
//! all actions with the same search path, not once for each.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use crate::check::directories::{DirId, Directories, NameId};
use crate::check::search_path::{before, dir_of, join};
use crate::error::Result;
use crate::graph::Search;
use crate::state::Store;
use crate::state::log::ActionRecord;
use crate::state::paths::PathId;
use crate::state::snapshot::Entry;
use crate::world::disk::Disk;
use crate::world::hash::Hash;
use crate::world::spelling::Spelling;
use crate::world::values::value_of;

/// What a run knows of files in front of others.
pub struct Shadowing<'a> {
    directories: Directories<'a>,
    spelling: &'a Spelling<'a>,
    searched: HashMap<(u32, Vec<DirId>), Searched>,
    /// The directory of each file that is looked beside, by number of the file.
    beside: Vec<Option<Option<DirId>>>,
    /// The directories above each file that was found, by number of the file.
    above: Vec<Option<Rc<[Above]>>>,
    /// Searches by where they lie in memory, and by what they are: a graph that was read from disk has copies.
    searches: (HashMap<usize, u32>, HashMap<Arc<Search>, u32>),
    /// The directories that a search names, by its number.
    named: Vec<Arc<[DirId]>>,
}

/// What is known of all actions that look in the same directories.
struct Searched {
    /// In order; the first so many lie beside files that were read.
    dirs: Vec<DirId>,
    beside: usize,
    /// What so many of them hold is known.
    listed: usize,
    /// Files with nothing in front of them, by number: a bit each, for there may be as many searches as targets.
    clear: Vec<u64>,
}

/// A directory above a file.
#[derive(Clone, Copy)]
struct Above {
    dir: DirId,
    /// Where the name begins that a search in this directory looks for.
    name: u32,
    /// The first part of that; `None` where it is none that a directory holds (`..`).
    first: Option<NameId>,
}

/// What is looked for before a search finds a file.
struct Stop<'a> {
    /// In so many directories of the search.
    end: usize,
    /// By this name.
    name: Cow<'a, str>,
    /// The first part of it; `None` where it is none that a directory holds (`..`).
    first: Option<NameId>,
}

impl Searched {
    fn is_clear(&self, id: PathId) -> bool {
        self.clear.get(id.at() / 64).is_some_and(|word| word >> (id.at() % 64) & 1 == 1)
    }

    fn set_clear(&mut self, id: PathId) {
        let word = id.at() / 64;
        self.clear.resize(self.clear.len().max(word + 1), 0);
        self.clear[word] |= 1 << (id.at() % 64);
    }
}

impl<'a> Shadowing<'a> {
    /// Nothing is known yet.
    pub fn new(disk: &'a dyn Disk, spelling: &'a Spelling<'a>) -> Shadowing<'a> {
        Shadowing {
            directories: Directories::new(disk),
            spelling,
            searched: HashMap::new(),
            beside: Vec::new(),
            above: Vec::new(),
            searches: Default::default(),
            named: Vec::new(),
        }
    }

    /// An action has ended: there may be new files.
    pub fn grow_old(&mut self) {
        self.directories.grow_old();
    }

    /// A file that stands in front of one that the action read, and did not then: the one read, and it.
    pub fn find(
        &mut self,
        search: &Arc<Search>,
        record: &ActionRecord,
        store: &Store,
    ) -> Result<Option<(String, String)>> {
        if self.directories.look_again()? {
            self.searched.clear();
        }
        let read = || record.inputs.iter().chain(&record.discovered).map(|&(id, _)| id);
        // Nobody looked beside what was passed over, or was not there.
        let opened = record.inputs.iter().chain(&record.discovered);
        let opened = opened.filter(|(_, hash)| !matches!(*hash, Hash::PRESENT | Hash::MISSING));
        let opened = opened.filter(|_| search.beside).map(|&(id, _)| id);
        let mut beside: Vec<DirId> = opened.filter_map(|id| self.dir_beside(id, store)).collect();
        beside.sort_unstable();
        beside.dedup();
        let key = (self.search_number(search), beside);
        let mut searched =
            self.searched.remove(&key).unwrap_or_else(|| self.new_searched(key.0, &key.1));
        let mut found = None;
        for &(id, hash) in &record.discovered {
            if searched.is_clear(id)
                || matches!(hash, Hash::PRESENT | Hash::MISSING)
                || value_of(store.path(id)).is_some()
            {
                continue;
            }
            let in_front = self.in_front(&mut searched, (key.0, search), id, store)?;
            if in_front.is_empty() {
                searched.set_clear(id);
            }
            let known =
                |path: &String| store.find(path).is_some_and(|there| read().any(|id| id == there));
            if let Some(new) = in_front.into_iter().find(|path| !known(path)) {
                found = Some((store.path(id).to_owned(), new));
                break;
            }
        }
        self.searched.insert(key, searched);
        Ok(found)
    }

    /// What the answers rest on: directories that hold what they held, and links that name no file.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.directories.entries()
    }

    /// Files that are there and would be found in the place of this one.
    fn in_front(
        &mut self,
        searched: &mut Searched,
        (number, search): (u32, &Search),
        id: PathId,
        store: &Store,
    ) -> Result<Vec<String>> {
        let path = store.path(id);
        let (above, named) = (self.above(id, path), self.named[number as usize].clone());
        let mut files = Vec::new();
        for (at, dir) in named.iter().enumerate() {
            let Some(above) = above.iter().find(|above| above.dir == *dir) else { continue };
            for Stop { end, name, first } in
                self.stops(&search.endings, at, &path[above.name as usize..], above.first)
            {
                let end = searched.beside + end;
                while searched.listed < end {
                    self.directories.look(searched.dirs[searched.listed])?;
                    searched.listed += 1;
                }
                for before in self.holding(&searched.dirs[..end], first) {
                    let candidate = join(self.directories.path(before), &name);
                    let candidate = self.spelling.own(&candidate).into_owned();
                    if candidate != self.spelling.own(path) && self.directories.is_file(&candidate)? {
                        files.push(candidate);
                    }
                }
            }
        }
        Ok(files)
    }

    /// The directories above a file, as its path spells them.
    fn above(&mut self, id: PathId, path: &str) -> Rc<[Above]> {
        if let Some(Some(known)) = self.above.get(id.at()) {
            return known.clone();
        }
        let ends = path.match_indices('/').map(|(at, _)| at).filter(|&at| at > 0);
        let names = ends.map(|at| (&path[..at], at + 1));
        let root = (!path.starts_with('/')).then_some(("", 0));
        let above = root.into_iter().chain(names).map(|(dir, name)| {
            let first = path[name..].split('/').next().unwrap_or_default();
            Above { dir: self.directories.number(dir), name: name as u32, first: self.first(first) }
        });
        let above: Rc<[Above]> = above.collect();
        self.above.resize(self.above.len().max(id.at() + 1), None);
        self.above[id.at()] = Some(above.clone());
        above
    }

    /// The number of the first part of a name, if directories can hold it.
    fn first(&mut self, part: &str) -> Option<NameId> {
        (!matches!(part, "" | "." | "..")).then(|| self.directories.name(part))
    }

    /// Which of these directories may hold the name, in their order.
    fn holding(&self, dirs: &[DirId], name: Option<NameId>) -> Vec<DirId> {
        let Some(name) = name else { return dirs.to_vec() };
        let place = |dir: DirId| dirs.iter().position(|&it| it == dir);
        let mut places: Vec<usize> = self.directories.holders(name).filter_map(place).collect();
        places.sort_unstable();
        places.into_iter().map(|place| dirs[place]).collect()
    }

    /// Where a search looks before it finds a name in its directory with this number.
    fn stops<'n>(
        &mut self,
        endings: &[String],
        at: usize,
        name: &'n str,
        first: Option<NameId>,
    ) -> Vec<Stop<'n>> {
        let of_name = |(end, looked_for): (usize, Cow<'n, str>)| {
            let first = match &looked_for {
                Cow::Borrowed(_) => first,
                Cow::Owned(other) => self.first(other),
            };
            Stop { end, name: looked_for, first }
        };
        before(endings, at, name).into_iter().map(of_name).collect()
    }

    fn new_searched(&self, search: u32, beside: &[DirId]) -> Searched {
        let dirs = [beside, &self.named[search as usize]].concat();
        Searched { dirs, beside: beside.len(), listed: 0, clear: Vec::new() }
    }

    fn search_number(&mut self, search: &Arc<Search>) -> u32 {
        let (by_address, by_dirs) = &mut self.searches;
        let next = by_dirs.len() as u32;
        let number = || *by_dirs.entry(Arc::clone(search)).or_insert(next);
        let number = *by_address.entry(Arc::as_ptr(search) as usize).or_insert_with(number);
        if number as usize == self.named.len() {
            let named =
                search.dirs.iter().map(|dir| self.directories.number(&self.spelling.of_dir(dir)));
            self.named.push(named.collect());
        }
        number
    }

    fn dir_beside(&mut self, id: PathId, store: &Store) -> Option<DirId> {
        if let Some(Some(known)) = self.beside.get(id.at()) {
            return *known;
        }
        let own =
            Some(store.path(id)).filter(|path| self.spelling.is_own(path) && value_of(path).is_none());
        let number = own.and_then(dir_of).map(|dir| self.directories.number(dir));
        self.beside.resize(self.beside.len().max(id.at() + 1), None);
        self.beside[id.at()] = Some(number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;

    /// It lies beside a file that was read, and in a directory that is named: all actions share what is known of it.
    #[test]
    fn nothing_is_in_front_of_itself() {
        let disk = FakeDisk::new();
        disk.edit("include/x.h", b"");
        let (mut store, _) = Store::open(&disk, "state").unwrap();
        let id = store.id("include/x.h");
        let record =
            ActionRecord { discovered: vec![(id, Hash::of(b""))], ..ActionRecord::without_result(0) };
        let dirs = vec!["include".to_owned()];
        let search = Arc::new(Search { beside: true, dirs, endings: Vec::new() });
        let spelling = Spelling::new(&disk);
        let mut shadowing = Shadowing::new(&disk, &spelling);
        assert_eq!(shadowing.find(&search, &record, &store).unwrap(), None);
        assert!(shadowing.searched.values().all(|searched| searched.is_clear(id)));
    }
}
