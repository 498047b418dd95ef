//! What is in a directory, asked of the system.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};

use crate::world::listing::Names;

/// Opens a directory, to look into it.
pub fn open_dir(path: &Path) -> rustix::io::Result<OwnedFd> {
    rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// The names in an open directory, each with whether it is a directory's.
pub fn listed_names(dir: OwnedFd) -> io::Result<Names> {
    let mut names = Vec::new();
    let mut entries = Dir::new(dir)?;
    while let Some(entry) = entries.read() {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let kind = match entry.file_type() {
            // Some file systems do not tell.
            FileType::Unknown => {
                let found = rustix::fs::statat(entries.fd()?, name, AtFlags::SYMLINK_NOFOLLOW)?;
                FileType::from_raw_mode(found.st_mode)
            }
            kind => kind,
        };
        names.push((name.to_bytes().to_vec(), kind.is_dir()));
    }
    Ok(names)
}

/// The regular files below a directory, by their paths from there, sorted. No link is followed.
pub fn files_below(dir: &Path) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    walk(dir, "", &mut files)?;
    files.sort();
    Ok(files)
}

fn walk(dir: &Path, below: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let (kind, name) = (entry.file_type()?, entry.file_name());
        let Some(name) = name.to_str() else {
            let why = format!("{}: its name is not UTF-8", name.to_string_lossy());
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        };
        match kind {
            kind if kind.is_dir() => walk(&entry.path(), &format!("{below}{name}/"), files)?,
            kind if kind.is_file() => files.push(format!("{below}{name}")),
            _ => {}
        }
    }
    Ok(())
}
