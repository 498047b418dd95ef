//! One ELF file, from its bytes to its facts: as a linker reads it, as the dynamic loader does, and as a debugger does.

pub(crate) mod magic;
mod machine;
mod relocation;

// As a linker reads it.
mod strings;
mod sections;
pub(crate) mod object_names;
mod object_versions;
mod object_symbols;
pub(crate) mod object;
pub(crate) mod interface;
pub(crate) mod variables;
#[cfg(feature = "lines")]
pub(crate) mod object_lines;

// As the dynamic loader and a debugger read it.
mod image;
mod dynamic;
mod dynamic_symbol;
mod hash_table;
pub(crate) mod may_offer;
mod mentioned;
mod loadable_symbols;
pub(crate) mod loadable;
mod object_of_segments;
pub(crate) mod symtab;
pub(crate) mod debug_link;
pub(crate) mod run_path;
