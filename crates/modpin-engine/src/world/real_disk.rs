//! The file system as it is, below a root.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{AtFlags, Mode, OFlags, Timespec, Timestamps, UTIME_NOW};

use crate::world::disk::{Disk, Expected, LookedInto, Stat, changed, nothing_there};
use crate::world::hash::{Hash, Hasher};
use crate::world::held_dirs::HeldDirs;
use crate::world::inside::{files_below, listed_names, open_dir};
use crate::world::listing::Names;
use crate::world::opened::{open_to_read, read_file};
use crate::world::spot::Spot;

/// The real one.
#[derive(Clone, Debug)]
pub struct RealDisk {
    root: PathBuf,
    /// Directories whose files are stamped at each change, and others: asked once.
    stamping: Arc<Mutex<HashMap<String, bool>>>,
    held: Option<Arc<HeldDirs>>,
}

impl RealDisk {
    /// A disk whose relative paths lie below `root`.
    pub fn new(root: impl Into<PathBuf>) -> RealDisk {
        RealDisk { root: root.into(), stamping: Arc::default(), held: None }
    }

    /// The same disk for the time in which a build directory is ours: what is written there goes to directories that stay the same ones.
    pub fn holding(self, build_dir: &str) -> RealDisk {
        let held = HeldDirs::new(build_dir, self.absolute(build_dir));
        RealDisk { held: Some(Arc::new(held)), ..self }
    }
}

impl Disk for RealDisk {
    fn stat(&self, path: &str) -> io::Result<Option<Stat>> {
        present(rustix::fs::stat(self.absolute(path)))
    }

    fn lstat(&self, path: &str) -> io::Result<Option<Stat>> {
        present(rustix::fs::lstat(self.absolute(path)))
    }

