//! What a project is made of: libraries, modules, executables. Plain data with builder methods that
//! take and give the target by value. Says what the user said: globs are text here, names may be
//! wrong, nothing is looked up.
//!
//! The three kinds share [`Code`], what is compiled and how, and with it a set of methods; a macro
//! writes those once.

use serde::{Deserialize, Serialize};

use crate::declare::handle::{LibraryId, Many, ModuleId, OptionId, Ref};
use crate::declare::link_order::Cycles;

/// Sources and how to compile them. Paths are relative to the project's root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Code {
    /// Globs and paths of sources, in link order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Globs of what `sources` matches and the target must not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Directories for `-I`, in search order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<String>,
    /// Macros as after `-D`: `NAME` or `NAME=VALUE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defines: Vec<String>,
    /// Compiler arguments, in order, one element each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cflags: Vec<String>,
    /// Arguments for some of the sources, after all others so that they win.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags_for: Vec<FlagsFor>,
}

/// Compiler arguments for the sources that a glob matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagsFor {
    /// A glob or path, as in [`Code::sources`].
    pub sources: String,
    /// The arguments, in order.
    pub cflags: Vec<String>,
}

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
    /// The archive, when it is there already and nothing is compiled: a path, or `-lNAME` for one that the
    /// compiler finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// Libraries that it needs: who links it links these too. Two libraries may need each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<Ref<LibraryId>>,
    /// System libraries that it needs, as after `-l`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_libraries: Vec<String>,
    /// What stands in the archive's place in a link, in order; `{archive}` is the archive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link_args: Vec<String>,
    /// Libraries of a lower layer stand before those of a higher one. Left out: 0, or 1 for an archive that is
    /// there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<u32>,
}

/// A part of a program that a host loads at run time, or has built in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Module {
    /// Its place beside the host, without suffix: `block/crypt`.
    pub name: String,
    /// The option that switches it: `n` leaves it out, `y` builds it in. Without one it is a
    /// module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Ref<OptionId>>,
    /// True links it into its hosts wherever it is not switched off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub built_in: bool,
    /// What is compiled into it.
    #[serde(flatten)]
    pub code: Code,
    /// Archives linked into the module itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<Ref<LibraryId>>,
    /// Modules whose symbols it uses. Its hosts load them before it, with RTLD_GLOBAL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Ref<ModuleId>>,
    /// System libraries that it needs, as after `-l`. Its hosts get them only if it is built in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_libraries: Vec<String>,
    /// Arguments of the link of the module, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ldflags: Vec<String>,
    /// What to do about libraries that need each other; left out: as the project says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
}

/// A program; a host if it loads modules or has some built in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Executable {
    /// The file's name: `imgtool`.
    pub name: String,
    /// What is compiled into it.
    #[serde(flatten)]
    pub code: Code,
    /// Libraries it links. Their order decides only what symbols leave open, and which of two definitions of a
    /// symbol wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<Ref<LibraryId>>,
    /// Modules it loads at run time: names, or globs over names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loads: Vec<Ref<ModuleId>>,
    /// Modules linked into it: names, or globs over names. Wins over `loads`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub builds_in: Vec<Ref<ModuleId>>,
    /// Symbols kept and exported although no declared module needs them, for modules from
    /// elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<String>,
    /// System libraries that it needs, as after `-l`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_libraries: Vec<String>,
    /// Arguments of its link, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ldflags: Vec<String>,
    /// What to do about libraries that need each other; left out: as the project says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
}

/// One target of a project. In JSON the field `kind` tells which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Target {
    /// An archive.
    Library(Library),
    /// A loadable part.
    Module(Module),
    /// A program.
    Executable(Executable),
}

impl Library {
    /// Declares a library whose archive is there already. `archive` is a path, or `-lNAME` for `libNAME.a`
    /// where the compiler looks for libraries. Unlike a system library it is linked statically, so modules
    /// can have its symbols pinned.
    pub fn prebuilt(name: impl Into<String>, archive: impl Into<String>) -> Library {
        Library { archive: Some(archive.into()), ..Library::new(name) }
    }

    /// Sets what stands in the archive's place in a link: `["-Wl,--whole-archive", "{archive}",
    /// "-Wl,--no-whole-archive"]`. Without `{archive}` the arguments follow the archive.
    pub fn link_args<M>(mut self, args: impl Many<String, M>) -> Library {
        self.link_args.extend(args.many());
        self
    }

