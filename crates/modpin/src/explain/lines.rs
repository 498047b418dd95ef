//! Where the bytes of a linked unit are, and who can be asked for the lines of its source. Opens nothing.

use modpin_symbols::Mentions;

/// A unit of a link as bytes on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectFile<'a> {
    /// The object or archive.
    pub path: &'a str,
    /// The member's number in the archive; `None` for an object.
    pub position: Option<usize>,
}

/// Knows from which lines of source an object was made.
pub trait Lines {
    /// Where the unit's source speaks of a symbol; nothing when that is not known.
    fn mentions(&mut self, unit: &ObjectFile<'_>, symbol: &str) -> Mentions;
}

/// Knows no line.
#[derive(Clone, Copy, Debug)]
pub struct NoLines;

impl Lines for NoLines {
    fn mentions(&mut self, _: &ObjectFile<'_>, _: &str) -> Mentions {
        Mentions::default()
    }
}
