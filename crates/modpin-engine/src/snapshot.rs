//! A build that found nothing to do, remembered: which files it looked at, and how each looked. When all
//! look the same the next time, there is nothing to do again, and neither the project nor the store need be
//! read. Knows paths and stats; neither graphs nor actions.
//!
//! A header line, the checksum of all that follows, the key, a note; then directories, each with its
//! files: little-endian, lengths before texts. A directory's files stand together because it is cheaper to look
//! at them from there. Whatever is odd about a snapshot, it is as if there were none.

use xxhash_rust::xxh3::xxh3_64;

use crate::disk::{Disk, Expected, Stat};
use crate::error::{Error, Result};
use crate::hash::Hash;
use crate::record::Fields;

const HEADER: &[u8] = b"modpin snapshot 1\n";

/// A file as it looked. A later change shows in its stat: it was not looked at in the tick of its last one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Looked {
    /// Where it lies.
    pub path: String,
    /// A link in its place is the link itself, not what it names.
    pub itself: bool,
    /// How it looked; `None` when nothing was there.
    pub stat: Option<Stat>,
}

/// Writes a snapshot. `key` stands for all that decides besides files; `note` is given back with it.
///
/// # Errors
/// The disk's.
pub fn write(disk: &dyn Disk, path: &str, key: Hash, note: &str, mut files: Vec<Looked>) -> Result<()> {
    files.sort_by(|a, b| split(&a.path).cmp(&split(&b.path)));
    files.dedup();
    let mut body = Vec::with_capacity(files.len() * 64);
    body.extend(key.to_bits().to_le_bytes());
    put(&mut body, note);
    for group in files.chunk_by(|a, b| split(&a.path).0 == split(&b.path).0) {
        put(&mut body, split(&group[0].path).0);
        body.extend((group.len() as u32).to_le_bytes());
        group.iter().for_each(|file| put_file(&mut body, file));
    }
    let bytes = [HEADER, &xxh3_64(&body).to_le_bytes(), &body].concat();
    let new = format!("{path}.new");
    disk.write(&new, &bytes).map_err(Error::io("write", new.as_str()))?;
    disk.rename(&new, path).map_err(Error::io("replace", path))
}

/// The note of the snapshot, if it was written for this key and every file looks as it did.
pub fn unchanged(disk: &dyn Disk, path: &str, key: Hash) -> Option<String> {
    let bytes = disk.read(path).ok()?;
    let (checksum, body) = bytes.strip_prefix(HEADER)?.split_first_chunk()?;
    if xxh3_64(body) != u64::from_le_bytes(*checksum) {
        return None;
    }
    let mut fields = Fields(body);
    if fields.hash().ok()? != key {
        return None;
    }
    let note = take(&mut fields)?.to_owned();
    let mut files = Vec::new();
    while !fields.0.is_empty() {
        let dir = take(&mut fields)?;
        files.clear();
        for _ in 0..fields.u32().ok()? {
            files.push(take_file(&mut fields)?);
        }
        if !disk.all_look(dir, &files) {
            return None;
        }
    }
    Some(note)
}

/// The directory, with the slash at its end, and the name.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

fn put(to: &mut Vec<u8>, text: &str) {
    to.extend((text.len() as u32).to_le_bytes());
    to.extend_from_slice(text.as_bytes());
}

fn put_file(to: &mut Vec<u8>, file: &Looked) {
    put(to, split(&file.path).1);
    to.push(file.itself.into());
    to.push(file.stat.map_or(0, |stat| 1 + u8::from(stat.regular)));
    if let Some(stat) = &file.stat {
        to.extend(stat.size.to_le_bytes());
        to.extend(stat.mtime.to_le_bytes());
        to.extend(stat.ctime.to_le_bytes());
        to.extend(stat.inode.to_le_bytes());
    }
}

fn take<'a>(from: &mut Fields<'a>) -> Option<&'a str> {
    let length = from.u32().ok()? as usize;
    let (text, rest) = from.0.split_at_checked(length)?;
    from.0 = rest;
    std::str::from_utf8(text).ok()
}

fn take_file<'a>(from: &mut Fields<'a>) -> Option<Expected<'a>> {
    let name = take(from)?;
    let itself = from.u8().ok()? != 0;
    let kind = from.u8().ok()?;
    if kind == 0 {
        return Some(Expected { name, itself, stat: None });
    }
    let (size, mtime) = (from.u64().ok()?, from.u64().ok()? as i64);
    let (ctime, inode) = (from.u64().ok()? as i64, from.u64().ok()?);
    let stat = Stat { regular: kind == 2, size, mtime, ctime, inode };
    Some(Expected { name, itself, stat: Some(stat) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;

    const PATH: &str = "out/snapshot";
    const FILES: [&str; 5] = ["a.c", "src/b.c", "src/sub/c.c", "/usr/include/d.h", "src/gone.h"];

    fn key() -> Hash {
        Hash::of(b"build tool")
    }

    fn look(disk: &FakeDisk, path: &str) -> Looked {
        Looked { path: path.to_owned(), itself: false, stat: disk.stat(path).unwrap() }
    }

    fn world() -> FakeDisk {
        let disk = FakeDisk::new();
        FILES[..4].iter().for_each(|path| disk.edit(path, path.as_bytes()));
        disk.dir("out");
        disk.tick();
        write(&disk, PATH, key(), "a note", FILES.map(|path| look(&disk, path)).to_vec()).unwrap();
        disk.tick();
        disk
    }

    fn check(change: impl FnOnce(&FakeDisk), expected: Option<&str>) {
        let disk = world();
        change(&disk);
        assert_eq!(unchanged(&disk, PATH, key()).as_deref(), expected);
    }

    #[test]
    fn nothing_changed() {
        check(|_| {}, Some("a note"));
        check(|disk| disk.edit("src/other.c", b"new"), Some("a note"));
    }

    #[test]
    fn every_change_of_a_file_shows() {
        for path in FILES {
            check(|disk| disk.edit(path, b"other content"), None);
        }
        for path in &FILES[..4] {
            check(|disk| disk.delete(path), None);
            check(|disk| disk.edit(path, path.as_bytes()), None);
            check(|disk| disk.shift_mtime(path, 1), None);
        }
    }

    #[test]
    fn a_link_in_place_of_a_file_shows() {
        let disk = world();
        disk.edit("elsewhere", b"a.c");
        let itself = Looked { itself: true, ..look(&disk, "a.c") };
        write(&disk, PATH, key(), "", vec![itself]).unwrap();
        assert!(unchanged(&disk, PATH, key()).is_some());
        disk.delete("a.c");
        disk.link("a.c", "elsewhere");
        assert!(unchanged(&disk, PATH, key()).is_none());
    }

    #[test]
    fn another_key_is_another_build() {
        assert_eq!(unchanged(&world(), PATH, Hash::of(b"build -r tool")), None);
    }

    #[test]
    fn damage_of_every_byte_and_every_cut_is_no_snapshot() {
        let disk = world();
        let whole = disk.peek(PATH).unwrap();
        for at in 0..whole.len() {
            disk.edit(PATH, &whole[..at]);
            assert_eq!(unchanged(&disk, PATH, key()), None, "cut at {at}");
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            disk.edit(PATH, &damaged);
            assert_eq!(unchanged(&disk, PATH, key()), None, "damaged at {at}");
        }
        disk.edit(PATH, &whole);
        assert!(unchanged(&disk, PATH, key()).is_some());
    }
}
