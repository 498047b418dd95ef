//! How large files and the members of archives are: the only thing of a picture that is not in the symbols. Opens files;
//! what is not there has no size.

use std::fs;
use std::path::{Path, PathBuf};

use modpin_symbols::members;

/// Looks up sizes below a directory.
#[derive(Clone, Debug)]
pub struct Sizes {
    root: PathBuf,
}

impl Sizes {
    /// Relative paths start at `root`.
    pub fn new(root: &Path) -> Sizes {
        Sizes { root: root.to_owned() }
    }

    /// The size of a file in bytes.
    pub(super) fn file(&self, path: &str) -> Option<u64> {
        let metadata = fs::metadata(self.root.join(path)).ok()?;
        metadata.is_file().then_some(metadata.len())
    }

    /// The sizes of an archive's members, in their order.
    pub(super) fn members(&self, path: &str) -> Vec<u64> {
        let bytes = fs::read(self.root.join(path)).unwrap_or_default();
        let members = members(&bytes).unwrap_or_default();
        members.iter().map(|member| member.size).collect()
    }
}
