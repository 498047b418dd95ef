//! How long a build took, action by action. The value here is all that is known; `page` draws it for people and `trace`
//! writes it for programs. Knows no clock and no build: whoever listens to one fills it in.

mod page;
mod trace;

use serde::Serialize;

pub use page::page;
pub use trace::trace;

/// A build in time. All times are microseconds since the program started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Timings {
    /// The project's name.
    pub project: String,
    /// `debug` or `release`.
    pub profile: String,
    /// How many actions could run at once.
    pub jobs: usize,
    /// When the build knew its actions; before that the project was declared, looked up and planned.
    pub planned: u64,
    /// When all was over.
    pub end: u64,
    /// How long this process was something else before, where that is known: cargo, which becomes the program that it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// All that was done, one after the other: no time between 0 and `end` is in none of them.
    pub parts: Vec<Part>,
    /// Actions that had nothing to do.
    pub fresh: usize,
    /// How it ended, if not well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The actions that ran, in order of their start.
    pub actions: Vec<Timed>,
}

/// Something that the program did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What: `planning`.
    pub name: String,
    /// When it began.
    pub start: u64,
    /// When it ended, and the next part began.
    pub end: u64,
}

/// An action that ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Timed {
    /// What was done: `Compiling`.
    pub verb: String,
    /// To what: `c-src/util/crc.c`.
    pub label: String,
    /// Why.
    pub reason: String,
    /// When the last action ended that it had to wait for.
    pub ready: u64,
    /// When it started.
    pub start: u64,
    /// When it ended.
    pub end: u64,
    /// Which of those that ran at once it was: the lowest number that was free.
    pub lane: usize,
    /// Its result was in the cache.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// It was brought there from a server.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub from_server: bool,
    /// Another machine has made it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
    /// Why it has no result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}
