//! The snapshot of a build that left everything as it should be: which files it has seen, and the stat of each.
//! When none of them changed, there is nothing to do again, and neither the project nor the store need be read. Where
//! some changed, they are all that can matter.
//!
//! One frame: the key, a note; then directories, each with its files: little-endian, lengths before texts. A directory's files stand together because it is cheaper to look
//! at them from there. Whatever is odd about a snapshot, it is as if there were none.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::state::fields::{Fields, put_text};
use crate::state::frame::Framing;
use crate::world::disk::{self, Disk, Expected, Stat, replace};
use crate::world::hash::Hash;
use modpin_budget::{Budget, grown};

const SNAPSHOT: Framing = Framing("snapshot", 3);

/// A file as it was seen. A later change shows in its stat: it was not seen in the tick of its last one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Where it lies.
    pub path: String,
    /// A link in its place is the link itself, not what it names.
    pub itself: bool,
    /// The plan rests on it: when it changes, there may be other things to do than were planned.
    pub plan_input: bool,
    /// What `stat(2)` said; `None` when nothing was there.
    pub stat: Option<Stat>,
    /// Of a directory that was listed: what was in it. While it holds that, it did not change.
    pub listing: Option<Hash>,
}

impl Entry {
    /// What the plan rests on; a link in its place counts as what it names.
    pub fn of_plan(path: &str, stat: Option<Stat>, listing: Option<Hash>) -> Entry {
        Entry { path: path.to_owned(), itself: false, plan_input: true, stat, listing }
    }
}

/// What a run has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// The files.
    pub files: Vec<Entry>,
    /// None was left out because a later change of it might not show.
    pub complete: bool,
}

/// What differs from a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was written with it.
    pub note: String,
    /// Files that changed; none of them is an input of the plan.
    pub changed: Vec<String>,
    /// The stats of the store and the snapshot before the comparison.
    pub own: [Option<Stat>; 2],
    /// The snapshot, as it was read.
    pub(crate) bytes: Vec<u8>,
}

/// Writes a snapshot. `key` stands for all that decides besides files; `note` is given back with it.
///
/// # Errors
/// The disk's.
pub fn write(disk: &dyn Disk, path: &str, key: Hash, note: &str, files: Vec<Entry>) -> Result<()> {
    let mut body = Vec::with_capacity(files.len() * 64);
    body.extend(key.to_bits().to_le_bytes());
    put_text(&mut body, note);
    put_groups(&mut body, group(&files));
    put(disk, path, &body)
}

/// Writes a snapshot again that was read as `old`, with new entries of files that `may` have changed; an input of the plan is only
/// replaced by another. When there are files that it did not know, who makes them is not known either: then it is removed.
///
/// # Errors
/// The disk's.
pub fn renew(
    disk: &dyn Disk,
    path: &str,
    old: &[u8],
    files: &[Entry],
    may: &dyn Fn(&str) -> bool,
) -> Result<()> {
    match renewed(old, files, may) {
        Some(body) => disk::renew(disk, path, old, &SNAPSHOT.wrap(&body)),
        None => disk.remove(path).map_err(Error::io("remove", path)),
    }
}

fn renewed(old: &[u8], files: &[Entry], may: &dyn Fn(&str) -> bool) -> Option<Vec<u8>> {
    let mut fields = body_of(old)?;
    let mut body = Vec::with_capacity(old.len() + files.len() * 64);
    body.extend(fields.hash().ok()?.to_bits().to_le_bytes());
    put_text(&mut body, fields.short_text().ok()?);
    let mut new = group(files);
    while !fields.0.is_empty() {
        let start = fields.0;
        let dir = Fields(start).short_text().ok()?;
        if [true, false].iter().all(|&read| new.get(&(read, dir)).is_none_or(BTreeMap::is_empty)) {
            pass_group(&mut fields)?;
            body.extend_from_slice(&start[..start.len() - fields.0.len()]);
            continue;
        }
        let (dir, mut known) = take_group(&mut fields)?;
        for entry in &mut known {
            let name = entry.expected.name;
            let mut ours = |plan_input: bool| new.get_mut(&(!plan_input, dir))?.remove(name);
            let (of_plan, read) = (ours(true), ours(false));
            let Some(better) = of_plan.or(read) else { continue };
            if better.plan_input || (!entry.plan_input && may(&format!("{dir}{name}"))) {
                *entry = better;
            }
        }
        put_group(&mut body, dir, known.iter());
    }
    new.values().all(BTreeMap::is_empty).then_some(body)
}

/// What differs from the snapshot that was written for this key. `None` when an input of the plan changed, or when there
/// is none.
pub fn compare(disk: &dyn Disk, path: &str, key: Hash) -> Option<Difference> {
    let bytes = disk.read(path).ok()?;
    let mut fields = body_of(&bytes)?;
    if fields.hash().ok()? != key {
        return None;
    }
    let note = fields.short_text().ok()?.to_owned();
    let (mut changed, mut budget) = (Vec::new(), Budget::of(bytes.len()));
    while !fields.0.is_empty() {
        let (dir, entries) = take_group(&mut fields)?;
        let expected: Vec<Expected<'_>> = entries.iter().map(|entry| entry.expected).collect();
        for at in disk.changed(dir, &expected) {
            let (entry, path) = (&entries[at], format!("{dir}{}", expected[at].name));
            if entry.listing.is_some_and(|listing| disk.listing(&path).ok() == Some(listing)) {
                continue;
            }
            if entry.plan_input || is_gone(disk, &path, &expected[at]) {
                return None;
            }
            budget.take(path.capacity() + grown::<String>())?;
            changed.push(path);
        }
    }
    Some(Difference { note, changed, own: [None; 2], bytes })
}

