//! What can go wrong between a declaration and what is built, in words. What a project itself can get wrong comes from
//! `modpin_project`.

use std::path::{Path, PathBuf};

use modpin_engine::in_full;
use modpin_loader::shown;
use modpin_project::Problem;

/// Result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a project cannot be declared, planned or built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The declaration contradicts itself, the configuration or the files on disk. Holds every
    /// problem, in order.
    #[error("{}", Problem::paragraphs(.0))]
    Declaration(Vec<Problem>),
    /// A file or directory refused.
    #[error("{}: cannot {doing}: {}", named(path), in_full(source))]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was being done with it: "read the project file".
        doing: &'static str,
        /// What the system answered.
        source: std::io::Error,
    },
    /// A project file or the workspace cannot be read.
    #[error(transparent)]
    Project(modpin_project::Error),
    /// The machine has no compiler or linker that can do the work.
    #[error("{text}\n  help: {help}")]
    Toolchain {
        /// What is wrong.
        text: String,
        /// What the user can do.
        help: String,
    },
    /// Probes that could not be asked, for another reason than that the answer is no.
    #[error("{}", Problem::paragraphs(.0))]
    Probes(Vec<Problem>),
    /// A file that the user named is not what it must be.
    #[error("{}: {why}", named(path))]
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
    #[error(
        "{}: {why}, so nothing in it is removed\n  help: remove it yourself if nobody needs it",
        named(dir)
    )]
    NotOurs {
        /// The directory.
        dir: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A signal came while another build was waited for, or files were removed.
    #[error("interrupted by signal {0}")]
    Interrupted(i32),
}

impl Error {
    /// An [`Error::Io`] for `path`.
    pub fn io(path: impl AsRef<Path>, doing: &'static str, source: std::io::Error) -> Error {
        Error::Io { path: path.as_ref().to_path_buf(), doing, source }
    }

    /// A file or a directory was not there.
    pub fn is_not_found(&self) -> bool {
        match self {
            Error::Io { source, .. } | Error::Engine(modpin_engine::Error::Io { source, .. }) => {
                source.kind() == std::io::ErrorKind::NotFound
            }
            _ => false,
        }
    }
}

/// A path inside of a sentence.
fn named(path: &Path) -> String {
    shown::line(&path.to_string_lossy()).into_owned()
}

/// Whoever looks for a wrong declaration or a file that refused finds it under one name, wherever it was found.
impl From<modpin_project::Error> for Error {
    fn from(error: modpin_project::Error) -> Error {
        match error {
            modpin_project::Error::Declaration(problems) => Error::Declaration(problems),
            modpin_project::Error::Io { path, doing, source } => Error::Io { path, doing, source },
            other => Error::Project(other),
        }
    }
}
