//! What of the disk a resolved project rests on.

use std::path::{Path, PathBuf};

/// What looking a project up rests on, besides the project: as long as none of this changes, the answer is
/// the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookedUp {
    /// Directories that were listed, and files and directories that had to be there.
    pub there: Vec<PathBuf>,
    /// Directories that had to be there, whatever they hold.
    pub dirs: Vec<PathBuf>,
    /// What was not there: links that name nothing, archives in directories that come before the one that has them.
    pub missing: Vec<PathBuf>,
    /// Files whose content decided something.
    pub read: Vec<PathBuf>,
}

impl LookedUp {
    /// Takes over what other answers rest on.
    pub fn extend(&mut self, other: LookedUp) {
        let LookedUp { there, dirs, missing, read } = other;
        self.there.extend(there);
        self.dirs.extend(dirs);
        self.missing.extend(missing);
        self.read.extend(read);
    }

    /// Whether a file is there; remembered in both cases.
    pub fn is_file(&mut self, root: &Path, path: &Path) -> bool {
        let there = root.join(path).is_file();
        let answers = if there { &mut self.there } else { &mut self.missing };
        answers.push(path.to_owned());
        there
    }
}
