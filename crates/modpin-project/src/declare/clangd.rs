//! How clangd finds compile_commands.json, which lies in the build directory. Plain data.

use serde::{Deserialize, Serialize};

/// What the verb `compile-commands` leaves in the root of the project, so that clangd finds the database from every source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clangd {
    /// A link `compile_commands.json`, which other tools find as well.
    #[default]
    Link,
    /// A file `.clangd` that names the build directory: for clangd alone, and where links are no good.
    File,
    /// Nothing.
    Nothing,
}
