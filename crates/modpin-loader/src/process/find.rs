//! Where the library of a name is: the directories and the cache that the loader searches, in its order.

use std::sync::Arc;

use modpin_symbols::Loadable;

use crate::misplaced::Misplaced;
use crate::opener::{Found, Opener};
use crate::process::files::{Mapped, Process};
use crate::search::{Asking, Stop};

/// A library's path and what is in it; or, in words, why there is none.
type Sought = Result<(String, Arc<Loadable>), String>;

impl Process {
    pub(super) fn with_tokens(&self, name: &str, by: usize) -> String {
        match name.contains('$') {
            true => self.system.expanded(name, &self.files[by].path),
            false => name.to_owned(),
        }
    }

    pub(super) fn find<O: Opener>(
        &mut self,
        by: usize,
        name: &str,
        opener: &mut O,
    ) -> Result<Sought, O::Error> {
        let mut of_other_class = String::new();
        if name.contains('/') {
            let taken = self.first_taken([name.to_owned()], &mut of_other_class, opener)?;
            return Ok(taken.unwrap_or(Err(of_other_class)));
        }
        for stop in self.system.search(&self.chain(by)) {
            let paths: Vec<String> = match stop {
                Stop::Cache => {
                    let known = self.cache.paths(name, &self.system.subdirectories.levels);
                    known.into_iter().map(str::to_owned).collect()
                }
                Stop::Dir(dir) => {
                    let dir = dir.trim_end_matches('/');
                    let below = self.subdirectories(dir, opener)?.into_iter();
                    let better = below.map(|below| format!("{dir}/{below}/{name}"));
                    better.chain([format!("{dir}/{name}")]).collect()
                }
            };
            if let Some(taken) = self.first_taken(paths, &mut of_other_class, opener)? {
                return Ok(taken);
            }
        }
        Ok(Err(of_other_class))
    }

    /// The directories below this one that the loader searches before it.
    fn subdirectories<O: Opener>(&mut self, dir: &str, opener: &mut O) -> Result<Vec<String>, O::Error> {
        if let Some(known) = self.below.get(dir) {
            return Ok(known.clone());
        }
        let mut there = Vec::new();
        for head in self.system.subdirectories.heads() {
            for path in self.system.candidates(&format!("{dir}/{head}")) {
                if !there.contains(&head) && opener.is_dir(&path)? {
                    there.push(head);
                }
            }
        }
        let below = self.system.subdirectories.below(&there);
        self.below.insert(dir.to_owned(), below.clone());
        Ok(below)
    }

    /// The first of these files that the loader does not pass over: it, or why it is refused.
    fn first_taken<O: Opener>(
        &self,
        paths: impl IntoIterator<Item = String>,
        of_other_class: &mut String,
        opener: &mut O,
    ) -> Result<Option<Sought>, O::Error> {
        for path in paths.into_iter().flat_map(|path| self.system.candidates(&path)) {
            let file = match opener.open(&path)? {
                Found::Nothing => continue,
                Found::Broken(why) => return Ok(Some(Err(format!("{path}: {why}")))),
                Found::File(file) => file,
            };
            let refusal = self.refusal(&file).map(|why| format!("{path}: {why}"));
            match refusal {
                None => return Ok(Some(Ok((path, file)))),
                Some(why) if self.is_passed_over(&file) => {
                    let same_class =
                        self.files.first().is_none_or(|host| host.is_of_the_class_of(&file));
                    if !same_class && of_other_class.is_empty() {
                        *of_other_class = why;
                    }
                }
                Some(why) => return Ok(Some(Err(why))),
            }
        }
        Ok(None)
    }

    pub(super) fn misplaced<O: Opener>(
        &self,
        by: usize,
        name: &str,
        opener: &mut O,
    ) -> Result<Vec<String>, O::Error> {
        let files: Vec<Asking<'_>> = self.files.iter().map(Mapped::asking).collect();
        Misplaced { system: &self.system, name, chain: &self.chain(by), files: &files }.seen(opener)
    }

    fn chain(&self, from: usize) -> Vec<Asking<'_>> {
        let mut chain = Vec::new();
        let mut next = Some(from);
        while let Some(at) = next.filter(|_| chain.len() <= self.files.len()) {
            let mapped = &self.files[at];
            chain.push(mapped.asking());
            next = mapped.by.or((at != 0).then_some(0));
        }
        chain
    }
}
