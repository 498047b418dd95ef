//! Projects on disks of their own, looked up.

pub(crate) mod tree;
mod resolved;
mod mistakes;
mod broken;
mod hosts;
mod sources;
mod scopes;
mod placed;
mod levels;
