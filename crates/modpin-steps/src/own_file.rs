//! Files of ours that no action makes: they appear whole, by the rename of a new file. A link or a second name of another
//! file in their place is replaced, and what it names stays as it is.

use std::fs::Permissions;
use std::io::{Error, Result, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// How the name of a file begins that is not written to its end.
pub const UNFINISHED: &str = ".begun-";

/// Makes a directory of ours, if it is not there. A link in its place goes, for what it leads to is somebody else's; so does a file.
///
/// # Errors
/// The disk's.
pub fn make_dir(dir: &Path) -> Result<()> {
    if dir.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
        match std::fs::remove_file(dir) {
            // Whoever came at the same time has made the directory already.
            Err(_) if dir.is_dir() && !dir.is_symlink() => {}
            removed => removed?,
        }
    }
    std::fs::create_dir_all(dir)
}

/// Puts a new file with this content in the place of whatever file or link is there. It is written in `state_dir`, where
/// `clean` knows what is left of it when we are killed.
///
/// # Errors
/// The disk's.
pub fn replace(state_dir: &Path, path: &Path, content: &[u8]) -> Result<()> {
    let mode = Permissions::from_mode(0o666);
    let mut file =
        tempfile::Builder::new().prefix(UNFINISHED).permissions(mode).tempfile_in(state_dir)?;
    file.write_all(content)?;
    file.persist(path).map(drop).map_err(Error::from)
}

/// The same for a file of the user's, written beside it. Where a link leads to a file, that is replaced, as an editor would.
///
/// # Errors
/// The disk's.
pub fn replace_beside(path: &Path, content: &[u8]) -> Result<()> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    replace(path.parent().unwrap_or(Path::new("/")), &path, content)
}

/// The same for a file in the state directory or in a directory of ours there. That is made if it is not there, and a
/// directory in the place of the file makes way.
///
/// # Errors
/// The disk's.
pub fn replace_in_state(state_dir: &Path, path: &Path, content: &[u8]) -> Result<()> {
    make_dir(state_dir)?;
    if let Some(dir) = path.parent() {
        make_dir(dir)?;
    }
    if path.is_dir() && !path.is_symlink() {
        std::fs::remove_dir_all(path)?;
    }
    replace(state_dir, path, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in the way of a file, beside another file that must stay as it is.
    type Plant = fn(&Path, &Path);

    #[test]
    fn what_a_planted_name_leads_to_stays_as_it_is() {
        let plants: [Plant; 6] = [
            |path, precious| std::os::unix::fs::symlink(precious, path).expect("a link"),
            |path, precious| std::fs::hard_link(precious, path).expect("a second name"),
            |path, _| std::os::unix::fs::symlink("nowhere", path).expect("a link"),
            |path, _| std::fs::create_dir_all(path.join("inner")).expect("a directory"),
            |path, precious| {
                let (dir, elsewhere) = (path.parent().expect("above"), precious.with_extension("d"));
                std::fs::create_dir(&elsewhere).expect("a directory");
                std::fs::write(elsewhere.join("file"), "precious").expect("a file");
                std::fs::remove_dir(dir).expect("removed");
                std::os::unix::fs::symlink(elsewhere, dir).expect("a link");
            },
            |path, precious| {
                let dir = path.parent().expect("above");
                std::fs::remove_dir(dir).expect("removed");
                std::fs::hard_link(precious, dir).expect("a second name");
            },
        ];
        for plant in plants {
            let root = tempfile::tempdir().expect("a directory");
            let (state, precious) = (root.path().join("state"), root.path().join("precious"));
            let path = state.join("dir/file");
            std::fs::create_dir_all(state.join("dir")).expect("a directory");
            std::fs::write(&precious, "precious").expect("a file");
            plant(&path, &precious);
            replace_in_state(&state, &path, b"ours").expect("written");
            assert_eq!(std::fs::read(&path).expect("a file"), b"ours");
            assert!(!path.is_symlink());
            assert_eq!(std::fs::read(&precious).expect("it"), b"precious");
            let elsewhere = precious.with_extension("d").join("file");
            assert!(
                std::fs::read(elsewhere).is_ok_and(|text| text == b"precious")
                    || !precious.with_extension("d").exists()
            );
        }
    }
}
