//! `modules.json` as data: written by builds and installations, read by whoever installs or checks. docs/modules.md describes
//! the file.

use modpin_loader::Interposed;
use modpin_project::{Binding, OpenScope};
use serde::{Deserialize, Serialize};

use super::resolve::TakenFrom;

/// The number of the format.
pub const MODULES_FORMAT: u32 = 1;

/// The modules of some programs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModulesFile {
    /// Always [`MODULES_FORMAT`].
    pub format: u32,
    /// The programs, in order of declaration.
    pub hosts: Vec<ProgramModules>,
}

/// A program and its modules.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProgramModules {
    /// Its name in the declaration.
    pub host: String,
    /// Its file, from the directory of this file on; left out: there, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The shared libraries of the project that it finds when it runs, from the directory of this file on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_libraries: Vec<String>,
    /// Its modules, in order of declaration.
    pub modules: Vec<ListedModule>,
    /// Public symbols of more than one module.
    #[serde(default)]
    pub duplicates: Vec<DuplicateSymbol>,
}

/// A module of a program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListedModule {
    /// Its name.
    pub module: String,
    /// It is linked into the program.
    pub built_in: bool,
    /// Its file, from the directory of this file on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The shared libraries that it names, from the directory of this file on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_libraries: Vec<String>,
    /// When its calls are bound.
    #[serde(default, skip_serializing_if = "is_now")]
    pub binding: Binding,
    /// Who finds what it defines.
    #[serde(default, skip_serializing_if = "is_local")]
    pub scope: OpenScope,
    /// What it takes of modules that are loaded before it.
    pub needs: Vec<TakenFrom>,
    /// The same of modules that are loaded after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_later: Vec<TakenFrom>,
    /// What it defines and takes of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interposed: Vec<Interposed>,
    /// What the program keeps for it.
    #[serde(default)]
    pub pins: Vec<String>,
}

fn is_now(binding: &Binding) -> bool {
    *binding == Binding::Now
}

fn is_local(scope: &OpenScope) -> bool {
    *scope == OpenScope::Local
}

/// A public symbol of more than one module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DuplicateSymbol {
    /// The symbol.
    pub symbol: String,
    /// The modules that define it.
    pub modules: Vec<String>,
}
