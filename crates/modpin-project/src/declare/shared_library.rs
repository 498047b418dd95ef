//! A shared library: objects in a file of their own that programs, modules and other shared libraries name and that their loader
//! finds.

use serde::{Deserialize, Serialize};

use crate::declare::code::{Code, shared_methods};
use crate::declare::flags::Flags;
use crate::declare::handle::{LibraryId, Ref};
use crate::declare::installing::{Installing, PkgConfigFile, install_methods};
use crate::declare::link_order::Cycles;
use crate::declare::link_places::{LinkPlaces, link_methods};
use crate::declare::links::Links;
use crate::declare::options::item::{Item, Items};

/// A file of functions and variables that programs, modules and other shared libraries have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct SharedLibrary {
    /// Its name, by which targets link it: `z`.
    pub name: String,
    /// What stands between `lib` and `.so`, where that is not the last part of the name: a static library may have the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_name: Option<String>,
    /// Its version: `1.2.13`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What those that link it name; left out: `libz.so.1` for version 1.2.13, `libz.so` without a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soname: Option<String>,
    /// What is compiled into it.
    #[serde(flatten)]
    pub code: Code,
    /// How it is compiled and linked.
    #[serde(flatten)]
    pub flags: Flags,
    /// What it links.
    #[serde(flatten)]
    pub links: Links,
    /// A version script, as linkers read it: which symbols it offers, under which versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_script: Option<String>,
    /// The symbols that it keeps and offers: names, or globs over names. Left out: what its objects define for everybody, or
    /// what its version script says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<Item<String>>,
    /// Symbols that it uses and nothing of it has: programs have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<Item<String>>,
    /// Arguments elsewhere in the link.
    #[serde(flatten)]
    pub places: LinkPlaces,
    /// What to do about libraries that need each other; left out: as the project says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
    /// Whether and where it is installed, and what with it.
    #[serde(flatten)]
    pub installing: Box<Installing>,
    /// What pkg-config is told of it. Left out: there is a file for pkg-config if headers are installed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkg_config_file: Option<Box<PkgConfigFile>>,
}

impl SharedLibrary {
    /// Sets what stands between `lib` and `.so`: a project that has `libz.a` and `libz.so` gives one of the two libraries
    /// another name.
    pub fn base_name(mut self, name: impl Into<String>) -> SharedLibrary {
        self.base_name = Some(name.into());
        self
    }

    /// Sets the version: `libz.so.1.2.13`, which is there as `libz.so.1` and `libz.so`, too.
    pub fn version(mut self, version: impl Into<String>) -> SharedLibrary {
        self.version = Some(version.into());
        self
    }

    /// Sets the name by which a loader looks for it.
    pub fn soname(mut self, soname: impl Into<String>) -> SharedLibrary {
        self.soname = Some(soname.into());
        self
    }

    /// Gives it a version script.
    pub fn version_script(mut self, path: impl Into<String>) -> SharedLibrary {
        self.version_script = Some(path.into());
        self
    }

    /// Names the symbols that it offers, and nothing else: names, or globs over what its objects and its archives define. The
    /// members of archives that have them are linked. With a version script they are kept, and the script says what is offered.
    pub fn exports<M>(mut self, symbols: impl Items<String, M>) -> SharedLibrary {
        self.exports.extend(symbols.items());
        self
    }

    /// Names symbols that it uses and whoever loads it must have: programs of this project keep and export them. Any other
    /// that is missing is an error.
    pub fn undefined<M>(mut self, symbols: impl Items<String, M>) -> SharedLibrary {
        self.undefined.extend(symbols.items());
        self
    }

    /// Says what pkg-config is told of it when it is installed, and does not follow from the declaration.
    pub fn pkg_config_file(mut self, file: PkgConfigFile) -> SharedLibrary {
        self.pkg_config_file = Some(Box::new(file));
        self
    }

    /// The files that it becomes, relative to the layout's root; first the one that a loader looks for.
    pub fn file_names(&self) -> Vec<String> {
        let (dir, last) = match self.name.rsplit_once('/') {
            Some((dir, last)) => (format!("{dir}/"), last),
            None => (String::new(), self.name.as_str()),
        };
        let plain = format!("lib{}.so", self.base_name.as_deref().unwrap_or(last));
        let with = |version: &str| format!("{plain}.{version}");
        let major = self.version.as_deref().and_then(|version| version.split('.').next());
        let soname = self.soname.clone().or_else(|| major.map(with)).unwrap_or_else(|| plain.clone());
        let mut names = vec![soname];
        for name in [Some(plain.clone()), self.version.as_deref().map(with)].into_iter().flatten() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.into_iter().map(|name| format!("{dir}{name}")).collect()
    }
}

shared_methods!(SharedLibrary, "a shared library");
link_methods!(SharedLibrary);
install_methods!(SharedLibrary);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_follow_from_name_version_and_soname() {
        let names = |library: SharedLibrary| library.file_names().join(" ");
        let z = || SharedLibrary::new("z");
        assert_eq!(names(z()), "libz.so");
        assert_eq!(names(z().version("1.2.13")), "libz.so.1 libz.so libz.so.1.2.13");
        assert_eq!(names(z().version("1")), "libz.so.1 libz.so");
        assert_eq!(names(z().soname("libz.so.5")), "libz.so.5 libz.so");
        assert_eq!(names(z().soname("libz-2.so").version("2.0")), "libz-2.so libz.so libz.so.2.0");
        assert_eq!(names(SharedLibrary::new("util/io").base_name("x")), "util/libx.so");
    }
}
