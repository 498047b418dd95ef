//! What an executable says that cargo links.

use serde::{Deserialize, Serialize};

/// What is said of an executable that cargo links.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CargoLink {
    /// Functions and variables that Rust offers to modules (`#[unsafe(no_mangle)]`), whether or not a declared module
    /// needs them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
    /// Symbols that modules get from shared libraries of the program, so that neither Rust nor an archive has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from_shared: Vec<String>,
}
