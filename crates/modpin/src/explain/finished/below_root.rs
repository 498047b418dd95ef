//! Files by paths that start at the root of the checkout, each read once, as a loader sees them. What is not there is no
//! error: somebody explains why a build fails.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_loader::{Found, Opener};
use modpin_symbols::Loadable;

/// Opens them.
pub struct BelowRoot {
    root: PathBuf,
    seen: HashMap<String, Found>,
}

impl BelowRoot {
    /// Relative paths start at `root`.
    pub fn new(root: &Path) -> BelowRoot {
        BelowRoot { root: root.to_owned(), seen: HashMap::new() }
    }

    /// From the root of the disk on.
    pub fn absolute(&self, path: &str) -> String {
        self.root.join(path).to_string_lossy().into_owned()
    }

    /// As the build knows it.
    pub fn known<'a>(&self, path: &'a str) -> &'a str {
        Path::new(path).strip_prefix(&self.root).ok().and_then(Path::to_str).unwrap_or(path)
    }

    /// A file that some loader takes, if it is there.
    pub fn file(&mut self, path: &str) -> Option<Arc<Loadable>> {
        let Ok(found) = self.open(&self.absolute(path));
        match found {
            Found::File(file) => Some(file),
            Found::Nothing | Found::Broken(_) => None,
        }
    }

    /// What is in it.
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.root.join(path)).ok()
    }
}

impl Opener for BelowRoot {
    type Error = Infallible;

    fn open(&mut self, path: &str) -> Result<Found, Infallible> {
        if let Some(found) = self.seen.get(path) {
            return Ok(found.clone());
        }
        let found = self.bytes(path).map_or(Found::Nothing, |bytes| Found::of(&bytes));
        self.seen.insert(path.to_owned(), found.clone());
        Ok(found)
    }

    fn is_dir(&mut self, path: &str) -> Result<bool, Infallible> {
        Ok(self.root.join(path).is_dir())
    }

    fn content(&mut self, path: &str) -> Result<Option<Arc<[u8]>>, Infallible> {
        Ok(self.bytes(path).map(Arc::from))
    }
}
