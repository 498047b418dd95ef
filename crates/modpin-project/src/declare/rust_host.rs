//! A host that cargo links: a program written in Rust that links C archives and loads modules. In the project it is an
//! executable without sources that says so.

use crate::declare::cargo_link::CargoLink;
use crate::declare::executable::Executable;
use crate::declare::handle::{LibraryId, ModuleId, Ref};
use crate::declare::link_order::Cycles;
use crate::declare::many::Many;
use crate::declare::opening::{Binding, OpenScope};
use crate::declare::options::item::Items;

/// A program that cargo links, by the name of its bin target.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RustHost(pub(crate) Executable);

impl RustHost {
    /// Declares the bin target of this name in the package whose build script declares it.
    pub fn new(name: impl Into<String>) -> RustHost {
        let cargo = Some(CargoLink::default());
        RustHost(Executable { name: name.into(), cargo, ..Executable::default() })
    }

    /// Adds libraries to link: handles or names, one or many.
    pub fn link<M>(self, libraries: impl Items<Ref<LibraryId>, M>) -> RustHost {
        RustHost(self.0.link(libraries))
    }

    /// Adds modules that it loads at run time: handles, names, or globs over module names.
    pub fn loads<M>(self, modules: impl Items<Ref<ModuleId>, M>) -> RustHost {
        RustHost(self.0.loads(modules))
    }

    /// Adds modules to be linked into it: handles, names, or globs over module names.
    pub fn builds_in<M>(self, modules: impl Items<Ref<ModuleId>, M>) -> RustHost {
        RustHost(self.0.builds_in(modules))
    }

    /// Adds functions and variables of Rust (`#[unsafe(no_mangle)]`) that modules may use. Those that declared modules
    /// need are found without being named; this is for modules from elsewhere.
    pub fn offers<M>(self, symbols: impl Many<String, M>) -> RustHost {
        self.with_cargo(|cargo| cargo.offers.extend(symbols.many()))
    }

    /// Names symbols that modules get from shared libraries of the program. Those that a module's own libraries have are
    /// found without being named.
    pub fn from_shared<M>(self, symbols: impl Many<String, M>) -> RustHost {
        self.with_cargo(|cargo| cargo.from_shared.extend(symbols.many()))
    }

    /// Adds symbols of its archives to keep and export for modules that the project does not declare.
    pub fn exports<M>(self, symbols: impl Items<String, M>) -> RustHost {
        RustHost(self.0.exports(symbols))
    }

    /// Adds a library of the system, as after `-l`: `"m"`.
    pub fn system_library<M>(self, name: impl Items<String, M>) -> RustHost {
        RustHost(self.0.system_library(name))
    }

    /// The same for one that stays even if nothing that is linked needs it.
    pub fn keep_system_library<M>(self, name: impl Items<String, M>) -> RustHost {
        RustHost(self.0.keep_system_library(name))
    }

    /// Adds arguments to the program's link, behind all archives.
    pub fn ldflags<M>(self, flags: impl Items<String, M>) -> RustHost {
        RustHost(self.0.ldflags(flags))
    }

    /// Says what to do about libraries that need each other.
    pub fn cycles(self, cycles: Cycles) -> RustHost {
        RustHost(self.0.cycles(cycles))
    }

    /// Says when the functions that its modules call are looked up.
    pub fn binding(self, binding: Binding) -> RustHost {
        RustHost(self.0.binding(binding))
    }

    /// Says who finds what its modules define.
    pub fn scope(self, scope: OpenScope) -> RustHost {
        RustHost(self.0.scope(scope))
    }

    fn with_cargo(mut self, change: impl FnOnce(&mut CargoLink)) -> RustHost {
        change(self.0.cargo.get_or_insert_default());
        self
    }
}
