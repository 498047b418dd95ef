//! The world around a build: the file system, other processes, signals, and other builds.

pub mod hash;
pub mod disk;
pub mod listing;
pub mod opened;
mod inside;
mod spot;
mod held_dirs;
pub mod real_disk;
pub mod values;
pub mod spelling;
pub mod file_state;
mod child_guard;
pub mod race;
pub mod spawn;
mod orders;
mod attributes;
mod supervisor;
pub mod process;
pub mod signals;
pub mod lock;
pub mod jobserver;

use crate::world::disk::Disk;
use crate::world::jobserver::Jobserver;
use crate::world::process::Processes;
use crate::world::signals::Interrupt;

/// The world around a build.
#[derive(Clone, Copy)]
pub struct Edges<'a> {
    /// The file system.
    pub disk: &'a dyn Disk,
    /// Other processes.
    pub processes: &'a dyn Processes,
    /// Whether to stop.
    pub interrupt: &'a Interrupt,
    /// Who else decides how many actions run at once.
    pub jobserver: Option<&'a Jobserver>,
}
