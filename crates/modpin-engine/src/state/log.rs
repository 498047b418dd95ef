//! The log of the store, byte by byte: records of paths, files and actions, each a frame.
//!
//! A payload begins with its kind. Each frame's checksum is seeded with the one before.

use crate::state::frame::{self, FRAME, Frames, Framing};
use crate::state::paths::PathId;
use crate::world::disk::Stat;
use crate::world::hash::Hash;

const LOG: Framing = Framing("state", 4);
/// A path and a digest.
const ENTRY: usize = 20;

const PATH: u8 = 1;
const FILE: u8 = 2;
const ACTION: u8 = 3;
const FORGET: u8 = 4;
const LEDGER: u8 = 5;

/// The content that a file had when `stat` looked like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// What `stat(2)` said.
    pub stat: Stat,
    /// The digest.
    pub hash: Hash,
}

/// How an action ran when it last succeeded. While it runs for the first time, and when its result was
/// not kept, it has no digest ([`Hash::UNKNOWN`]): what is known then is which files are its outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRecord {
    /// The digest of the recipe: this decides.
    pub digest: Hash,
    /// The recipe, a line each: this explains.
    pub recipe: String,
    /// Declared inputs and their content.
    pub inputs: Vec<(PathId, Hash)>,
    /// Files that it said it read.
    pub discovered: Vec<(PathId, Hash)>,
    /// Outputs and their content; then further files that are ours: the response file, and those that a
    /// run which did not end may have written.
    pub outputs: Vec<(PathId, Hash)>,
    /// Files that it left beside its outputs, and their content; missing are those that may come to lie there.
    pub beside: Vec<(PathId, Hash)>,
    /// How long it took, in milliseconds.
    pub millis: u32,
    /// Why it ran, in words; empty where that is not known.
    pub reason: String,
}

impl ActionRecord {
    /// Of an action whose result is not known.
    pub fn without_result(millis: u32) -> ActionRecord {
        ActionRecord {
            digest: Hash::UNKNOWN,
            recipe: String::new(),
            inputs: Vec::new(),
            discovered: Vec::new(),
            outputs: Vec::new(),
            beside: Vec::new(),
            millis,
            reason: String::new(),
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
    /// The content of a file.
    File(PathId, FileRecord),
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

/// Writes records that follow one another.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
    chain: u64,
}

impl Writer {
    /// After the record with this checksum; 0 after the header.
    pub fn after(chain: u64) -> Writer {
        Writer { bytes: Vec::new(), chain }
    }

    /// What was written, and the last checksum.
    pub fn finish(self) -> (Vec<u8>, u64) {
        (self.bytes, self.chain)
    }

    /// Adds a path.
    pub fn path(&mut self, path: &str) {
        self.frame(PATH, |to| to.extend_from_slice(path.as_bytes()));
    }

    /// Adds the content of a file.
    pub fn file(&mut self, id: PathId, record: &FileRecord) {
        self.frame(FILE, |to| {
            number(to, id.0);
            to.push(record.stat.regular.into());
            to.extend(record.stat.size.to_le_bytes());
            to.extend(record.stat.mtime.to_le_bytes());
            to.extend(record.stat.ctime.to_le_bytes());
            to.extend(record.stat.inode.to_le_bytes());
            to.extend(record.hash.to_bits().to_le_bytes());
        });
    }

    /// Adds the last run of an action.
    pub fn action(&mut self, id: PathId, record: &ActionRecord) {
        self.frame(ACTION, |to| {
            number(to, id.0);
            number(to, record.millis);
            to.extend(record.digest.to_bits().to_le_bytes());
            for list in [&record.inputs, &record.discovered, &record.outputs, &record.beside] {
                number(to, list.len() as u32);
                for &(id, hash) in list {
                    number(to, id.0);
                    to.extend(hash.to_bits().to_le_bytes());
                }
            }
            put_text(to, &record.reason);
            to.extend_from_slice(record.recipe.as_bytes());
        });
    }

    /// Adds that an action is not known any more.
    pub fn forget(&mut self, id: PathId) {
        self.frame(FORGET, |to| number(to, id.0));
    }

    /// Adds the number of a change of the ledger.
    pub fn ledger(&mut self, number: u64) {
        self.frame(LEDGER, |to| to.extend(number.to_le_bytes()));
    }

    fn frame(&mut self, kind: u8, payload: impl FnOnce(&mut Vec<u8>)) {
        self.chain = frame::put(&mut self.bytes, self.chain, |to| {
            to.push(kind);
            payload(to);
        });
    }
}

fn number(to: &mut Vec<u8>, value: u32) {
    to.extend(value.to_le_bytes());
}

/// A text with its length in front.
pub(crate) fn put_text(to: &mut Vec<u8>, text: &str) {
    number(to, text.len() as u32);
    to.extend_from_slice(text.as_bytes());
}

/// Reads a log.
pub struct Reader<'a> {
    frames: Frames<'a>,
    good: usize,
}

impl<'a> Reader<'a> {
    /// An empty log is a new one. The error says what is wrong, in words.
    pub fn open(bytes: &'a [u8]) -> Result<Reader<'a>, &'static str> {
        let header = header();
        if bytes.len() < header.len() && header.starts_with(bytes) {
            return Ok(Reader { frames: Frames::of(&[], 0), good: 0 });
        }
        let frames = bytes.strip_prefix(&header[..]).ok_or_else(|| LOG.objection(bytes))?;
        Ok(Reader { frames: Frames::of(frames, 0), good: header.len() })
    }

    /// The bytes up to the end of the last whole record.
    pub fn good(&self) -> usize {
        self.good
    }

