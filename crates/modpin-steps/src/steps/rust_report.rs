//! What a host that cargo links must get from Rust: the report of the step that works it out. Plain data.

use serde::{Deserialize, Serialize};

/// What the link of a host is told about Rust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RustReport {
    /// The executable's name.
    pub host: String,
    /// What Rust must define, by name.
    pub needs: Vec<RustNeed>,
}

/// A symbol that Rust must define.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RustNeed {
    /// The symbol.
    pub symbol: String,
    /// Who needs it: modules with their objects, members of archives, the declaration.
    pub asked_by: Vec<String>,
    /// Modules see it.
    pub exported: bool,
}
