//! The code of each kind of target, and how it is wanted: where its objects lie, and for what they are.

use std::borrow::Cow;

use modpin_project::{
    ResolvedCode, ResolvedExecutable, ResolvedLibrary, ResolvedModule, ResolvedSharedLibrary,
    ResolvedSource,
};

use crate::layout::{Flavour, Layout};

/// The code of one target, and how it is wanted.
pub struct Compiled<'a> {
    /// The target's directory among the objects.
    pub owner: Cow<'a, str>,
    /// What is compiled.
    pub code: &'a ResolvedCode,
    /// For an executable or for a module file.
    pub flavour: Flavour,
    /// The name that C sees in `MODPIN_MODNAME`, for code that belongs to a module.
    pub module: Option<&'a str>,
}

impl<'a> Compiled<'a> {
    /// For an archive.
    pub fn of_library(library: &'a ResolvedLibrary, flavour: Flavour) -> Compiled<'a> {
        Compiled { owner: (&library.file_name).into(), code: &library.code, flavour, module: None }
    }

    /// For a shared library.
    pub fn of_shared_library(library: &'a ResolvedSharedLibrary) -> Compiled<'a> {
        let (owner, flavour) = ((&library.file_names[0]).into(), Flavour::Module);
        Compiled { owner, code: &library.code, flavour, module: None }
    }

    /// For a module's file, or for the hosts that it is built into.
    pub fn of_module(module: &'a ResolvedModule) -> Compiled<'a> {
        let flavour = if module.built_in { Flavour::Program } else { Flavour::Module };
        let owner = format!("{}.so", module.name).into();
        Compiled { owner, code: &module.code, flavour, module: Some(&module.flat_name) }
    }

    /// For a program.
    pub fn of_executable(executable: &'a ResolvedExecutable) -> Compiled<'a> {
        let (owner, flavour) = ((&executable.name).into(), Flavour::Program);
        Compiled { owner, code: &executable.code, flavour, module: None }
    }

    /// What a source of it becomes.
    pub fn object(&self, source: &ResolvedSource, layout: &Layout) -> String {
        layout.object(self.flavour, &self.owner, &source.path, source.compiled_as.as_deref())
    }
}