    /// The checksum of the last whole record.
    pub fn chain(&self) -> u64 {
        self.frames.checksum()
    }

    /// The bytes of a log from which an action was read, counted from its beginning.
    pub fn range_of(&self, action: &RawAction<'_>) -> std::ops::Range<usize> {
        // A record's own bytes end where the good ones do.
        self.good - action.0.len()..self.good
    }

    /// The next record. `None` at the end, and at a record that was cut off.
    pub fn next_record(&mut self) -> Result<Option<Record<'a>>, &'static str> {
        let Some(payload) = self.frames.next_payload()? else { return Ok(None) };
        self.good += FRAME + payload.len();
        parse(payload).map(Some)
    }
}

fn parse(payload: &[u8]) -> Result<Record<'_>, &'static str> {
    let mut fields = Fields(payload);
    match fields.u8()? {
        PATH => Ok(Record::Path(fields.text()?)),
        FILE => {
            let id = PathId(fields.u32()?);
            let regular = fields.u8()? != 0;
            let (size, mtime) = (fields.u64()?, fields.u64()? as i64);
            let (ctime, inode) = (fields.u64()? as i64, fields.u64()?);
            let stat = Stat { regular, size, mtime, ctime, inode };
            Ok(Record::File(id, FileRecord { stat, hash: fields.hash()? }))
        }
        ACTION => Ok(Record::Action(PathId(fields.u32()?), RawAction(fields.0))),
        FORGET => Ok(Record::Forget(PathId(fields.u32()?))),
        LEDGER => Ok(Record::Ledger(fields.u64()?)),
        _ => Err("it holds a record of an unknown kind"),
    }
}

/// How an action ran last, as it stands in a log. Most of a log is this, and most of it is of no interest
/// to any one build.
#[derive(Clone, Copy)]
pub struct RawAction<'a>(&'a [u8]);

impl<'a> RawAction<'a> {
    /// What [`Reader::range_of`] told of.
    pub fn at(bytes: &'a [u8]) -> RawAction<'a> {
        RawAction(bytes)
    }

    /// The digest of its recipe, the paths that it has read, and those that it may have written.
    pub fn links(&self) -> Result<(Hash, Ids<'a>, Ids<'a>), &'static str> {
        let mut fields = Fields(self.0);
        let (_, digest) = (fields.u32()?, fields.hash()?);
        let read = Ids { bytes: fields.entries()?, rest: fields.entries()? };
        let written = Ids { bytes: fields.entries()?, rest: fields.entries()? };
        Ok((digest, read, written))
    }

    /// Whether the rest can be read, too.
    pub fn check_texts(&self) -> Result<(), &'static str> {
        let mut fields = Fields(self.0);
        let _ = (fields.u32()?, fields.hash()?);
        let _ = (fields.entries()?, fields.entries()?, fields.entries()?, fields.entries()?);
        let _ = (fields.short_text()?, fields.text()?);
        Ok(())
    }

    /// The whole.
    pub fn decode(&self) -> Result<ActionRecord, &'static str> {
        let mut fields = Fields(self.0);
        let (millis, digest) = (fields.u32()?, fields.hash()?);
        let (inputs, discovered) = (fields.list()?, fields.list()?);
        let (outputs, beside) = (fields.list()?, fields.list()?);
        let (reason, recipe) = (fields.short_text()?.to_owned(), fields.text()?.to_owned());
        Ok(ActionRecord { digest, recipe, inputs, discovered, outputs, beside, millis, reason })
    }
}

/// The paths of one list and another.
#[derive(Clone)]
pub struct Ids<'a> {
    bytes: &'a [u8],
    rest: &'a [u8],
}

impl Iterator for Ids<'_> {
    type Item = PathId;

    fn next(&mut self) -> Option<PathId> {
        if self.bytes.is_empty() {
            self.bytes = std::mem::take(&mut self.rest);
        }
        let (entry, rest) = self.bytes.split_first_chunk::<ENTRY>()?;
        self.bytes = rest;
        Some(PathId(u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]])))
    }
}

/// What is left to read of some bytes.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or("a record is too short")?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, &'static str> {
        self.take::<1>().map(|bytes| bytes[0])
    }

    pub(crate) fn u32(&mut self) -> Result<u32, &'static str> {
        self.take().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, &'static str> {
        self.take().map(u64::from_le_bytes)
    }

    pub(crate) fn hash(&mut self) -> Result<Hash, &'static str> {
        self.take().map(|bytes| Hash::from_bits(u128::from_le_bytes(bytes)))
    }

    fn list(&mut self) -> Result<Vec<(PathId, Hash)>, &'static str> {
        let mut entries = Fields(self.entries()?);
        let count = entries.0.len() / ENTRY;
        (0..count).map(|_| Ok((PathId(entries.u32()?), entries.hash()?))).collect()
    }

    /// The bytes of a list of paths, each with a digest.
    fn entries(&mut self) -> Result<&'a [u8], &'static str> {
        let count = self.u32()? as usize;
        let length = count.checked_mul(ENTRY).ok_or("a list is longer than its record")?;
        let (list, rest) = self.0.split_at_checked(length).ok_or("a list is longer than its record")?;
        self.0 = rest;
        Ok(list)
    }

    /// A text with its length in front.
    pub(crate) fn short_text(&mut self) -> Result<&'a str, &'static str> {
        let length = self.u32()? as usize;
        let (text, rest) = self.0.split_at_checked(length).ok_or("a record is too short")?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| "a text is not UTF-8")
    }

    fn text(&mut self) -> Result<&'a str, &'static str> {
        std::str::from_utf8(std::mem::take(&mut self.0)).map_err(|_| "a text is not UTF-8")
    }
}
