//! An executable: a program, and a host if it loads modules or has some built in.

use serde::{Deserialize, Serialize};

use crate::declare::cargo_link::CargoLink;
use crate::declare::code::{Code, shared_methods};
use crate::declare::flags::Flags;
use crate::declare::handle::{LibraryId, ModuleId, Ref};
use crate::declare::installing::{Installing, install_methods};
use crate::declare::link_order::Cycles;
use crate::declare::link_places::{LinkPlaces, link_methods};
use crate::declare::links::Links;
use crate::declare::opening::{Binding, OpenScope, opening_methods};
use crate::declare::options::item::{Item, Items};
use crate::declare::test_run::TestRun;

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
    /// What it links.
    #[serde(flatten)]
    pub links: Links,
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
    /// In which order its objects and the modules built into it are linked: globs over paths of sources and names of modules;
    /// `...` is the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Item<String>>,
    /// Symbols exported although no declared module needs them, for modules from elsewhere: names, globs over names, or
    /// `all`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<Item<String>>,
    /// Arguments elsewhere in the link.
    #[serde(flatten)]
    pub places: LinkPlaces,
    /// What to do about libraries that need each other; left out: as the project says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
    /// Whether and where it is installed, and what with it.
    #[serde(flatten)]
    pub installing: Box<Installing>,
    /// The linker writes down where everything lies: a link map, beside the program and installed with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub link_map: bool,
    /// It is run as a test, and not installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Box<TestRun>>,
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

    /// Says in which order objects are linked: its own, by paths of their sources, and those of modules that are built in, by
    /// names of modules. `.components(["arch/head.S", "init/*", "...", "lib/last.c"])`: the first entry that means one
    /// decides; `"..."` stands for the rest, which follows if it is not there. Within an entry, and without any, its own
    /// come in the order of `sources`, then modules in the order in which the program asks for them. Libraries follow.
    pub fn components<M>(mut self, components: impl Items<String, M>) -> Executable {
        self.components.extend(components.items());
        self
    }

    /// Adds symbols to keep and export for modules that the project does not declare: names, or globs over the names that
    /// the program's objects and archives define (`"bdrv_*"`, `"*"`). The entry `"all"` means what its link keeps, and keeps
    /// nothing itself.
    pub fn exports<M>(mut self, symbols: impl Items<String, M>) -> Executable {
        self.exports.extend(symbols.items());
        self
    }

    /// Makes it a test: `cargo xtask test` runs it, and it passes if it ends with 0. It is not installed.
    pub fn test(self) -> Executable {
        self.test_run(TestRun::new())
    }

    /// The same with arguments, or with a time limit of its own.
    pub fn test_run(mut self, run: TestRun) -> Executable {
        self.test = Some(Box::new(run));
        self
    }

    /// Has the linker write down where everything lies: `NAME.map`, beside the program and installed with it.
    pub fn link_map(mut self) -> Executable {
        self.link_map = true;
        self
    }
}

shared_methods!(Executable, "an executable");
link_methods!(Executable);
install_methods!(Executable);
opening_methods!(Executable, "each module that says nothing itself");
