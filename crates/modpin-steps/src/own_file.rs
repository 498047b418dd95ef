//! Files of ours that no action makes: they appear whole, by the rename of a new file. A link or a second name of another
//! file in their place is replaced, and what it names stays as it is.

use std::fs::Permissions;
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use modpin_engine::{Disk, RealDisk};

/// How the name of a file begins that is not written to its end.
pub const UNFINISHED: &str = ".begun-";

/// Makes a directory of ours, if it is not there. A link in its place goes, for what it leads to is somebody else's; so does a file.
///
/// # Errors
/// The disk's.
pub fn make_dir(dir: &Path) -> Result<()> {
    let above = dir.parent().unwrap_or(dir);
    RealDisk::new(above).holding("").make_own_dir(below(above, dir)?)
}

/// Puts a new file with this content in the place of whatever is there, below the build directory. It is written in its `state_dir`,
/// where `clean` knows what is left of it when we are killed.
///
/// # Errors
/// The disk's.
pub fn replace(state_dir: &Path, path: &Path, content: &[u8]) -> Result<()> {
    let build_dir = state_dir.parent().unwrap_or(state_dir);
    put(&RealDisk::new(build_dir).holding(""), build_dir, (state_dir, path), content)
}

/// The same for a file of the user's, written beside it. Where a link leads to a file, that is replaced, as an editor would.
///
/// # Errors
/// The disk's.
pub fn replace_beside(path: &Path, content: &[u8]) -> Result<()> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let dir = path.parent().unwrap_or(Path::new("/"));
    let mode = Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).permissions(mode).tempfile_in(dir)?;
    file.write_all(content)?;
    file.persist(path).map(drop).map_err(Error::from)
}

/// The same as [`replace`] for a file in the state directory or in a directory of ours there. That is made if it is not there.
///
/// # Errors
/// The disk's.
pub fn replace_in_state(state_dir: &Path, path: &Path, content: &[u8]) -> Result<()> {
    let build_dir = state_dir.parent().unwrap_or(state_dir);
    let disk = RealDisk::new(build_dir).holding("");
    for dir in [Some(state_dir), path.parent()].into_iter().flatten() {
        disk.make_own_dir(below(build_dir, dir)?)?;
    }
    put(&disk, build_dir, (state_dir, path), content)
}

fn put(
    disk: &RealDisk,
    build_dir: &Path,
    (state_dir, path): (&Path, &Path),
    content: &[u8],
) -> Result<()> {
    static BEGUN: AtomicU64 = AtomicU64::new(0);
    // Another process may have our number, where somebody counts processes apart.
    let own = (std::process::id(), BEGUN.fetch_add(1, Ordering::Relaxed), disk.last_stamp());
    let new = state_dir.join(format!("{UNFINISHED}{}-{}-{}", own.0, own.1, own.2));
    let (new, path) = (below(build_dir, &new)?, below(build_dir, path)?);
    let rename = || match disk.rename(new, path) {
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            disk.remove(path)?;
            disk.rename(new, path)
        }
        renamed => renamed,
    };
    let replaced = disk.write(new, content).and_then(|()| rename());
    if replaced.is_err() {
        let _ = disk.remove(new);
    }
    replaced
}

fn below<'a>(dir: &Path, path: &'a Path) -> Result<&'a str> {
    let below = path.strip_prefix(dir).ok().and_then(Path::to_str);
    below.ok_or_else(|| ErrorKind::InvalidInput.into())
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
