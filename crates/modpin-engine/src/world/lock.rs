//! One build at a time in a build directory: an advisory lock (`flock(2)`) that the kernel frees when
//! its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::world::signals::Interrupt;
use crate::world::spot::Spot;

/// How often a waiting build looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(20);

/// The lock, held as long as this value lives.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code, reason = "the lock is freed when the file is closed")] File);

impl Lock {
    /// Takes the lock on the file at `path`. When somebody holds it, `waiting` hears the holder's process
    /// id (if it left one) and the call waits.
    pub fn take(path: &Path, waiting: impl FnOnce(Option<u32>)) -> Result<Lock> {
        let mut waiting = Some(waiting);
        loop {
            if let Some(lock) = attempt(path, &mut waiting)? {
                return Ok(lock);
            }
        }
    }

    /// The same; gives up (`None`) when the wait is interrupted.
    pub fn take_unless(
        path: &Path,
        interrupt: &Interrupt,
        waiting: impl FnOnce(Option<u32>),
    ) -> Result<Option<Lock>> {
        let mut waiting = Some(waiting);
        while interrupt.signal().is_none() {
            if let Some(lock) = attempt(path, &mut waiting)? {
                return Ok(Some(lock));
            }
        }
        Ok(None)
    }
}

/// Tries once. When somebody holds the lock, says so and lets a moment pass.
fn attempt(path: &Path, waiting: &mut Option<impl FnOnce(Option<u32>)>) -> Result<Option<Lock>> {
    let io = |doing| Error::io(doing, path.to_string_lossy());
    let mut file = open(path).map_err(io("open"))?;
    match file.try_lock() {
        Ok(()) if is_at(&file, path) => {
            let mut file = own(file, path).map_err(io("replace"))?;
            // On a full disk nobody learns who holds the lock; it is held all the same.
            let _ = sign(&mut file);
            Ok(Some(Lock(file)))
        }
        // Whoever cleaned the directory in the meantime has removed the file that we hold.
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => {
            // Read at each look, though it is told once: by that, others see who waits, and not who has just come.
            let holder = holder(&mut file);
            if let Some(waiting) = waiting.take() {
                waiting(holder);
            }
            std::thread::sleep(LOOK);
            Ok(None)
        }
        Err(TryLockError::Error(error)) => Err(io("lock")(error)),
    }
}

/// A link in its place may name any file, and what is written to the lock would be written there: it goes. So does what is no file.
fn open(path: &Path) -> io::Result<File> {
    let spot = Spot::own(path)?;
    let open = || spot.open(OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW, 0o666);
    match open() {
        Ok(file) if file.metadata()?.is_file() => return Ok(file),
        Ok(_) | Err(Errno::LOOP | Errno::ISDIR | Errno::NXIO) => {}
        Err(error) => return Err(error.into()),
    }
    remove_other(path)?;
    Ok(open()?)
}

/// Nobody holds a lock through what is no file, but whoever came at the same time may have put a lock in its place already. So the
/// directory is locked for that moment.
fn remove_other(path: &Path) -> io::Result<()> {
    let dir = File::open(path.parent().unwrap_or(Path::new("/")))?;
    dir.lock()?;
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(found) if !found.is_file() => std::fs::remove_file(path),
        _ => Ok(()),
    }
}

/// A file with further names (a tree that was copied with `cp -al`) is not ours to write to. Whoever holds the lock on
/// it, which `file` does, may put another in its place.
fn own(file: File, path: &Path) -> io::Result<File> {
    if file.metadata()?.nlink() == 1 {
        return Ok(file);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = Path::new(&name);
    // What is there was left by somebody who was killed.
    let _ = std::fs::remove_file(new);
    let own = OpenOptions::new().read(true).write(true).create_new(true).open(new)?;
    own.try_lock()?;
    std::fs::rename(new, path)?;
    Ok(own)
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), path.metadata()) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Always as long, and written over what stands there: ext4 writes a file to the disk at once that was emptied first.
fn sign(file: &mut File) -> io::Result<()> {
    let text = format!("{:<10}\n", std::process::id());
    file.write_all_at(text.as_bytes(), 0)?;
    if file.metadata()?.len() > text.len() as u64 { file.set_len(text.len() as u64) } else { Ok(()) }
}
