//! Flags, looked up: for which sources each is, what each level says, and what they say one behind the other.

pub(crate) mod language;
pub(crate) mod said_by;
pub(crate) mod resolved_flag;
pub(crate) mod own_arguments;
pub(crate) mod speaker;
pub(crate) mod level;
pub(crate) mod levels;
pub(crate) mod scope_levels;
pub(crate) mod public;
pub(crate) mod doubtful;
