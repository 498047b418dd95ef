//! What a target links: libraries of the project and of the system.

use serde::{Deserialize, Serialize};

use crate::declare::handle::{LibraryId, Ref};
use crate::declare::options::item::Item;

/// Libraries that a target links, or that whoever links it does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Links {
    /// Libraries of the project, shared ones among them. Their order decides only what symbols leave open, and which of two
    /// definitions of a symbol wins. Two libraries may need each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<Item<Ref<LibraryId>>>,
    /// System libraries, as after `-l`. Programs get those of a module only if it is built in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub system_libraries: Vec<Item<String>>,
    /// System libraries that stay even if nothing linked here needs them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keep_system_libraries: Vec<Item<String>>,
}

impl Links {
    /// The libraries of the system.
    pub(crate) fn of_system(&self) -> [&[Item<String>]; 2] {
        [&self.system_libraries, &self.keep_system_libraries]
    }

    /// The same, to be changed.
    pub(crate) fn of_system_mut(&mut self) -> [&mut Vec<Item<String>>; 2] {
        [&mut self.system_libraries, &mut self.keep_system_libraries]
    }
}
