//! Where a name stands: in a directory of ours that is held open, or at the end of a path. What is made, written, or removed there is that
//! name itself: no link is followed, no pipe is waited for, and what has several names is not ours.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, Dir, Mode, OFlags, openat, unlinkat};
use rustix::io::{Errno, retry_on_intr};
use rustix::path::Arg;

/// Such a place.
#[derive(Debug)]
pub struct Spot {
    held: Option<Arc<OwnedFd>>,
    /// As the calls of the system take it, together with the directory.
    pub name: PathBuf,
}

impl Spot {
    /// In a directory that is held.
    pub fn of(dir: Arc<OwnedFd>, name: &str) -> Spot {
        Spot { held: Some(dir), name: name.into() }
    }

    /// In a directory that is no link.
    pub fn own(path: &Path) -> io::Result<Spot> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir = path.parent().unwrap_or(Path::new("/"));
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let held = Arc::new(openat(CWD, dir, flags, Mode::empty())?);
        Ok(Spot { held: Some(held), name: name.into() })
    }

    /// Wherever a path leads.
    pub fn at(path: PathBuf) -> Spot {
        Spot { held: None, name: path }
    }

    /// The directory, as the calls of the system take it.
    pub fn dir(&self) -> BorrowedFd<'_> {
        self.held.as_ref().map_or(CWD, |dir| dir.as_fd())
    }

    /// A new file in the place of whatever has this name, with these rights.
    pub fn new_file(&self, mode: u32) -> io::Result<File> {
        let make = || self.open(OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, mode);
        match make() {
            Err(Errno::EXIST) => {
                self.remove()?;
                Ok(make()?)
            }
            made => Ok(made?),
        }
    }

    /// A file that has this name and no other, open for writing; `None` for one that has others, and for what is no file.
    pub fn own_file(&self) -> io::Result<Option<File>> {
        // What is no file must not be waited for.
        only_ours(self.open(OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK, 0)?)
    }

    /// A file that has this name and no other, open for adding at its end; `None` for one that has others, and for a link.
    pub fn open_own(&self) -> io::Result<Option<File>> {
        let add = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE;
        match self.open(add | OFlags::NOFOLLOW | OFlags::NONBLOCK, 0o666) {
            Ok(file) => only_ours(file),
            // A link, or a pipe that nobody reads.
            Err(Errno::LOOP | Errno::NXIO) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file or a link.
    pub fn remove_file(&self) -> io::Result<()> {
        Ok(unlinkat(self.dir(), &self.name, AtFlags::empty())?)
    }

    /// Removes a file, a link, or a directory with all that is in it.
    pub fn remove(&self) -> io::Result<()> {
        Ok(remove(self.dir(), &self.name)?)
    }

    /// Opens it.
    pub fn open(&self, flags: OFlags, mode: u32) -> rustix::io::Result<File> {
        let (flags, mode) = (flags | OFlags::CLOEXEC, Mode::from_raw_mode(mode));
        retry_on_intr(|| openat(self.dir(), &self.name, flags, mode)).map(File::from)
    }
}

fn only_ours(file: File) -> io::Result<Option<File>> {
    let found = file.metadata()?;
    Ok((found.is_file() && found.nlink() == 1).then_some(file))
}

fn remove(dir: BorrowedFd<'_>, name: impl Arg + Copy) -> rustix::io::Result<()> {
    match unlinkat(dir, name, AtFlags::empty()) {
        Err(Errno::ISDIR) => {}
        removed => return removed,
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut inside = Dir::new(openat(dir, name, flags, Mode::empty())?)?;
    while let Some(entry) = inside.read() {
        let entry = entry?;
        if matches!(entry.file_name().to_bytes(), b"." | b"..") {
            continue;
        }
        match remove(inside.fd()?, entry.file_name()) {
            // Somebody else has removed it.
            Err(Errno::NOENT) => {}
            removed => removed?,
        }
    }
    unlinkat(dir, name, AtFlags::REMOVEDIR)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::sync::mpsc;
    use std::time::Duration;

    use rustix::fs::{FileType, mknodat};

    use super::*;
    use crate::world::opened::read_file;

    /// In another thread: whoever waited for a pipe would wait for ever.
    fn at_once<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> T {
        let (answer, answers) = mpsc::channel();
        std::thread::spawn(move || answer.send(ask()));
        answers.recv_timeout(Duration::from_secs(60)).expect("nobody waits")
    }

    #[test]
    fn no_pipe_is_waited_for_and_no_link_is_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let [file, other, link, pipe] =
            ["file", "other", "link", "pipe"].map(|name| dir.path().join(name));
        let spot = |path: &Path| Spot::at(path.to_owned());
        fs::write(&file, "precious").unwrap();
        symlink("file", &link).unwrap();
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert!(spot(&file).own_file().unwrap().is_some() && spot(&file).open_own().unwrap().is_some());
        assert!(spot(&link).own_file().is_err() && spot(&link).open_own().unwrap().is_none());
        let (path, asked) = (pipe.clone(), spot(&pipe));
        let (read, own, added) =
            at_once(move || (read_file(&path).unwrap(), asked.own_file().is_err(), asked.open_own()));
        assert!(read.is_empty() && own && added.unwrap().is_none());
        fs::hard_link(&file, &other).unwrap();
        assert!(spot(&file).own_file().unwrap().is_none() && spot(&other).open_own().unwrap().is_none());
        [&link, &other, &pipe].into_iter().for_each(|path| drop(spot(path).new_file(0o666).unwrap()));
        assert_eq!(fs::read(&file).unwrap(), b"precious");
    }

    #[test]
    fn what_links_in_a_directory_name_stays_when_it_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let (inside, outside) = (dir.path().join("in/deep"), dir.path().join("outside"));
        [&inside, &outside].into_iter().for_each(|dir| fs::create_dir_all(dir).unwrap());
        fs::write(outside.join("file"), "precious").unwrap();
        fs::write(inside.join("file"), "").unwrap();
        symlink(&outside, inside.join("link")).unwrap();
        assert!(
            Spot::own(&inside.join("link/file")).is_err() && Spot::own(&inside.join("file")).is_ok()
        );
        assert!(Spot::at(inside.clone()).remove_file().is_err() && inside.join("file").exists());
        Spot::at(dir.path().join("in")).remove().unwrap();
        assert!(!dir.path().join("in").exists());
        assert_eq!(fs::read(outside.join("file")).unwrap(), b"precious");
    }
}
