//! Files, actions and commands: runs exactly what is needed, and nothing twice.
//!
//! A [`Graph`] says which action makes which file from which others. A [`Selection`] of its actions is brought up to date
//! by [`run()`]: an action runs when its recipe or the content of a file that it reads differs from the last time, or
//! when an output is not what it was. Content decides, never a time stamp. An action that writes the same
//! content again does not make its readers run.
//!
//! This crate knows no compiler, no symbol, no target, and prints nothing.
#![warn(missing_docs)]

pub mod world;
pub mod graph;
pub mod state;
pub mod cache;
pub mod check;
pub mod run;
pub mod recall;
pub mod remote;
pub mod error;

pub use cache::{Blob, Cache, Kept, LocalCache, Order, SharedCache, SharedResult};
pub use check::orphans::remove_recorded;
pub use check::reason::Reason;
pub use check::selection::Selection;
pub use error::{Error, GraphError, in_full};
pub use graph::stage::Stage;
pub use graph::step::{Discovered, Finder, How, Step, StepDecoder, StepError, StepIo};
pub use graph::untold::{Told, Untold};
pub use graph::{
    Action, ActionId, Arg, Command, Elsewhere, FileId, Graph, Response, Scan, Search, Then, Work,
};
pub use remote::{ServerProgram, Started};
pub use run::event::{Cause, Event, Failure, Origin};
pub use run::partial::partial_dir;
pub use run::schedule::Pool;
pub use run::{Config, Outcome, run};
pub use state::Store;
pub use state::frame::Framing;
pub use state::log::{ActionRecord, FileRecord};
pub use state::paths::PathId;
pub use world::Edges;
pub use world::disk::{Disk, Stat};
pub use world::file_state::FileState;
pub use world::hash::{Hash, Hasher};
pub use world::jobserver::{Jobserver, Unreachable};
pub use world::listing::Listing;
pub use world::lock::Lock;
pub use world::opened::read_file;
pub use world::process::{Ended, Processes, RealProcesses, Spawn, Status};
pub use world::real_disk::RealDisk;
pub use world::signals::Interrupt;
pub use world::values::{value_of, value_path};

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