    fn link(&self, path: &str) -> io::Result<Option<String>> {
        match fs::read_link(self.absolute(path)) {
            Ok(target) => match target.into_os_string().into_string() {
                Ok(target) => Ok(Some(target)),
                Err(_) => Err(io::ErrorKind::InvalidData.into()),
            },
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// From the directory: the way to each file is one name long.
    fn changed(&self, dir: &str, files: &[Expected<'_>]) -> Vec<usize> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(self.absolute(dir), flags, Mode::empty()) {
            Ok(dir) => changed(files, |file| {
                let flags = if file.itself { AtFlags::SYMLINK_NOFOLLOW } else { AtFlags::empty() };
                present(rustix::fs::statat(&dir, file.name, flags))
            }),
            Err(error) if nothing_there(&error.into()) => changed(files, |_| Ok(None)),
            Err(_) => (0..files.len()).collect(),
        }
    }

    fn names(&self, path: &str) -> io::Result<Names> {
        listed_names(open_dir(&self.absolute(path))?)
    }

    /// By one way to it.
    fn look_into(&self, path: &str) -> io::Result<LookedInto> {
        let Ok(dir) = open_dir(&self.absolute(path)) else { return Ok((self.stat(path)?, None)) };
        Ok((present(rustix::fs::fstat(&dir))?, listed_names(dir).ok()))
    }

    fn files_below(&self, dir: &str) -> io::Result<Vec<String>> {
        files_below(&self.absolute(dir))
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        read_file(&self.absolute(path))
    }

    fn read_part(&self, path: &str, part: Range<u64>) -> io::Result<Vec<u8>> {
        self.read_parts(path, &[part]).map(|mut parts| parts.remove(0))
    }

    fn read_parts(&self, path: &str, parts: &[Range<u64>]) -> io::Result<Vec<Vec<u8>>> {
        let file = open_to_read(&self.absolute(path))?;
        let length = file.metadata()?.len();
        let read = |part: &Range<u64>| {
            // A length that is nonsense must not be asked of the memory.
            if part.start > part.end || part.end > length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut bytes = vec![0; (part.end - part.start) as usize];
            file.read_exact_at(&mut bytes, part.start)?;
            Ok(bytes)
        };
        parts.iter().map(read).collect()
    }

    fn hash(&self, path: &str) -> io::Result<Hash> {
        let mut file = open_to_read(&self.absolute(path))?;
        // Most files are small.
        let mut first = [0; 16 * 1024];
        let count = fill(&mut file, &mut first)?;
        if count < first.len() {
            return Ok(Hash::of(&first[..count]));
        }
        let mut hasher = Hasher::new();
        hasher.update(&first);
        let mut buffer = vec![0; 128 * 1024];
        loop {
            match fill(&mut file, &mut buffer)? {
                0 => return Ok(hasher.finish()),
                count => hasher.update(&buffer[..count]),
            }
        }
    }

    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.spot(path)?.new_file(0o666)?.write_all(bytes)
    }

    fn copy(&self, from: &str, to: &str, executable: bool) -> io::Result<()> {
        let mut from = open_to_read(&self.absolute(from))?;
        let mode = if executable { 0o777 } else { 0o666 };
        let mut to = self.spot(to)?.new_file(mode)?;
        match rustix::fs::ioctl_ficlone(&to, &from) {
            Ok(()) => Ok(()),
            Err(_) => io::copy(&mut from, &mut to).map(drop),
        }
    }

    fn is_executable(&self, path: &str) -> io::Result<bool> {
        Ok(fs::metadata(self.absolute(path))?.mode() & 0o100 != 0)
    }

    fn touch(&self, path: &str) -> io::Result<()> {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        let spot = self.spot(path)?;
        Ok(rustix::fs::utimensat(spot.dir(), &spot.name, &times, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    fn make_link(&self, path: &str, target: &str) -> io::Result<()> {
        let spot = self.spot(path)?;
        Ok(rustix::fs::symlinkat(target, spot.dir(), &spot.name)?)
    }

    fn empty(&self, path: &str) -> bool {
        let file = self.spot(path).and_then(|spot| spot.own_file());
        file.is_ok_and(|file| file.is_some_and(|file| file.set_len(0).is_ok()))
    }

    fn overwrite(&self, path: &str, old: &[u8], new: &[u8]) -> bool {
        const PART: usize = 4096;
        let write = || {
            let Some(file) = self.spot(path)?.own_file()? else { return Ok(false) };
            if file.metadata()?.len() != new.len() as u64 {
                return Ok(false);
            }
            for (start, part) in (0..).step_by(PART).zip(new.chunks(PART)) {
                if old.get(start..start + part.len()) != Some(part) {
                    file.write_all_at(part, start as u64)?;
                }
            }
            Ok::<bool, io::Error>(true)
        };
        write().unwrap_or(false)
    }

    fn append(&self, path: &str) -> io::Result<Box<dyn Write + Send>> {
        if let Some(file) = self.spot(path)?.open_own()? {
            return Ok(Box::new(file));
        }
        let content = match self.read(path) {
            Err(error) if !nothing_there(&error) => return Err(error),
            content => content.unwrap_or_default(),
        };
        let new = format!("{path}.new");
        let mut file = self.spot(&new)?.new_file(0o666)?;
        file.write_all(&content)?;
        self.rename(&new, path)?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let spots = [&self.spot(from)?, &self.spot(to)?];
        match &self.held {
            Some(held) => held.rename((from, to), spots),
            None => Ok(fs::rename(&spots[0].name, &spots[1].name)?),
        }
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        gone(self.spot(path).and_then(|spot| spot.remove()))
    }

    fn remove_file(&self, path: &str) -> io::Result<()> {
        gone(self.spot(path).and_then(|spot| spot.remove_file()))
    }

    fn remove_empty_dir(&self, path: &str) -> bool {
        let remove =
            |spot: Spot| rustix::fs::unlinkat(spot.dir(), &spot.name, AtFlags::REMOVEDIR).is_ok();
        self.spot(path).is_ok_and(remove)
    }

    fn create_dirs(&self, path: &str) -> io::Result<()> {
        let held = self.held.as_ref().and_then(|held| held.make(path));
        held.unwrap_or_else(|| fs::create_dir_all(self.absolute(path)))
    }

    fn leads_to_ours(&self, dir: &str) -> io::Result<()> {
        self.held.as_ref().map_or(Ok(()), |held| held.leads_to(dir))
    }

    fn is_full(&self, path: &str) -> bool {
        rustix::fs::statvfs(self.absolute(path)).is_ok_and(|found| {
            // What is kept back for root is of use to root.
            let is_root = rustix::process::geteuid().is_root();
            let free = if is_root { found.f_bfree } else { found.f_bavail };
            found.f_blocks > 0 && free == 0
        })
    }

    fn longest_name(&self, dir: &str) -> usize {
        let found = rustix::fs::statvfs(self.absolute(dir));
        found.map_or(255, |found| found.f_namemax as usize)
    }

    fn now(&self) -> i64 {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
        nanoseconds(time.tv_sec, time.tv_nsec)
    }

    fn last_stamp(&self) -> i64 {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
        nanoseconds(time.tv_sec, time.tv_nsec)
    }

    fn wait_past(&self, time: i64) {
        // The coarse clock stands still as long as a busy machine gives it no time: five ticks were seen. What it reaches is
        // told by the fine clock. Where that is far behind, the clock was set back, and nobody knows how long it takes.
        const FAR: i64 = 1_000_000_000;
        while self.now() <= time && time.saturating_sub(self.last_stamp()) < FAR {
            std::thread::sleep(std::time::Duration::from_micros(500));
        }
    }

    fn stamps_each_change(&self, dir: &str) -> bool {
        let mut known = self.stamping.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(dir.to_owned()).or_insert_with(|| self.is_stamping(dir))
    }

    fn absolute(&self, path: &str) -> PathBuf {
        self.root.join(Path::new(path))
    }
}

impl RealDisk {
    /// Makes a directory of ours. A link or a file in its place goes.
    ///
    /// # Errors
    /// The disk's.
    pub fn make_own_dir(&self, path: &str) -> io::Result<()> {
        match self.create_dirs(path) {
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                // Whoever came at the same time may have made the directory already.
                let _ = self.remove_file(path);
                self.create_dirs(path)
            }
            made => made,
        }
    }

    /// Where something is written.
    fn spot(&self, path: &str) -> io::Result<Spot> {
        let held = self.held.as_ref().and_then(|held| held.spot(path));
        held.unwrap_or_else(|| Ok(Spot::at(self.absolute(path))))
    }

    /// Asks the lock of a build directory, which nobody else changes, or where there is none a file that has no name.
    fn is_stamping(&self, dir: &str) -> bool {
        let lock = self.spot(&format!("{dir}/lock")).and_then(|spot| spot.own_file()).ok().flatten();
        let file = lock.map(OwnedFd::from).map_or_else(|| self.nameless(dir), Ok);
        let Ok(file) = file else { return false };
        let Ok(found) = rustix::fs::fstat(&file) else { return false };
        let mode = Mode::from_raw_mode(found.st_mode);
        let stamp = || {
            rustix::fs::fchmod(&file, mode).ok()?;
            present(rustix::fs::fstat(&file)).ok()?.map(|stat| stat.ctime)
        };
        let stamps: Vec<i64> = std::iter::from_fn(stamp).take(4).collect();
        stamps.len() == 4 && stamps.is_sorted_by(|before, after| before < after)
    }

    fn nameless(&self, dir: &str) -> rustix::io::Result<OwnedFd> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        rustix::fs::open(self.absolute(dir), flags, Mode::RUSR | Mode::WUSR)
    }
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|error| if nothing_there(&error) { Ok(()) } else { Err(error) })
}

/// Reads until the buffer is full or the file at its end; answers how many bytes that were.
fn fill(file: &mut fs::File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn present(result: rustix::io::Result<rustix::fs::Stat>) -> io::Result<Option<Stat>> {
    let found = match result {
        Ok(found) => found,
        Err(error) => {
            let error = io::Error::from(error);
            return if nothing_there(&error) { Ok(None) } else { Err(error) };
        }
    };
    Ok(Some(Stat {
        regular: rustix::fs::FileType::from_raw_mode(found.st_mode).is_file(),
        size: found.st_size as u64,
        mtime: nanoseconds(found.st_mtime, found.st_mtime_nsec),
        ctime: nanoseconds(found.st_ctime, found.st_ctime_nsec),
        inode: found.st_ino,
    }))
}

// The field types of `stat` differ between platforms.
#[allow(clippy::unnecessary_cast)]
fn nanoseconds(seconds: impl TryInto<i64>, nanoseconds: impl TryInto<i64>) -> i64 {
    let seconds = seconds.try_into().unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds.try_into().unwrap_or(0))
}
