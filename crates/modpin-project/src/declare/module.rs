//! A module: a part of a program that a host loads at run time, or has built in.

use serde::{Deserialize, Serialize};

use crate::declare::code::{Code, shared_methods};
use crate::declare::condition::cond::Cond;
use crate::declare::flags::Flags;
use crate::declare::handle::{LibraryId, ModuleId, Ref};
use crate::declare::installing::{Installing, install_methods};
use crate::declare::link_order::Cycles;
use crate::declare::link_places::{LinkPlaces, link_methods};
use crate::declare::links::Links;
use crate::declare::opening::{Binding, OpenScope, opening_methods};
use crate::declare::options::item::{Item, Items};

/// A part of a program that a host loads at run time, or has built in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Module {
    /// Its place beside the host, without suffix: `block/crypt`.
    pub name: String,
    /// What switches it: `n` leaves it out, `y` builds it in if the condition is a tristate's. Without a condition it is a
    /// module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cond>,
    /// True links it into its hosts wherever it is not switched off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub built_in: bool,
    /// The module's file, when it is there already and nothing is compiled or linked: a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What is compiled into it.
    #[serde(flatten)]
    pub code: Code,
    /// How it is compiled and linked, behind what the project says.
    #[serde(flatten)]
    pub flags: Flags,
    /// What it links.
    #[serde(flatten)]
    pub links: Links,
    /// Modules whose symbols it uses. Its hosts load them before it, with RTLD_GLOBAL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Item<Ref<ModuleId>>>,
    /// Modules whose functions it calls, and that its hosts load only after it, with RTLD_GLOBAL. For a module that is
    /// opened lazily.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_later: Vec<Item<Ref<ModuleId>>>,
    /// When the functions that it calls are looked up; left out: as its host says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<Binding>,
    /// Who finds what it defines; left out: as its host says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<OpenScope>,
    /// Arguments elsewhere in the link.
    #[serde(flatten)]
    pub places: LinkPlaces,
    /// What to do about libraries that need each other; left out: as the project says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
    /// Whether and where it is installed, and what with it.
    #[serde(flatten)]
    pub installing: Box<Installing>,
}

impl Module {
    /// Declares a module whose file is there already: a `cdylib` of Rust, or what another build has made. What it needs of its
    /// hosts is read from the file; they keep and export it as for any other module, and a copy of the file lies where they find
    /// it. It cannot be built in.
    pub fn prebuilt(name: impl Into<String>, file: impl Into<String>) -> Module {
        Module { file: Some(file.into()), ..Module::new(name) }
    }

    /// What switches this module: an option, or a condition made of several.
    pub fn when(mut self, condition: impl Into<Cond>) -> Module {
        self.when = Some(condition.into());
        self
    }

    /// Names modules whose symbols this one uses: handles or names, one or many. A host must load them before it, with
    /// RTLD_GLOBAL; the checks do it so.
    pub fn needs<M>(mut self, modules: impl Items<Ref<ModuleId>, M>) -> Module {
        self.needs.extend(modules.items());
        self
    }

    /// Names modules whose functions this one calls, and that its hosts load only after it, with RTLD_GLOBAL: handles or
    /// names, one or many. For a module that is opened lazily ([`Module::binding`]).
    pub fn needs_later<M>(mut self, modules: impl Items<Ref<ModuleId>, M>) -> Module {
        self.needs_later.extend(modules.items());
        self
    }

    /// Links the module into its hosts wherever it is not switched off.
    pub fn built_in(mut self) -> Module {
        self.built_in = true;
        self
    }

    /// The file it becomes, relative to the layout's root: `block/crypt.so`.
    pub fn file_name(&self) -> String {
        format!("{}.so", self.name)
    }

    /// The name with `/` turned into `-`, under which an uninstalled host finds it as well:
    /// `block-crypt`.
    pub fn flat_name(&self) -> String {
        self.name.replace('/', "-")
    }
}

shared_methods!(Module, "a module");
link_methods!(Module);
install_methods!(Module);
opening_methods!(Module, "the module");
