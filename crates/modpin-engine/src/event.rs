//! What a run tells while it goes on. The engine prints nothing: whoever listens does, or does not.

use std::time::Duration;

use crate::graph::ActionId;
use crate::reason::Reason;

/// Something that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// Another process works in this build directory; we wait for it.
    Waiting {
        /// Its process id, when it left one.
        holder: Option<u32>,
    },
    /// Something is odd, and the build goes on.
    Warning(&'a str),
    /// This many actions will be looked at.
    Planned {
        /// Actions that the wanted files need.
        total: usize,
    },
    /// An output that no action writes any more was removed.
    Removed(&'a str),
    /// Nothing to do for this one.
    Fresh(ActionId),
    /// This one runs now (or would, in a dry run).
    Started(ActionId, &'a Reason),
    /// This one ran.
    Finished {
        /// Which one.
        action: ActionId,
        /// What it printed.
        output: &'a [u8],
        /// How long it took.
        elapsed: Duration,
        /// Why it has no result, if it has none.
        failure: Option<&'a Failure>,
    },
}

/// Why an action has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In a sentence.
    pub message: String,
    /// The work was done and the answer is no; otherwise the work could not be done.
    pub refused: bool,
}
