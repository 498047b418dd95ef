//! The log of the store, byte by byte: frames, each with the records that were written at once.
//!
//! A record begins with its kind. Paths and contents have numbers, in the order in which they stand. Each frame's checksum
//! is seeded with the one before.

use crate::state::contents::{ContentId, Contents};
use crate::state::fields::{Fields, put_hash, put_number, put_stat, put_text, text};
use crate::state::frame::{self, FRAME, Frames, Framing};
use crate::state::paths::PathId;
use crate::world::disk::Stat;
use crate::world::hash::Hash;

const LOG: Framing = Framing("state", 6);

const PATH: u8 = 1;
const FILE: u8 = 2;
const ACTION: u8 = 3;
const FORGET: u8 = 4;
const CONTENT: u8 = 5;
const LEDGER: u8 = 6;

/// The content that a file had when `stat` looked like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// What `stat(2)` said.
    pub stat: Stat,
    /// The digest.
    pub hash: Hash,
}

/// Files and their content.
pub type FileList = Vec<(PathId, Hash)>;

/// How an action ran when it last succeeded. While it runs for the first time, and when its result was
/// not kept, it has no digest ([`Hash::UNKNOWN`]): what is known then is which files are its outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRecord {
    /// The digest of the recipe.
    pub digest: Hash,
    /// Declared inputs and their content.
    pub inputs: FileList,
    /// Files that it said it read.
    pub discovered: FileList,
    /// Outputs and their content; then further files that are ours: the response file, and those that a
    /// run which did not end may have written.
    pub outputs: FileList,
    /// Files that it left beside its outputs, and their content; missing are those that may come to lie there.
    pub beside: FileList,
    /// How long it took, in milliseconds.
    pub millis: u32,
    /// Why it ran, in words; empty where that is not known.
    pub reason: String,
    /// What the cache has to do with its result, in words; empty where that is nothing.
    pub cache: String,
}

impl ActionRecord {
    /// Of an action whose result is not known.
    pub fn without_result(millis: u32) -> ActionRecord {
        ActionRecord {
            digest: Hash::UNKNOWN,
            inputs: Vec::new(),
            discovered: Vec::new(),
            outputs: Vec::new(),
            beside: Vec::new(),
            millis,
            reason: String::new(),
            cache: String::new(),
        }
    }

    /// All files that it may have written.
    pub fn written(&self) -> impl Iterator<Item = PathId> {
        self.outputs.iter().chain(&self.beside).map(|&(id, _)| id)
    }
}

