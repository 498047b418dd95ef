//! Shadowing: which new file would be read instead of one that was. A command that looks for files by name finds
//! the first one; a new file in front of it is as good as a change of it. Names and directories decide, not what is in a
//! file.
//!
//! Nothing is recorded for this but the rare file that stood in front already and was passed over. What must be
//! missing follows from what was found and from where was looked, so it is worked out again at each look: once for
//! all actions with the same search path, not once for each.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::graph::Search;
use crate::state::Store;
use crate::state::log::ActionRecord;
use crate::state::paths::PathId;
use crate::state::snapshot::Entry;
use crate::world::disk::{Disk, Stat};
use crate::world::file_state::FileState;
use crate::world::hash::Hash;
use crate::world::spelling::Spelling;

/// The directories in which one action looks, in order.
pub struct SearchPath {
    dirs: Vec<String>,
    /// So many of these lie beside files that were read. Who looked beside which of them is not known.
    beside: usize,
    endings: Vec<String>,
    /// Files with nothing in front of them, by number.
    clear: Vec<bool>,
}

impl SearchPath {
    /// `read` is what the action read, as [`Spelling`] has it; directories outside the checkout (absolute ones) are not
    /// looked beside.
    pub fn new<'a>(
        search: &Search,
        read: impl Iterator<Item = &'a str>,
        spelling: &Spelling<'_>,
    ) -> SearchPath {
        let read = read.filter(|path| search.beside && spelling.is_own(path));
        let mut beside: Vec<String> = read.filter_map(dir_of).map(str::to_owned).collect();
        beside.sort_unstable();
        beside.dedup();
        SearchPath::of(search, beside, spelling)
    }

    fn of(search: &Search, beside: Vec<String>, spelling: &Spelling<'_>) -> SearchPath {
        let count = beside.len();
        let mut dirs = beside;
        dirs.extend(search.dirs.iter().map(|dir| spelling.of_dir(dir)));
        SearchPath { dirs, beside: count, endings: search.endings.clone(), clear: Vec::new() }
    }

    /// The files that would be found in the place of `path`, by whatever name it was looked for. `path` is a file's own,
    /// or the way that was spelled to it: `../f/x.h` is looked for in each directory, too.
    pub fn in_front<'a>(
        &'a self,
        path: &'a str,
        spelling: &'a Spelling<'_>,
    ) -> impl Iterator<Item = String> + 'a {
        let own = if path.contains("..") { spelling.of(path).path } else { path.to_owned() };
        let named = self.dirs.iter().enumerate().skip(self.beside);
        let named = named.filter_map(move |(at, dir)| Some((at, below(dir, path)?)));
        let candidates = named.flat_map(move |(at, name)| self.candidates(at, name));
        let candidates = candidates.map(|path| match path.contains("..") {
            true => spelling.of(&path).path,
            false => path,
        });
        candidates.filter(move |candidate| *candidate != own)
    }

    /// What comes before a name in one of the directories.
    fn candidates<'a>(&'a self, at: usize, name: &'a str) -> Vec<String> {
        let ending = self.endings.iter().position(|ending| name.ends_with(ending.as_str()));
        let Some(ending) = ending.filter(|_| !name.contains('/')) else {
            return self.dirs[..at].iter().map(|dir| join(dir, name)).collect();
        };
        let stem = &name[..name.len() - self.endings[ending].len()];
        let with = |dir: &String, endings: &[String]| {
            endings.iter().map(|ending| join(dir, &format!("{stem}{ending}"))).collect::<Vec<_>>()
        };
        let before = self.dirs[..at].iter().flat_map(|dir| with(dir, &self.endings));
        before.chain(with(&self.dirs[at], &self.endings[..ending])).collect()
    }
}

/// What a run knows of files in front of others.
pub struct Shadowing<'a> {
    disk: &'a dyn Disk,
    spelling: &'a Spelling<'a>,
    search_paths: HashMap<(u32, Vec<u32>), SearchPath>,
    /// The directory of each file that is looked beside, by number of the file.
    beside: Vec<Option<Option<u32>>>,
    dirs: Vec<String>,
    numbers: HashMap<String, u32>,
    /// Searches by where they lie in memory, and by what they are: a graph that was read from disk has copies.
    searches: (HashMap<usize, u32>, HashMap<Arc<Search>, u32>),
    seen: HashMap<String, Dir>,
    /// Links to nothing.
    dangling: BTreeSet<String>,
}

