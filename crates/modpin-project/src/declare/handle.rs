//! Typed handles, and the names they stand for. [`crate::Project::add`] gives a handle for each
//! target, so that a declaration can say `.link([util, stubs])` without spelling a name twice.
//! Handles are numbers and borrow nothing. A handle knows its name's hash: one that strays in from
//! another project is found out instead of meaning whatever stands at that position here.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A library or shared library that was added to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LibraryId(pub(crate) Position);

/// A module that was added to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleId(pub(crate) Position);

/// An executable that was added to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutableId(pub(crate) Position);

/// A program for the build machine that was added to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostProgramId(pub(crate) Position);

/// A target of whatever kind that was added to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetId(pub(crate) Position);

/// An option that was added to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionId(pub(crate) Position);

/// A probe that was added to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeId(pub(crate) Position);

/// Another target or option, as a target's builder took it: by handle or by name.
/// [`crate::Project::add`] turns the project's own handles into names; a handle that stays one
/// belongs to another project, and resolving says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ref<H> {
    /// A handle that no project has looked up yet.
    Handle(H),
    /// A name; for modules that a host loads or builds in, a glob over module names.
    Name(String),
}

/// What [`Ref`] accepts as a handle.
pub trait Handle: Copy {
    /// Where the named thing stands in its project.
    #[doc(hidden)]
    fn position(self) -> Position;
}

/// A position in a project's list, and the hash of the name that stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    index: usize,
    name_hash: u64,
}

/// What conditions ask for is counted in one row: options, then probes from here.
pub(crate) const FIRST_PROBE: usize = usize::MAX / 4;

/// And then targets.
pub(crate) const FIRST_TARGET: usize = usize::MAX / 2;

/// What stands at a position: the name that it was declared with, and the word that stands for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub declared: &'a str,
    pub word: &'a str,
}

impl<'a> From<&'a str> for Named<'a> {
    fn from(name: &'a str) -> Named<'a> {
        Named { declared: name, word: name }
    }
}

impl Position {
    pub(crate) fn new(index: usize, name: &str) -> Position {
        Position { index, name_hash: hash(name) }
    }

    /// The name at this position, if it is the one that the handle was given for.
    pub(crate) fn find<'a, N: Into<Named<'a>>>(
        self,
        name_at: impl FnOnce(usize) -> Option<N>,
    ) -> Option<&'a str> {
        let named: Named<'_> = name_at(self.index)?.into();
        (hash(named.declared) == self.name_hash).then_some(named.word)
    }

    /// The same position, counted with others in one row.
    pub(crate) fn counted_from(self, first: usize) -> Position {
        Position { index: first + self.index, ..self }
    }
}

impl<H: Handle> Ref<H> {
    /// The name; `None` for a handle of another project.
    pub fn name(&self) -> Option<&str> {
        match self {
            Ref::Handle(_) => None,
            Ref::Name(name) => Some(name),
        }
    }

    /// Puts the name in a handle's place if `name_at` knows the handle.
    pub(crate) fn look_up<'a, N: Into<Named<'a>>>(&mut self, name_at: impl FnOnce(usize) -> Option<N>) {
        if let Ref::Handle(handle) = self
            && let Some(name) = handle.position().find(name_at)
        {
            *self = Ref::Name(name.to_owned());
        }
    }
}

impl Handle for LibraryId {
    fn position(self) -> Position {
        self.0
    }
}

impl Handle for ModuleId {
    fn position(self) -> Position {
        self.0
    }
}

impl Handle for TargetId {
    fn position(self) -> Position {
        self.0
    }
}

impl From<LibraryId> for Ref<TargetId> {
    fn from(handle: LibraryId) -> Ref<TargetId> {
        Ref::Handle(TargetId(handle.0))
    }
}

impl From<ModuleId> for Ref<TargetId> {
    fn from(handle: ModuleId) -> Ref<TargetId> {
        Ref::Handle(TargetId(handle.0))
    }
}

impl From<ExecutableId> for Ref<TargetId> {
    fn from(handle: ExecutableId) -> Ref<TargetId> {
        Ref::Handle(TargetId(handle.0))
    }
}

impl From<ProbeId> for Ref<OptionId> {
    fn from(handle: ProbeId) -> Ref<OptionId> {
        Ref::Handle(OptionId(handle.0))
    }
}

impl From<HostProgramId> for Ref<TargetId> {
    fn from(handle: HostProgramId) -> Ref<TargetId> {
        Ref::Handle(TargetId(handle.0))
    }
}

impl Handle for OptionId {
    fn position(self) -> Position {
        self.0
    }
}

impl<H: Handle> From<H> for Ref<H> {
    fn from(handle: H) -> Ref<H> {
        Ref::Handle(handle)
    }
}

impl<H: Handle> From<&str> for Ref<H> {
    fn from(name: &str) -> Ref<H> {
        Ref::Name(name.to_owned())
    }
}

impl<H: Handle> From<String> for Ref<H> {
    fn from(name: String) -> Ref<H> {
        Ref::Name(name)
    }
}

impl<H> Serialize for Ref<H> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Ref::Handle(_) => Err(serde::ser::Error::custom("a handle belongs to another project")),
            Ref::Name(name) => serializer.serialize_str(name),
        }
    }
}

impl<'de, H> Deserialize<'de> for Ref<H> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ref<H>, D::Error> {
        String::deserialize(deserializer).map(Ref::Name)
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::many::Many;

    #[test]
    fn handles_and_names_become_references() {
        let (one, two) = (LibraryId(Position::new(0, "one")), LibraryId(Position::new(1, "two")));
        fn count<M>(values: impl Many<Ref<LibraryId>, M>) -> usize {
            values.many().len()
        }
        assert_eq!(count(one), 1);
        assert_eq!(count([one, two]), 2);
        assert_eq!(count("one"), 1);
        assert_eq!(count([Ref::from(one), Ref::from("two")]), 2);
    }

    #[test]
    fn a_handle_finds_its_own_name_only() {
        let names = ["one", "two"];
        let find = |position: Position| position.find(|at| names.get(at).copied());
        assert_eq!(find(Position::new(1, "two")), Some("two"));
        assert_eq!(find(Position::new(1, "other")), None);
        assert_eq!(find(Position::new(2, "two")), None);
    }
}
