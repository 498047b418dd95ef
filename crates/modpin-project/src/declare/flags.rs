//! What compilers and linkers are told, as one value that a project, a target, some of its sources, or those who link a
//! library can be given. Plain data; what a level makes of those outside of it is worked out when the project is resolved.

use serde::{Deserialize, Serialize};

use crate::declare::options::item::{Item, Items};

/// Flags of one level: of the project, of a directory ([`Dir::flags`]), of a target, of some of its sources
/// ([`Library::flags_for`]), or of everybody who links a library ([`Library::public`]). Levels follow each other on the
/// command line in this order: project, directories from outside in, public flags of libraries, target, source; the last
/// wins.
///
/// ```
/// use modpin_project::{Flags, when};
///
/// let flags = Flags::new().include("include").define("ROUNDS", 12).cflags("-O2");
/// let flags = flags.cflags(when("FLAVOUR = 'module'", "-DMODULE")).without("-Wshadow");
/// assert_eq!(flags.cflags.len(), 2);
/// ```
///
/// [`Dir::flags`]: crate::Dir::flags
/// [`Library::flags_for`]: crate::Library::flags_for
/// [`Library::public`]: crate::Library::public
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct Flags {
    /// Directories for `-I`, in search order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<Item<String>>,
    /// Directories for `-isystem`: searched later, and compilers do not warn of what is in them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub system_includes: Vec<Item<String>>,
    /// Macros as after `-D`: `NAME` or `NAME=VALUE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defines: Vec<Item<String>>,
    /// Arguments for all that is preprocessed, in order, one element each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cppflags: Vec<Item<String>>,
    /// Arguments for C.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cflags: Vec<Item<String>>,
    /// Arguments for C++.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cxxflags: Vec<Item<String>>,
    /// Arguments for assembler files, `.S` and `.s`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asflags: Vec<Item<String>>,
    /// Arguments of links.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ldflags: Vec<Item<String>>,
    /// What is taken away of the levels outside, as it stands on the command line; `-DNAME` takes away every value of the
    /// macro, `*` everything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<Item<String>>,
    /// Rules whose headers must be there before a source is compiled for the first time. Who links a library waits for those
    /// of the library.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub generated_headers: Vec<Item<String>>,
}

/// A list's name in JSON, which messages use, and its entries.
pub(crate) type NamedList<'a> = (&'static str, &'a [Item<String>]);

impl Flags {
    /// No flags.
    pub fn new() -> Flags {
        Flags::default()
    }

    /// Adds directories to the search for headers, before the compiler's own.
    pub fn include<M>(mut self, directories: impl Items<String, M>) -> Flags {
        self.includes.extend(directories.items());
        self
    }

    /// Adds directories to the search for headers that compilers shall not warn of.
    pub fn system_include<M>(mut self, directories: impl Items<String, M>) -> Flags {
        self.system_includes.extend(directories.items());
        self
    }

    /// Defines a macro with a value.
    pub fn define(mut self, name: impl AsRef<str>, value: impl ToString) -> Flags {
        self.defines.push(defined(name, value));
        self
    }

    /// Defines a macro without a value, which C sees as `1`.
    pub fn define_flag(mut self, name: impl Into<String>) -> Flags {
        self.defines.push(Item::Always(name.into()));
        self
    }

    /// Adds macros as after `-D`: `.defines(when(&debug, ["TRACE", "LEVEL=2"]))`.
    pub fn defines<M>(mut self, macros: impl Items<String, M>) -> Flags {
        self.defines.extend(macros.items());
        self
    }

    /// Adds arguments for all that is preprocessed: C, C++ and `.S`.
    pub fn cppflags<M>(mut self, flags: impl Items<String, M>) -> Flags {
        self.cppflags.extend(flags.items());
        self
    }

    /// Adds arguments for C.
    pub fn cflags<M>(mut self, flags: impl Items<String, M>) -> Flags {
        self.cflags.extend(flags.items());
        self
    }

    /// Adds arguments for C++.
    pub fn cxxflags<M>(mut self, flags: impl Items<String, M>) -> Flags {
        self.cxxflags.extend(flags.items());
        self
    }

    /// Adds arguments for assembler files.
    pub fn asflags<M>(mut self, flags: impl Items<String, M>) -> Flags {
        self.asflags.extend(flags.items());
        self
    }

    /// Adds arguments of links.
    pub fn ldflags<M>(mut self, flags: impl Items<String, M>) -> Flags {
        self.ldflags.extend(flags.items());
        self
    }

    /// Takes flags away that come from outside: a flag as it stands on the command line, a list of them, or `"*"` for all.
    /// `-DNAME` takes away every value of the macro.
    pub fn without<M>(mut self, flags: impl Items<String, M>) -> Flags {
        self.without.extend(flags.items());
        self
    }

    /// Adds rules that make headers: handles or names. Sources are compiled when these are there; which of them a source reads is
    /// known when it was compiled once, and it is compiled again when one of those changes.
    pub fn generated_headers<M>(mut self, rules: impl Items<String, M>) -> Flags {
        self.generated_headers.extend(rules.items());
        self
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.lists().iter().all(|(_, list)| list.is_empty())
    }

    /// Adds what others say, behind.
    pub(crate) fn extend(&mut self, more: Flags) {
        let mut more = more;
        for (list, more) in self.lists_mut().into_iter().zip(more.lists_mut()) {
            list.append(more);
        }
    }

    /// Every list.
    pub(crate) fn lists(&self) -> [NamedList<'_>; 10] {
        [
            ("includes", &self.includes),
            ("system_includes", &self.system_includes),
            ("defines", &self.defines),
            ("cppflags", &self.cppflags),
            ("cflags", &self.cflags),
            ("cxxflags", &self.cxxflags),
            ("asflags", &self.asflags),
            ("ldflags", &self.ldflags),
            ("without", &self.without),
            ("generated_headers", &self.generated_headers),
        ]
    }

    /// The same, to be changed.
    pub(crate) fn lists_mut(&mut self) -> [&mut Vec<Item<String>>; 10] {
        [
            &mut self.includes,
            &mut self.system_includes,
            &mut self.defines,
            &mut self.cppflags,
            &mut self.cflags,
            &mut self.cxxflags,
            &mut self.asflags,
            &mut self.ldflags,
            &mut self.without,
            &mut self.generated_headers,
        ]
    }
}

/// A macro with its value.
pub(crate) fn defined(name: impl AsRef<str>, value: impl ToString) -> Item<String> {
    Item::Always(format!("{}={}", name.as_ref(), value.to_string()))
}
