//! How files are opened: no pipe is waited for, no link is followed to what is written, and what has several names is not ours.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

/// What a file holds. A pipe in its place is not waited for: it holds nothing.
///
/// # Errors
/// The disk's.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_to_read(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file open for reading, and at once: what a pipe holds is asked and not waited for.
pub fn open_to_read(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)
}

/// A new file in the place of whatever has this name.
pub fn new_file(path: &Path) -> io::Result<fs::File> {
    new_file_with(path, 0o666)
}

/// The same, with these rights.
pub fn new_file_with(path: &Path, mode: u32) -> io::Result<fs::File> {
    let make = || fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    match make() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match path.symlink_metadata()?.is_dir() {
                true => fs::remove_dir_all(path)?,
                false => fs::remove_file(path)?,
            }
            make()
        }
        made => made,
    }
}

/// A file that has this name and no other, open for writing; `None` for one that has others, and for what is no file.
pub fn own_file(path: &Path) -> io::Result<Option<fs::File>> {
    let mut options = fs::OpenOptions::new();
    // What is no file must not be waited for.
    options.write(true).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    let file = options.open(path)?;
    let found = file.metadata()?;
    Ok((found.is_file() && found.nlink() == 1).then_some(file))
}

/// A file that has this name and no other, open for adding at its end; `None` for one that has others, and for a link.
pub fn open_own(path: &Path) -> io::Result<Option<fs::File>> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    // A link, or a pipe that nobody reads.
    let no_file = [Errno::LOOP, Errno::NXIO].map(|error| Some(error.raw_os_error()));
    match options.open(path) {
        Ok(file) => {
            let found = file.metadata()?;
            Ok((found.is_file() && found.nlink() == 1).then_some(file))
        }
        Err(error) if no_file.contains(&error.raw_os_error()) => Ok(None),
        Err(error) => Err(error),
    }
}
