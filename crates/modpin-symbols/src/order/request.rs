//! What an order is worked out for: archives, what they are linked with, and whose needs count.

use crate::link::scope::File;

/// The archives of a link, in the order of their declaration, and what they are linked with.
#[derive(Debug, Clone)]
pub struct Unordered<'a> {
    /// Objects, which are linked before all archives. Empty for [`Users::Anyone`].
    pub objects: Vec<File<'a>>,
    /// The archives.
    pub archives: Vec<ArchiveFile<'a>>,
    /// Names given with `-u`: the pins.
    pub undefined: Vec<&'a str>,
    /// Which archive is declared to need which, by their places in `archives`.
    pub declared: Vec<(usize, usize)>,
    /// Whose needs decide.
    pub users: Users,
}

/// An archive that waits for its place.
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
