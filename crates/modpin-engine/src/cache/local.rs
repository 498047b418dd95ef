//! Results in a directory of this machine, for all checkouts of one user. Every file appears whole, by rename, and is found by
//! the digest in its name; two processes that write the same one write the same. No lock: what somebody else has removed
//! is not there, and no more.
//!
//! Which files were not used for longest is told by their modification times: a use sets them.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cache::kept_result::add;
use crate::cache::{Cache, Content, KeptResult};
use crate::state::frame::{self, Frames, Framing};
use crate::world::disk::{Disk, nothing_there, renew};
use crate::world::hash::Hash;

const RESULTS: Framing = Framing("results", 1);
const SIZE: Framing = Framing("cache-size", 1);

/// A directory of results.
#[derive(Debug)]
pub struct LocalCache {
    dir: String,
    limit: u64,
    /// Bytes that were kept since the last count.
    new: AtomicU64,
    /// How many files were begun: each has a name of its own until it is whole.
    begun: AtomicU64,
}

/// What a directory holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Lists of results, one for each key.
    pub keys: u64,
    /// Contents of outputs.
    pub contents: u64,
    /// All bytes.
    pub bytes: u64,
}

struct KeptFile {
    used_at: i64,
    path: String,
    size: u64,
}

impl LocalCache {
    /// The results in a directory, which is there and which nobody else can write. Of more than `limit` bytes, the oldest go.
    pub fn new(dir: String, limit: u64) -> LocalCache {
        LocalCache { dir, limit, new: AtomicU64::new(0), begun: AtomicU64::new(0) }
    }

    /// What it holds.
    ///
    /// # Errors
    /// It cannot be listed.
    pub fn kept(&self, disk: &dyn Disk) -> io::Result<Kept> {
        let mut kept = Kept::default();
        for KeptFile { path, size, .. } in self.files(disk)? {
            kept.bytes += size;
            let count = if path.ends_with(ENDING) { &mut kept.keys } else { &mut kept.contents };
            *count += 1;
        }
        Ok(kept)
    }

    /// Removes what was not used for longest until no more than `most` bytes are left. Answers how many bytes went, and how
    /// many are left.
    ///
    /// # Errors
    /// The disk's.
    pub fn trim(&self, disk: &dyn Disk, most: u64) -> io::Result<(u64, u64)> {
        let mut files = self.files(disk)?;
        files.sort_by(|one, other| (one.used_at, &one.path).cmp(&(other.used_at, &other.path)));
        let before: u64 = files.iter().map(|file| file.size).sum();
        let mut left = before;
        for file in files {
            if left <= most {
                break;
            }
            disk.remove(&file.path)?;
            left -= file.size;
        }
        self.write_size(disk, left);
        Ok((before - left, left))
    }

    /// Every file, with when it was used. What is no file of ours is left alone.
    fn files(&self, disk: &dyn Disk) -> io::Result<Vec<KeptFile>> {
        let mut files = Vec::new();
        for dir in names(disk, &self.dir)?.into_iter().filter(|name| is_part(name)) {
            let dir = format!("{}/{dir}", self.dir);
            for name in names(disk, &dir)? {
                let path = format!("{dir}/{name}");
                // Somebody else may have removed it.
                if let Some(stat) = disk.lstat(&path)?.filter(|stat| stat.regular) {
                    files.push(KeptFile { used_at: stat.mtime, path, size: stat.size });
                }
            }
        }
        Ok(files)
    }

    fn size(&self, disk: &dyn Disk) -> Option<u64> {
        let bytes = disk.read(&format!("{}/size", self.dir)).ok()?;
        Some(u64::from_le_bytes(SIZE.payload(&bytes)?.try_into().ok()?))
    }

