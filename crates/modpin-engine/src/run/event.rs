//! What a run tells while it goes on. The engine prints nothing: whoever listens does, or does not.

use std::io;
use std::time::Duration;

use crate::check::reason::Reason;
use crate::error::in_full;
use crate::graph::ActionId;

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
    /// This one's result was there already.
    Taken(ActionId, &'a Reason, Origin),
    /// About as much time is left, by how long the same actions took when they ran last.
    Left(Duration),
    /// This one ran, or its result was put in place.
    Finished {
        /// Which one.
        action: ActionId,
        /// What it printed, now or when its result was made.
        output: &'a [u8],
        /// How long it took.
        elapsed: Duration,
        /// Why it has no result, if it has none.
        failure: Option<&'a Failure>,
        /// Where the result comes from.
        origin: Origin,
    },
}

/// Where a result comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was made now.
    Made,
    /// It was made now, on another machine.
    Elsewhere,
    /// It was in the cache of this machine.
    Cache,
    /// It was brought from a server.
    Server,
}

impl Origin {
    /// It was there already.
    pub fn is_cached(self) -> bool {
        !matches!(self, Origin::Made | Origin::Elsewhere)
    }
}

/// Why an action has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In a sentence.
    pub message: String,
    /// What kind of end it was.
    pub cause: Cause,
}

/// The ways in which an action can end without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The command ended by itself, with this code.
    ExitCode(i32),
    /// The command was killed by this signal.
    Signal(i32),
    /// The command was killed when its time was over.
    TimeLimit,
    /// The command could not be started.
    NotStarted,
    /// The work was done and the answer is no.
    Refused,
    /// The work could not be brought to an end: a file that cannot be read or written, an output that is missing.
    Unfinished,
}

impl Failure {
    /// Work that could not be brought to an end.
    pub fn unfinished(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), cause: Cause::Unfinished }
    }

    /// Work that ended because the system refused something: names the path and the purpose of the call.
    pub fn io(doing: &str, path: &str) -> impl FnOnce(io::Error) -> Failure {
        let what = format!("{path}: cannot {doing}");
        move |error| Failure::unfinished(format!("{what}: {}", in_full(&error)))
    }

    /// The work was done and the answer is no; otherwise the work could not be done.
    pub fn refused(&self) -> bool {
        self.cause == Cause::Refused
    }
}
