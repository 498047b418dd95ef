//! A file that a verb writes for another build: whole, only if its content differs, and gone when the verb fails, so that
//! nobody goes on with half of one or an old one.

use std::path::{Path, PathBuf};

use modpin::Error;
use modpin::own_file::replace_beside;

use crate::command::exit::{Ended, Exit, Stop};

/// Writes a file if it has not this content already; answers whether it had not.
pub fn write_if_different(path: &Path, content: &str) -> Result<bool, Stop> {
    if modpin_engine::read_file(path).is_ok_and(|there| there == content.as_bytes()) {
        return Ok(false);
    }
    write(path, content)?;
    Ok(true)
}

/// Writes a file, so that it is newer than what it was made of.
pub fn write(path: &Path, content: &str) -> Result<(), Stop> {
    let written = replace_beside(path, content.as_bytes());
    written.map_err(|error| Error::io(path.display().to_string(), "write", error).into())
}

/// What a verb says, and its files are gone if it is not that all is well.
pub fn or_nothing(files: &[PathBuf], ended: Result<Ended, Stop>) -> Result<Ended, Stop> {
    if !matches!(&ended, Ok(Ended { exit: Exit::Done, .. })) {
        for file in files {
            // Where none is, nothing is to be done; one that cannot be removed is older than what it was made of.
            let _ = std::fs::remove_file(file);
        }
    }
    ended
}
