//! Caches of toy worlds: one directory for the checkouts of several disks, what others do to it, and one from which nothing is taken.

use std::io;
use std::sync::Arc;

use crate::cache::{Cache, Content, KeptResult, LocalCache};
use crate::fake::FakeDisk;
use crate::world::disk::Disk;
use crate::world::hash::Hash;
use modpin_test::Random;

/// Where results are kept.
pub const CACHE: &str = "/cache";

/// The cache of a disk.
pub fn local(limit: u64) -> Arc<LocalCache> {
    Arc::new(LocalCache::new(CACHE.to_owned(), limit))
}

/// The files of the cache on a disk, by path.
pub fn files(disk: &FakeDisk) -> Vec<(String, Vec<u8>)> {
    let all = disk.snapshot().into_iter();
    all.filter_map(|(path, content)| {
        Some((path.clone(), content?)).filter(|_| path.starts_with("/cache/"))
    })
    .collect()
}

/// Two checkouts on two disks have one cache: what the one has is now in the other.
pub fn share(from: &FakeDisk, to: &FakeDisk) {
    to.delete(CACHE);
    for (path, content) in files(from) {
        to.edit(&path, &content);
        let executable = from.is_executable(&path).unwrap_or_default();
        to.set_executable(&path, executable);
    }
}

/// Now and then somebody damages it, or removes the oldest; answers what, in words.
pub fn meddle(disk: &FakeDisk, random: &mut Random) -> Option<String> {
    let files = files(disk);
    let (path, mut content) = random.pick(&files)?.clone();
    if !random.once_in(3) {
        return None;
    }
    let size: usize = files.iter().map(|(_, content)| content.len()).sum();
    let at = random.below(content.len().max(1));
    let what = random.below(7);
    match what {
        0 | 1 if !content.is_empty() => {
            content[at] ^= 1 << random.below(8);
            disk.edit(&path, &content);
        }
        2 => disk.edit(&path, &content[..at.min(content.len())]),
        3 => disk.edit(&path, &random.pick(&files)?.1),
        4 => disk.delete(&path),
        5 => disk.delete(CACHE),
        _ => _ = local(u64::MAX).trim(disk, random.below(size) as u64),
    }
    Some(format!("the cache is meddled with ({what}): {path}"))
}

/// Keeps what is made, and gives nothing.
#[derive(Debug)]
pub struct KeepsOnly(pub Arc<LocalCache>);

impl Cache for KeepsOnly {
    fn results(&self, _: &dyn Disk, _: Hash) -> Vec<KeptResult> {
        Vec::new()
    }

    fn fetch(&self, _: &dyn Disk, _: Content, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn discard(&self, disk: &dyn Disk, content: Content) {
        self.0.discard(disk, content);
    }

    fn keep_content(&self, disk: &dyn Disk, content: Content, from: &str) -> io::Result<()> {
        self.0.keep_content(disk, content, from)
    }

    fn keep(&self, disk: &dyn Disk, key: Hash, entry: KeptResult) -> io::Result<()> {
        self.0.keep(disk, key, entry)
    }

    fn settle(&self, disk: &dyn Disk) {
        self.0.settle(disk);
    }
}
