//! Sources that a target compiles once more, with other arguments: one source, several objects.

use serde::{Deserialize, Serialize};

use crate::declare::flags::Flags;
use crate::declare::options::item::Item;

/// Sources of a target under a name of their own, which tells their objects from others of the same sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompiledAgain {
    /// The name: ASCII letters, digits and `_`.
    #[serde(rename = "as")]
    pub name: String,
    /// Globs and paths, as in [`Code::sources`](crate::Code::sources).
    pub sources: Vec<Item<String>>,
    /// Arguments for these objects, whatever language they are in, after all others so that they win.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cflags: Vec<Item<String>>,
    /// Flags by language, and what is taken away of the others.
    #[serde(default, skip_serializing_if = "Flags::is_empty")]
    pub flags: Flags,
}
