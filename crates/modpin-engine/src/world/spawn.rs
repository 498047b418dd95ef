//! A process as it is asked for, and how it ended. Plain data.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use crate::world::race::Race;

/// A process to run.
#[derive(Clone, Debug, Default)]
pub struct Spawn {
    /// The program, by absolute path.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables to set, or to remove (`None`); the others are inherited.
    pub env: Vec<(String, Option<String>)>,
    /// The directory in which it runs.
    pub dir: String,
    /// The file that is its standard input, by absolute path; nothing if there is none.
    pub stdin: Option<String>,
    /// The file that gets its standard output, by absolute path; what it prints if there is none. Only for one without a limit.
    pub stdout: Option<String>,
    /// After this time it is killed. Nothing that a process with a limit started outlives it, and it inherits no
    /// descriptor but the standard ones.
    pub limit: Option<Duration>,
    /// It may come second; then it is ended as if its time were over.
    pub race: Option<Arc<Race>>,
}

/// How a process ended, and what it printed on both streams.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How it ended.
    pub status: Status,
    /// Standard output and standard error, as they came.
    pub output: Vec<u8>,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// By us, because its time was over.
    TimedOut,
}

impl From<ExitStatus> for Status {
    fn from(status: ExitStatus) -> Status {
        match status.signal() {
            Some(signal) => Status::Signalled(signal),
            None => Status::Exited(status.code().unwrap_or(-1)),
        }
    }
}
