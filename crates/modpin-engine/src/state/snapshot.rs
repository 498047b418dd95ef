//! The snapshot of a build that left everything as it should be: which files it has seen, and the stat of each.
//! When none of them changed, there is nothing to do again, and neither the project nor the store need be read. Where
//! some changed, they are all that can matter.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::state::fields::Fields;
pub use crate::state::snapshot_bytes::{Entry, Preface, Role, SNAPSHOT};
use crate::state::snapshot_bytes::{
    Groups, Line, body_of, group, put_group, put_groups, put_preface, split, take_group,
    take_group_bytes, take_preface,
};
use crate::world::disk::{self, Disk, Expected, LookedInto, Stat, replace};
use crate::world::file_state::FileState;
use crate::world::hash::Hash;
use crate::world::listing::{Listing, new_names};
use modpin_budget::{Budget, grown};

/// What differs from a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was written with it.
    pub note: String,
    /// Files that changed; none of them is an input of the plan.
    pub(crate) changed: Vec<String>,
    /// Where somebody searched, and something else lies now: as it was seen.
    pub(crate) searched: Vec<Entry>,
    /// The names that are new there.
    pub(crate) new_names: Vec<String>,
    /// The endings that searches try.
    pub(crate) endings: Vec<String>,
    /// Nobody has built since the snapshot was written: what it says is what the store says.
    pub(crate) untouched: bool,
    /// The stats of the store and the snapshot before the comparison.
    pub own: [Option<Stat>; 2],
    /// The snapshot, as it was read.
    pub(crate) bytes: Vec<u8>,
}

impl Difference {
    /// Everything is as it was.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.searched.is_empty()
    }
}

/// Writes a snapshot.
///
/// # Errors
/// The disk's.
pub fn write(disk: &dyn Disk, path: &str, preface: &Preface<'_>, files: &[Entry]) -> Result<()> {
    let mut body = Vec::with_capacity(files.len() * 64);
    put_preface(&mut body, preface);
    put_groups(&mut body, &group(files));
    replace(disk, path, &SNAPSHOT.wrap(&body))
}

/// Writes a snapshot again after a build of what was different, which left the `store` so, with new entries of `files` that `may` have changed. When there are
/// files that it did not know, who makes them is not known either: then it is removed.
///
/// # Errors
/// The disk's.
pub fn renew(
    disk: &dyn Disk,
    path: &str,
    (difference, store): (&Difference, Option<Stat>),
    files: &[Entry],
    may: &dyn Fn(&str) -> bool,
) -> Result<()> {
    match renewed(difference, store, files, may) {
        Some(body) => disk::renew(disk, path, &difference.bytes, &SNAPSHOT.wrap(&body)),
        None => disk.remove(path).map_err(Error::io("remove", path)),
    }
}

fn renewed(
    Difference { bytes: old, searched, .. }: &Difference,
    store: Option<Stat>,
    files: &[Entry],
    may: &dyn Fn(&str) -> bool,
) -> Option<Vec<u8>> {
    let mut fields = body_of(old)?;
    let mut body = Vec::with_capacity(old.len() + files.len() * 64);
    put_preface(&mut body, &Preface { store, ..take_preface(&mut fields)? });
    let (mut new, mut noticed) = (group(files), group(searched));
    while !fields.0.is_empty() {
        let start = fields.0;
        let dir = Fields(start).short_text().ok()?;
        // A run knows nothing of the plan.
        let key = (true, dir);
        let has_none = |groups: &Groups<'_>| groups.get(&key).is_none_or(BTreeMap::is_empty);
        if has_none(&new) && has_none(&noticed) {
            take_group_bytes(&mut fields)?;
            body.extend_from_slice(&start[..start.len() - fields.0.len()]);
            continue;
        }
        let (dir, mut known) = take_group(&mut fields)?;
        for entry in &mut known {
            let name = entry.expected.name;
            let known = [&mut new, &mut noticed].map(|groups| groups.get_mut(&key)?.remove(name));
            *entry = better(entry, known, || may(&format!("{dir}{name}")))?;
        }
        put_group(&mut body, dir, known.iter());
    }
    // Whoever may find something in a further directory was a part of this run: its name was new.
    new.retain(|_, files| !files.is_empty());
    put_groups(&mut body, &new);
    new.values().flat_map(BTreeMap::values).all(|file| file.role == Role::Searched).then_some(body)
}

/// What a snapshot is to say of a file now: `None` when it cannot. The run has `seen` it, and it was `noticed` before that that
/// something else lies there.
fn better<'a>(
    old: &Line<'a>,
    [seen, noticed]: [Option<Line<'a>>; 2],
    may: impl Fn() -> bool,
) -> Option<Line<'a>> {
    let held = noticed.unwrap_or(*old);
    match (old.role, seen) {
        // Who searches there is not known.
        (Role::Read, Some(seen)) if seen.role == Role::Searched => None,
        (Role::Read, Some(seen)) if may() => Some(seen),
        // What came after it was noticed may concern others, too.
        (Role::Searched | Role::Plan, Some(seen))
            if seen.role == Role::Searched && seen.listing == held.listing =>
        {
            Some(Line { role: old.role, ..seen })
        }
        _ => Some(held),
    }
}

