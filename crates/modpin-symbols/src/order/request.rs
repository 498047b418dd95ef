//! What an order is worked out for: archives, what they are linked with, and whose needs count.

use crate::link::scope::File;

/// The archives of a link, in the order of their declaration, and what they are linked with.
#[derive(Debug, Clone)]
pub struct OrderRequest<'a> {
    /// Objects, which are linked before all archives. Empty for [`Users::Anyone`].
    pub objects: Vec<File<'a>>,
    /// The archives.
    pub archives: Vec<ArchiveFile<'a>>,
    /// Names given with `-u`: the pins.
    pub undefined: Vec<&'a str>,
    /// Which archive is declared to need which.
    pub declared: Vec<(ArchiveId, ArchiveId)>,
    /// Whose needs decide.
    pub users: Users,
}

/// An archive, by its number in [`OrderRequest::archives`]. In a pair, the first needs the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchiveId(pub usize);

/// An archive that is to be put in order.
#[derive(Debug, Clone, Copy)]
pub struct ArchiveFile<'a> {
    /// The archive.
    pub file: File<'a>,
    /// Archives of a lower layer stand before those of a higher one, whatever they need.
    pub layer: u32,
    /// Whether it is linked with all of its members (`--whole-archive`).
    pub whole: bool,
}

/// Whose needs decide on an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Users {
    /// The members that this link takes.
    ThisLink,
    /// All members of all archives: the order is right for whoever links them.
    Anyone,
}

impl<'a> OrderRequest<'a> {
    pub(crate) fn ids(&self) -> impl Iterator<Item = ArchiveId> + use<> {
        (0..self.archives.len()).map(ArchiveId)
    }

    pub(crate) fn archive(&self, id: ArchiveId) -> ArchiveFile<'a> {
        self.archives[id.0]
    }

    /// Which archive is declared to need which other.
    pub(crate) fn declared(&self) -> Vec<(ArchiveId, ArchiveId)> {
        let count = self.archives.len();
        let is_pair = |(from, to): &(ArchiveId, ArchiveId)| from != to && from.0 < count && to.0 < count;
        self.declared.iter().copied().filter(is_pair).collect()
    }
}
