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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::mpsc;
    use std::time::Duration;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

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
        fs::write(&file, "precious").unwrap();
        symlink("file", &link).unwrap();
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert!(own_file(&file).unwrap().is_some() && open_own(&file).unwrap().is_some());
        assert!(own_file(&link).is_err() && open_own(&link).unwrap().is_none());
        let asked = pipe.clone();
        let (read, own, added) =
            at_once(move || (read_file(&asked).unwrap(), own_file(&asked).is_err(), open_own(&asked)));
        assert!(read.is_empty() && own && added.unwrap().is_none());
        fs::hard_link(&file, &other).unwrap();
        assert!(own_file(&file).unwrap().is_none() && open_own(&other).unwrap().is_none());
        [&link, &other, &pipe].into_iter().for_each(|path| drop(new_file(path).unwrap()));
        assert_eq!(fs::read(&file).unwrap(), b"precious");
    }
}
