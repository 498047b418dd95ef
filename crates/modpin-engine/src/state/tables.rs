//! What a log says, by number. Files and actions are understood when somebody asks: a build that changes one file asks
//! for few of them.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use crate::state::contents::Contents;
use crate::state::links::Links;
use crate::state::log::{
    self, ActionRecord, FileRecord, RawAction, RawFile, Reader, Record, put_action, put_file,
};
use crate::state::paths::{PathId, Paths};
use modpin_budget::Budget;

/// All that a log says.
#[derive(Default)]
pub struct Tables {
    /// The log as it was read.
    pub bytes: Vec<u8>,
    /// The checksum of its last frame.
    pub chain: u64,
    /// The paths that it names.
    pub paths: Paths,
    /// The contents that it names.
    pub contents: Contents,
    /// The number of the ledger's last change that was noted here.
    pub ledger: u64,
    /// Where the last record of each file ends in the log; 0 for none.
    files: Vec<usize>,
    /// What was written of files since.
    since: HashMap<PathId, FileRecord>,
    actions: Vec<LazyRecord>,
    records: usize,
}

/// The last record of an action: where it stands in the log, and as it is understood. Neither: there is none.
#[derive(Default)]
struct LazyRecord {
    raw: Range<usize>,
    known: OnceCell<Box<ActionRecord>>,
}

impl LazyRecord {
    fn is_none(&self) -> bool {
        self.raw.is_empty() && self.known.get().is_none()
    }
}

