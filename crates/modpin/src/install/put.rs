//! Puts one file in its place, whole: it is written beside it and renamed, so that whoever runs or maps the old one keeps that. A
//! link in its place is replaced, and what it leads to stays as it is.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// What is put somewhere.
pub(super) enum Content<'a> {
    Bytes { bytes: &'a [u8], executable: bool },
    Link(&'a str),
}

impl Content<'_> {
    fn mode(&self) -> u32 {
        if matches!(self, Content::Bytes { executable: true, .. }) { 0o755 } else { 0o644 }
    }

    /// Whether it is there already.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        match self {
            Content::Link(to) => fs::read_link(path).is_ok_and(|there| there == Path::new(to)),
            Content::Bytes { bytes, .. } => {
                let stat = fs::symlink_metadata(path);
                stat.is_ok_and(|stat| {
                    stat.is_file()
                        && stat.mode() & 0o7777 == self.mode()
                        && stat.len() == bytes.len() as u64
                }) && fs::read(path).is_ok_and(|there| there == *bytes)
            }
        }
    }

    /// Puts it there. The directory is there.
    pub(super) fn put(&self, path: &Path, begun: &Path) -> io::Result<()> {
        remove(begun)?;
        match self {
            Content::Link(to) => symlink(to, begun)?,
            Content::Bytes { bytes, .. } => {
                let mut file = OpenOptions::new().write(true).create_new(true).open(begun)?;
                file.write_all(bytes)?;
                file.set_permissions(Permissions::from_mode(self.mode()))?;
            }
        }
        fs::rename(begun, path)
    }
}

/// Removes a file or a link, if it is there.
pub(super) fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Makes a directory and those above it; tells which of them were not there, outer ones first.
pub(super) fn make_dirs(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let absent: Vec<&Path> = dir.ancestors().take_while(|dir| !dir.is_dir()).collect();
    let mut made = Vec::new();
    for dir in absent.into_iter().rev() {
        match fs::create_dir(dir) {
            Ok(()) => fs::set_permissions(dir, Permissions::from_mode(0o755))?,
            // Whoever came at the same time has made it.
            Err(_) if dir.is_dir() => continue,
            Err(error) => return Err(error),
        }
        made.push(dir.to_owned());
    }
    Ok(made)
}
