//! A disk in memory with a clock that stands still until it is told, and processes that are closures.
//! For tests only.

mod tree;
mod disk;
mod calls;
mod processes;

pub use disk::FakeDisk;
pub use processes::FakeProcesses;
pub use tree::Fault;
