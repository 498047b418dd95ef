//! What the actions of a build do: the toolchain and what it can do, the steps that run in this process, and load checks.
//! It plans nothing. Users name what they need of it through the crate `modpin`.

pub mod error;
pub mod own_file;
pub mod toolchain;
pub mod load;
pub mod steps;
pub mod unread;

pub use error::{Error, Result};
