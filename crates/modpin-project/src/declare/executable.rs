//! An executable: a program, and a host if it loads modules or has some built in.

use serde::{Deserialize, Serialize};

use crate::declare::cargo_link::CargoLink;
use crate::declare::code::{Code, shared_methods};
use crate::declare::flags::Flags;
use crate::declare::handle::{LibraryId, ModuleId, Ref};
use crate::declare::link_order::Cycles;
use crate::declare::opening::{Binding, OpenScope, opening_methods};
use crate::declare::options::item::{Item, Items};

/// A program; a host if it loads modules or has some built in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Executable {
    /// The file's name: `imgtool`.
    pub name: String,
    /// What is compiled into it.
    #[serde(flatten)]
    pub code: Code,
    /// How it is compiled and linked, behind what the project says.
    #[serde(flatten)]
    pub flags: Flags,
    /// Libraries it links. Their order decides only what symbols leave open, and which of two definitions of a
    /// symbol wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<Item<Ref<LibraryId>>>,
    /// Modules it loads at run time: names, or globs over names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loads: Vec<Item<Ref<ModuleId>>>,
    /// When the functions that a module of it calls are looked up; left out: `now`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<Binding>,
    /// Who finds what a module of it defines; left out: `local`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<OpenScope>,
    /// Modules linked into it: names, or globs over names. Wins over `loads`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub builds_in: Vec<Item<Ref<ModuleId>>>,
    /// Symbols kept and exported although no declared module needs them, for modules from
    /// elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<Item<String>>,
    /// System libraries that it needs, as after `-l`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_libraries: Vec<Item<String>>,
    /// What to do about libraries that need each other; left out: as the project says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
    /// Cargo links it; [`RustHost`](crate::RustHost) declares such a program. It has no sources here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cargo: Option<CargoLink>,
}

impl Executable {
    /// Adds modules that this host loads at run time: handles, names, or globs over module names.
    pub fn loads<M>(mut self, modules: impl Items<Ref<ModuleId>, M>) -> Executable {
        self.loads.extend(modules.items());
        self
    }

    /// Adds modules to be linked into this host: handles, names, or globs over module names.
    pub fn builds_in<M>(mut self, modules: impl Items<Ref<ModuleId>, M>) -> Executable {
        self.builds_in.extend(modules.items());
        self
    }

    /// Adds symbols to keep and export for modules that the project does not declare.
    pub fn exports<M>(mut self, symbols: impl Items<String, M>) -> Executable {
        self.exports.extend(symbols.items());
        self
    }

    /// Says what to do about libraries of this program that need each other.
    pub fn cycles(mut self, cycles: Cycles) -> Executable {
        self.cycles = Some(cycles);
        self
    }

    /// Adds arguments to the program's link.
    pub fn ldflags<M>(mut self, flags: impl Items<String, M>) -> Executable {
        self.flags.ldflags.extend(flags.items());
        self
    }
}

shared_methods!(Executable, "an executable");
opening_methods!(Executable, "each module that says nothing itself");
