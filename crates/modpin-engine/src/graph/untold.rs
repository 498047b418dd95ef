//! What commands read and tell nobody: whoever made them knows how to find out.

use std::fmt;

use crate::graph::Command;
use crate::graph::step::Discovered;
use crate::world::disk::Disk;

/// A command that has ended well, and what it told of its reading.
pub struct Told<'a> {
    /// The command.
    pub command: &'a Command,
    /// What it was declared to read, and what its depfile names; relative to the root, or absolute.
    pub read: &'a [&'a str],
    /// The first so many of these were declared.
    pub declared: usize,
    /// What its further depfile names; `None` where there is none.
    pub further: Option<&'a [&'a str]>,
}

/// Knows what commands read beyond what they tell.
pub trait Untold: fmt::Debug + Send + Sync {
    /// Files that a command has read besides, and those that it looked for and did not find; which of those that it read count
    /// in part only. Asked after each run of a command, on any thread: what is the same for many is better remembered.
    fn beyond(&self, told: &Told<'_>, disk: &dyn Disk) -> Vec<Discovered>;

    /// Why the command might give something else another time, although it reads the same: it tells the clock, or reads what
    /// nobody knows. Asked if its result is to be used again elsewhere.
    fn fleeting(&self, told: &Told<'_>, disk: &dyn Disk) -> Option<String>;
}
