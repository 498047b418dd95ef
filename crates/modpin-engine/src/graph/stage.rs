//! What surrounds a command that is a tool of the project's own: where it runs, what it reads and writes by its standard streams,
//! which directories it has for itself. Nobody vouches for such a tool, so what it leaves besides its outputs is a mistake.

/// The surroundings of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// Where it runs; the root if there is none. One of `own_dirs`, without the slash, or another directory.
    pub dir: Option<String>,
    /// The file that is its standard input; nothing if there is none.
    pub stdin: Option<String>,
    /// Which output is its standard output.
    pub stdout: Option<usize>,
    /// Directories in which nothing lies but outputs of it, with all below them. A slash ends each.
    pub own_dirs: Vec<String>,
}

impl Stage {
    /// A directory of its own by its path without the slash.
    pub fn own_dir(&self, dir: &str) -> Option<&str> {
        self.own_dirs.iter().map(String::as_str).find(|own| own.strip_suffix('/') == Some(dir))
    }
}
