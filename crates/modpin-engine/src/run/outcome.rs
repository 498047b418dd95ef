//! What a build did, for whoever started it.

use crate::graph::ActionId;
use crate::run::event::Failure;
use crate::state::snapshot::Entry;

/// What a build did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The actions that ran and succeeded, in order of their end.
    pub ran: Vec<ActionId>,
    /// How many of those were commands that were started.
    pub commands: usize,
    /// How many commands another machine ran.
    pub elsewhere: usize,
    /// How many of those had a result in the cache.
    pub cached: usize,
    /// How many of these were brought from a server.
    pub brought: usize,
    /// The actions that failed.
    pub failed: Vec<(ActionId, Failure)>,
    /// How many actions were not reached because of that.
    pub not_reached: usize,
    /// The signal that ended the build.
    pub interrupted: Option<i32>,
    /// The actions that were looked at, or were to be.
    pub selected: Vec<ActionId>,
    /// When everything is as it should be now, and the next run would do nothing: what was looked at.
    pub seen: Option<Vec<Entry>>,
}

impl Outcome {
    /// Everything that was wanted is there.
    pub fn success(&self) -> bool {
        self.failed.is_empty() && self.interrupted.is_none()
    }
}
