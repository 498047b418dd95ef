//! What is remembered from build to build: how each action ran last, and which content each file had.
//!
//! A log of records, each with its length (twice, once inverted) and a checksum. A tail that was cut
//! off is dropped; any other damage drops everything, and the build starts afresh: nothing that is read
//! here is believed without comparing it with the disk, so old records can cost time but never be wrong.

pub(crate) mod paths;
pub mod frame;
pub mod log;
pub mod snapshot;
pub mod graph_file;
pub mod seal;
pub mod ledger;

use std::cell::OnceCell;
use std::io::Write;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::state::log::{ActionRecord, FileRecord, Ids, RawAction, Reader, Record};
use crate::state::paths::{PathId, Paths};
use crate::world::disk::{Disk, replace};
use crate::world::hash::Hash;
use modpin_budget::Budget;

/// The memory of one build directory.
pub struct Store {
    path: String,
    log: Box<dyn Write + Send>,
    tables: Tables,
    paths_written: usize,
    /// The checksum of the last record in the log; `None` when a write failed, and what stands there is
    /// not known.
    chain: Option<u64>,
}

impl Store {
    /// Reads what is there, or starts afresh. The text is a warning for the user: what was lost and why.
    pub fn open(disk: &dyn Disk, path: &str) -> Result<(Store, Option<String>)> {
        let bytes = match disk.stat(path).map_err(Error::io("read", path))? {
            Some(stat) if stat.regular => disk.read(path).map_err(Error::io("read", path))?,
            Some(_) => {
                disk.remove(path).map_err(Error::io("remove", path))?;
                b"not a file".to_vec()
            }
            None => Vec::new(),
        };
        let (mut tables, good, warning) = match Tables::load(bytes) {
            Ok((tables, good)) => (tables, good, None),
            Err(why) => {
                let warning = format!("{path}: {why}; everything is built again");
                (Tables::default(), 0, Some(warning))
            }
        };
        if good == 0 || tables.wasteful() {
            replace(disk, path, &tables.compact())?;
        } else if good < tables.bytes.len() {
            replace(disk, path, &tables.bytes[..good])?;
        }
        let log = disk.append(path).map_err(Error::io("open", path))?;
        let (chain, paths_written) = (Some(tables.chain), tables.paths.len());
        Ok((Store { path: path.to_owned(), log, tables, paths_written, chain }, warning))
    }

    /// What is there, only to be read; nothing on the disk changes.
    pub fn read(disk: &dyn Disk, path: &str) -> Result<(Store, Option<String>)> {
        let bytes = match disk.stat(path).map_err(Error::io("read", path))? {
            Some(stat) if stat.regular => disk.read(path).map_err(Error::io("read", path))?,
            _ => Vec::new(),
        };
        let (tables, warning) = match Tables::load(bytes) {
            Ok((tables, _)) => (tables, None),
            Err(why) => (Tables::default(), Some(format!("{path}: {why}"))),
        };
        let (path, log, paths_written) =
            (path.to_owned(), Box::new(std::io::sink()), tables.paths.len());
        Ok((Store { path, log, tables, paths_written, chain: None }, warning))
    }

    /// Notes how the log looks now: the run that wrote it has come to its end. `outputs` are those of the last whole graph.
    ///
    /// # Errors
    /// The disk's.
    pub fn seal(&self, disk: &dyn Disk, outputs: Hash) -> Result<()> {
        seal::seal(disk, &self.path, outputs)
    }

    /// The outputs that are told by the seal, if it holds.
    pub fn sealed(&self, disk: &dyn Disk) -> Option<Hash> {
        seal::read(disk, &self.path, disk.stat(&self.path).ok()?)
    }

    /// The number of a path.
    pub fn id(&mut self, path: &str) -> PathId {
        self.tables.paths.id(path)
    }

    /// The number of a path that is known already.
    pub fn find(&self, path: &str) -> Option<PathId> {
        self.tables.paths.find(path)
    }

    /// The path of a number.
    pub fn path(&self, id: PathId) -> &str {
        self.tables.paths.path(id)
    }

    /// How many paths are known: their numbers are below that.
    pub fn paths(&self) -> usize {
        self.tables.paths.len()
    }

    /// What is remembered of a file.
    pub fn file(&self, id: PathId) -> Option<&FileRecord> {
        self.tables.files.get(id.at())?.as_ref()
    }

    /// What is remembered of the action whose first output this is.
    pub fn action(&self, id: PathId) -> Option<&ActionRecord> {
        self.tables.action(id).map(|action| action.record(&self.tables.bytes))
    }

