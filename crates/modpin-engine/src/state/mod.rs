//! What is remembered from build to build: how each action ran last, and which content each file had.
//!
//! A log of frames, each with its length (twice, once inverted) and a checksum. A tail that was cut
//! off is dropped; any other damage drops everything, and the build starts afresh: nothing that is read
//! here is believed without comparing it with the disk, so old records can cost time but never be wrong.

pub(crate) mod paths;
pub mod contents;
pub mod frame;
pub(crate) mod fields;
pub mod log;
pub(crate) mod links;
mod tables;
mod recipes;
mod snapshot_bytes;
pub mod snapshot;
pub mod graph_file;
pub mod seal;
pub mod ledger;

use std::collections::HashSet;
use std::io::Write;

use crate::error::{Error, Result};
use crate::state::links::{Links, Marks};
use crate::state::log::{
    ActionRecord, FileRecord, put_action, put_content, put_file, put_forget, put_frame, put_path,
};
use crate::state::paths::PathId;
use crate::state::recipes::Recipes;
use crate::state::seal::Seal;
use crate::state::tables::Tables;
use crate::world::disk::{Disk, nothing_there, replace};
use crate::world::hash::Hash;

/// The memory of one build directory.
pub struct Store {
    path: String,
    log: Box<dyn Write + Send>,
    tables: Tables,
    recipes: Recipes,
    written: Numbered,
    /// Since when it was always found as it was left.
    since: Hash,
    /// The checksum of the last frame in the log; `None` when a write failed, and what stands there is
    /// not known.
    chain: Option<u64>,
}

/// How many paths and contents the log knows.
struct Numbered {
    paths: usize,
    contents: usize,
}

impl Store {
    /// Reads what is there, or starts afresh. The text is a warning for the user: what was lost and why.
    pub fn open(disk: &dyn Disk, path: &str) -> Result<(Store, Option<String>)> {
        let found = disk.stat(path).map_err(Error::io("read", path))?;
        let since = seal::since(disk, path, found);
        let bytes = match found {
            Some(stat) if stat.regular => file_content(disk, path)?,
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
            tables = compact(disk, path, &tables)?;
        } else if good < tables.bytes.len() {
            replace(disk, path, &tables.bytes[..good])?;
        }
        let log = disk.append(path).map_err(Error::io("open", path))?;
        let chain = Some(tables.chain);
        Ok((Store { since, ..Store::with(path, log, tables, chain) }, warning))
    }

    /// What is there, only to be read; nothing on the disk changes.
    pub fn read(disk: &dyn Disk, path: &str) -> Result<(Store, Option<String>)> {
        let bytes = file_content(disk, path)?;
        let (tables, warning) = match Tables::load(bytes) {
            Ok((tables, _)) => (tables, None),
            Err(why) => (Tables::default(), Some(format!("{path}: {why}"))),
        };
        Ok((Store::with(path, Box::new(std::io::sink()), tables, None), warning))
    }

    fn with(path: &str, log: Box<dyn Write + Send>, tables: Tables, chain: Option<u64>) -> Store {
        let written = Numbered { paths: tables.paths.len(), contents: tables.contents.count() };
        let (path, recipes) = (path.to_owned(), Recipes::of(path));
        Store { path, log, tables, recipes, written, since: Hash::UNKNOWN, chain }
    }

    /// Notes how the log looks now: the run that wrote it has come to its end. `outputs` are those of the last whole graph.
    /// What was remembered beside a store that was not found as it was left is not believed from now on.
    ///
    /// # Errors
    /// The disk's.
    pub fn seal(&self, disk: &dyn Disk, outputs: Hash) -> Result<()> {
        seal::seal(disk, &self.path, Seal { outputs, since: self.since })
    }

