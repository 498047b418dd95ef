//! Directories for what is made once and used again: whether they can be believed. What lies there runs as us, so nobody else may
//! be able to write it, or to put something in its place.

use std::fs::{self, DirBuilder, Metadata};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Bits of a mode: others than the owner may write; may do anything; only owners may remove and rename what is in a directory.
const OTHERS_WRITE: u32 = 0o022;
const OTHERS: u32 = 0o077;
const STICKY: u32 = 0o1000;

/// The directory by the path that leads there without links, made if it is not there; `None` when it cannot be believed.
#[cfg(feature = "inspect")]
pub fn believed(dir: &Path) -> Option<PathBuf> {
    let OwnDir { dir, ours, is_closed } = OwnDir::at(dir).ok()??;
    is_own(&dir, ours, is_closed).then_some(dir)
}

/// The same for a directory into which nobody but us can come: what is in it is not looked at.
///
/// # Errors
/// It is not there and cannot be made.
pub fn closed(dir: &Path) -> std::io::Result<Option<PathBuf>> {
    let found = OwnDir::at(dir)?;
    let is_ours = |found: &OwnDir| {
        found.is_closed && fs::metadata(&found.dir).is_ok_and(|dir| dir.uid() == found.ours)
    };
    Ok(found.filter(is_ours).map(|found| found.dir))
}

/// A directory to which nobody else can lead us astray.
struct OwnDir {
    dir: PathBuf,
    ours: u32,
    /// Nobody else comes in.
    is_closed: bool,
}

impl OwnDir {
    fn at(dir: &Path) -> std::io::Result<Option<OwnDir>> {
        // Whoever is faster has made the same one, or one that is looked at now.
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let dir = fs::canonicalize(dir)?;
        let ours = rustix::process::geteuid().as_raw();
        let is_closed = fs::metadata(&dir)?.mode() & OTHERS == 0;
        let is_safe = dir.ancestors().skip(1).all(|above| leads_safely(above, ours));
        Ok(is_safe.then_some(OwnDir { dir, ours, is_closed }))
    }
}

/// Nobody but us and root can put something else in the place of what a directory holds for us.
fn leads_safely(dir: &Path, ours: u32) -> bool {
    let safe = |found: Metadata| {
        let mode = found.mode();
        [0, ours].contains(&found.uid()) && (mode & OTHERS_WRITE == 0 || mode & STICKY != 0)
    };
    fs::metadata(dir).is_ok_and(safe)
}

/// A directory or a file and all below it is ours, and nobody else may write it. A link is none of ours. Where nobody else
/// comes in, the modes of what is there say nothing.
#[cfg(feature = "inspect")]
fn is_own(path: &Path, ours: u32, is_closed: bool) -> bool {
    let Ok(found) = fs::symlink_metadata(path) else { return false };
    let is_open = !is_closed && found.mode() & OTHERS_WRITE != 0;
    if found.is_symlink() || found.uid() != ours || is_open {
        return false;
    }
    let is_fine = |entry: std::io::Result<fs::DirEntry>| {
        entry.is_ok_and(|entry| is_own(&entry.path(), ours, is_closed))
    };
    !found.is_dir() || fs::read_dir(path).is_ok_and(|mut all| all.all(is_fine))
}

#[cfg(all(test, feature = "inspect"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Nobody else comes in, so it was we who have put it there. What it names may be anybody's.
    #[test]
    fn a_link_is_none_of_ours() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).expect("a mode");
        fs::write(dir.path().join("file"), "").expect("a file");
        assert!(believed(dir.path()).is_some());
        std::os::unix::fs::symlink("file", dir.path().join("link")).expect("a link");
        assert_eq!(believed(dir.path()), None);
    }
}
