//! The time stamps of files that cargo watches for us. cargo runs a build script again when a watched file is younger than the
//! script's last run; so a file that the script itself writes must be older.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};

/// The time stamp that cargo gives to the files of packages.
const OLD: Duration = Duration::from_secs(1_153_704_088);

/// Makes files old. Answers whether one of them was not.
///
/// # Errors
/// [`Error::Io`] for a file that refuses.
pub fn make_old(files: &[PathBuf]) -> Result<bool> {
    let old = SystemTime::UNIX_EPOCH + OLD;
    let mut changed = false;
    for path in files {
        let is_old = || path.metadata()?.modified().map(|time| time == old);
        let make = || File::open(path)?.set_modified(old);
        let io = |source| Error::io(path, "set the time of", source);
        if !is_old().map_err(io)? {
            make().map_err(io)?;
            changed = true;
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_old_once() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("m.so");
        std::fs::write(&path, "").expect("a file");
        let files = [path.clone()];
        assert!(make_old(&files).expect("its time"));
        assert!(
            path.metadata().expect("it").modified().expect("a time") < SystemTime::now() - OLD / 100
        );
        assert!(!make_old(&files).expect("its time"));
        assert!(make_old(&[dir.path().join("nothing")]).is_err());
    }
}
