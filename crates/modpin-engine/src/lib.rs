//! Files, actions and commands: runs exactly what is needed, and nothing twice.
//!
//! A [`Graph`] says which action makes which file from which others. [`run()`] brings files up to date: an
//! action runs when its recipe or the content of a file that it reads differs from the last time, or
//! when an output is not what it was. Content decides, never a time stamp. An action that writes the same
//! content again does not make its readers run.
//!
//! This crate knows no compiler, no symbol, no target, and prints nothing.
#![warn(missing_docs)]

pub mod graph;
pub mod step;
pub mod event;
pub mod reason;
pub mod hash;
pub mod manifest;
pub mod run;
mod needed;
mod schedule;
mod estimate;
pub mod jobs;
mod memory;
mod freshness;
mod shadow;
mod work;
mod crew;
mod place;
mod room;
pub mod depfile;
mod stale;
pub mod store;
mod paths;
pub mod record;
pub mod snapshot;
pub mod frozen;
mod touched;
pub mod recall;
pub mod lock;
pub mod disk;
pub mod command;
mod guard;
pub mod interrupt;
pub mod error;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

pub use command::{Processes, RealProcesses, Spawn, Status};
pub use disk::{Disk, RealDisk};
pub use error::{Error, GraphError};
pub use event::{Cause, Event, Failure};
pub use graph::{Action, ActionId, Arg, Command, FileId, Graph, Response, Search, Work};
pub use interrupt::Interrupt;
pub use jobs::Jobserver;
pub use lock::Lock;
pub use reason::Reason;
pub use run::{Config, Edges, Outcome, run};
pub use stale::remove_recorded;
pub use step::{Step, StepError, StepIo};
pub use store::Store;
