//! A picture of what is linked: hosts, modules, archives and their members, with pins as edges between them. The value
//! here is all that the picture knows; `page`, `dot` and serde draw it.

mod build;
mod sizes;
mod dot;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use build::picture;
pub use dot::dot;
pub use page::page;
pub use sizes::Sizes;

/// The number of the format that docs/picture.md describes.
pub const FORMAT: u32 = 1;

/// Everything that is drawn. Numbers that name modules, archives and units are indices into these lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// Always [`FORMAT`].
    pub format: u32,
    /// The project's name.
    pub project: String,
    /// Every executable, in order of declaration.
    pub hosts: Vec<Host>,
    /// Every module that is a file.
    pub modules: Vec<Module>,
    /// Every shared library of the project.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shared_libraries: Vec<DrawnLibrary>,
    /// Every archive.
    pub archives: Vec<Archive>,
    /// Every rule that makes files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<DrawnRule>,
    /// Every object and every member of an archive.
    pub units: Vec<Unit>,
    /// What could not be read, so that the picture lacks it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// Mangled names, and what they say: whoever draws for people asks somebody.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub demangled: BTreeMap<String, String>,
}

impl Picture {
    /// The names of all symbols.
    pub fn symbols(&self) -> BTreeSet<&str> {
        let of_units = self.units.iter().flat_map(|unit| unit.defines.iter().chain(&unit.needs));
        let weak = self.units.iter().flat_map(|unit| &unit.weak);
        of_units.chain(weak).map(String::as_str).collect()
    }

    /// What a symbol is called for people.
    fn said<'a>(&'a self, symbol: &'a str) -> &'a str {
        self.demangled.get(symbol).map_or(symbol, String::as_str)
    }
}

/// An executable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// The file's size in bytes; none before it is built.
    pub size: Option<u64>,
    /// Its own objects: units.
    pub objects: Vec<usize>,
    /// Its archives, in link order.
    pub archives: Vec<usize>,
    /// The modules that it loads.
    pub modules: Vec<usize>,
    /// The shared libraries that it links.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<usize>,
    /// The units that are linked, in the order in which a linker takes them.
    pub linked: Vec<Linked>,
    /// What it exports for its modules.
    pub exports: Vec<Export>,
    /// What modules need and it cannot give.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
}

/// A unit that is linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Linked {
    /// The unit.
    pub unit: usize,
    /// The symbol for which it is taken; none for what is linked anyway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// The unit that needs that symbol; none when a pin asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<usize>,
    /// It would not be linked without modules.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
}

/// A symbol that a host exports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Export {
    /// The symbol.
    pub symbol: String,
    /// The unit that defines it.
    pub unit: usize,
    /// An archive has it, so that a pin keeps it.
    pub pinned: bool,
    /// All who need it can do without.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub weak: bool,
    /// The project lists it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub project: bool,
    /// The modules that need it.
    pub modules: Vec<usize>,
}

/// A symbol that a host cannot give to its modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The symbol, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// Why, with a way out.
    pub why: String,
    /// The modules that need it.
    pub modules: Vec<usize>,
}

/// A module that is a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// The file's size in bytes; none before it is built.
    pub size: Option<u64>,
    /// Its objects: units.
    pub objects: Vec<usize>,
    /// Archives that are linked into the module itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<usize>,
    /// The units of those archives that it takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<Linked>,
    /// The shared libraries that it links.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<usize>,
}

/// A shared library of the project: what is in it as in a module, and what it offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DrawnLibrary {
    /// Its own part.
    #[serde(flatten)]
    pub part: Module,
    /// The symbols that it offers.
    pub offers: Vec<String>,
}

/// A rule: files that a tool makes of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DrawnRule {
    /// Its name.
    pub name: String,
    /// What makes them.
    pub tool: String,
    /// What it reads, without what belongs to the system.
    pub reads: Vec<String>,
    /// What it makes.
    pub makes: Vec<String>,
    /// The units that are compiled of that.
    pub units: Vec<usize>,
}

/// An archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Archive {
    /// The library's name.
    pub name: String,
    /// What messages call it: `libimgutil.a`.
    pub file_name: String,
    /// Its file.
    pub file: String,
    /// The file's size in bytes; none before it is built.
    pub size: Option<u64>,
    /// Its members: units.
    pub members: Vec<usize>,
}

/// An object, or a member of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// The source of an object; the member's name.
    pub name: String,
    /// The archive; none for an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<usize>,
    /// Bytes; none where they could not be read.
    pub size: Option<u64>,
    /// Symbols that it defines, by name.
    pub defines: Vec<String>,
    /// Those of them that cannot be exported.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// Symbols that it needs and does not define.
    pub needs: Vec<String>,
    /// Symbols that it uses if they are there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<String>,
    /// Why its symbols are not known, if they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blind: Option<String>,
}