    /// The digest of the recipe of the action whose first output this is, as it ran last.
    pub fn digest(&self, path: &str) -> Option<Hash> {
        let action = self.tables.action(self.find(path)?)?;
        Some(action.links(&self.tables.bytes).digest())
    }

    /// All actions that are remembered, by number of the first output's path, in its order.
    pub fn actions(&self) -> impl Iterator<Item = (PathId, &ActionRecord)> {
        let actions = self.tables.actions();
        actions.map(|(id, action)| (id, action.record(&self.tables.bytes)))
    }

    /// The same, of each only the paths that it has read and those that it may have written.
    pub fn links(&self) -> impl Iterator<Item = (PathId, Links<'_>)> {
        let actions = self.tables.actions();
        actions.map(|(id, action)| (id, action.links(&self.tables.bytes)))
    }

    /// Remembers the content of files.
    pub fn set_files(&mut self, records: Vec<(PathId, FileRecord)>) -> Result<()> {
        self.write(!records.is_empty(), |log| {
            records.iter().for_each(|(id, record)| log.file(*id, record));
        })?;
        records.iter().for_each(|&(id, record)| self.tables.set_file(id, record));
        Ok(())
    }

    /// Remembers how an action ran.
    pub fn set_action(&mut self, id: PathId, record: ActionRecord) -> Result<()> {
        self.write(true, |log| log.action(id, &record))?;
        self.tables.set_action(id, Some(LazyRecord::known(record)));
        Ok(())
    }

    /// Forgets an action, and that its outputs are ours.
    pub fn forget_action(&mut self, id: PathId) -> Result<()> {
        let known = self.tables.action(id).is_some();
        self.tables.set_action(id, None);
        self.write(known, |log| log.forget(id))
    }

    /// One write, so that a kill leaves whole records and at most one torn one at the end.
    fn write(&mut self, needed: bool, records: impl FnOnce(&mut log::Writer)) -> Result<()> {
        if !needed {
            return Ok(());
        }
        // After a write that failed nobody knows where the log ends: what follows would be lost.
        let chain = self.chain.take().ok_or_else(|| std::io::Error::other("an earlier write failed"));
        let mut log = log::Writer::after(chain.map_err(Error::io("write", self.path.as_str()))?);
        self.tables.paths.from(self.paths_written).for_each(|path| log.path(path));
        records(&mut log);
        let (bytes, chain) = log.finish();
        self.log.write_all(&bytes).map_err(Error::io("write", self.path.as_str()))?;
        self.paths_written = self.tables.paths.len();
        self.chain = Some(chain);
        Ok(())
    }
}

/// The files that an action links.
pub enum Links<'a> {
    /// As they stand in the log: the digest of the recipe, what it has read, what it may have written.
    Raw(Hash, Ids<'a>, Ids<'a>),
    /// As they were written since.
    Known(&'a ActionRecord),
}

impl Links<'_> {
    /// The digest of the recipe.
    fn digest(&self) -> Hash {
        match self {
            Links::Raw(digest, ..) => *digest,
            Links::Known(record) => record.digest,
        }
    }

    /// Whether its last result was kept.
    pub fn kept(&self) -> bool {
        self.digest() != Hash::UNKNOWN
    }

    /// Whether it has read, or may have written, a file that is marked.
    pub fn any(&self, marked: &[bool]) -> bool {
        let is = |id: PathId| marked.get(id.at()).copied().unwrap_or(false);
        match self {
            Links::Raw(_, read, written) => read.clone().any(is) || written.clone().any(is),
            Links::Known(record) => {
                let all = [&record.inputs, &record.discovered, &record.outputs, &record.beside];
                all.into_iter().flatten().any(|&(id, _)| is(id))
            }
        }
    }

    /// What it may have written.
    pub fn written(&self) -> Box<dyn Iterator<Item = PathId> + '_> {
        match self {
            Links::Raw(_, _, written) => Box::new(written.clone()),
            Links::Known(record) => Box::new(record.written()),
        }
    }

    /// Marks what it may have written.
    pub fn mark_written(&self, marked: &mut [bool]) {
        for id in self.written() {
            if let Some(mark) = marked.get_mut(id.at()) {
                *mark = true;
            }
        }
    }
}

/// An action's record: where it stands in the log, understood when somebody asks.
#[derive(Default)]
struct LazyRecord {
    raw: Range<usize>,
    known: OnceCell<Box<ActionRecord>>,
}

impl LazyRecord {
    fn known(record: ActionRecord) -> LazyRecord {
        LazyRecord { raw: 0..0, known: OnceCell::from(Box::new(record)) }
    }

