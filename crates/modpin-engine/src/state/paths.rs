//! Paths and their numbers, given in the order in which paths come.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A path that the store knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(pub(crate) u32);

impl PathId {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// The paths of one store.
#[derive(Default)]
pub struct Paths {
    all: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, PathId, BuildHasherDefault<PathHasher>>,
}

impl Paths {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// About how much memory they take besides their texts, which are in the log as well.
    pub fn weight(&self) -> usize {
        let entry = size_of::<(Arc<str>, PathId)>() + 1;
        self.all.capacity() * size_of::<Arc<str>>() + self.ids.capacity() * 2 * entry + self.len() * 16
    }

    /// The number of a path, given now if it has none.
    pub fn id(&mut self, path: &str) -> PathId {
        self.find(path).unwrap_or_else(|| self.push(path))
    }

    /// The number of a path.
    pub fn find(&self, path: &str) -> Option<PathId> {
        self.ids.get(path).copied()
    }

    /// The path of a number.
    pub fn path(&self, id: PathId) -> &str {
        &self.all[id.at()]
    }

    /// Takes in the next path of a log.
    pub fn add(&mut self, path: &str) -> Result<(), &'static str> {
        if self.find(path).is_some() {
            return Err("it names a path twice");
        }
        self.push(path);
        Ok(())
    }

    /// The paths from a number on.
    pub fn from(&self, first: usize) -> impl Iterator<Item = &str> {
        self.all[first..].iter().map(|path| &**path)
    }

    fn push(&mut self, path: &str) -> PathId {
        let (id, path) = (PathId(self.all.len() as u32), Arc::from(path));
        self.all.push(Arc::clone(&path));
        self.ids.insert(path, id);
        id
    }
}

/// Paths come from the project and its tools: nobody gains from making them collide.
#[derive(Default)]
pub struct PathHasher(u64);

impl Hasher for PathHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    /// What follows a text, always the same.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
