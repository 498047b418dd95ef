//! Rules: files that a tool makes of others.

pub(crate) mod rule_text;
pub(crate) mod rule_id;
pub(crate) mod rule_step;
pub(crate) mod rule_arg;
pub(crate) mod read_args;
#[allow(clippy::module_inception)]
pub(crate) mod rule;
pub(crate) mod ready_made;
pub(crate) mod offsets;
