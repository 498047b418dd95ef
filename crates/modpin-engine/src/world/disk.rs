//! The edge to the file system: the few calls that a build makes, so that tests can run without one.
//! Paths are relative to a root, with `/`, or absolute.

use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::world::hash::Hash;
use crate::world::listing::{Listing, Names};

/// What `stat(2)` tells that matters: when none of it changed, the content did not either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stat {
    /// A regular file, or something else (directory, link, socket).
    pub regular: bool,
    /// Bytes.
    pub size: u64,
    /// Modification time, in nanoseconds since the epoch.
    pub mtime: i64,
    /// Change time, in nanoseconds since the epoch. Unlike `mtime`, no program can set it.
    pub ctime: i64,
    /// Inode number: another file moved to this name has another.
    pub inode: u64,
}

/// A file of a directory, and its expected stat.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Its name in the directory.
    pub name: &'a str,
    /// A link in its place is the link itself, not what it names.
    pub itself: bool,
    /// What `stat(2)` says; `None` when nothing is there.
    pub stat: Option<Stat>,
}

/// What a directory is, and what it holds.
pub type LookedInto = (Option<Stat>, Option<Names>);

/// The file system as the engine sees it.
pub trait Disk: Sync {
    /// What a path names, links followed. `None` when there is nothing.
    fn stat(&self, path: &str) -> io::Result<Option<Stat>>;
    /// What a path itself is: a link is a link (and so not a regular file).
    fn lstat(&self, path: &str) -> io::Result<Option<Stat>>;
    /// What a link names; `None` where something else is.
    ///
    /// # Errors
    /// Where nothing is, too, and where the name is no text.
    fn link(&self, path: &str) -> io::Result<Option<String>>;
    /// Whether a path is a link itself. Two looks, one through it, would take a directory for one in which something appears between
    /// them.
    fn is_link(&self, path: &str) -> bool {
        match self.link(path) {
            Ok(target) => target.is_some(),
            Err(error) => error.kind() == io::ErrorKind::InvalidData,
        }
    }
    /// Which files of one directory (its path ends with a slash, or is empty) are not as expected.
    fn changed(&self, dir: &str, files: &[Expected<'_>]) -> Vec<usize> {
        changed(files, |file| {
            let path = format!("{dir}{}", file.name);
            if file.itself { self.lstat(&path) } else { self.stat(&path) }
        })
    }
    /// What a directory holds.
    fn names(&self, path: &str) -> io::Result<Names>;
    /// What a directory is, and then what it holds. That is not known of what is none, and of one that cannot be listed.
    fn look_into(&self, dir: &str) -> io::Result<LookedInto> {
        let stat = self.stat(dir)?;
        let names = stat.and_then(|_| self.names(dir).ok());
        Ok((stat, names))
    }
    /// What a directory holds, as it is compared later.
    fn listing(&self, path: &str) -> io::Result<Listing> {
        self.names(path).map(|names| Listing::of(&names))
    }
    /// The regular files below a directory, by their paths from there, sorted. No link is followed.
    fn files_below(&self, dir: &str) -> io::Result<Vec<String>>;
    /// The whole content.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
    /// A part of the content, counted in bytes from its beginning.
    fn read_part(&self, path: &str, part: Range<u64>) -> io::Result<Vec<u8>>;
    /// Several parts of the content, each counted in bytes from its beginning.
    fn read_parts(&self, path: &str, parts: &[Range<u64>]) -> io::Result<Vec<Vec<u8>>> {
        parts.iter().map(|part| self.read_part(path, part.clone())).collect()
    }
    /// The digest of the content, without holding it in memory.
    fn hash(&self, path: &str) -> io::Result<Hash>;
    /// Puts a new file in the place of the file or the link that is there, whose other names keep what they name.
    /// Directories above must exist.
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()>;
    /// Makes a new file with the content of another one. Until one of them changes they share it where the file system can; never
    /// does a change of one show in the other. `executable` says whether it may be run.
    fn copy(&self, from: &str, to: &str, executable: bool) -> io::Result<()>;
    /// Whether its owner may run a file.
    fn is_executable(&self, path: &str) -> io::Result<bool>;
    /// A file counts as written now. Its content stays.
    fn touch(&self, path: &str) -> io::Result<()>;
    /// Makes a link that says `target`. Nothing may be there.
    fn make_link(&self, path: &str, target: &str) -> io::Result<()>;
    /// Empties a file that has this name and no other. Says whether it did: a link, and a file that is somewhere else, too, stay as they
    /// are. Where that is not known, too.
    fn empty(&self, path: &str) -> bool {
        let _ = path;
        false
    }
    /// Makes a file that has this name and no other hold `new`, if that is as long as what it holds. What is the same in `old` is not
    /// written. Says whether it did; whoever is killed meanwhile leaves some of both.
    fn overwrite(&self, path: &str, old: &[u8], new: &[u8]) -> bool {
        let _ = (path, old, new);
        false
    }
    /// Opens for adding at the end; makes the file if it is not there. A file with further names, or behind a link, is
    /// copied first: what is added must not show there.
    fn append(&self, path: &str) -> io::Result<Box<dyn Write + Send>>;
    /// Renames, replacing a file that is there.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file, a link, or a directory with all that is in it. Nothing there is fine.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Removes a file or a link, and no directory that has taken its place. Nothing there is fine.
    fn remove_file(&self, path: &str) -> io::Result<()> {
        self.remove(path)
    }
    /// Removes a directory if it is empty. Says whether it is gone.
    fn remove_empty_dir(&self, path: &str) -> bool;
    /// Makes a directory and those above it.
    fn create_dirs(&self, path: &str) -> io::Result<()>;
    /// Whether the path of a directory still leads to where we write that is to be in it.
    ///
    /// # Errors
    /// It leads elsewhere.
    fn leads_to_ours(&self, dir: &str) -> io::Result<()> {
        let _ = dir;
        Ok(())
    }
    /// Whether the file system that holds `path` has no room for a single byte. Not known is no.
    fn is_full(&self, path: &str) -> bool;
    /// How many bytes the name of a file may have in a directory. Not known is as many as Linux allows anywhere.
    fn longest_name(&self, dir: &str) -> usize;
    /// No file that changes from now on is stamped with an earlier time, in nanoseconds since the epoch: the coarse clock
    /// that stamps files.
    fn now(&self) -> i64;
    /// No file that has changed so far is stamped with a later time. That is later than [`Disk::now`] where a kernel
    /// stamps some files with a finer clock, as Linux does since 6.13.
    fn last_stamp(&self) -> i64;
    /// Waits until the clock shows more than `time`. At most a few milliseconds in practice.
    fn wait_past(&self, time: i64);
    /// Whether every change of a file that was looked at gets a stamp of its own, on the file system that holds this
    /// directory. Linux stamps so since 6.13, on most file systems of its own. Then nobody needs to wait for a tick.
    fn stamps_each_change(&self, dir: &str) -> bool;
    /// Where a path lies for a process that is not ours.
    fn absolute(&self, path: &str) -> PathBuf;
}

/// Replaces a file of our own: whoever reads it sees the old content or the new one, and never a part.
pub(crate) fn replace(disk: &dyn Disk, path: &str, bytes: &[u8]) -> Result<()> {
    let new = format!("{path}.new");
    disk.write(&new, bytes).map_err(Error::io("write", new.as_str()))?;
    match disk.rename(&new, path) {
        // Nobody but us makes anything of this name.
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            disk.remove(path).and_then(|()| disk.rename(&new, path))
        }
        renamed => renamed,
    }
    .map_err(Error::io("replace", path))
}

/// Writes a file of our own that is as none while it is not whole: over what it holds where that can be done, because a new file costs
/// more. `old` is what it is known to hold.
pub(crate) fn renew(disk: &dyn Disk, path: &str, old: &[u8], new: &[u8]) -> Result<()> {
    if disk.overwrite(path, old, new) { Ok(()) } else { replace(disk, path, new) }
}

/// A path below something that is no directory names nothing, too.
pub(crate) fn nothing_there(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The numbers of the files that look otherwise than expected.
pub(crate) fn changed(
    files: &[Expected<'_>],
    look: impl Fn(&Expected<'_>) -> io::Result<Option<Stat>>,
) -> Vec<usize> {
    let differs = |file: &Expected<'_>| look(file).map_or(true, |now| now != file.stat);
    files.iter().enumerate().filter(|(_, file)| differs(file)).map(|(at, _)| at).collect()
}
