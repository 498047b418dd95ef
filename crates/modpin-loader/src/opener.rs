//! How a loader's files come to us: from a disk, or as the inputs of a build's step.

use std::sync::Arc;

use modpin_symbols::{Loadable, read_loadable};

/// What was found at a path.
#[derive(Clone, Debug)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A file that no loader takes, and why.
    Broken(String),
    /// A file for some machine's loader.
    File(Arc<Loadable>),
}

impl Found {
    /// What a directory is to a loader that looked for a file.
    pub fn directory() -> Found {
        Found::Broken("it is a directory".to_owned())
    }

    /// What a file's content is to a loader.
    pub fn of(bytes: &[u8]) -> Found {
        match read_loadable(bytes) {
            Ok(file) => Found::File(Arc::new(file)),
            Err(error) => {
                let text = error.to_string();
                Found::Broken(text.split("\n  help:").next().unwrap_or_default().to_owned())
            }
        }
    }
}

/// What opens files for us.
pub trait Opener {
    /// Why the search must stop.
    type Error;

    /// A file as the loader reads it.
    fn open(&mut self, path: &str) -> Result<Found, Self::Error>;

    /// Whether there is a directory.
    fn is_dir(&mut self, path: &str) -> Result<bool, Self::Error>;

    /// The content of a file that is no library; `None` when there is none.
    fn content(&mut self, path: &str) -> Result<Option<Arc<[u8]>>, Self::Error>;
}
