//! A shared library that is planned: what those know of it who link it.

use modpin_engine::FileId;

/// A shared library that is planned.
#[derive(Clone, Debug)]
pub struct PlannedSharedLibrary {
    /// Its files, first the one that a loader looks for.
    pub files: Vec<FileId>,
    /// What others link.
    pub stub: FileId,
    /// Its symbols.
    pub symbols: FileId,
    /// What proves that it is right.
    pub checks: Vec<FileId>,
}
