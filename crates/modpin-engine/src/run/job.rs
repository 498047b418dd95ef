//! An action to do, and what comes of it: what threads are given, and what they give back.

use std::sync::Arc;
use std::time::Duration;

use crate::graph::ActionId;
use crate::graph::step::{Discovered, ToldChange};
use crate::run::arrived::Arrived;
use crate::run::caching::{Caching, Known};
use crate::run::event::Failure;
use crate::run::reading::Read;
use crate::world::disk::Stat;
use crate::world::file_state::Present;
use crate::world::hash::Hash;
use crate::world::race::Race;

/// An action to do.
pub struct Job {
    /// Which one.
    pub action: ActionId,
    /// Why it runs, in words.
    pub reason: String,
    /// The clock when it was handed out.
    pub started: i64,
    /// How many were handed out before.
    pub turn: u64,
    /// What lies at the path of each output now; the same content is not written again.
    pub present: Vec<Present>,
    /// What the cache has for it.
    pub known: Option<Known>,
    /// What it would read is to be found out, and no more.
    pub scan: bool,
    /// What another machine has made for it.
    pub arrived: Option<Arrived>,
    /// Another one may be first.
    pub race: Option<Arc<Race>>,
}

/// An action that was done.
pub struct Done {
    /// The job it was.
    pub job: Job,
    /// What was printed.
    pub said: Vec<u8>,
    /// How long it took.
    pub elapsed: Duration,
    /// Another machine has made it.
    pub elsewhere: bool,
    /// Its result.
    pub result: Result<Made, Failure>,
}

/// Stat and content of files that were moved to where they belong.
pub type Placed = Vec<(Stat, Hash)>;

/// What a successful action made.
pub struct Made {
    /// Stat and content of each output.
    pub outputs: Vec<(Stat, Hash)>,
    /// Files that it has left beside them, not moved yet.
    pub beside: Vec<Beside>,
    /// Files that it says it read.
    pub discovered: Vec<Discovered>,
    /// What is different in outputs, in words.
    pub changes: Vec<ToldChange>,
    /// The result is not to be remembered.
    pub forget: bool,
    /// What the cache has to do with it.
    pub caching: Caching,
}

/// What an action that went well says of itself.
#[derive(Default)]
pub(super) struct Report {
    /// What it has read.
    pub read: Read,
    /// What is different in outputs, in words.
    pub changes: Vec<ToldChange>,
    /// The result is not to be remembered.
    pub forget: bool,
    /// An output may be a link.
    pub linked: bool,
    /// Of each output, whether it lies where it belongs.
    pub there: Vec<Present>,
}

/// A file that a command has left beside its outputs.
pub struct Beside {
    /// Where it will lie.
    pub path: String,
    /// Where it lies until everybody knows that it is ours.
    pub(super) partial: String,
}
