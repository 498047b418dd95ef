//! What each program and module is linked from, by the texts of its symbols: for those who explain a link and do not
//! make one.

use modpin_engine::FileId;

/// A program, or a module that is a file.
#[derive(Clone, Debug)]
pub struct PlannedLink {
    /// Its name.
    pub name: String,
    /// `executable` or `module`.
    pub kind: &'static str,
    /// What the link makes.
    pub file: FileId,
    /// The symbols of its objects; of a module, those of its relocatable object come first.
    pub symbols: FileId,
    /// Its archives, in the order of their declaration.
    pub archives: Vec<PlannedArchive>,
    /// The modules that it loads.
    pub modules: Vec<String>,
    /// Of a module: the modules that are loaded before it, because it needs them.
    pub needs: Vec<String>,
    /// Names that the project exports from it.
    pub exports: Vec<String>,
}

/// An archive of a link.
#[derive(Clone, Debug)]
pub struct PlannedArchive {
    /// Which library of the project it is.
    pub library: usize,
    /// It is linked with all of its members.
    pub whole: bool,
}

/// The symbols of a library.
#[derive(Clone, Debug)]
pub struct PlannedSymbols {
    /// The library's name.
    pub library: String,
    /// What messages call its archive: `libimgutil.a`.
    pub file_name: String,
    /// The archive.
    pub archive: FileId,
    /// Its symbols.
    pub symbols: FileId,
}