impl Tables {
    /// Takes the records of a log in; answers how many of its bytes are good.
    pub fn load(bytes: Vec<u8>) -> Result<(Tables, usize), &'static str> {
        // A path with its file, its contents and its share of the actions takes about so much.
        let paths = Paths::with_room(bytes.len() / 192);
        let mut tables = Tables { paths, ..Tables::default() };
        let mut reader = Reader::open(&bytes)?;
        while let Some(record) = reader.next_record()? {
            tables.records += 1;
            tables.take(&record, reader.at())?;
            if !Budget::of(bytes.len()).has(1, tables.weight()) {
                return Err("it names more files than a log of its length can");
            }
        }
        let good = reader.good();
        tables.chain = reader.chain();
        tables.bytes = bytes;
        Ok((tables, good))
    }

    /// Takes in a record that ends there.
    fn take(&mut self, record: &Record<'_>, end: usize) -> Result<(), &'static str> {
        match *record {
            Record::Path(path) => self.paths.add(path)?,
            Record::Content(path, hash) => _ = self.contents.push(self.known(path)?, hash),
            Record::File(file) => {
                let (content, _) = file.decode()?;
                let known = self.contents.find(content).ok_or(UNKNOWN_CONTENT)?;
                *entry(&mut self.files, known.0) = end;
            }
            Record::Action(id, action) => {
                action.check(self.contents.count())?;
                let (id, raw) = (self.known(id)?, end - action.length()..end);
                *entry(&mut self.actions, id) = LazyRecord { raw, known: OnceCell::new() };
            }
            Record::Forget(id) => {
                let id = self.known(id)?;
                *entry(&mut self.actions, id) = LazyRecord::default();
            }
            Record::Ledger(number) => self.ledger = number,
        }
        Ok(())
    }

    /// About how much memory they take.
    fn weight(&self) -> usize {
        let files = self.files.capacity() * size_of::<usize>();
        let actions = self.actions.capacity() * size_of::<LazyRecord>();
        self.paths.weight() + self.contents.weight() + files + actions
    }

    fn known(&self, id: PathId) -> Result<PathId, &'static str> {
        if id.at() < self.paths.len() { Ok(id) } else { Err("it names a path that it does not know") }
    }

    /// What is remembered of a file.
    pub fn file(&self, id: PathId) -> Option<FileRecord> {
        if let Some(record) = self.since.get(&id) {
            return Some(*record);
        }
        let end = *self.files.get(id.at())?;
        let (content, stat) = RawFile::before(&self.bytes, end)?.decode().ok()?;
        Some(FileRecord { stat, hash: self.contents.find(content)?.1 })
    }

    /// The content of a file was written down.
    pub fn set_file(&mut self, id: PathId, record: FileRecord) {
        self.since.insert(id, record);
    }

    /// What is remembered of the action whose first output this is.
    pub fn action(&self, id: PathId) -> Option<&ActionRecord> {
        let action = self.actions.get(id.at()).filter(|action| !action.is_none())?;
        Some(self.record(action))
    }

    /// How an action ran was written down, or that it is not known any more.
    pub fn set_action(&mut self, id: PathId, record: Option<ActionRecord>) {
        let known = record.map(|record| OnceCell::from(Box::new(record))).unwrap_or_default();
        *entry(&mut self.actions, id) = LazyRecord { raw: 0..0, known };
    }

    /// All actions, by number of the first output's path, in its order.
    pub fn actions(&self) -> impl Iterator<Item = (PathId, &ActionRecord)> {
        self.all().map(|(id, action)| (id, self.record(action)))
    }

    /// What an action links, by the number of its first output's path.
    pub fn links(&self, id: PathId) -> Option<Links<'_>> {
        let action = self.actions.get(id.at()).filter(|action| !action.is_none())?;
        Some(match action.known.get().map(|record| &**record) {
            Some(known) => Links::Known(known),
            None => match RawAction::at(&self.bytes[action.raw.clone()]).parts() {
                Ok(parts) => Links::Raw(parts, &self.contents),
                Err(_) => Links::Known(self.record(action)),
            },
        })
    }

    fn record<'a>(&'a self, action: &'a LazyRecord) -> &'a ActionRecord {
        let decoded = || RawAction::at(&self.bytes[action.raw.clone()]).decode(&self.contents);
        // One that cannot be understood was not taken in.
        let unknown = |_| ActionRecord::without_result(0);
        action.known.get_or_init(|| Box::new(decoded().unwrap_or_else(unknown)))
    }

    fn all(&self) -> impl Iterator<Item = (PathId, &LazyRecord)> {
        let all = self.actions.iter().enumerate().filter(|(_, action)| !action.is_none());
        all.map(|(at, action)| (PathId(at as u32), action))
    }

    /// A third of the log is history. To read that takes longer than an edit of one file, in the end, and writing it anew is done once.
    pub fn wasteful(&self) -> bool {
        let files = self.files.iter().filter(|&&end| end > 0).count();
        let live = self.paths.len() + self.contents.count() + files + self.all().count();
        self.records > 1000 && 2 * self.records > 3 * live
    }

    /// The log without its history.
    pub fn compact(&self) -> Vec<u8> {
        let (mut head, mut body, mut contents) = (Vec::new(), Vec::new(), Contents::default());
        self.paths.from(0).for_each(|path| log::put_path(&mut head, path));
        let ids = (0..self.paths.len()).map(|at| PathId(at as u32));
        for (id, file) in ids.filter_map(|id| Some((id, self.file(id)?))) {
            put_file(&mut body, id, &file, &mut contents);
        }
        for (id, action) in self.actions() {
            put_action(&mut body, id, action, &mut contents);
        }
        log::put_ledger(&mut body, self.ledger);
        contents.from(0).for_each(|(path, hash)| log::put_content(&mut head, path, hash));
        let mut bytes = log::header();
        log::put_frame(&mut bytes, 0, &[&head, &body]);
        bytes
    }
}

const UNKNOWN_CONTENT: &str = "it names a content that it does not know";

/// What a table that grows with the numbers holds of a number.
fn entry<T: Default>(table: &mut Vec<T>, id: PathId) -> &mut T {
    if table.len() <= id.at() {
        table.resize_with(id.at() + 1, T::default);
    }
    &mut table[id.at()]
}
