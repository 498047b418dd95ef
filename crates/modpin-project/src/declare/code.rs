//! What is compiled into a target: sources, and flags for some of them. Libraries, modules and executables share it, and with
//! it a set of methods; a macro writes those once.

use serde::{Deserialize, Serialize};

use crate::declare::compiled_again::CompiledAgain;
use crate::declare::flags::Flags;
use crate::declare::options::item::{Item, Items};

/// Sources. Paths are relative to the project's root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Code {
    /// Globs and paths of sources, in link order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Item<String>>,
    /// Globs of what `sources` matches and the target must not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Item<String>>,
    /// Flags for some of the sources, after all others so that they win.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags_for: Vec<FlagsFor>,
    /// Sources that are compiled under other names with other arguments, behind all of `sources`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources_as: Vec<CompiledAgain>,
}

/// Flags for the sources that a glob matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagsFor {
    /// A glob or path, as in [`Code::sources`].
    pub sources: String,
    /// Arguments for these sources, whatever language they are in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cflags: Vec<Item<String>>,
    /// Flags by language, and what is taken away of the others.
    #[serde(default, skip_serializing_if = "Flags::is_empty")]
    pub flags: Flags,
}

/// What `flags_for` takes: [`Flags`], or arguments for these sources, whatever language they are in. `M` only tells these
/// apart; the compiler finds it.
#[diagnostic::on_unimplemented(message = "expected `Flags`, or arguments as `Items<String, _>`")]
pub trait FileFlags<M> {
    /// The entry for a glob.
    #[doc(hidden)]
    fn for_sources(self, sources: String) -> FlagsFor;
}

/// Marks a list of arguments in [`FileFlags`].
pub struct Listed<M>(M);

/// Marks [`Flags`] in [`FileFlags`].
pub enum ByLanguage {}

impl<M, V: Items<String, M>> FileFlags<Listed<M>> for V {
    fn for_sources(self, sources: String) -> FlagsFor {
        FlagsFor { sources, cflags: self.items(), flags: Flags::default() }
    }
}

impl FileFlags<ByLanguage> for Flags {
    fn for_sources(self, sources: String) -> FlagsFor {
        FlagsFor { sources, cflags: Vec::new(), flags: self }
    }
}

/// The methods that libraries, modules and executables have in common.
macro_rules! shared_methods {
    ($kind:ident, $article:literal) => {
        impl $kind {
            #[doc = concat!("Declares ", $article, " of this name.")]
            pub fn new(name: impl Into<String>) -> $kind {
                $kind { name: name.into(), ..$kind::default() }
            }

            /// Adds sources: globs or paths, relative to the project's root. `*` stays within a
            /// directory, `**` crosses them. A glob that matches nothing is an error when the
            /// project is resolved.
            pub fn sources<M>(mut self, sources: impl Items<String, M>) -> $kind {
                self.code.sources.extend(sources.items());
                self
            }

            /// Leaves out sources that these globs match.
            pub fn exclude<M>(mut self, sources: impl Items<String, M>) -> $kind {
                self.code.exclude.extend(sources.items());
                self
            }

            /// Adds directories to the search for headers, before the compiler's own.
            pub fn include<M>(mut self, directories: impl Items<String, M>) -> $kind {
                self.flags.includes.extend(directories.items());
                self
            }

            /// Defines a macro with a value: `.define("CLUSTER_BITS", 12)`.
            pub fn define(mut self, name: impl AsRef<str>, value: impl ToString) -> $kind {
                self.flags.defines.push($crate::declare::flags::defined(name, value));
                self
            }

            /// Defines a macro without a value, which C sees as `1`.
            pub fn define_flag(mut self, name: impl Into<String>) -> $kind {
                self.flags.defines.push(Item::Always(name.into()));
                self
            }

            /// Adds macros as after `-D`: `.defines(when(&debug, ["TRACE", "LEVEL=2"]))`.
            pub fn defines<M>(mut self, macros: impl Items<String, M>) -> $kind {
                self.flags.defines.extend(macros.items());
                self
            }

            /// Adds arguments for C, one element each. [`Flags`](crate::Flags) has those for other languages.
            pub fn cflags<M>(mut self, flags: impl Items<String, M>) -> $kind {
                self.flags.cflags.extend(flags.items());
                self
            }

            /// Adds flags of every kind, behind those that are there already.
            pub fn flags(mut self, flags: $crate::declare::flags::Flags) -> $kind {
                self.flags.extend(flags);
                self
            }

            /// Adds rules that make headers which its sources include: handles or names.
            pub fn generated_headers<M>(mut self, rules: impl Items<String, M>) -> $kind {
                self.flags.generated_headers.extend(rules.items());
                self
            }

            /// Adds flags for the sources that `glob` matches, after all others so that they win:
            /// [`Flags`](crate::Flags), or arguments for these sources, whatever language they are in.
            pub fn flags_for<M>(
                mut self,
                glob: impl Into<String>,
                flags: impl $crate::declare::code::FileFlags<M>,
            ) -> $kind {
                self.code.flags_for.push(flags.for_sources(glob.into()));
                self
            }

            /// Compiles sources once more, with arguments that come after all others: `.sources_as("avx2", "sum.c",
            /// ["-mavx2", "-DSUM=sum_avx2"])`. `name` tells the objects from others of the same sources; they follow those of
            /// `sources` in the link. What `.exclude()` leaves out of `sources` may be here.
            pub fn sources_as<M, N>(
                mut self,
                name: impl Into<String>,
                sources: impl Items<String, M>,
                flags: impl $crate::declare::code::FileFlags<N>,
            ) -> $kind {
                let (name, sources) = (name.into(), sources.items());
                let $crate::declare::code::FlagsFor { cflags, flags, .. } =
                    flags.for_sources(String::new());
                let again =
                    $crate::declare::compiled_again::CompiledAgain { name, sources, cflags, flags };
                self.code.sources_as.push(again);
                self
            }

            /// Adds libraries to link: handles or names, one or many.
            pub fn link<M>(mut self, libraries: impl Items<Ref<LibraryId>, M>) -> $kind {
                self.links.link.extend(libraries.items());
                self
            }

            /// Adds a library of the system, as after `-l`: `"m"`.
            pub fn system_library<M>(mut self, name: impl Items<String, M>) -> $kind {
                self.links.system_libraries.extend(name.items());
                self
            }

            /// Adds a library of the system that stays even if nothing that is linked here needs it: modules that come later
            /// may. Some compilers tell their linker to leave such libraries out (`--as-needed`).
            pub fn keep_system_library<M>(mut self, name: impl Items<String, M>) -> $kind {
                self.links.keep_system_libraries.extend(name.items());
                self
            }
        }
    };
}
pub(crate) use shared_methods;
