//! The shared libraries of a program and of the modules that it loads, as their loader would find them. Opens files.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use modpin_loader::LoaderEnvironment;

use super::finished::below_root::BelowRoot;
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
        let loader_environment = loader_environment(library_dirs);
        SharedLibraries { loader_environment, files: BelowRoot::new(root) }
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
            let offers = mapped.file.offers.names().map(Cow::into_owned).collect();
            SharedLibrary { path: mapped.path.clone(), offers }
        };
        Some(others.map(library).collect())
    }
}
