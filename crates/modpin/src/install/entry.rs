//! One thing that is installed: where, and what it is. Plain data.

/// One thing that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is when everything is in place: an absolute path, without DESTDIR.
    pub path: String,
    /// What it is.
    pub what: What,
    /// Who wants it there: `program "imgtool"`.
    pub by: String,
}

/// Where what a manifest of modules names is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModulesPlaces {
    /// The manifest of the build directory.
    pub from: String,
    /// Programs by name, from the directory of the installed manifest on; those that are not there are not installed.
    pub programs: Vec<(String, String)>,
    /// Shared libraries by their files in the build directory, from the directory of the installed manifest on.
    pub shared: Vec<(String, String)>,
    /// Modules that are not installed.
    pub absent: Vec<String>,
}

/// What is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A file as it is. `from` is relative to the root of the project, or absolute.
    File {
        /// Where it comes from.
        from: String,
    },
    /// A file that is linked, or an archive.
    Built {
        /// Where it comes from.
        from: String,
        /// An archive of objects, which programs do not read.
        is_archive: bool,
        /// Its search path in the build directory, and the one that it gets.
        run_path: Option<(String, String)>,
    },
    /// A link to what lies beside it, or below.
    Link {
        /// What it says.
        to: String,
    },
    /// A text of ours.
    Text {
        /// What it says.
        text: String,
    },
    /// The manifest of modules.
    Modules(ModulesPlaces),
}