/// A directory before it was asked for any name.
struct Dir {
    state: FileState,
    listing: Option<Hash>,
}

impl<'a> Shadowing<'a> {
    /// Nothing is known yet.
    pub fn new(disk: &'a dyn Disk, spelling: &'a Spelling<'a>) -> Shadowing<'a> {
        let (beside, dirs) = (Vec::new(), Vec::new());
        let (searches, dangling) = (Default::default(), BTreeSet::new());
        Shadowing {
            disk,
            spelling,
            search_paths: HashMap::new(),
            beside,
            dirs,
            numbers: HashMap::new(),
            searches,
            seen: HashMap::new(),
            dangling,
        }
    }

    /// A file that stands in front of one that the action read, and did not then: the one read, and it.
    pub fn find(
        &mut self,
        search: &Arc<Search>,
        record: &ActionRecord,
        store: &Store,
    ) -> Result<Option<(String, String)>> {
        let read = || record.inputs.iter().chain(&record.discovered).map(|&(id, _)| id);
        // Nobody looked beside what was passed over, or was not there.
        let opened = record.inputs.iter().chain(&record.discovered);
        let opened = opened.filter(|(_, hash)| !matches!(*hash, Hash::PRESENT | Hash::MISSING));
        let opened = opened.filter(|_| search.beside);
        let opened = opened.map(|&(id, _)| id);
        let mut beside: Vec<u32> = opened.filter_map(|id| self.dir_number(id, store)).collect();
        beside.sort_unstable();
        beside.dedup();
        let key = (self.search_number(search), beside);
        let mut search_path = self.search_paths.remove(&key).unwrap_or_else(|| {
            let beside = key.1.iter().map(|&dir| self.dirs[dir as usize].clone());
            SearchPath::of(search, beside.collect(), self.spelling)
        });
        let mut found = None;
        for &(id, hash) in &record.discovered {
            if search_path.clear.get(id.at()) == Some(&true)
                || matches!(hash, Hash::PRESENT | Hash::MISSING)
            {
                continue;
            }
            let mut clear = true;
            for candidate in search_path.in_front(store.path(id), self.spelling) {
                if !self.is_there(&candidate)? {
                    continue;
                }
                clear = false;
                let known = store.find(&candidate).is_some_and(|there| read().any(|id| id == there));
                if !known {
                    found = Some((store.path(id).to_owned(), candidate));
                    break;
                }
            }
            if found.is_some() {
                break;
            }
            if clear {
                search_path.clear.resize(search_path.clear.len().max(id.at() + 1), false);
                search_path.clear[id.at()] = true;
            }
        }
        self.search_paths.insert(key, search_path);
        Ok(found)
    }

    /// What the plan rests on: directories that hold what they held, and links that name nothing.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        let entry = |path: &str, stat, listing| Entry {
            path: path.to_owned(),
            itself: false,
            plan_input: true,
            stat,
            listing,
        };
        let dirs = self.seen.iter().map(move |(path, dir)| {
            // One that was changed in the tick of the look is told from another by what it holds.
            let settled = dir.state.settled();
            let stat = dir.state.stat.map(|stat| if settled { stat } else { Stat { ctime: 0, ..stat } });
            entry(if path.is_empty() { "." } else { path }, stat, dir.listing)
        });
        dirs.chain(self.dangling.iter().map(move |path| entry(path, None, None)))
    }

    fn search_number(&mut self, search: &Arc<Search>) -> u32 {
        let (by_address, by_dirs) = &mut self.searches;
        let next = by_dirs.len() as u32;
        let number = || *by_dirs.entry(Arc::clone(search)).or_insert(next);
        *by_address.entry(Arc::as_ptr(search) as usize).or_insert_with(number)
    }

    fn dir_number(&mut self, id: PathId, store: &Store) -> Option<u32> {
        if let Some(Some(known)) = self.beside.get(id.at()) {
            return *known;
        }
        let own = Some(store.path(id)).filter(|path| self.spelling.is_own(path));
        let number = own.and_then(dir_of).map(|dir| match self.numbers.get(dir) {
            Some(&number) => number,
            None => {
                let number = self.dirs.len() as u32;
                self.dirs.push(dir.to_owned());
                self.numbers.insert(dir.to_owned(), number);
                number
            }
        });
        self.beside.resize(self.beside.len().max(id.at() + 1), None);
        self.beside[id.at()] = Some(number);
        number
    }

    /// A regular file is there. In a directory that is not there, nothing is.
    fn is_there(&mut self, path: &str) -> Result<bool> {
        let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
        if !self.seen.contains_key(dir) {
            let (name, seen_at) = (if dir.is_empty() { "." } else { dir }, self.disk.now());
            let stat = self.disk.stat(name).map_err(Error::io("look at", dir))?;
            let listing = stat.and_then(|_| self.disk.listing(name).ok());
            self.seen.insert(dir.to_owned(), Dir { state: FileState { stat, seen_at }, listing });
        }
        if self.seen[dir].state.stat.is_none() {
            return Ok(false);
        }
        let look = Error::io("look at", path);
        match self.disk.lstat(path).map_err(look)? {
            Some(itself) if !itself.regular => {
                let stat = self.disk.stat(path).map_err(Error::io("look at", path))?;
                if stat.is_none() {
                    self.dangling.insert(path.to_owned());
                }
                Ok(stat.is_some_and(|stat| stat.regular))
            }
            itself => Ok(itself.is_some()),
        }
    }
}

