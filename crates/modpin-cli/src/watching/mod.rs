//! Waiting for files to change, by the system's events.

mod tree;
mod wait;

pub use wait::Watcher;
