//! Flags, looked up: for which sources each is, what the levels say one behind the other, and what is wrong with them.

pub(crate) mod language;
pub(crate) mod said_by;
pub(crate) mod resolved_flag;
pub(crate) mod own_arguments;
pub(crate) mod levels;
pub(crate) mod public;
pub(crate) mod broken;
pub(crate) mod doubtful;
