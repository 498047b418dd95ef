//! What can be added to a project, as the target that it is, and with the handle by which others refer to it.

use crate::declare::executable::Executable;
use crate::declare::group::Group;
use crate::declare::handle::{ExecutableId, HostProgramId, LibraryId, ModuleId, Position, TargetId};
use crate::declare::host_program::HostProgram;
use crate::declare::library::Library;
use crate::declare::module::Module;
use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_id::RuleId;
use crate::declare::rust_host::RustHost;
use crate::declare::shared_library::SharedLibrary;
use crate::declare::target::Target;

/// What can be added to a project.
pub trait Declare {
    /// How the rest of the declaration refers to it.
    type Id;
    /// A target that this one needs, which is added before it.
    #[doc(hidden)]
    fn first(&mut self) -> Option<Target> {
        None
    }
    /// The value as a target, and what makes its handle.
    #[doc(hidden)]
    fn declare(self) -> (Target, fn(Position) -> Self::Id);
    /// A handle that knows the name, too.
    #[doc(hidden)]
    fn named(id: Self::Id, _name: &str) -> Self::Id {
        id
    }
}

impl Declare for Library {
    type Id = LibraryId;
    fn declare(self) -> (Target, fn(Position) -> LibraryId) {
        (Target::Library(self), LibraryId)
    }
}

impl Declare for SharedLibrary {
    type Id = LibraryId;
    fn declare(self) -> (Target, fn(Position) -> LibraryId) {
        (Target::SharedLibrary(self), LibraryId)
    }
}

impl Declare for Module {
    type Id = ModuleId;
    fn declare(self) -> (Target, fn(Position) -> ModuleId) {
        (Target::Module(self), ModuleId)
    }
}

impl Declare for Rule {
    type Id = RuleId;
    fn declare(self) -> (Target, fn(Position) -> RuleId) {
        (Target::Rule(self), |position| RuleId { position, name: String::new() })
    }

    fn named(id: RuleId, name: &str) -> RuleId {
        RuleId { name: name.to_owned(), ..id }
    }
}

impl Declare for Group {
    type Id = TargetId;
    fn declare(self) -> (Target, fn(Position) -> TargetId) {
        (Target::Group(self), TargetId)
    }
}

impl Declare for RustHost {
    type Id = ExecutableId;
    fn declare(self) -> (Target, fn(Position) -> ExecutableId) {
        self.0.declare()
    }
}

impl Declare for HostProgram {
    type Id = HostProgramId;
    fn declare(self) -> (Target, fn(Position) -> HostProgramId) {
        (Target::HostProgram(self), HostProgramId)
    }
}

impl Declare for Executable {
    type Id = ExecutableId;
    fn declare(self) -> (Target, fn(Position) -> ExecutableId) {
        (Target::Executable(self), ExecutableId)
    }
}
