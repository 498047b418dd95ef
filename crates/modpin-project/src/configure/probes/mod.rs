//! The probes of a project among its options: what is known of each, and which can be asked now.

pub(crate) mod probed;
pub(crate) mod due;