/// One record.
pub enum Record<'a> {
    /// The next path, in order of numbers.
    Path(&'a str),
    /// The next content, in order of numbers.
    Content(PathId, Hash),
    /// The content of a file, and its stat.
    File(RawFile<'a>),
    /// The last run of an action: its own path, and the rest as it stands in the log.
    Action(PathId, RawAction<'a>),
    /// An action that is not known any more.
    Forget(PathId),
    /// The number of a change of the ledger.
    Ledger(u64),
}

/// What a log begins with.
pub fn header() -> Vec<u8> {
    LOG.header().into_bytes()
}

/// Adds a path.
pub fn put_path(to: &mut Vec<u8>, path: &str) {
    to.push(PATH);
    put_text(to, path);
}

/// Adds a content.
pub fn put_content(to: &mut Vec<u8>, path: PathId, hash: Hash) {
    to.push(CONTENT);
    put_number(to, path.0);
    put_hash(to, hash);
}

/// Adds the content of a file, which gets a number.
pub fn put_file(to: &mut Vec<u8>, id: PathId, record: &FileRecord, contents: &mut Contents) {
    to.push(FILE);
    put_number(to, contents.id(id, record.hash).0);
    put_stat(to, &record.stat);
}

/// Adds the last run of an action. What it read and wrote gets numbers.
pub fn put_action(to: &mut Vec<u8>, id: PathId, record: &ActionRecord, contents: &mut Contents) {
    to.push(ACTION);
    put_number(to, id.0);
    let lists = [&record.inputs, &record.discovered, &record.outputs, &record.beside];
    let count: usize = lists.iter().map(|list| list.len()).sum();
    put_number(to, (RAW_HEAD + 4 * count + 4 + record.reason.len() + record.cache.len()) as u32);
    put_number(to, record.millis);
    put_hash(to, record.digest);
    lists.iter().for_each(|list| put_number(to, list.len() as u32));
    for &(id, hash) in lists.into_iter().flatten() {
        put_number(to, contents.id(id, hash).0);
    }
    put_text(to, &record.reason);
    to.extend_from_slice(record.cache.as_bytes());
}

/// Adds that an action is not known any more.
pub fn put_forget(to: &mut Vec<u8>, id: PathId) {
    to.push(FORGET);
    put_number(to, id.0);
}

/// Adds the number of a change of the ledger.
pub fn put_ledger(to: &mut Vec<u8>, number: u64) {
    to.push(LEDGER);
    to.extend(number.to_le_bytes());
}

/// A frame of such records, after the one with this checksum; answers its own.
pub fn put_frame(to: &mut Vec<u8>, chain: u64, records: &[&[u8]]) -> u64 {
    frame::put(to, chain, |to| records.iter().for_each(|records| to.extend_from_slice(records)))
}

/// Reads a log.
pub struct Reader<'a> {
    frames: Frames<'a>,
    /// What is left of the last frame.
    records: Fields<'a>,
    good: usize,
}

impl<'a> Reader<'a> {
    /// An empty log is a new one. The error says what is wrong, in words.
    pub fn open(bytes: &'a [u8]) -> Result<Reader<'a>, &'static str> {
        let header = header();
        let records = Fields(&[]);
        if bytes.len() < header.len() && header.starts_with(bytes) {
            return Ok(Reader { frames: Frames::of(&[], 0), records, good: 0 });
        }
        let frames = bytes.strip_prefix(&header[..]).ok_or_else(|| LOG.objection(bytes))?;
        Ok(Reader { frames: Frames::of(frames, 0), records, good: header.len() })
    }

    /// The bytes up to the end of the last whole frame.
    pub fn good(&self) -> usize {
        self.good
    }

    /// The checksum of the last whole frame.
    pub fn chain(&self) -> u64 {
        self.frames.checksum()
    }

    /// Where the last record ends, counted from the log's beginning.
    pub fn at(&self) -> usize {
        self.good - self.records.0.len()
    }

    /// The next record. `None` at the end, and at a frame that was cut off.
    pub fn next_record(&mut self) -> Result<Option<Record<'a>>, &'static str> {
        while self.records.0.is_empty() {
            let Some(payload) = self.frames.next_payload()? else { return Ok(None) };
            self.good += FRAME + payload.len();
            self.records = Fields(payload);
        }
        parse(&mut self.records).map(Some)
    }
}

fn parse<'a>(fields: &mut Fields<'a>) -> Result<Record<'a>, &'static str> {
    match fields.u8()? {
        PATH => Ok(Record::Path(fields.short_text()?)),
        CONTENT => Ok(Record::Content(PathId(fields.u32()?), fields.hash()?)),
        FILE => Ok(Record::File(RawFile(fields.bytes(RawFile::LENGTH)?))),
        ACTION => {
            let (id, length) = (PathId(fields.u32()?), fields.u32()? as usize);
            Ok(Record::Action(id, RawAction(fields.bytes(length)?)))
        }
        FORGET => Ok(Record::Forget(PathId(fields.u32()?))),
        LEDGER => Ok(Record::Ledger(fields.u64()?)),
        _ => Err("it holds a record of an unknown kind"),
    }
}

/// A file's content and stat, as they stand in a log.
#[derive(Clone, Copy)]
pub struct RawFile<'a>(&'a [u8]);

impl<'a> RawFile<'a> {
    /// How many bytes that are.
    pub const LENGTH: usize = 37;

    /// What stands in a log, up to here.
    pub fn before(bytes: &'a [u8], end: usize) -> Option<RawFile<'a>> {
        Some(RawFile(bytes.get(end.checked_sub(RawFile::LENGTH)?..end)?))
    }

    /// The content, and what `stat(2)` said.
    pub fn decode(self) -> Result<(ContentId, Stat), &'static str> {
        let mut fields = Fields(self.0);
        Ok((ContentId(fields.u32()?), fields.stat()?))
    }
}

/// How an action ran last, as it stands in a log. Most of a log is this, and most of it is of no interest
/// to any one build.
#[derive(Clone, Copy)]
pub struct RawAction<'a>(&'a [u8]);

/// What stands in front of the lists: time, digest, four lengths.
const RAW_HEAD: usize = 4 + 16 + 4 * 4;

