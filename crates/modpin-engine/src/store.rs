//! What is remembered from build to build: how each action ran last, and which content each file had.
//!
//! A log of records, each with its length (twice, once inverted) and a checksum. A tail that was cut
//! off is dropped; any other damage drops everything, and the build starts afresh: nothing that is read
//! here is believed without comparing it with the disk, so old records can cost time but never be wrong.
//! Knows no graph; a path here is a number.

use std::collections::HashMap;
use std::io::Write;

use crate::disk::{Disk, Stat};
use crate::error::{Error, Result};
use crate::hash::Hash;
use crate::record::{self, Reader, Record};

/// A path that the store knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(pub(crate) u32);

impl PathId {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

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
    /// Outputs and their content; then further files that a run which did not end may have written.
    pub outputs: Vec<(PathId, Hash)>,
    /// How long it took, in milliseconds.
    pub millis: u32,
    /// Why it ran, in words; empty where that is not known.
    pub reason: String,
}

impl ActionRecord {
    /// Of an action whose result is not known.
    pub fn without_result(millis: u32) -> ActionRecord {
        let (inputs, discovered, outputs) = (Vec::new(), Vec::new(), Vec::new());
        ActionRecord {
            digest: Hash::UNKNOWN,
            recipe: String::new(),
            inputs,
            discovered,
            outputs,
            millis,
            reason: String::new(),
        }
    }
}

/// The memory of one build directory.
pub struct Store {
    path: String,
    log: Box<dyn Write + Send>,
    paths: Vec<String>,
    ids: HashMap<String, PathId>,
    files: HashMap<PathId, FileRecord>,
    actions: HashMap<PathId, ActionRecord>,
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
        let mut tables = Tables::default();
        let (good, warning) = match tables.load(&bytes) {
            Ok(good) => (good, None),
            Err(why) => {
                tables = Tables::default();
                (0, Some(format!("{path}: {why}; everything is built again")))
            }
        };
        if good == 0 || tables.wasteful() {
            replace(disk, path, &tables.compact())?;
        } else if good < bytes.len() {
            replace(disk, path, &bytes[..good])?;
        }
        let log = disk.append(path).map_err(Error::io("open", path))?;
        let Tables { paths, ids, files, actions, chain, .. } = tables;
        let (path, chain, paths_written) = (path.to_owned(), Some(chain), paths.len());
        Ok((Store { path, log, ids, paths, files, actions, paths_written, chain }, warning))
    }

    /// The number of a path.
    pub fn id(&mut self, path: &str) -> PathId {
        if let Some(&id) = self.ids.get(path) {
            return id;
        }
        let id = PathId(self.paths.len() as u32);
        self.ids.insert(path.to_owned(), id);
        self.paths.push(path.to_owned());
        id
    }

    /// The number of a path that is known already.
    pub fn find(&self, path: &str) -> Option<PathId> {
        self.ids.get(path).copied()
    }

    /// The path of a number.
    pub fn path(&self, id: PathId) -> &str {
        &self.paths[id.at()]
    }

    /// What is remembered of a file.
    pub fn file(&self, id: PathId) -> Option<&FileRecord> {
        self.files.get(&id)
    }

    /// What is remembered of the action whose first output this is.
    pub fn action(&self, id: PathId) -> Option<&ActionRecord> {
        self.actions.get(&id)
    }

    /// All actions that are remembered, by number of the first output's path, in no order.
    pub fn actions(&self) -> impl ExactSizeIterator<Item = (PathId, &ActionRecord)> {
        self.actions.iter().map(|(&id, record)| (id, record))
    }

    /// Remembers the content of files.
    pub fn set_files(&mut self, records: Vec<(PathId, FileRecord)>) -> Result<()> {
        self.write(!records.is_empty(), |log| {
            records.iter().for_each(|(id, record)| log.file(*id, record));
        })?;
        self.files.extend(records);
        Ok(())
    }

    /// Remembers how an action ran.
    pub fn set_action(&mut self, id: PathId, record: ActionRecord) -> Result<()> {
        self.write(true, |log| log.action(id, &record))?;
        self.actions.insert(id, record);
        Ok(())
    }

    /// Forgets an action, and that its outputs are ours.
    pub fn forget_action(&mut self, id: PathId) -> Result<()> {
        let known = self.actions.remove(&id).is_some();
        self.write(known, |log| log.forget(id))
    }

    /// One write, so that a kill leaves whole records and at most one torn one at the end.
    fn write(&mut self, needed: bool, records: impl FnOnce(&mut record::Writer)) -> Result<()> {
        if !needed {
            return Ok(());
        }
        // After a write that failed nobody knows where the log ends: what follows would be lost.
        let chain = self.chain.take().ok_or_else(|| std::io::Error::other("an earlier write failed"));
        let mut log = record::Writer::after(chain.map_err(Error::io("write", self.path.as_str()))?);
        self.paths[self.paths_written..].iter().for_each(|path| log.path(path));
        records(&mut log);
        let (bytes, chain) = log.finish();
        self.log.write_all(&bytes).map_err(Error::io("write", self.path.as_str()))?;
        self.paths_written = self.paths.len();
        self.chain = Some(chain);
        Ok(())
    }
}

