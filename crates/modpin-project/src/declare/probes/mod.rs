//! Probes: questions to the machine that a project declares. Plain data; nothing is asked here.

pub(crate) mod kind;
pub(crate) mod derived;
pub(crate) mod compiler;
pub(crate) mod probe;
