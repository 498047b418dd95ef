//! What would help a module that does not load, or why what seems to help does not. Each way out was foretold: with it, the
//! module loads. Plain data.

use serde::{Deserialize, Serialize};

/// One piece of advice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Advice {
    /// Modules need each other: no loader can take one of them first.
    Cycle {
        /// Who needs what of whom, from the first back to the first.
        needs: Vec<NeededOf>,
    },
    /// A module has what is missing, and cannot be loaded before this one.
    DoesNotHelp {
        /// It.
        module: String,
        /// Why not.
        why: String,
    },
    /// This is a module of another program.
    OtherHost {
        /// The program, in which it loads.
        host: String,
        /// How many of the missing symbols that program exports; with its libraries, where these have them.
        symbols: usize,
        /// Its libraries that have them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        libraries: Vec<String>,
        /// Modules that it must have loaded before, in that order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        first: Vec<String>,
    },
    /// Shared libraries of this system have what is missing: linked with them, the module loads.
    Libraries {
        /// They, in order.
        libraries: Vec<LibraryWithIt>,
    },
    /// An archive has what is missing: the host could keep and export it.
    Archive {
        /// It.
        archive: String,
        /// How many of the missing symbols it defines.
        symbols: usize,
    },
    /// A library is named by a path that does not begin at the root: which file that is depends on the directory in which the
    /// program runs. No way out of anything: it may load.
    Directory {
        /// The path.
        library: String,
        /// The file that names it.
        needed_by: String,
    },
    /// What else helps, in words.
    Hint {
        /// They.
        text: String,
    },
    /// The module was compiled for a sanitizer, and its runtime is not there.
    Sanitizer {
        /// What the compiler was told: `address`, as after `-fsanitize=`.
        name: String,
        /// The runtime, where it is known; loaded before everything else, the module loads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        runtime: Option<String>,
    },
}

/// A module needs a symbol of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeededOf {
    /// Who needs it.
    pub module: String,
    /// The symbol.
    pub symbol: String,
    /// Who has it.
    pub of: String,
}

/// A shared library that has what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryWithIt {
    /// Its path.
    pub path: String,
    /// How a link names it: `-lresolv`, or its path where no linker finds it by a name.
    pub argument: String,
    /// What it has of what is missing.
    pub symbols: Vec<String>,
    /// Other libraries that have the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alike: Vec<String>,
    /// The package that brought it, where a package manager knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}
