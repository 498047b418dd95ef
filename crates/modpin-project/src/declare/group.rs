//! A group: a name for several targets, for who builds them. Nothing is made of it.

use serde::{Deserialize, Serialize};

use crate::declare::code::Code;
use crate::declare::flags::Flags;
use crate::declare::handle::{Ref, TargetId};
use crate::declare::options::item::{Item, Items};

/// A name for several targets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Group {
    /// Its name, which no other target has.
    pub name: String,
    /// Names of targets and of other groups, or globs over names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Item<Ref<TargetId>>>,
    /// Nothing is compiled into it.
    #[serde(skip)]
    pub(crate) code: Code,
    #[serde(skip)]
    pub(crate) flags: Flags,
}

impl Group {
    /// Declares a group of this name.
    pub fn new(name: impl Into<String>) -> Group {
        Group { name: name.into(), ..Group::default() }
    }

    /// Adds targets and other groups: handles, names, or globs over names.
    pub fn targets<M>(mut self, targets: impl Items<Ref<TargetId>, M>) -> Group {
        self.targets.extend(targets.items());
        self
    }
}
