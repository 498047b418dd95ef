//! What a user may say about the order of archives in a link. Mostly nothing: the order is worked out from symbols. Plain
//! data.

use serde::{Deserialize, Serialize};

/// What to do about archives that need each other, so that no order of them links.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cycles {
    /// Refuse the link and say which symbols close the cycle. Archives that were there already are grouped all the same:
    /// nobody here can change them.
    #[default]
    Deny,
    /// Let the linker search these archives, and only these, again and again (`--start-group`).
    Group,
}

/// Arguments in front of a layer of libraries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The layer's number.
    pub layer: u32,
    /// The arguments, in order.
    pub args: Vec<String>,
}

/// Stands for the archive in [`Library::link_args`](crate::Library::link_args).
pub const ARCHIVE: &str = "{archive}";
