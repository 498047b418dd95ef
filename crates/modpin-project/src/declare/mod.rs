//! What a user says: targets, options, settings. Plain data; nothing is looked up.

pub(crate) mod handle;
pub(crate) mod json;
pub(crate) mod link_order;
pub(crate) mod options;
pub(crate) mod package;
pub(crate) mod project;
pub(crate) mod target;
