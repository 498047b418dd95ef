//! What stops the engine itself. A command that fails is no error here: it is part of an outcome.

use std::io;

/// A graph that cannot be built, whatever is on the disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two actions write one file.
    #[error(
        "{path} is written twice: by \"{first}\" and by \"{second}\"\n  help: give one of them another output"
    )]
    TwoProducers {
        /// The file.
        path: String,
        /// The action that was there before.
        first: String,
        /// The action that was added.
        second: String,
    },
    /// One output would have to be a file and a directory.
    #[error(
        "{file} is an output, so {below} cannot lie below it\n  help: give one of them another name"
    )]
    FileAndDirectory {
        /// The output that others need as a directory.
        file: String,
        /// The output below it.
        below: String,
    },
    /// An action without an output could never be up to date.
    #[error(
        "\"{action}\" writes no file, so nobody could tell whether it has run\n  help: give it an output"
    )]
    NoOutput {
        /// The action.
        action: String,
    },
    /// The file system cannot hold a file.
    #[error(
        "{path}: {what} of {length} bytes is too long, {limit} are possible here\n  help: give the target or the source a shorter name"
    )]
    TooLong {
        /// The file.
        path: String,
        /// What of it is too long.
        what: &'static str,
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// Files that need each other.
    #[error("these files need each other: {}\n  help: remove one of the dependencies", circle(.files))]
    Cycle {
        /// The files, each needing the next, the last needing the first.
        files: Vec<String>,
    },
}

/// What stops a run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The graph itself is wrong.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The disk refused something.
    #[error("{path}: cannot {doing}: {}", in_full(source))]
    Io {
        /// What was being done: `read`, `create`.
        doing: &'static str,
        /// To which path.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// Names the path and the purpose of a call that failed.
    pub fn io(doing: &'static str, path: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { doing, path, source }
    }
}

/// The result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the system says, with a way out where its words alone help nobody.
pub fn in_full(error: &io::Error) -> String {
    let help = match error.raw_os_error() {
        Some(libc::EXDEV) => {
            "a build puts its files in place by rename: let nothing be mounted in its directory"
        }
        Some(libc::EROFS) => "let it be written, or build elsewhere with --target-dir",
        Some(libc::EBUSY) => "something is mounted there: take it away with umount",
        Some(libc::EPERM) => "where lsattr shows that it is protected, chattr -ia takes that away",
        _ => return error.to_string(),
    };
    format!("{error}\n  help: {help}")
}

/// The files of a cycle, back to the first; the middle of a long one is left out.
fn circle(files: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut names: Vec<&str> = files.iter().map(String::as_str).collect();
    let more = format!("({} more)", names.len().saturating_sub(SHOWN));
    if names.len() > SHOWN {
        names.splice(SHOWN / 2..names.len() - SHOWN / 2, [more.as_str()]);
    }
    names.extend(files.first().map(String::as_str));
    names.join(" -> ")
}
