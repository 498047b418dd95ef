//! The symbols of all that a project links, as they were read: what every question about symbols is asked of. Plain
//! data; knows no path on disk but as text.

use std::collections::BTreeSet;

use modpin_symbols::{Index, Table};

use super::finished::Finished;
use crate::plan::TargetKind;

/// Programs, modules and archives.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Modules, then executables, in order of declaration.
    pub links: Vec<SceneLink>,
    /// Every library of the project, whether it is linked or not.
    pub libraries: Vec<SceneLibrary>,
    /// Every rule that makes files.
    pub rules: Vec<SceneRule>,
    /// What could not be read, because it was not built: what is known is less than the truth.
    pub unread: Vec<Unbuilt>,
    /// What the finished files tell of the symbol that is asked for.
    pub finished: Finished,
}

/// A rule: files that a tool makes of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SceneRule {
    /// Its name.
    pub name: String,
    /// What makes them.
    pub tool: String,
    /// What it reads, without what belongs to the system.
    pub reads: Vec<String>,
    /// What it makes.
    pub makes: Vec<String>,
    /// The objects that are compiled of that.
    pub objects: Vec<String>,
}

/// A target that was not built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbuilt {
    /// How messages call it: `libutil.a`, `imgtool`.
    pub name: String,
    /// Where its symbols would lie.
    pub symbols: String,
}

/// A program, a module that is a file, or a shared library.
#[derive(Clone, Debug, Default)]
pub struct SceneLink {
    /// Its name.
    pub name: String,
    /// It loads modules and is not one.
    pub executable: bool,
    /// It is a shared library: the names that it offers.
    pub offers: Option<BTreeSet<String>>,
    /// Names of the shared libraries of the project that it links.
    pub links: Vec<String>,
    /// What the link makes.
    pub file: String,
    /// Of a module: the relocatable object that its objects became.
    pub relocatable: Option<Index<'static>>,
    /// Its objects.
    pub objects: Vec<SceneObject>,
    /// Its archives, in link order.
    pub archives: Vec<SceneArchive>,
    /// Names of the modules that it loads.
    pub modules: Vec<String>,
    /// Of a module: names of the modules that it needs.
    pub needs: Vec<String>,
    /// Names that the project exports from it.
    pub exports: Vec<String>,
    /// What shared libraries of the project that it links offer.
    pub given: BTreeSet<String>,
    /// What the link of a program by cargo required of Rust, so that Rust has it.
    pub rust: BTreeSet<String>,
    /// The shared libraries that it and its modules load; `None` when that is not known, because it is not linked yet.
    pub shared: Option<Vec<SharedLibrary>>,
}

/// An object that is linked by itself.
#[derive(Clone, Debug, Default)]
pub struct SceneObject {
    /// How messages call it: its source.
    pub name: String,
    /// Where it lies.
    pub path: String,
    /// One unit.
    pub index: Index<'static>,
}

/// An archive of a link.
#[derive(Clone, Copy, Debug)]
pub struct SceneArchive {
    /// Its number among the libraries.
    pub library: usize,
    /// It is linked with all of its members.
    pub whole: bool,
}

/// An archive.
#[derive(Clone, Debug, Default)]
pub struct SceneLibrary {
    /// The library's name.
    pub name: String,
    /// What messages call it: `libimgutil.a`.
    pub file_name: String,
    /// Where it lies.
    pub path: String,
    /// Its members.
    pub index: Index<'static>,
    /// The objects that it is made of, in the order of its units.
    pub members: Vec<String>,
}

/// A shared library that a program or a module of it loads.
#[derive(Clone, Debug, Default)]
pub struct SharedLibrary {
    /// Where it lies.
    pub path: String,
    /// The names that it offers, sorted.
    pub offers: BTreeSet<String>,
}

impl SceneLink {
    /// What kind of target it is.
    pub fn kind(&self) -> TargetKind {
        match (self.executable, &self.offers) {
            (true, _) => TargetKind::Executable,
            (false, Some(_)) => TargetKind::SharedLibrary,
            (false, None) => TargetKind::Module,
        }
    }

    /// Whether hosts load it.
    pub fn is_module(&self) -> bool {
        self.kind() == TargetKind::Module
    }
}

impl Scene {
    /// A library of a link.
    pub(super) fn library(&self, archive: &SceneArchive) -> Option<&SceneLibrary> {
        self.libraries.get(archive.library)
    }

    /// Every name that somebody defines or needs.
    pub fn symbols(&self) -> BTreeSet<&str> {
        let needed = self.tables().flat_map(|table| &table.needed).map(|need| &*need.name);
        let mut names = self.defined();
        names.extend(needed);
        names
    }

    /// Every name that somebody defines.
    pub(super) fn defined(&self) -> BTreeSet<&str> {
        self.tables().flat_map(|table| &table.defined).map(|definition| &*definition.name).collect()
    }

    /// Every unit as a user may call it: `libimgutil.a(crc.c.o)`, `crc.c.o`, the source of an object.
    pub fn units(&self) -> Vec<String> {
        let objects = self.links.iter().flat_map(|link| &link.objects).map(|object| object.name.clone());
        let members = self.libraries.iter().flat_map(|library| {
            let names = library.index.units.iter().map(|unit| &unit.name);
            names.flat_map(|name| [format!("{}({name})", library.file_name), name.to_string()])
        });
        objects.chain(members).collect()
    }

    fn tables(&self) -> impl Iterator<Item = &Table<'static>> {
        let objects = self.links.iter().flat_map(|link| &link.objects).map(|object| &object.index);
        let indexes = objects.chain(self.libraries.iter().map(|library| &library.index));
        indexes
            .flat_map(|index| &index.units)
            .filter_map(|unit| unit.object())
            .map(|object| &object.table)
    }
}
