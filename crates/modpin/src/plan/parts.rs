//! What goes into an executable, whoever links it.

use modpin_engine::FileId;

use super::beside::Beside;

/// What goes into an executable.
pub struct Parts {
    pub objects: Vec<FileId>,
    /// The source of each object, to speak of it.
    pub sources: Vec<String>,
    pub libraries: Vec<usize>,
    pub archives: Vec<FileId>,
    /// What else the archives are made of.
    pub members: Vec<FileId>,
    pub archive_names: Vec<String>,
    pub archive_symbols: Vec<FileId>,
    /// Whether some of it is C++.
    pub has_cxx: bool,
    /// System libraries of the executable and of what is built into it; the archives have their own.
    pub system: Vec<String>,
    /// The same of those that stay whoever needs them.
    pub kept: Vec<String>,
    /// Its shared libraries.
    pub beside: Beside,
    /// Names that it keeps and exports: those that it lists, and those that shared libraries leave to it.
    pub exports: Vec<String>,
    /// Those that shared libraries leave to it, where cargo links it: Rust may have them.
    pub left: Vec<String>,
}
