//! What C sees of a configuration, looked up: which macros each option becomes.

pub(crate) mod autoconf;
pub(crate) mod config_deps;
pub(crate) mod literal;
pub(crate) mod macros;
pub(crate) mod resolved_autoconf;
