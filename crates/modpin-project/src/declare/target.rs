//! One target of a project, of whatever kind.

use serde::{Deserialize, Serialize};

use crate::declare::code::Code;
use crate::declare::executable::Executable;
use crate::declare::flags::Flags;
use crate::declare::handle::{LibraryId, Ref};
use crate::declare::library::Library;
use crate::declare::module::Module;
use crate::declare::options::item::Item;

/// One target of a project. In JSON the field `kind` tells which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Target {
    /// An archive.
    Library(Library),
    /// A loadable part.
    Module(Module),
    /// A program.
    Executable(Executable),
}

impl Target {
    /// `library`, `module` or `executable`.
    pub fn kind(&self) -> &'static str {
        match self {
            Target::Library(_) => "library",
            Target::Module(_) => "module",
            Target::Executable(_) => "executable",
        }
    }

    /// The target's name.
    pub fn name(&self) -> &str {
        match self {
            Target::Library(library) => &library.name,
            Target::Module(module) => &module.name,
            Target::Executable(executable) => &executable.name,
        }
    }

    /// What is compiled into the target.
    pub fn code(&self) -> &Code {
        match self {
            Target::Library(library) => &library.code,
            Target::Module(module) => &module.code,
            Target::Executable(executable) => &executable.code,
        }
    }

    /// The same, to be changed.
    pub(crate) fn code_mut(&mut self) -> &mut Code {
        match self {
            Target::Library(library) => &mut library.code,
            Target::Module(module) => &mut module.code,
            Target::Executable(executable) => &mut executable.code,
        }
    }

    /// How it is compiled and linked.
    pub fn flags(&self) -> &Flags {
        match self {
            Target::Library(library) => &library.flags,
            Target::Module(module) => &module.flags,
            Target::Executable(executable) => &executable.flags,
        }
    }

    /// The same, to be changed.
    pub(crate) fn flags_mut(&mut self) -> &mut Flags {
        match self {
            Target::Library(library) => &mut library.flags,
            Target::Module(module) => &mut module.flags,
            Target::Executable(executable) => &mut executable.flags,
        }
    }

    /// Kind and name as messages show them: `module "block/crypt"`.
    pub fn title(&self) -> String {
        format!("{} {:?}", self.kind(), self.name())
    }

    /// The libraries it links.
    pub(crate) fn links(&self) -> &[Item<Ref<LibraryId>>] {
        match self {
            Target::Library(library) => &library.link,
            Target::Module(module) => &module.link,
            Target::Executable(executable) => &executable.link,
        }
    }
}
