//! Why a project cannot be read, declared or resolved.

use std::path::{Path, PathBuf};

use crate::fields;
use crate::problem::Problem;

/// Result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a project cannot be read, declared or resolved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The declaration contradicts itself, the configuration or the files on disk. Holds every
    /// problem, in order.
    #[error("{}", Problem::paragraphs(.0))]
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
    #[cfg(feature = "packages")]
    Metadata(#[from] cargo_metadata::Error),
    /// This build of modpin cannot ask cargo.
    #[error(
        "package {0:?}: this build of modpin does not ask cargo where packages lie\n  help: give the dependency on modpin the feature \"packages\""
    )]
    NoPackages(String),
    /// A project file is not the JSON that docs/project-format.md describes.
    #[error("{file}: not a project file: {}\n  help: {}", on_one_line(source), fields::help(&on_one_line(source)))]
    Json {
        /// The file, as the user named it.
        file: String,
        /// What the JSON reader found, with line and column.
        source: serde_json::Error,
    },
    /// A project file has a format number that this version does not read.
    #[error("{file}: project format {found} is not one that this modpin reads\n  help: {}", format_help(*found, *known))]
    Format {
        /// The file, as the user named it.
        file: String,
        /// The number that the file gives.
        found: u32,
        /// The number that this version reads.
        known: u32,
    },
}

impl Error {
    /// An [`Error::Io`] for `path`.
    pub fn io(path: impl AsRef<Path>, doing: &'static str, source: std::io::Error) -> Error {
        Error::Io { path: path.as_ref().to_path_buf(), doing, source }
    }
}

/// What the reader says of names that the file holds, whatever these hold.
fn on_one_line(said: &serde_json::Error) -> String {
    said.to_string().replace('\r', "\\r").replace('\n', "\\n")
}

fn format_help(found: u32, known: u32) -> String {
    if found > known {
        format!("it is newer: update modpin, or write format {known}")
    } else {
        format!("write \"format\": {known}")
    }
}