fn replace(disk: &dyn Disk, path: &str, bytes: &[u8]) -> Result<()> {
    let new = format!("{path}.new");
    disk.write(&new, bytes).map_err(Error::io("write", new.as_str()))?;
    disk.rename(&new, path).map_err(Error::io("replace", path))
}

#[derive(Default)]
struct Tables {
    paths: Vec<String>,
    ids: HashMap<String, PathId>,
    files: HashMap<PathId, FileRecord>,
    actions: HashMap<PathId, ActionRecord>,
    records: usize,
    chain: u64,
}

impl Tables {
    /// Takes the records in; answers how many bytes of the log are good.
    fn load(&mut self, bytes: &[u8]) -> Result<usize, &'static str> {
        let mut reader = Reader::open(bytes)?;
        while let Some(record) = reader.next_record()? {
            self.records += 1;
            match record {
                Record::Path(path) => self.add_path(path)?,
                Record::File(id, record) => {
                    self.files.insert(self.known(id)?, record);
                }
                Record::Action(id, record) => {
                    let named = [&record.inputs, &record.discovered, &record.outputs];
                    named.into_iter().flatten().try_for_each(|&(id, _)| self.known(id).map(drop))?;
                    self.actions.insert(self.known(id)?, record);
                }
                Record::Forget(id) => {
                    self.actions.remove(&id);
                }
            }
        }
        self.chain = reader.chain();
        Ok(reader.good())
    }

    fn add_path(&mut self, path: &str) -> Result<(), &'static str> {
        let id = PathId(self.paths.len() as u32);
        if self.ids.insert(path.to_owned(), id).is_some() {
            return Err("it names a path twice");
        }
        self.paths.push(path.to_owned());
        Ok(())
    }

    fn known(&self, id: PathId) -> Result<PathId, &'static str> {
        if id.at() < self.paths.len() { Ok(id) } else { Err("it names a path that it does not know") }
    }

    /// Most of the log is history.
    fn wasteful(&self) -> bool {
        let live = self.paths.len() + self.files.len() + self.actions.len();
        self.records > 1000 && self.records > 3 * live
    }

    /// The log without its history.
    fn compact(&mut self) -> Vec<u8> {
        let mut log = record::Writer::after(0);
        self.paths.iter().for_each(|path| log.path(path));
        let mut files: Vec<_> = self.files.iter().collect();
        files.sort_by_key(|(id, _)| **id);
        files.iter().for_each(|(id, file)| log.file(**id, file));
        let mut actions: Vec<_> = self.actions.iter().collect();
        actions.sort_by_key(|(id, _)| **id);
        actions.iter().for_each(|(id, action)| log.action(**id, action));
        let (records, chain) = log.finish();
        self.chain = chain;
        [record::header(), records].concat()
    }
}
