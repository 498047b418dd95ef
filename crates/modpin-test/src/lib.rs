//! Test support. A test has a directory of its own, a [`World`], runs programs in it, and looks at what they [`Said`]. The
//! feature `builds` adds builds by the real engine, in this process; without it this crate needs none of the others, so that
//! the tests of every crate can use it.
//!
//! Knows how to build and how to tell what happened; what is right is for the test to say.

pub mod room;
pub mod world;
pub mod said;
pub mod variables;
pub mod clock;
pub mod random;
pub mod skip;
pub mod child;
pub mod reliability;
#[cfg(feature = "servers")]
pub mod server;
#[cfg(feature = "builds")]
pub mod build;
#[cfg(feature = "builds")]
pub mod look;
#[cfg(feature = "builds")]
pub mod case;

pub use clock::next_tick;
pub use random::Random;
pub use said::Said;
pub use skip::{linkers, skip};
pub use world::World;
#[cfg(feature = "builds")]
pub use {
    build::Build,
    case::{Case, CaseModule},
};
