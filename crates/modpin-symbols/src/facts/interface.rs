//! What a shared library is for those who link it: its name and its symbols, with the sizes of variables, which a program may
//! take for its own (copy relocations). No code, no address: it stays equal when only a function's body changes.

use crate::facts::table::Kind;

/// A shared library as a linker sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interface {
    /// DT_SONAME.
    pub soname: Option<String>,
    /// What it offers, by name.
    pub symbols: Vec<Offered>,
}

/// A symbol that a shared library offers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offered {
    /// Without version.
    pub name: String,
    /// The version under which it is offered, if any.
    pub version: Option<String>,
    /// Whether who asks for no version gets this one.
    pub default_version: bool,
    /// Whether it gives way to another definition.
    pub weak: bool,
    /// What it stands for.
    pub kind: Kind,
    /// How many bytes a variable has; 0 for code.
    pub size: u64,
}