/// A file that was read is no file any more: that it was one may be what the plan rests on.
fn is_gone(disk: &dyn Disk, path: &str, expected: &Expected<'_>) -> bool {
    let is_file = |stat: Option<Stat>| stat.is_some_and(|stat| stat.regular);
    let now = || disk.stat(path).ok().flatten();
    !expected.itself && is_file(expected.stat) && !is_file(now())
}

/// The directory, with the slash at its end, and the name.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

/// A file of a snapshot.
#[derive(Clone, Copy)]
struct Line<'a> {
    expected: Expected<'a>,
    plan_input: bool,
    listing: Option<Hash>,
}

/// Files by directory and name. What the plan rests on stands before all others: when it differs, a look at everything
/// follows, which asks for the others itself.
type Groups<'a> = BTreeMap<(bool, &'a str), BTreeMap<&'a str, Line<'a>>>;

fn group(files: &[Entry]) -> Groups<'_> {
    let mut groups = Groups::new();
    for file in files {
        let (dir, name) = split(&file.path);
        let expected = Expected { name, itself: file.itself, stat: file.stat };
        let entry = Line { expected, plan_input: file.plan_input, listing: file.listing };
        groups.entry((!file.plan_input, dir)).or_default().insert(name, entry);
    }
    groups
}

fn put(disk: &dyn Disk, path: &str, body: &[u8]) -> Result<()> {
    replace(disk, path, &SNAPSHOT.wrap(body))
}

fn body_of(bytes: &[u8]) -> Option<Fields<'_>> {
    SNAPSHOT.payload(bytes).map(Fields)
}

fn put_groups(to: &mut Vec<u8>, groups: Groups<'_>) {
    groups.iter().for_each(|((_, dir), entries)| put_group(to, dir, entries.values()));
}

fn put_group<'a>(to: &mut Vec<u8>, dir: &str, entries: impl ExactSizeIterator<Item = &'a Line<'a>>) {
    put_text(to, dir);
    to.extend((entries.len() as u32).to_le_bytes());
    entries.for_each(|entry| put_entry(to, entry));
}

fn put_entry(to: &mut Vec<u8>, entry: &Line<'_>) {
    put_text(to, entry.expected.name);
    let flags = [entry.expected.itself, entry.plan_input, entry.listing.is_some()];
    to.push(flags.iter().rev().fold(0, |bits, &flag| bits << 1 | u8::from(flag)));
    to.push(entry.expected.stat.map_or(0, |stat| 1 + u8::from(stat.regular)));
    if let Some(stat) = &entry.expected.stat {
        to.extend(stat.size.to_le_bytes());
        to.extend(stat.mtime.to_le_bytes());
        to.extend(stat.ctime.to_le_bytes());
        to.extend(stat.inode.to_le_bytes());
    }
    to.extend(entry.listing.iter().flat_map(|listing| listing.to_bits().to_le_bytes()));
}

fn take_group<'a>(from: &mut Fields<'a>) -> Option<(&'a str, Vec<Line<'a>>)> {
    let dir = from.short_text().ok()?;
    let count = from.u32().ok()? as usize;
    // An entry as it is read, and as it is compared. A number that is a lie must not be asked of the memory.
    if !Budget::of(from.0.len()).has(count, size_of::<Line<'_>>() + size_of::<Expected<'_>>()) {
        return None;
    }
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push(take_entry(from)?);
    }
    Some((dir, entries))
}

/// A group that stays as it is.
fn pass_group(from: &mut Fields<'_>) -> Option<()> {
    from.short_text().ok()?;
    for _ in 0..from.u32().ok()? {
        take_entry(from)?;
    }
    Some(())
}

fn take_entry<'a>(from: &mut Fields<'a>) -> Option<Line<'a>> {
    let name = from.short_text().ok()?;
    let flags = from.u8().ok()?;
    let stat = match from.u8().ok()? {
        0 => None,
        kind => {
            let (size, mtime) = (from.u64().ok()?, from.u64().ok()? as i64);
            let (ctime, inode) = (from.u64().ok()? as i64, from.u64().ok()?);
            Some(Stat { regular: kind == 2, size, mtime, ctime, inode })
        }
    };
    let expected = Expected { name, itself: flags & 1 != 0, stat };
    let listing = if flags & 4 != 0 { Some(from.hash().ok()?) } else { None };
    Some(Line { expected, plan_input: flags & 2 != 0, listing })
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

    fn entry(disk: &FakeDisk, path: &str) -> Entry {
        let stat = disk.stat(path).unwrap();
        Entry { path: path.to_owned(), itself: false, plan_input: true, stat, listing: None }
    }

    /// What was noted, when nothing changed.
    fn unchanged(disk: &FakeDisk, path: &str, key: Hash) -> Option<String> {
        compare(disk, path, key).map(|difference| {
            assert_eq!(difference.changed, [""; 0]);
            difference.note
        })
    }

    fn world() -> FakeDisk {
        let disk = FakeDisk::new();
        FILES[..4].iter().for_each(|path| disk.edit(path, path.as_bytes()));
        disk.dir("out");
        disk.tick();
        write(&disk, PATH, key(), "a note", FILES.map(|path| entry(&disk, path)).to_vec()).unwrap();
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
        let itself = Entry { itself: true, ..entry(&disk, "a.c") };
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
