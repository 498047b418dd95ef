//! What a declaration says of its installation: whether a target is installed and where, which other files are, and what
//! pkg-config is told. Plain data; which directories the words mean, whoever installs says.

use serde::{Deserialize, Serialize};

use crate::declare::condition::cond::Cond;
use crate::declare::options::item::{Item, Items};

/// Files that are installed as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct InstallFiles {
    /// Where: `include/foo`, `share/man/man1`. `bin`, `lib`, `include` and `modules` in front mean what the installation says
    /// of these; everything else lies below the prefix.
    pub dir: String,
    /// The directory below which the files keep their directories; left out: they lose them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Paths, or globs over paths; or the name of a header that the build writes, or what a rule makes ([`RuleId::output`](crate::RuleId::output)).
    pub files: Vec<Item<String>>,
}

/// What a target says of its installation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Installing {
    /// Where it is installed. Left out: programs, what these load and need, shared libraries, and libraries that have files in
    /// `install`, with the libraries that they need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed: Option<Cond>,
    /// A directory other than the usual one for its kind: `sbin`, `lib/foo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_dir: Option<String>,
    /// What is installed with it: headers, pages of a manual.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub install: Vec<InstallFiles>,
}

/// What pkg-config is told of a library, where that does not follow from the declaration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct PkgConfigFile {
    /// What pkg-config calls it; left out: the library's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A sentence of what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its version; left out: that of the shared library, or `0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl InstallFiles {
    /// Files for a directory: `InstallFiles::new("include/foo", "inc/*.h")`.
    pub fn new<M>(dir: impl Into<String>, files: impl Items<String, M>) -> InstallFiles {
        InstallFiles { dir: dir.into(), from: None, files: files.items() }
    }

    /// Has the files keep their directories below this one: `InstallFiles::new("include", "inc/**/*.h").from("inc")`.
    pub fn from(mut self, dir: impl Into<String>) -> InstallFiles {
        self.from = Some(dir.into());
        self
    }
}

impl PkgConfigFile {
    /// Nothing but what follows from the declaration.
    pub fn new() -> PkgConfigFile {
        PkgConfigFile::default()
    }

    /// Sets what pkg-config calls the library.
    pub fn name(mut self, name: impl Into<String>) -> PkgConfigFile {
        self.name = Some(name.into());
        self
    }

    /// Says what the library is.
    pub fn description(mut self, description: impl Into<String>) -> PkgConfigFile {
        self.description = Some(description.into());
        self
    }

    /// Sets the version.
    pub fn version(mut self, version: impl Into<String>) -> PkgConfigFile {
        self.version = Some(version.into());
        self
    }
}

impl Installing {
    /// The conditions of its lists.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Cond> {
        self.install.iter().flat_map(|files| files.files.iter().filter_map(Item::when))
    }

    /// All conditions, to be changed.
    pub(crate) fn conditions_mut(&mut self) -> impl Iterator<Item = &mut Cond> {
        let lists = self.install.iter_mut().flat_map(|files| files.files.iter_mut());
        lists.filter_map(Item::when_mut).chain(&mut self.installed)
    }
}

/// The methods that all targets have in common which are installed.
macro_rules! install_methods {
    ($kind:ident) => {
        impl $kind {
            /// Says where it is installed: `.installed("y")`, `.installed(&tools)`.
            pub fn installed(
                mut self,
                condition: impl Into<$crate::declare::condition::cond::Cond>,
            ) -> $kind {
                self.installing.installed = Some(condition.into());
                self
            }

            /// Says that it is used in the build directory only.
            pub fn not_installed(self) -> $kind {
                self.installed("n")
            }

            /// Sets the directory in which it is installed: `sbin`, `lib/foo`.
            pub fn install_dir(mut self, dir: impl Into<String>) -> $kind {
                self.installing.install_dir = Some(dir.into());
                self
            }

            /// Adds files that are installed with it: `.install("include/foo", ["foo.h", "foo_io.h"])`.
            pub fn install<M>(
                self,
                dir: impl Into<String>,
                files: impl $crate::declare::options::item::Items<String, M>,
            ) -> $kind {
                self.install_files($crate::declare::installing::InstallFiles::new(dir, files))
            }

            /// The same for files that keep their directories.
            pub fn install_files(mut self, files: $crate::declare::installing::InstallFiles) -> $kind {
                self.installing.install.push(files);
                self
            }
        }
    };
}

pub(crate) use install_methods;