    /// The outputs that are told by the seal, if it holds.
    pub fn sealed(&self, disk: &dyn Disk) -> Option<Hash> {
        Some(seal::read(disk, &self.path, disk.stat(&self.path).ok()?)?.outputs)
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
    pub fn file(&self, id: PathId) -> Option<FileRecord> {
        self.tables.file(id)
    }

    /// What is remembered of the action whose first output this is.
    pub fn action(&self, id: PathId) -> Option<&ActionRecord> {
        self.tables.action(id)
    }

    /// The digest of the recipe of the action whose first output this is, as it ran last.
    pub fn digest(&self, path: &str) -> Option<Hash> {
        self.tables.links(self.find(path)?).map(|links| links.digest())
    }

    /// All actions that are remembered, by number of the first output's path, in its order.
    pub fn actions(&self) -> impl Iterator<Item = (PathId, &ActionRecord)> {
        self.tables.actions()
    }

    /// The same, of each only the paths that it has read and those that it may have written.
    pub fn links(&self) -> impl Iterator<Item = (PathId, Links<'_>)> {
        let ids = (0..self.paths()).map(|at| PathId(at as u32));
        ids.filter_map(|id| Some((id, self.tables.links(id)?)))
    }

    /// Marks all that is known to have been in marked files.
    pub(crate) fn spread(&self, marks: &mut Marks) {
        marks.spread(&self.tables.contents);
    }

    /// The recipe with this digest in words, where they are still known.
    pub fn recipe(&self, disk: &dyn Disk, digest: Hash) -> Option<&str> {
        self.recipes.find(disk, digest)
    }

    /// Remembers a recipe in words. They are written down at the latest when [`Store::write_recipes`] is called.
    pub fn set_recipe(&mut self, disk: &dyn Disk, digest: Hash, text: &str) {
        self.recipes.add(disk, digest, text);
    }

    /// Writes down the words of recipes. When they cannot be, nobody misses them but who asks what changed.
    pub fn write_recipes(&mut self, disk: &dyn Disk) {
        self.recipes.write(disk);
    }

    /// Remembers the content of files.
    pub fn set_files(&mut self, records: Vec<(PathId, FileRecord)>) -> Result<()> {
        let mut body = Vec::with_capacity(records.len() * 40);
        for (id, record) in &records {
            put_file(&mut body, *id, record, &mut self.tables.contents);
        }
        self.write(&body)?;
        records.iter().for_each(|&(id, record)| self.tables.set_file(id, record));
        Ok(())
    }

    /// Remembers how an action ran.
    pub fn set_action(&mut self, id: PathId, record: ActionRecord) -> Result<()> {
        let mut body = Vec::new();
        put_action(&mut body, id, &record, &mut self.tables.contents);
        self.write(&body)?;
        self.tables.set_action(id, Some(record));
        Ok(())
    }

    /// Forgets an action, and that its outputs are ours.
    pub fn forget_action(&mut self, id: PathId) -> Result<()> {
        let known = self.tables.action(id).is_some();
        self.tables.set_action(id, None);
        let mut body = Vec::new();
        if known {
            put_forget(&mut body, id);
        }
        self.write(&body)
    }

    /// One write, and one frame, so that a kill leaves whole frames and at most one torn one at the end.
    fn write(&mut self, body: &[u8]) -> Result<()> {
        if body.is_empty() {
            return Ok(());
        }
        // After a write that failed nobody knows where the log ends: what follows would be lost.
        let chain = self.chain.take().ok_or_else(|| std::io::Error::other("an earlier write failed"));
        let chain = chain.map_err(Error::io("write", self.path.as_str()))?;
        let Tables { paths, contents, .. } = &self.tables;
        let mut numbered = Vec::new();
        paths.from(self.written.paths).for_each(|path| put_path(&mut numbered, path));
        contents
            .from(self.written.contents)
            .for_each(|(path, hash)| put_content(&mut numbered, path, hash));
        let mut bytes = Vec::new();
        let chain = put_frame(&mut bytes, chain, &[&numbered, body]);
        self.log.write_all(&bytes).map_err(Error::io("write", self.path.as_str()))?;
        self.written = Numbered { paths: paths.len(), contents: contents.count() };
        self.chain = Some(chain);
        Ok(())
    }
}

/// Writes a log without its history, and reads it again.
fn compact(disk: &dyn Disk, path: &str, tables: &Tables) -> Result<Tables> {
    let bytes = tables.compact();
    let digests: HashSet<Hash> = tables.actions().map(|(_, record)| record.digest).collect();
    replace(disk, path, &bytes)?;
    // Only words are lost where that cannot be done.
    let _ = Recipes::of(path).retain(disk, digests);
    let odd = |why| Error::io("write", path)(std::io::Error::other(why));
    Tables::load(bytes).map(|(tables, _)| tables).map_err(odd)
}

/// What a file holds; nothing where there is none, even if it was there when it was looked at.
fn file_content(disk: &dyn Disk, path: &str) -> Result<Vec<u8>> {
    let stat = disk.stat(path).map_err(Error::io("read", path))?;
    match stat.is_some_and(|stat| stat.regular).then(|| disk.read(path)) {
        Some(Err(error)) if nothing_there(&error) => Ok(Vec::new()),
        bytes => Ok(bytes.transpose().map_err(Error::io("read", path))?.unwrap_or_default()),
    }
}
