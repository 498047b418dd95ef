//! Contents that files have had: a path and a digest, by number. Many actions have read one header as it was; each of their
//! records names it by its number.

use crate::state::paths::PathId;
use crate::world::hash::Hash;

/// A content that a file had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentId(pub(crate) u32);

impl ContentId {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// The contents that a store knows.
#[derive(Default)]
pub struct Contents {
    paths: Vec<PathId>,
    hashes: Vec<Hash>,
    /// The last one of each path, counted from one.
    latest: Vec<u32>,
}

impl Contents {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.paths.len()
    }

    /// How much memory they take.
    pub fn weight(&self) -> usize {
        let each = size_of::<PathId>() + size_of::<Hash>();
        self.hashes.capacity() * each + self.latest.capacity() * size_of::<u32>()
    }

    /// The number of a content, given now unless it is the last that its file had.
    pub fn id(&mut self, path: PathId, hash: Hash) -> ContentId {
        let latest = self.latest.get(path.at()).and_then(|&number| number.checked_sub(1));
        match latest.map(ContentId).filter(|latest| self.hashes[latest.at()] == hash) {
            Some(known) => known,
            None => self.push(path, hash),
        }
    }

    /// The next content of a log.
    pub fn push(&mut self, path: PathId, hash: Hash) -> ContentId {
        let id = ContentId(self.count() as u32);
        self.paths.push(path);
        self.hashes.push(hash);
        if self.latest.len() <= path.at() {
            self.latest.resize(path.at() + 1, 0);
        }
        self.latest[path.at()] = id.0 + 1;
        id
    }

    /// The file that had a content.
    pub fn path(&self, id: ContentId) -> PathId {
        self.paths[id.at()]
    }

    /// The same of a number that may be none.
    pub fn find(&self, id: ContentId) -> Option<(PathId, Hash)> {
        Some((*self.paths.get(id.at())?, *self.hashes.get(id.at())?))
    }

    /// A file and its content.
    pub fn get(&self, id: ContentId) -> (PathId, Hash) {
        (self.paths[id.at()], self.hashes[id.at()])
    }

    /// The contents from a number on.
    pub fn from(&self, first: usize) -> impl Iterator<Item = (PathId, Hash)> {
        (first..self.count()).map(|at| self.get(ContentId(at as u32)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_has_a_number_until_the_file_changes() {
        let (header, other) = (PathId(3), PathId(0));
        let (old, new) = (Hash::of(b"old"), Hash::of(b"new"));
        let mut contents = Contents::default();
        let files =
            [(header, old), (header, old), (other, old), (header, new), (other, old), (header, old)];
        let numbers: Vec<u32> = files.iter().map(|&(path, hash)| contents.id(path, hash).0).collect();
        assert_eq!(numbers, [0, 0, 1, 2, 1, 3]);
        assert!(files.iter().zip(&numbers).all(|(file, &at)| contents.get(ContentId(at)) == *file));
        assert_eq!(contents.from(2).collect::<Vec<_>>(), [(header, new), (header, old)]);
    }
}
