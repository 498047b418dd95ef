//! The shared libraries of a program and of the modules that it loads, as their loader would find them. Opens files.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_loader::{Found, LoaderEnvironment, Opener};

use super::scene::SharedLibrary;
use crate::load::loader_environment;

/// Finds shared libraries, and reads each once.
pub struct SharedLibraries {
    loader_environment: LoaderEnvironment,
    files: BelowRoot,
}

impl SharedLibraries {
    /// Relative paths start at `root`; `library_dirs` are those of the compiler.
    pub fn new(root: &Path, library_dirs: &[String]) -> SharedLibraries {
        SharedLibraries {
            loader_environment: loader_environment(library_dirs),
            files: BelowRoot { root: root.to_owned(), seen: HashMap::new() },
        }
    }

    /// What the program and these modules bring in; `None` when the program is not there, or has no loader.
    pub fn of(&mut self, program: &str, modules: &[&str]) -> Option<Vec<SharedLibrary>> {
        let host = self.files.file(program)?;
        let path = self.files.absolute(program);
        let Ok(process) = self.loader_environment.start(&path, host, &mut self.files);
        let mut process = process?;
        let mut own: BTreeSet<String> = BTreeSet::from([path]);
        for module in modules {
            let Some(file) = self.files.file(module) else { continue };
            let path = self.files.absolute(module);
            let Ok(_) = process.open(&path, file, &mut self.files);
            own.insert(path);
        }
        let others = process.files.iter().filter(|mapped| !own.contains(&mapped.path));
        let library = |mapped: &modpin_loader::Mapped| {
            let offers = mapped.file.offers.iter().map(|offer| offer.name.clone());
            SharedLibrary { path: mapped.path.clone(), offers: offers.collect() }
        };
        Some(others.map(library).collect())
    }
}

/// Files by paths that start at the root of the checkout.
struct BelowRoot {
    root: PathBuf,
    seen: HashMap<String, Found>,
}

impl BelowRoot {
    fn absolute(&self, path: &str) -> String {
        self.root.join(path).to_string_lossy().into_owned()
    }

    fn file(&mut self, path: &str) -> Option<Arc<modpin_symbols::Loadable>> {
        let Ok(found) = self.open(&self.absolute(path));
        match found {
            Found::File(file) => Some(file),
            Found::Nothing | Found::Broken(_) => None,
        }
    }
}

impl Opener for BelowRoot {
    type Error = Infallible;

    fn open(&mut self, path: &str) -> Result<Found, Infallible> {
        if let Some(found) = self.seen.get(path) {
            return Ok(found.clone());
        }
        let found = fs::read(self.root.join(path)).map_or(Found::Nothing, |bytes| Found::of(&bytes));
        self.seen.insert(path.to_owned(), found.clone());
        Ok(found)
    }

    fn is_dir(&mut self, path: &str) -> Result<bool, Infallible> {
        Ok(self.root.join(path).is_dir())
    }

    fn content(&mut self, path: &str) -> Result<Option<Arc<[u8]>>, Infallible> {
        Ok(fs::read(self.root.join(path)).ok().map(Arc::from))
    }
}
