//! A library: objects in an archive, or an archive that is there already.

use serde::{Deserialize, Serialize};

use crate::declare::code::{Code, shared_methods};
use crate::declare::flags::Flags;
use crate::declare::handle::{LibraryId, Ref};
use crate::declare::installing::{Installing, PkgConfigFile, install_methods};
use crate::declare::links::Links;
use crate::declare::options::item::{Item, Items};
use crate::declare::probes::derived::package_name;

/// An archive of objects, linked by modules and executables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Library {
    /// The name without `lib` and `.a`: `imgutil`.
    pub name: String,
    /// What is compiled into it.
    #[serde(flatten)]
    pub code: Code,
    /// How it is compiled, behind what the project says.
    #[serde(flatten)]
    pub flags: Flags,
    /// The archive, when it is there already and nothing is compiled: a path, or `-lNAME` for one that the
    /// compiler finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// The probe of kind `pkg_config` that says whether the library is there, and with which flags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// What its probe is to ask, until the project has one.
    #[serde(skip)]
    pub(crate) asks: Option<String>,
    /// What it links.
    #[serde(flatten)]
    pub links: Links,
    /// What stands in the archive's place in a link, in order; `{archive}` is the archive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link_args: Vec<Item<String>>,
    /// All of its members are linked, whether somebody needs them or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// Flags of everybody who links it, and of itself. Who links a library links what that one links, so these flags
    /// reach as far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<Box<Flags>>,
    /// Libraries of a lower layer stand before those of a higher one. Left out: 0, or 1 for an archive that is
    /// there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<u32>,
    /// Whether and where it is installed, and what with it.
    #[serde(flatten)]
    pub installing: Box<Installing>,
    /// What pkg-config is told of it. Left out: there is a file for pkg-config if headers are installed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkg_config_file: Option<Box<PkgConfigFile>>,
}

impl Library {
    /// Declares a library whose archive is there already. `archive` is a path, or `-lNAME` for `libNAME.a`
    /// where the compiler looks for libraries. Unlike a system library it is linked statically, so modules
    /// can have its symbols pinned.
    pub fn prebuilt(name: impl Into<String>, archive: impl Into<String>) -> Library {
        Library { archive: Some(archive.into()), ..Library::new(name) }
    }

    /// Declares a library that is there already and that pkg-config knows, perhaps in some version: `libcurl >= 7.29`. It has
    /// the package's name; who links it is compiled and linked with the flags that pkg-config tells. Its handle is also a
    /// condition, which holds where the package is there; linking it elsewhere is an error.
    ///
    /// ```
    /// # use modpin_project::{Executable, Library, Project, when};
    /// # let mut p = Project::new("demo", "/nowhere");
    /// let curl = p.add(Library::pkg_config("libcurl >= 7.29"));
    /// p.add(
    ///     Executable::new("fetch")
    ///         .sources("main.c")
    ///         .sources(when(curl, "http.c"))
    ///         .link(when(curl, curl)),
    /// );
    /// ```
    pub fn pkg_config(package: impl Into<String>) -> Library {
        let package = package.into();
        Library { asks: Some(package.clone()), ..Library::new(package_name(&package)) }
    }

    /// Sets what stands in the archive's place in a link: `["-Wl,--push-state", "{archive}", "-Wl,--pop-state"]`. Without
    /// `{archive}` the arguments follow the archive. [`Library::whole`] links all members.
    pub fn link_args<M>(mut self, args: impl Items<String, M>) -> Library {
        self.link_args.extend(args.items());
        self
    }

    /// Links all of its members wherever it is linked, whether somebody needs them or not (`--whole-archive`).
    pub fn whole(mut self) -> Library {
        self.whole = true;
        self
    }

    /// Adds flags of everybody who links the library, directly or through another one, and of the library itself: the
    /// directory of its headers, macros that its headers want. They stand before the target's own. `ldflags` are those of
    /// the programs and modules that link it.
    pub fn public(mut self, flags: Flags) -> Library {
        self.public.get_or_insert_default().extend(flags);
        self
    }

    /// Puts the library into a layer: those of a lower number stand before those of a higher one. See
    /// [`Project::before_layer`](crate::Project::before_layer).
    pub fn layer(mut self, layer: u32) -> Library {
        self.layer = Some(layer);
        self
    }

    /// Says what pkg-config is told of it when it is installed, and does not follow from the declaration.
    pub fn pkg_config_file(mut self, file: PkgConfigFile) -> Library {
        self.pkg_config_file = Some(Box::new(file));
        self
    }

    /// The file it becomes, relative to the layout's root: `libimgutil.a`, `util/libio.a` for
    /// `util/io`.
    pub fn file_name(&self) -> String {
        match self.name.rsplit_once('/') {
            Some((directory, base)) => format!("{directory}/lib{base}.a"),
            None => format!("lib{}.a", self.name),
        }
    }
}

shared_methods!(Library, "a library");
install_methods!(Library);
