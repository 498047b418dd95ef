//! Headers that the build itself writes, so that C sees what was configured.

pub(crate) mod autoconf;
pub(crate) mod config_header;
