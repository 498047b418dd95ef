//! The world around a build: the file system, other processes, signals, and other builds.

pub mod hash;
pub mod disk;
pub mod process;
mod child_guard;
pub mod signals;
pub mod lock;
pub mod jobserver;