/// The parts of such a record.
pub struct ActionParts<'a> {
    /// How long it took, in milliseconds.
    pub millis: u32,
    /// The digest of the recipe.
    pub digest: Hash,
    /// All that it has read, written, or may have.
    pub all: ContentIds<'a>,
    /// Declared inputs.
    pub inputs: ContentIds<'a>,
    /// Files that it said it read.
    pub discovered: ContentIds<'a>,
    /// Outputs, and further files that are ours.
    pub outputs: ContentIds<'a>,
    /// What it left beside its outputs.
    pub beside: ContentIds<'a>,
    reason: &'a [u8],
    cache: &'a [u8],
}

impl<'a> RawAction<'a> {
    /// The bytes of such a record in a log.
    pub fn at(bytes: &'a [u8]) -> RawAction<'a> {
        RawAction(bytes)
    }

    /// How many bytes that are.
    pub fn length(self) -> usize {
        self.0.len()
    }

    /// Its parts.
    pub fn parts(self) -> Result<ActionParts<'a>, &'static str> {
        let mut fields = Fields(self.0);
        let (millis, digest) = (fields.u32()?, fields.hash()?);
        let lengths = [fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?];
        let count = lengths.iter().fold(0, |sum, &length| sum + u64::from(length));
        let bytes = usize::try_from(4 * count).map_err(|_| "a list is longer than its record")?;
        let all = ContentIds(fields.bytes(bytes)?);
        let mut rest = all.0;
        let [inputs, discovered, outputs, beside] = lengths.map(|length| {
            let (list, others) = rest.split_at(4 * length as usize);
            rest = others;
            ContentIds(list)
        });
        let length = fields.u32()? as usize;
        let (reason, cache) = (fields.bytes(length)?, fields.0);
        Ok(ActionParts { millis, digest, all, inputs, discovered, outputs, beside, reason, cache })
    }

    /// Whether all of it can be understood where there are so many contents.
    pub fn check(self, contents: usize) -> Result<(), &'static str> {
        let parts = self.parts()?;
        if parts.all.largest().is_some_and(|id| id.0 as usize >= contents) {
            return Err("it names a content that it does not know");
        }
        text(parts.reason).and(text(parts.cache)).map(drop)
    }

    /// The whole.
    pub fn decode(self, contents: &Contents) -> Result<ActionRecord, &'static str> {
        let ActionParts { millis, digest, inputs, discovered, outputs, beside, reason, cache, .. } =
            self.parts()?;
        let list = |ids: ContentIds<'_>| ids.map(|id| contents.get(id)).collect();
        let (inputs, discovered) = (list(inputs), list(discovered));
        let (outputs, beside) = (list(outputs), list(beside));
        let (reason, cache) = (text(reason)?.to_owned(), text(cache)?.to_owned());
        Ok(ActionRecord { digest, inputs, discovered, outputs, beside, millis, reason, cache })
    }
}

/// The contents of a list.
#[derive(Clone, Copy)]
pub struct ContentIds<'a>(&'a [u8]);

impl ContentIds<'_> {
    fn numbers(self) -> impl Iterator<Item = u32> {
        self.0.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes))
    }

    /// The one with the largest number.
    fn largest(self) -> Option<ContentId> {
        self.numbers().max().map(ContentId)
    }

    /// Whether one of them is marked.
    pub fn any(self, marked: &[bool]) -> bool {
        self.numbers().any(|id| marked.get(id as usize) == Some(&true))
    }
}

impl Iterator for ContentIds<'_> {
    type Item = ContentId;

    fn next(&mut self) -> Option<ContentId> {
        let (id, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(ContentId(u32::from_le_bytes(*id)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len() / 4, Some(self.0.len() / 4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_an_action_names_contents_that_are_known() {
        let content = |id| (PathId(id), Hash::of(b"text"));
        let record = ActionRecord {
            inputs: vec![content(0)],
            outputs: vec![content(1), content(2)],
            ..ActionRecord::without_result(7)
        };
        let (mut bytes, mut contents) = (Vec::new(), Contents::default());
        put_action(&mut bytes, PathId(1), &record, &mut contents);
        let Ok(Record::Action(PathId(1), raw)) = parse(&mut Fields(&bytes)) else { panic!("{bytes:?}") };
        assert_eq!(raw.decode(&contents), Ok(record));
        assert_eq!(raw.check(contents.count()), Ok(()));
        assert!(raw.check(contents.count() - 1).is_err());
        assert!((0..raw.length()).all(|end| RawAction::at(&raw.0[..end]).check(3).is_err()));
    }
}