/// The directory of a file in the checkout.
fn dir_of(path: &str) -> Option<&str> {
    (!path.starts_with('/')).then(|| path.rsplit_once('/').map_or("", |(dir, _)| dir))
}

/// The name of a file from a directory on.
fn below<'a>(dir: &str, path: &'a str) -> Option<&'a str> {
    match dir {
        "" => (!path.starts_with('/')).then_some(path),
        dir => path.strip_prefix(dir)?.strip_prefix('/'),
    }
}

fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::fake::FakeDisk;

    fn check(read: &[&str], path: &str, expected: Expect) {
        let dirs = ["first", "include", "", "/usr/include"].map(str::to_owned).to_vec();
        let disk = FakeDisk::new();
        let spelling = Spelling::new(&disk);
        let search = Search { beside: true, dirs, endings: vec![] };
        let search_path = SearchPath::new(&search, read.iter().copied(), &spelling);
        expected.assert_eq(&search_path.in_front(path, &spelling).collect::<Vec<_>>().join(" "));
    }

    #[test]
    fn what_would_be_found_first() {
        // As include/api.h it may have been looked for, too.
        check(
            &["src/a.c"],
            "include/api.h",
            expect!["src/api.h first/api.h src/include/api.h first/include/api.h include/include/api.h"],
        );
        check(
            &[],
            "include/sub/x.h",
            expect!["first/sub/x.h first/include/sub/x.h include/include/sub/x.h"],
        );
        check(
            &["a.c", "/usr/include/stdio.h"],
            "/usr/include/stdio.h",
            expect!["stdio.h first/stdio.h include/stdio.h stdio.h"],
        );
        check(&[], "first/x.h", expect!["first/first/x.h include/first/x.h"]);
        // In no directory of the search: it was named by its path, or lies beside its reader.
        check(&["src/a.c"], "/opt/x.h", expect![""]);
        check(&["a.c"], "a.h", expect!["first/a.h include/a.h"]);
    }

    #[test]
    fn what_would_be_linked_first() {
        let dirs = ["la", "lb", "/usr/lib"].map(str::to_owned).to_vec();
        let search = Search { beside: false, dirs, endings: [".so", ".a"].map(str::to_owned).to_vec() };
        let disk = FakeDisk::new();
        let spelling = Spelling::new(&disk);
        let search_path = SearchPath::new(&search, ["src/a.o"].into_iter(), &spelling);
        let check = |path: &str, expected: Expect| {
            expected.assert_eq(&search_path.in_front(path, &spelling).collect::<Vec<_>>().join(" "));
        };
        check("lb/libx.a", expect!["la/libx.so la/libx.a lb/libx.so"]);
        check("lb/libx.so", expect!["la/libx.so la/libx.a"]);
        check("la/libx.so", expect![""]);
        check("/usr/lib/crt1.o", expect!["la/crt1.o lb/crt1.o"]);
        check("/usr/lib/libx.so.1", expect!["la/libx.so.1 lb/libx.so.1"]);
        check("src/libx.a", expect![""]);
    }
}
