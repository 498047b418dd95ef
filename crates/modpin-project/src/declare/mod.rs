//! What a user says: a project with its targets and options, Plain data; nothing is looked up.

pub(crate) mod many;
pub(crate) mod handle;
pub(crate) mod link_order;
pub(crate) mod condition;
pub(crate) mod opening;
pub(crate) mod symbol_pattern;
pub(crate) mod options;
pub(crate) mod seen;
pub(crate) mod probes;
pub(crate) mod flags;
pub(crate) mod compiled_again;
pub(crate) mod code;
pub(crate) mod link_places;
pub(crate) mod links;
pub(crate) mod installing;
pub(crate) mod library;
pub(crate) mod shared_library;
pub(crate) mod module;
pub(crate) mod cargo_link;
pub(crate) mod test_run;
pub(crate) mod executable;
pub(crate) mod rust_host;
pub(crate) mod host_program;
pub(crate) mod group;
pub(crate) mod rule;
pub(crate) mod target;
pub(crate) mod scope;
pub(crate) mod conditional;
pub(crate) mod package;
pub(crate) mod clangd;
pub(crate) mod declared;
pub(crate) mod project;
pub(crate) mod look_up;
pub(crate) mod dir;
pub(crate) mod installs;
pub(crate) mod json;
pub(crate) mod project_file;

#[cfg(test)]
mod tests;
