//! What modules need, and what the host must keep and export for them.

pub(crate) mod decide;
pub(crate) mod unresolved;
mod resolution;
pub(crate) mod refusal;
pub(crate) mod clash;
pub(crate) mod plan;
pub(crate) mod blind;
pub(crate) mod linker_input;

#[cfg(test)]
mod tests;
