//! What can go wrong between a declaration and a plan, in words. Knows no rule: the rules live
//! beside their nouns and hand over [`Problem`]s. All problems of a project are reported together,
//! because a user who must run a tool once per typing error stops reading its messages.

use std::fmt;
use std::path::{Path, PathBuf};

/// Result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a project cannot be read, declared or resolved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The declaration contradicts itself, the configuration or the files on disk. Holds every
    /// problem, in order.
    #[error("{}", paragraphs(.0))]
    Declaration(Vec<Problem>),
    /// A file or directory refused.
    #[error("{}: cannot {doing}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was being done with it: "read the project file".
        doing: &'static str,
        /// What the system answered.
        source: std::io::Error,
    },
    /// cargo could not say where the workspace's packages are.
    #[error("cargo metadata: {0}\n  help: `cargo fetch` brings packages that are missing")]
    Metadata(#[from] cargo_metadata::Error),
    /// A project file is not the JSON that docs/project-format.md describes.
    #[error("{file}: not a project file: {source}\n  help: docs/project-format.md lists every field")]
    Json {
        /// The file, as the user named it.
        file: String,
        /// What the JSON reader found, with line and column.
        source: serde_json::Error,
    },
    /// The machine has no compiler or linker that can do the work.
    #[error("{text}\n  help: {help}")]
    Toolchain {
        /// What is wrong.
        text: String,
        /// What the user can do.
        help: String,
    },
    /// A file that the user named is not what it must be.
    #[error("{}: {why}", path.display())]
    Input {
        /// The file, as the user named it.
        path: PathBuf,
        /// What is wrong with it, with a way out where there is one.
        why: String,
    },
    /// Two targets write one file.
    #[error(transparent)]
    Graph(#[from] modpin_engine::GraphError),
    /// The build itself was stopped, by the disk or by its own graph.
    #[error(transparent)]
    Engine(#[from] modpin_engine::Error),
    /// A directory that was to be cleaned is none that we made.
    #[error("{}: {why}, so nothing in it is removed\n  help: remove it yourself if nobody needs it", dir.display())]
    NotOurs {
        /// The directory.
        dir: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A signal came while another build was waited for, or files were removed.
    #[error("interrupted by signal {0}")]
    Interrupted(i32),
    /// A project file has a format number that this version does not read.
    #[error("{file}: project format {found} is not one that this modpin reads\n  help: {}", format_help(*found))]
    Format {
        /// The file, as the user named it.
        file: String,
        /// The number that the file gives.
        found: u32,
    },
}

/// One fault of a declaration: a sentence with subject and cause, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Subject and cause: `library "imgutil": no file matches "c-src/utl/*.c"`.
    pub text: String,
    /// What the user can do; empty when the sentence says it all.
    pub help: String,
}

impl Problem {
    /// A problem with its way out. `help` may be empty.
    pub fn new(text: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem { text: text.into(), help: help.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

impl Error {
    /// An [`Error::Io`] for `path`.
    pub fn io(path: impl AsRef<Path>, doing: &'static str, source: std::io::Error) -> Error {
        Error::Io { path: path.as_ref().to_path_buf(), doing, source }
    }

    /// A file or a directory was not there.
    pub(crate) fn is_not_found(&self) -> bool {
        match self {
            Error::Io { source, .. } | Error::Engine(modpin_engine::Error::Io { source, .. }) => {
                source.kind() == std::io::ErrorKind::NotFound
            }
            _ => false,
        }
    }
}

fn paragraphs(problems: &[Problem]) -> String {
    let texts: Vec<String> = problems.iter().map(Problem::to_string).collect();
    texts.join("\n\n")
}

fn format_help(found: u32) -> String {
    let known = crate::project::FORMAT;
    if found > known {
        format!("it is newer: update modpin, or write format {known}")
    } else {
        format!("write \"format\": {known}")
    }
}
