//! A library that its loader does not find, and that lies where its user may have meant it to be found: beside a file of
//! the process, on the path that another one has (DT_RUNPATH holds for one file's own libraries), or there but for
//! another machine. Only for words.

use std::collections::HashSet;

use crate::opener::{Found, Opener};
use crate::search::{Asking, Stop, System};

/// A library that was not found, and the process that lacks it.
pub struct Misplaced<'a> {
    /// How the loader searches.
    pub system: &'a System,
    /// The name that was asked for.
    pub name: &'a str,
    /// Who asked, and the files that brought it in.
    pub chain: &'a [Asking<'a>],
    /// All files of the process; the host is the first.
    pub files: &'a [Asking<'a>],
}

impl Misplaced<'_> {
    /// Where a file of that name is all the same, in words.
    pub fn seen<O: Opener>(&self, opener: &mut O) -> Result<Vec<String>, O::Error> {
        let mut seen = Vec::new();
        if self.name.contains('/') {
            return Ok(seen);
        }
        let machine = self.files.first().map(|host| host.file.machine.as_str()).unwrap_or_default();
        for dir in self.likely_dirs() {
            let path = format!("{}/{}", dir.trim_end_matches('/'), self.name);
            if let Found::File(file) = opener.open(&path)? {
                seen.push(match file.machine == machine {
                    true => format!("{path} is there, and is not on the path that is searched for this"),
                    false => format!("{path} is for {}", file.machine),
                });
            }
        }
        Ok(seen)
    }

    /// The directories that are searched, then those of all files and those that any of them names.
    fn likely_dirs(&self) -> Vec<String> {
        let mut dirs = Vec::new();
        for stop in self.system.search(self.chain) {
            if let Stop::Dir(dir) = stop {
                dirs.push(dir);
            }
        }
        for Asking { path, file } in self.files {
            dirs.extend(path.rsplit_once('/').map(|(dir, _)| dir.to_owned()));
            let paths = [&file.rpath, &file.runpath].into_iter().flatten();
            let named = paths.flat_map(|path| path.split(':'));
            dirs.extend(named.map(|dir| self.system.expanded(dir, path)));
        }
        let mut seen = HashSet::new();
        dirs.retain(|dir| seen.insert(dir.clone()));
        dirs
    }
}