    fn write_size(&self, disk: &dyn Disk, size: u64) {
        // Without it all is counted next time.
        let _ = renew(disk, &format!("{}/size", self.dir), &[], &SIZE.wrap(&size.to_le_bytes()));
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.dir, &name[..2])
    }

    fn of_key(&self, key: Hash) -> String {
        self.path(&format!("{:032x}{ENDING}", key.to_bits()))
    }

    fn of_content(&self, Content { hash, executable }: Content) -> String {
        self.path(&format!("{:032x}{}", hash.to_bits(), if executable { ".x" } else { "" }))
    }

    /// Makes a file that nobody sees before it is whole.
    fn put(
        &self,
        disk: &dyn Disk,
        path: &str,
        write: impl Fn(&str) -> io::Result<()>,
    ) -> io::Result<()> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let (dir, _) = path.rsplit_once('/').unwrap_or_default();
        let new = format!("{dir}/.new-{}-{number}", std::process::id());
        let made = match write(&new) {
            Err(error) if nothing_there(&error) => disk.create_dirs(dir).and_then(|()| write(&new)),
            written => written,
        };
        let made = made.and_then(|()| disk.rename(&new, path));
        match made {
            Err(error) => {
                let _ = disk.remove(&new);
                Err(error)
            }
            Ok(()) => {
                let size = disk.stat(path)?.map_or(0, |stat| stat.size);
                self.new.fetch_add(size, Ordering::Relaxed);
                Ok(())
            }
        }
    }
}

impl Cache for LocalCache {
    fn results(&self, disk: &dyn Disk, key: Hash) -> Vec<KeptResult> {
        let path = self.of_key(key);
        let Ok(bytes) = disk.read(&path) else { return Vec::new() };
        let _ = disk.touch(&path);
        results_in(&bytes, key)
    }

    fn fetch(&self, disk: &dyn Disk, content: Content, to: &str) -> io::Result<()> {
        let path = self.of_content(content);
        disk.copy(&path, to, content.executable)?;
        // Whoever removes the oldest at this moment may have removed it.
        let _ = disk.touch(&path);
        Ok(())
    }

    fn place(&self, content: Content) -> Option<String> {
        Some(self.of_content(content))
    }

    fn discard(&self, disk: &dyn Disk, content: Content) {
        let _ = disk.remove(&self.of_content(content));
    }

    fn keep_content(&self, disk: &dyn Disk, content: Content, from: &str) -> io::Result<()> {
        let path = self.of_content(content);
        if disk.touch(&path).is_ok() {
            return Ok(());
        }
        self.put(disk, &path, |new| disk.copy(from, new, content.executable))
    }

    fn keep(&self, disk: &dyn Disk, key: Hash, entry: KeptResult) -> io::Result<()> {
        let path = self.of_key(key);
        let mut all = results_in(&disk.read(&path).unwrap_or_default(), key);
        add(&mut all, entry, |entry| entry);
        let mut bytes = RESULTS.header().into_bytes();
        let mut chain = seed(key);
        for entry in &all {
            chain = frame::put(&mut bytes, chain, |to| entry.put(to));
        }
        self.put(disk, &path, |new| disk.write(new, &bytes))
    }

    fn settle(&self, disk: &dyn Disk) {
        let new = self.new.swap(0, Ordering::Relaxed);
        if new == 0 {
            return;
        }
        let size = self.size(disk).map(|size| size.saturating_add(new));
        match size {
            Some(size) if size <= self.limit => self.write_size(disk, size),
            // Somebody else may have counted at the same time: what is there decides. More than needed goes, so that not every
            // build has to look at all of it. What cannot be listed or removed now is so later.
            _ => match self.kept(disk) {
                Ok(kept) if kept.bytes <= self.limit => self.write_size(disk, kept.bytes),
                _ => _ = self.trim(disk, self.limit / 10 * 9),
            },
        }
    }
}

/// How the name of a list of results ends.
const ENDING: &str = ".results";

/// What checksums begin with: a list of another key is as good as a damaged one.
fn seed(key: Hash) -> u64 {
    key.to_bits() as u64
}

/// The results up to the first one that is damaged.
fn results_in(bytes: &[u8], key: Hash) -> Vec<KeptResult> {
    let Some(frames) = bytes.strip_prefix(RESULTS.header().as_bytes()) else { return Vec::new() };
    let mut frames = Frames::of(frames, seed(key));
    let mut all = Vec::new();
    while let Ok(Some(payload)) = frames.next_payload() {
        let Ok(entry) = KeptResult::read(payload) else { break };
        all.push(entry);
    }
    all
}

fn names(disk: &dyn Disk, dir: &str) -> io::Result<Vec<String>> {
    match disk.names(dir) {
        Ok(names) => {
            Ok(names.into_iter().filter_map(|(name, _)| String::from_utf8(name).ok()).collect())
        }
        Err(error) if nothing_there(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether a directory of that name holds files of ours: two digits of a digest.
fn is_part(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
