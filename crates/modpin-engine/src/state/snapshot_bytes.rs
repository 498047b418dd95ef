//! The bytes of a snapshot, and the entries that stand there.
//!
//! One frame: the key, a note, the endings that searches try; then directories, each with the bytes of its files: little-endian, lengths
//! before texts. A directory's files stand together because it is cheaper to look at them from there. Whatever is odd about a snapshot, it
//! is as if there were none.

use std::collections::BTreeMap;

use crate::state::fields::{Fields, put_hash, put_number, put_stat, put_text};
use crate::state::frame::Framing;
use crate::world::disk::{Expected, Stat};
use crate::world::file_state::FileState;
use crate::world::hash::Hash;
use crate::world::listing::Listing;
use modpin_budget::Budget;

/// The header of such a file.
pub const SNAPSHOT: Framing = Framing("snapshot", 5);

/// What a file is to a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// An action reads it, or makes it.
    Read,
    /// A directory in which actions looked for files by name: a new name in it may be what they find next time. That it is there
    /// matters to the plan, too, and that it is not. Or a link in such a directory that names no file.
    Searched,
    /// The plan rests on it: when it changes, there may be other things to do than were planned.
    Plan,
}

/// A file as it was seen. A later change shows in its stat; where it might not, the stat is one that no file has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Where it lies.
    pub path: String,
    /// A link in its place is the link itself, not what it names.
    pub itself: bool,
    /// What it is to the build.
    pub role: Role,
    /// What `stat(2)` said; `None` when nothing was there.
    pub stat: Option<Stat>,
    /// Of a directory that was listed: what was in it. While it holds that, it did not change.
    pub listing: Option<Listing>,
}

impl Entry {
    /// What the plan rests on; a link in its place counts as what it names.
    pub fn of_plan(path: &str, stat: Option<Stat>, listing: Option<Listing>) -> Entry {
        Entry { path: path.to_owned(), itself: false, role: Role::Plan, stat, listing }
    }

    /// A file of which a later change might not show, or that changed while it was looked at: it differs, whatever it is next time.
    pub fn unsure(path: &str, itself: bool, stat: Option<Stat>) -> Entry {
        let regular = stat.is_some_and(|stat| stat.regular);
        let stat = Some(Stat { regular, size: 0, mtime: 0, ctime: 0, inode: 0 });
        Entry { path: path.to_owned(), itself, role: Role::Read, stat, listing: None }
    }

    /// Where somebody searched. A directory that was changed in the tick of the look is told from another by what it holds.
    pub fn searched(path: &str, seen: FileState, listing: Option<Listing>) -> Entry {
        let settled = seen.settled();
        let stat = seen.stat.map(|stat| if settled { stat } else { Stat { ctime: 0, ..stat } });
        Entry { path: path.to_owned(), itself: false, role: Role::Searched, stat, listing }
    }
}

/// What a snapshot says besides its files.
pub struct Preface<'a> {
    /// All that decides besides files.
    pub key: Hash,
    /// It is given back.
    pub note: &'a str,
    /// How the store looked at the end of that build.
    pub store: Option<Stat>,
    /// The endings that searches try one after the other.
    pub endings: Vec<&'a str>,
}

/// The directory, with the slash at its end, and the name.
pub fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

/// A file of a snapshot.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// What is expected at its name.
    pub expected: Expected<'a>,
    /// What it is to the build.
    pub role: Role,
    /// Of a directory that was listed: its [`Listing`].
    pub listing: Option<&'a [u8]>,
}

/// Files by directory and name. What the plan rests on stands before all others: when it differs, a look at everything
/// follows, which asks for the others itself.
pub type Groups<'a> = BTreeMap<(bool, &'a str), BTreeMap<&'a str, Line<'a>>>;

/// Entries by directory and name.
pub fn group(files: &[Entry]) -> Groups<'_> {
    let mut groups = Groups::new();
    for file in files {
        let (dir, name) = split(&file.path);
        let expected = Expected { name, itself: file.itself, stat: file.stat };
        let listing = file.listing.as_ref().map(Listing::bytes);
        let entry = Line { expected, role: file.role, listing };
        groups.entry((file.role != Role::Plan, dir)).or_default().insert(name, entry);
    }
    groups
}

