//! The numbers of files and actions.

/// A file of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub(crate) u32);

/// An action of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(pub(crate) u32);

impl FileId {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

impl ActionId {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}