    /// Puts the library into a layer: those of a lower number stand before those of a higher one. See
    /// [`Project::before_layer`](crate::Project::before_layer).
    pub fn layer(mut self, layer: u32) -> Library {
        self.layer = Some(layer);
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

impl Module {
    /// The option that switches this module.
    pub fn when(mut self, option: impl Into<Ref<OptionId>>) -> Module {
        self.when = Some(option.into());
        self
    }

    /// Names modules whose symbols this one uses: handles or names, one or many. A host must load them before it, with
    /// RTLD_GLOBAL; the checks do it so.
    pub fn needs<M>(mut self, modules: impl Many<Ref<ModuleId>, M>) -> Module {
        self.needs.extend(modules.many());
        self
    }

    /// Links the module into its hosts wherever it is not switched off.
    pub fn built_in(mut self) -> Module {
        self.built_in = true;
        self
    }

    /// Says what to do about libraries of this module that need each other.
    pub fn cycles(mut self, cycles: Cycles) -> Module {
        self.cycles = Some(cycles);
        self
    }

    /// Adds arguments to the module's link.
    pub fn ldflags<M>(mut self, flags: impl Many<String, M>) -> Module {
        self.ldflags.extend(flags.many());
        self
    }

    /// The file it becomes, relative to the layout's root: `block/crypt.so`.
    pub fn file_name(&self) -> String {
        format!("{}.so", self.name)
    }

    /// The name with `/` turned into `-`, under which an uninstalled host finds it as well:
    /// `block-crypt`.
    pub fn flat_name(&self) -> String {
        self.name.replace('/', "-")
    }
}

impl Executable {
    /// Adds modules that this host loads at run time: handles, names, or globs over module names.
    pub fn loads<M>(mut self, modules: impl Many<Ref<ModuleId>, M>) -> Executable {
        self.loads.extend(modules.many());
        self
    }

    /// Adds modules to be linked into this host: handles, names, or globs over module names.
    pub fn builds_in<M>(mut self, modules: impl Many<Ref<ModuleId>, M>) -> Executable {
        self.builds_in.extend(modules.many());
        self
    }

    /// Adds symbols to keep and export for modules that the project does not declare.
    pub fn exports<M>(mut self, symbols: impl Many<String, M>) -> Executable {
        self.exports.extend(symbols.many());
        self
    }

    /// Says what to do about libraries of this program that need each other.
    pub fn cycles(mut self, cycles: Cycles) -> Executable {
        self.cycles = Some(cycles);
        self
    }

    /// Adds arguments to the program's link.
    pub fn ldflags<M>(mut self, flags: impl Many<String, M>) -> Executable {
        self.ldflags.extend(flags.many());
        self
    }
}

impl Target {
    /// `library`, `module` or `executable`.
    pub fn kind(&self) -> &'static str {
        match self {
            Target::Library(_) => "library",
            Target::Module(_) => "module",
            Target::Executable(_) => "executable",
        }
    }

    /// The target's name.
    pub fn name(&self) -> &str {
        match self {
            Target::Library(library) => &library.name,
            Target::Module(module) => &module.name,
            Target::Executable(executable) => &executable.name,
        }
    }

    /// What is compiled into the target.
    pub fn code(&self) -> &Code {
        match self {
            Target::Library(library) => &library.code,
            Target::Module(module) => &module.code,
            Target::Executable(executable) => &executable.code,
        }
    }

    /// Kind and name as messages show them: `module "block/crypt"`.
    pub fn title(&self) -> String {
        format!("{} {:?}", self.kind(), self.name())
    }

    /// The libraries it links.
    pub(crate) fn links(&self) -> &[Ref<LibraryId>] {
        match self {
            Target::Library(library) => &library.link,
            Target::Module(module) => &module.link,
            Target::Executable(executable) => &executable.link,
        }
    }
}

macro_rules! shared_methods {
    ($($kind:ident $article:literal),*) => { $(
        impl $kind {
            #[doc = concat!("Declares ", $article, " of this name.")]
            pub fn new(name: impl Into<String>) -> $kind {
                $kind { name: name.into(), ..$kind::default() }
            }

            /// Adds sources: globs or paths, relative to the project's root. `*` stays within a
            /// directory, `**` crosses them. A glob that matches nothing is an error when the
            /// project is resolved.
            pub fn sources<M>(mut self, sources: impl Many<String, M>) -> $kind {
                self.code.sources.extend(sources.many());
                self
            }

            /// Leaves out sources that these globs match.
            pub fn exclude<M>(mut self, sources: impl Many<String, M>) -> $kind {
                self.code.exclude.extend(sources.many());
                self
            }

            /// Adds directories to the search for headers, before the compiler's own.
            pub fn include<M>(mut self, directories: impl Many<String, M>) -> $kind {
                self.code.includes.extend(directories.many());
                self
            }

            /// Defines a macro with a value: `.define("CLUSTER_BITS", 12)`.
            pub fn define(mut self, name: impl AsRef<str>, value: impl ToString) -> $kind {
                self.code.defines.push(format!("{}={}", name.as_ref(), value.to_string()));
                self
            }

            /// Defines a macro without a value, which C sees as `1`.
            pub fn define_flag(mut self, name: impl Into<String>) -> $kind {
                self.code.defines.push(name.into());
                self
            }

            /// Adds compiler arguments, one element each.
            pub fn cflags<M>(mut self, flags: impl Many<String, M>) -> $kind {
                self.code.cflags.extend(flags.many());
                self
            }

            /// Adds compiler arguments for the sources that `glob` matches, after all others so
            /// that they win.
            pub fn flags_for<M>(mut self, glob: impl Into<String>, flags: impl Many<String, M>) -> $kind {
                self.code.flags_for.push(FlagsFor { sources: glob.into(), cflags: flags.many() });
                self
            }

            /// Adds libraries to link: handles or names, one or many.
            pub fn link<M>(mut self, libraries: impl Many<Ref<LibraryId>, M>) -> $kind {
                self.link.extend(libraries.many());
                self
            }

            /// Adds a library of the system, as after `-l`: `"m"`.
            pub fn system_library(mut self, name: impl Into<String>) -> $kind {
                self.system_libraries.push(name.into());
                self
            }
        }
    )* };
}

shared_methods!(Library "a library", Module "a module", Executable "an executable");
