//! Test support: a world of C files in a directory of its own, built by the real engine with the real
//! compiler, linker and loader.
//!
//! Knows how to build and how to tell what happened; what is right is for the test to say.

pub mod clock;
pub mod world;
pub mod look;
pub mod case;
pub mod skip;

pub use case::{Case, CaseModule};
pub use clock::next_tick;
pub use skip::{linkers, skip};
pub use world::{Build, World};
