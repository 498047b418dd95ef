//! One target of a project, of whatever kind.

use serde::{Deserialize, Serialize};

use crate::declare::code::Code;
use crate::declare::executable::Executable;
use crate::declare::flags::Flags;
use crate::declare::group::Group;
use crate::declare::handle::{LibraryId, Ref};
use crate::declare::host_program::HostProgram;
use crate::declare::installing::{Installing, PkgConfigFile};
use crate::declare::library::Library;
use crate::declare::link_places::LinkPlaces;
use crate::declare::links::Links;
use crate::declare::module::Module;
use crate::declare::options::item::Item;
use crate::declare::rule::rule::Rule;
use crate::declare::shared_library::SharedLibrary;

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
    /// A file that programs, modules and other such files link.
    #[serde(rename = "shared-library")]
    SharedLibrary(SharedLibrary),
    /// A program for the build machine.
    #[serde(rename = "host-program")]
    HostProgram(HostProgram),
    /// A name for other targets.
    Group(Group),
    /// Files that a tool makes of others.
    Rule(Rule),
}

impl Target {
    /// `library`, `shared library`, `module`, `executable`, `host program`, `group` or `rule`.
    pub fn kind(&self) -> &'static str {
        match self {
            Target::Library(_) => "library",
            Target::Module(_) => "module",
            Target::Executable(_) => "executable",
            Target::SharedLibrary(_) => "shared library",
            Target::HostProgram(_) => "host program",
            Target::Group(_) => "group",
            Target::Rule(_) => "rule",
        }
    }

    /// The target's name.
    pub fn name(&self) -> &str {
        match self {
            Target::Library(library) => &library.name,
            Target::Module(module) => &module.name,
            Target::Executable(executable) => &executable.name,
            Target::SharedLibrary(library) => &library.name,
            Target::HostProgram(program) => &program.name,
            Target::Group(group) => &group.name,
            Target::Rule(rule) => &rule.name,
        }
    }

    /// What is compiled into the target.
    pub fn code(&self) -> &Code {
        match self {
            Target::Library(library) => &library.code,
            Target::Module(module) => &module.code,
            Target::Executable(executable) => &executable.code,
            Target::SharedLibrary(library) => &library.code,
            Target::HostProgram(program) => &program.code,
            Target::Group(group) => &group.code,
            Target::Rule(rule) => &rule.code,
        }
    }

    /// The same, to be changed.
    pub(crate) fn code_mut(&mut self) -> &mut Code {
        match self {
            Target::Library(library) => &mut library.code,
            Target::Module(module) => &mut module.code,
            Target::Executable(executable) => &mut executable.code,
            Target::SharedLibrary(library) => &mut library.code,
            Target::HostProgram(program) => &mut program.code,
            Target::Group(group) => &mut group.code,
            Target::Rule(rule) => &mut rule.code,
        }
    }

    /// How it is compiled and linked.
    pub fn flags(&self) -> &Flags {
        match self {
            Target::Library(library) => &library.flags,
            Target::Module(module) => &module.flags,
            Target::Executable(executable) => &executable.flags,
            Target::SharedLibrary(library) => &library.flags,
            Target::HostProgram(program) => &program.flags,
            Target::Group(group) => &group.flags,
            Target::Rule(rule) => &rule.flags,
        }
    }

    /// The same, to be changed.
    pub(crate) fn flags_mut(&mut self) -> &mut Flags {
        match self {
            Target::Library(library) => &mut library.flags,
            Target::Module(module) => &mut module.flags,
            Target::Executable(executable) => &mut executable.flags,
            Target::SharedLibrary(library) => &mut library.flags,
            Target::HostProgram(program) => &mut program.flags,
            Target::Group(group) => &mut group.flags,
            Target::Rule(rule) => &mut rule.flags,
        }
    }

    /// It, if it is a module.
    pub(crate) fn as_module(&self) -> Option<&Module> {
        if let Target::Module(module) = self { Some(module) } else { None }
    }

    /// It, if it is an executable.
    pub(crate) fn as_executable(&self) -> Option<&Executable> {
        if let Target::Executable(executable) = self { Some(executable) } else { None }
    }

    /// Kind and name as messages show them: `module "block/crypt"`.
    pub fn title(&self) -> String {
        format!("{} {:?}", self.kind(), self.name())
    }

    /// Arguments in the middle of its link.
    pub(crate) fn places(&self) -> [&[Item<String>]; 2] {
        match self {
            Target::Library(_) | Target::Group(_) | Target::Rule(_) => [&[]; 2],
            Target::Module(module) => module.places.lists().map(Vec::as_slice),
            Target::Executable(executable) => executable.places.lists().map(Vec::as_slice),
            Target::SharedLibrary(library) => library.places.lists().map(Vec::as_slice),
            Target::HostProgram(program) => program.places.lists().map(Vec::as_slice),
        }
    }

    /// The same, to be changed.
    pub(crate) fn places_mut(&mut self) -> Option<&mut LinkPlaces> {
        match self {
            Target::Library(_) | Target::Group(_) | Target::Rule(_) => None,
            Target::Module(module) => Some(&mut module.places),
            Target::Executable(executable) => Some(&mut executable.places),
            Target::SharedLibrary(library) => Some(&mut library.places),
            Target::HostProgram(program) => Some(&mut program.places),
        }
    }

    /// What it says of its installation; nothing of a group's, and of what only the build runs.
    pub(crate) fn installing(&self) -> Option<&Installing> {
        match self {
            Target::Library(library) => Some(&library.installing),
            Target::Module(module) => Some(&module.installing),
            Target::Executable(executable) => Some(&executable.installing),
            Target::SharedLibrary(library) => Some(&library.installing),
            Target::HostProgram(_) | Target::Group(_) | Target::Rule(_) => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn installing_mut(&mut self) -> Option<&mut Installing> {
        match self {
            Target::Library(library) => Some(&mut library.installing),
            Target::Module(module) => Some(&mut module.installing),
            Target::Executable(executable) => Some(&mut executable.installing),
            Target::SharedLibrary(library) => Some(&mut library.installing),
            Target::HostProgram(_) | Target::Group(_) | Target::Rule(_) => None,
        }
    }

    /// What pkg-config is told of it.
    pub(crate) fn pkg_config_file(&self) -> Option<&PkgConfigFile> {
        match self {
            Target::Library(library) => library.pkg_config_file.as_deref(),
            Target::SharedLibrary(library) => library.pkg_config_file.as_deref(),
            _ => None,
        }
    }

    /// Whether others link it.
    pub(crate) fn is_linked(&self) -> bool {
        matches!(self, Target::Library(_) | Target::SharedLibrary(_))
    }

    /// What it links; nothing of what is not linked itself.
    pub(crate) fn links(&self) -> Option<&Links> {
        match self {
            Target::Library(library) => Some(&library.links),
            Target::Module(module) => Some(&module.links),
            Target::Executable(executable) => Some(&executable.links),
            Target::SharedLibrary(library) => Some(&library.links),
            Target::HostProgram(program) => Some(&program.links),
            Target::Group(_) | Target::Rule(_) => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn links_mut(&mut self) -> Option<&mut Links> {
        match self {
            Target::Library(library) => Some(&mut library.links),
            Target::Module(module) => Some(&mut module.links),
            Target::Executable(executable) => Some(&mut executable.links),
            Target::SharedLibrary(library) => Some(&mut library.links),
            Target::HostProgram(program) => Some(&mut program.links),
            Target::Group(_) | Target::Rule(_) => None,
        }
    }

    /// The libraries of the project that it links.
    pub(crate) fn libraries(&self) -> &[Item<Ref<LibraryId>>] {
        self.links().map_or(&[], |links| &links.link)
    }
}