/// What differs from the snapshot that was written for this key; `own` are the stats of the store and the snapshot. `None` when an input of the plan changed, or when there
/// is none.
pub fn compare(disk: &dyn Disk, path: &str, key: Hash, own: [Option<Stat>; 2]) -> Option<Difference> {
    let bytes = disk.read(path).ok()?;
    let mut fields = body_of(&bytes)?;
    let preface = take_preface(&mut fields).filter(|preface| preface.key == key)?;
    let (note, endings) = (preface.note.to_owned(), preface.endings);
    let untouched = preface.store == own[0];
    let endings = endings.into_iter().map(str::to_owned).collect();
    let (mut changed, mut searched, mut new_names) = (Vec::new(), Vec::new(), Vec::new());
    let mut budget = Budget::of(bytes.len());
    while !fields.0.is_empty() {
        let (dir, entries) = take_group(&mut fields)?;
        let expected: Vec<Expected<'_>> = entries.iter().map(|entry| entry.expected).collect();
        for at in disk.changed(dir, &expected) {
            let (entry, path) = (&entries[at], format!("{dir}{}", expected[at].name));
            if entry.role == Role::Searched {
                if let Some((now, mut names)) = look_into(disk, &path, entry)? {
                    searched.push(now);
                    new_names.append(&mut names);
                }
                continue;
            }
            let listing = || disk.listing(&path).ok();
            if entry.listing.is_some_and(|listed| listing().is_some_and(|now| now.bytes() == listed)) {
                continue;
            }
            if entry.role == Role::Plan || is_gone(disk, &path, &expected[at]) {
                return None;
            }
            budget.take(path.capacity() + grown::<String>())?;
            changed.push(path);
        }
    }
    Some(Difference { note, changed, searched, new_names, endings, untouched, own, bytes })
}

/// What lies where somebody searched, and the names that are new there; nothing where it holds what it held. `None` when that
/// cannot be told, or when a directory came or went.
fn look_into(disk: &dyn Disk, path: &str, old: &Line<'_>) -> Option<Option<(Entry, Vec<String>)>> {
    let seen_at = disk.now();
    let (stat, names): LookedInto = disk.look_into(path).ok()?;
    if old.listing.is_none() && old.expected.stat.is_some() {
        // It could have held everything.
        return None;
    }
    let is_file = stat?.regular;
    let listing = names.as_ref().filter(|_| !is_file).map(Listing::of);
    let new = match (old.listing, &listing, &names) {
        (Some(old), Some(listing), _) if listing.bytes() == old => return Some(None),
        (Some(old), Some(_), Some(names)) => new_names(names, old),
        // Where nothing was, a link now names a file, which may be what is sought.
        (None, None, _) if is_file => vec![split(path).1.to_owned()],
        _ => return None,
    };
    Some(Some((Entry::searched(path, FileState { stat, seen_at }, listing), new)))
}

/// A file that was read is no file any more: that it was one may be what the plan rests on.
fn is_gone(disk: &dyn Disk, path: &str, expected: &Expected<'_>) -> bool {
    let is_file = |stat: Option<Stat>| stat.is_some_and(|stat| stat.regular);
    let now = || disk.stat(path).ok().flatten();
    !expected.itself && is_file(expected.stat) && !is_file(now())
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
        Entry::of_plan(path, stat, None)
    }

    /// What was noted, when nothing changed.
    fn unchanged(disk: &FakeDisk, path: &str, key: Hash) -> Option<String> {
        compare(disk, path, key, [None; 2]).map(|difference| {
            assert!(difference.is_empty());
            difference.note
        })
    }

    fn world() -> FakeDisk {
        let disk = FakeDisk::new();
        FILES[..4].iter().for_each(|path| disk.edit(path, path.as_bytes()));
        disk.dir("out");
        disk.tick();
        let preface = Preface { key: key(), note: "a note", store: None, endings: vec![".so", ".a"] };
        write(&disk, PATH, &preface, &FILES.map(|path| entry(&disk, path))).unwrap();
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
        write(&disk, PATH, &Preface { key: key(), note: "", store: None, endings: vec![] }, &[itself])
            .unwrap();
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
    fn what_the_plan_rests_on_stays_that_when_somebody_searches_there() {
        let disk = world();
        let searched = |path| {
            let (stat, names) = disk.look_into(path).unwrap();
            Entry::searched(
                path,
                FileState { stat, seen_at: disk.now() },
                names.as_ref().map(Listing::of),
            )
        };
        let preface = Preface { key: key(), note: "", store: None, endings: vec![] };
        let planned = Entry { role: Role::Plan, ..searched("src") };
        write(&disk, PATH, &preface, &[planned]).unwrap();
        let difference = compare(&disk, PATH, key(), [None; 2]).unwrap();
        renew(&disk, PATH, (&difference, None), &[searched("src")], &|_| false).unwrap();
        assert!(unchanged(&disk, PATH, key()).is_some());
        disk.edit("src/new.c", b"new");
        assert!(compare(&disk, PATH, key(), [None; 2]).is_none());
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