/// The body of a snapshot; `None` when it is none.
pub fn body_of(bytes: &[u8]) -> Option<Fields<'_>> {
    SNAPSHOT.payload(bytes).map(Fields)
}

/// The length of what is not there.
const NONE: u32 = u32::MAX;

/// Adds the preface.
pub fn put_preface(to: &mut Vec<u8>, Preface { key, note, store, endings }: &Preface<'_>) {
    put_hash(to, *key);
    put_text(to, note);
    put_optional_stat(to, store.as_ref());
    put_number(to, endings.len() as u32);
    endings.iter().for_each(|ending| put_text(to, ending));
}

/// The preface.
pub fn take_preface<'a>(from: &mut Fields<'a>) -> Option<Preface<'a>> {
    let (key, note, store) = (from.hash().ok()?, from.short_text().ok()?, take_stat(from)?);
    let count = from.u32().ok()? as usize;
    if !Budget::of(from.0.len()).has(count, size_of::<&str>()) {
        return None;
    }
    let endings = (0..count).map(|_| from.short_text().ok()).collect::<Option<_>>()?;
    Some(Preface { key, note, store, endings })
}

fn put_optional_stat(to: &mut Vec<u8>, stat: Option<&Stat>) {
    to.push(stat.is_some().into());
    stat.iter().for_each(|stat| put_stat(to, stat));
}

fn take_stat(from: &mut Fields<'_>) -> Option<Option<Stat>> {
    match from.u8().ok()? {
        0 => Some(None),
        _ => from.stat().ok().map(Some),
    }
}

/// Adds directories with their files.
pub fn put_groups(to: &mut Vec<u8>, groups: &Groups<'_>) {
    groups.iter().for_each(|((_, dir), entries)| put_group(to, dir, entries.values()));
}

/// Adds a directory with its files.
pub fn put_group<'a>(to: &mut Vec<u8>, dir: &str, entries: impl ExactSizeIterator<Item = &'a Line<'a>>) {
    put_text(to, dir);
    let length_at = to.len();
    put_number(to, 0);
    put_number(to, entries.len() as u32);
    entries.for_each(|entry| put_entry(to, entry));
    let length = (to.len() - length_at - size_of::<u32>()) as u32;
    to[length_at..][..size_of::<u32>()].copy_from_slice(&length.to_le_bytes());
}

fn put_entry(to: &mut Vec<u8>, entry: &Line<'_>) {
    put_text(to, entry.expected.name);
    to.push(entry.expected.itself.into());
    to.push(entry.role as u8);
    put_optional_stat(to, entry.expected.stat.as_ref());
    put_number(to, entry.listing.map_or(NONE, |listing| listing.len() as u32));
    to.extend_from_slice(entry.listing.unwrap_or_default());
}

/// A directory with its files.
pub fn take_group<'a>(from: &mut Fields<'a>) -> Option<(&'a str, Vec<Line<'a>>)> {
    let (dir, from) = take_group_bytes(from)?;
    let from = &mut Fields(from);
    let count = from.u32().ok()? as usize;
    // An entry as it is read, and as it is compared. A number that is a lie must not be asked of the memory.
    if !Budget::of(from.0.len()).has(count, size_of::<Line<'_>>() + size_of::<Expected<'_>>()) {
        return None;
    }
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push(take_entry(from)?);
    }
    Some((dir, entries)).filter(|_| from.0.is_empty())
}

/// A directory, and its files as they stand there.
pub fn take_group_bytes<'a>(from: &mut Fields<'a>) -> Option<(&'a str, &'a [u8])> {
    let (dir, length) = (from.short_text().ok()?, from.u32().ok()?);
    Some((dir, from.bytes(length as usize).ok()?))
}

fn take_entry<'a>(from: &mut Fields<'a>) -> Option<Line<'a>> {
    let name = from.short_text().ok()?;
    let itself = from.u8().ok()? != 0;
    let role = match from.u8().ok()? {
        0 => Role::Read,
        1 => Role::Searched,
        2 => Role::Plan,
        _ => return None,
    };
    let stat = take_stat(from)?;
    let listing = match from.u32().ok()? {
        NONE => None,
        length => Some(from.bytes(length as usize).ok()?),
    };
    Some(Line { expected: Expected { name, itself, stat }, role, listing })
}
