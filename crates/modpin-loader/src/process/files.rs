//! What is mapped: the files of a process, in which scopes they are, and what could not be brought in.

use std::collections::HashMap;
use std::sync::Arc;

use modpin_symbols::Loadable;

use crate::cache::Cache;
use crate::refused::{Arrival, is_passed_over, refusal};
use crate::search::{Asking, System};

/// A file of the process.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// Its path.
    pub path: String,
    /// What it is.
    pub file: Arc<Loadable>,
    /// Names under which it was asked for, each with how many files there were before the load that did.
    pub(super) names: Vec<(String, usize)>,
    /// Who brought it in: an index into [`Process::files`].
    pub(super) by: Option<usize>,
}

/// Why a library could not be brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Its name in DT_NEEDED.
    pub name: String,
    /// The file that needs it.
    pub by: String,
    /// What is wrong with the file that was found; empty when none was.
    pub why: String,
    /// Where a file of that name is all the same, in words.
    pub elsewhere: Vec<String>,
}

/// A process, as far as its files go.
#[derive(Clone)]
pub struct Process {
    /// How its loader searches.
    pub system: System,
    pub(super) cache: Arc<Cache>,
    /// All files; the host is the first.
    pub files: Vec<Mapped>,
    /// The global scope, in order: indices into `files`.
    pub global: Vec<usize>,
    /// Libraries of the host that could not be brought in.
    pub lost: Vec<Lost>,
    /// The loader that the host asks for, if it is not there.
    pub lost_loader: Option<String>,
    /// The program is linked statically, and its own dlopen is the loader.
    pub is_static: bool,
    /// What there is below the directories that were searched.
    pub(super) below: HashMap<String, Vec<String>>,
    /// How many files there are when its main begins.
    pub at_start: usize,
    /// How many files there were before the load that goes on.
    pub(super) before: usize,
}

/// What one `dlopen` brings.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// The module and its libraries, in order: indices into [`Process::files`].
    pub scope: Vec<usize>,
    /// Files from this index on were not there before.
    pub new_from: usize,
    /// Libraries that could not be brought in.
    pub lost: Vec<Lost>,
    /// Its calls are bound when they are made (RTLD_LAZY), not now.
    pub lazy: bool,
}

impl Process {
    /// Makes what was loaded visible to all that comes later (RTLD_GLOBAL).
    pub fn publish(&mut self, opened: &Opened) {
        for &file in &opened.scope {
            if !self.global.contains(&file) {
                self.global.push(file);
            }
        }
    }

    /// Every library of the system that the loader knows, mapped or not: paths.
    pub fn known_libraries(&self) -> Vec<String> {
        let known = self.cache.all().into_iter();
        let here = known.map(|path| self.system.candidates(path).swap_remove(0));
        here.collect()
    }

    /// Takes back what was loaded since there were `count` files.
    pub fn forget(&mut self, count: usize) {
        self.files.truncate(count);
        self.global.retain(|&file| file < count);
        for mapped in &mut self.files {
            mapped.names.retain(|&(_, before)| before < count);
        }
    }

    pub(super) fn map(&mut self, path: String, file: Arc<Loadable>, by: Option<usize>) -> usize {
        self.files.push(Mapped { path, file, names: Vec::new(), by });
        self.files.len() - 1
    }

    /// Why the loader does not take a file that it has found.
    pub fn refusal(&self, file: &Loadable) -> Option<String> {
        let host = &self.files.first()?.file;
        let arrival = if self.at_start == 0 { Arrival::AtStart } else { Arrival::Opened };
        refusal(file, host, self.system.rules, arrival)
    }

    pub(super) fn is_passed_over(&self, file: &Loadable) -> bool {
        let host = self.files.first();
        host.is_some_and(|host| is_passed_over(file, &host.file, self.system.rules))
    }
}

impl Mapped {
    pub(super) fn asking(&self) -> Asking<'_> {
        Asking { path: &self.path, file: &self.file }
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.file.is_called(name)
            || self.path == name
            || self.names.iter().any(|(known, _)| known == name)
    }

    pub(super) fn is_of_the_class_of(&self, file: &Loadable) -> bool {
        self.file.header.wide == file.header.wide
    }

    pub(super) fn is_musl(&self) -> bool {
        self.path.contains("/ld-musl-")
    }
}