    fn raw<'a>(&self, bytes: &'a [u8]) -> RawAction<'a> {
        RawAction::at(&bytes[self.raw.clone()])
    }

    fn record(&self, bytes: &[u8]) -> &ActionRecord {
        // One that cannot be understood was not taken in.
        let unknown = |_| ActionRecord::without_result(0);
        self.known.get_or_init(|| Box::new(self.raw(bytes).decode().unwrap_or_else(unknown)))
    }

    fn links<'a>(&'a self, bytes: &'a [u8]) -> Links<'a> {
        match (self.known.get(), self.raw(bytes).links()) {
            (None, Ok((digest, read, written))) => Links::Raw(digest, read, written),
            _ => Links::Known(self.record(bytes)),
        }
    }
}

#[derive(Default)]
struct Tables {
    /// The log as it was read.
    bytes: Vec<u8>,
    paths: Paths,
    files: Vec<Option<FileRecord>>,
    actions: Vec<Option<LazyRecord>>,
    records: usize,
    chain: u64,
    /// The number of the ledger's last change that was noted here.
    ledger: u64,
}

impl Tables {
    /// Takes the records of a log in; answers how many of its bytes are good.
    fn load(bytes: Vec<u8>) -> Result<(Tables, usize), &'static str> {
        let mut tables = Tables::default();
        let mut reader = Reader::open(&bytes)?;
        while let Some(record) = reader.next_record()? {
            tables.records += 1;
            match record {
                Record::Path(path) => tables.paths.add(path)?,
                Record::File(id, record) => {
                    tables.known(id)?;
                    tables.set_file(id, record);
                }
                Record::Action(id, action) => {
                    tables.known(id)?;
                    tables.check(&action)?;
                    let raw = reader.range_of(&action);
                    tables.set_action(id, Some(LazyRecord { raw, known: OnceCell::new() }));
                }
                Record::Forget(id) => tables.set_action(tables.known(id)?, None),
                Record::Ledger(number) => tables.ledger = number,
            }
            if !Budget::of(bytes.len()).has(1, tables.weight()) {
                return Err("it names more files than a log of its length can");
            }
        }
        let good = reader.good();
        tables.chain = reader.chain();
        tables.bytes = bytes;
        Ok((tables, good))
    }

    /// About how much memory they take.
    fn weight(&self) -> usize {
        let files = self.files.capacity() * size_of::<Option<FileRecord>>();
        let actions = self.actions.capacity() * size_of::<Option<LazyRecord>>();
        self.paths.weight() + files + actions
    }

    /// What is not understood until it is asked for must be in order all the same.
    fn check(&self, action: &RawAction<'_>) -> Result<(), &'static str> {
        let (_, mut read, mut written) = action.links()?;
        read.try_for_each(|id| self.known(id).map(drop))?;
        written.try_for_each(|id| self.known(id).map(drop))?;
        action.check_texts()
    }

    fn known(&self, id: PathId) -> Result<PathId, &'static str> {
        if id.at() < self.paths.len() { Ok(id) } else { Err("it names a path that it does not know") }
    }

    fn set_file(&mut self, id: PathId, record: FileRecord) {
        *entry(&mut self.files, id) = Some(record);
    }

    fn set_action(&mut self, id: PathId, action: Option<LazyRecord>) {
        *entry(&mut self.actions, id) = action;
    }

    fn action(&self, id: PathId) -> Option<&LazyRecord> {
        self.actions.get(id.at())?.as_ref()
    }

    fn actions(&self) -> impl Iterator<Item = (PathId, &LazyRecord)> {
        let actions = self.actions.iter().enumerate();
        actions.filter_map(|(at, action)| Some((PathId(at as u32), action.as_ref()?)))
    }

    /// Most of the log is history.
    fn wasteful(&self) -> bool {
        let files = self.files.iter().flatten().count();
        let live = self.paths.len() + files + self.actions().count();
        self.records > 1000 && self.records > 3 * live
    }

    /// The log without its history.
    fn compact(&mut self) -> Vec<u8> {
        let mut log = log::Writer::after(0);
        self.paths.from(0).for_each(|path| log.path(path));
        let files = self.files.iter().enumerate();
        files.for_each(|(at, file)| {
            file.iter().for_each(|file| log.file(PathId(at as u32), file));
        });
        self.actions().for_each(|(id, action)| log.action(id, action.record(&self.bytes)));
        log.ledger(self.ledger);
        let (records, chain) = log.finish();
        self.chain = chain;
        [log::header(), records].concat()
    }
}

/// What a table that grows with the numbers holds of a number.
fn entry<T>(table: &mut Vec<Option<T>>, id: PathId) -> &mut Option<T> {
    if table.len() <= id.at() {
        table.resize_with(id.at() + 1, || None);
    }
    &mut table[id.at()]
}
