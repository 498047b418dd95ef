//! What one run has seen of the files, each looked at once. A file's stat tells whether its digest, as it was recorded,
//! is still that of its content.

use std::collections::HashMap;

use crate::check::vouched::{Vouched, held_by};
use crate::error::{Error, Result};
use crate::graph::{FileId, Graph};
use crate::state::Store;
use crate::state::log::FileRecord;
use crate::state::paths::PathId;
use crate::state::snapshot::{Entry, Role};
use crate::world::disk::{Disk, Stat, nothing_there};
use crate::world::file_state::FileState;
use crate::world::hash::Hash;
use crate::world::values::{Values, value_of};

/// What was seen of the files during one run, each looked at once.
pub struct Files<'a> {
    disk: &'a dyn Disk,
    /// By number of the path: which of the looks is the last, counted from one. A build of a part looks at few of all files.
    last: Vec<u32>,
    looks: Vec<Seen>,
    /// The first stat of files that had to be looked at again.
    first: HashMap<PathId, Option<Stat>>,
    /// Files of values, each with the digest of the content that it had.
    values: HashMap<PathId, (Hash, Values)>,
    turn: u64,
    /// What need not be looked at.
    vouched: Option<&'a Vouched>,
    /// An action has ended: it may have written anything but the outputs of others.
    ended: bool,
}

/// One look at a file.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The file.
    pub state: FileState,
    /// The digest of the content.
    pub hash: Hash,
    /// How many actions had been started when it was looked at.
    pub turn: u64,
    /// Written by this run: nobody else is expected to write it.
    ours: bool,
    /// A link was looked at itself.
    itself: bool,
}

impl<'a> Files<'a> {
    /// Nothing seen yet.
    pub fn new(disk: &'a dyn Disk) -> Files<'a> {
        let (last, looks) = (Vec::new(), Vec::new());
        let (first, values) = (HashMap::new(), HashMap::new());
        Files { disk, last, looks, first, values, turn: 0, vouched: None, ended: false }
    }

    /// The same, where some files need not be looked at.
    pub fn vouched(disk: &'a dyn Disk, vouched: Option<&'a Vouched>) -> Files<'a> {
        Files { vouched, ..Files::new(disk) }
    }

    /// Whether all recipes and lists of inputs are known to be those of the records.
    pub fn plan_is_vouched(&self) -> bool {
        self.vouched.is_some()
    }

    /// Whether a file is known to be what the records of actions say of it.
    pub fn is_vouched(&self, store: &Store, id: PathId) -> bool {
        let Some(vouched) = self.vouched else { return false };
        let is_new = |id| self.seen(id).is_some() || self.first.contains_key(&id);
        let is_old = |id| !is_new(id) && vouched.file(id);
        held_by(store, id).is_some_and(is_old) && (!self.ended || vouched.outputs.has(id))
    }

    /// An action has ended: it may have changed more than it said.
    pub fn grow_old(&mut self) {
        self.ended = true;
    }

    /// The disk that is looked at.
    pub fn disk(&self) -> &'a dyn Disk {
        self.disk
    }

    /// An action starts; answers how many did before. What is looked at from now on was looked at later.
    pub fn start(&mut self) -> u64 {
        self.turn += 1;
        self.turn - 1
    }

    /// The content of an input now; links are followed.
    pub fn input(&mut self, store: &Store, id: PathId) -> Result<Hash> {
        self.look(store, id, false)
    }

    /// The content of an input for an action that starts now: once more, when a change since the last look
    /// could have gone unseen.
    pub fn input_now(&mut self, store: &Store, id: PathId) -> Result<Hash> {
        if self.seen(id).is_some_and(|seen| !seen.ours && !seen.state.settled()) {
            self.forget(id);
        }
        self.input(store, id)
    }

    /// The content of an output now; a link in its place is not the output.
    pub fn output(&mut self, store: &Store, id: PathId) -> Result<Hash> {
        self.look(store, id, true)
    }

    /// What lies at an output's place and is vouched for by its stat.
    pub fn present(&mut self, store: &Store, id: PathId) -> Result<Option<(Stat, Hash)>> {
        self.output(store, id)?;
        let seen = self.seen(id).filter(|seen| seen.ours || seen.state.settled());
        Ok(seen.and_then(|seen| Some((seen.state.stat?, seen.hash))))
    }

    /// What was seen of a file, if it was looked at.
    pub fn seen(&self, id: PathId) -> Option<Seen> {
        let look = self.last.get(id.at())?.checked_sub(1)?;
        Some(self.looks[look as usize])
    }

    /// Every file that was looked at.
    fn all_seen(&self) -> impl Iterator<Item = (PathId, Seen)> {
        let ids = (0..self.last.len()).map(|at| PathId(at as u32));
        ids.filter_map(|id| Some((id, self.seen(id)?)))
    }

    /// The file was written by this run and has this content.
    pub fn written(&mut self, id: PathId, stat: Stat, hash: Hash) {
        let state = FileState { stat: Some(stat), seen_at: stat.ctime };
        self.set(id, Seen { state, hash, turn: self.turn, ours: true, itself: true });
    }

    /// The file may have changed since it was looked at.
    pub fn forget(&mut self, id: PathId) {
        if let Some(seen) = self.seen(id) {
            self.last[id.at()] = 0;
            self.first.entry(id).or_insert(seen.state.stat);
        }
    }

    /// What is worth remembering of the files that were seen.
    ///
    /// Our own outputs were read in the tick in which they were written. Nobody else writes them, so
    /// that tick holds no change that a stat would hide; every one after `settled` shows.
    pub fn settle(&mut self, store: &Store, settled: i64) -> Vec<(PathId, FileRecord)> {
        for seen in self.looks.iter_mut().filter(|seen| seen.ours) {
            seen.state.seen_at = settled;
        }
        let mut records = Vec::new();
        for (id, seen) in self.all_seen() {
            if let (Some(stat), true) =
                (seen.state.stat.filter(|stat| stat.regular), seen.state.settled())
            {
                let record = FileRecord { stat, hash: seen.hash };
                if store.file(id) != Some(record) {
                    records.push((id, record));
                }
            }
        }
        records
    }

    /// Every file that was looked at. Those that changed meanwhile are as uncertain as those of which a later change might not show,
    /// for some actions were looked at before that.
    pub fn entries(&self, store: &Store) -> Vec<Entry> {
        let lost = self.first.iter().filter(|&(&id, _)| self.seen(id).is_none());
        let lost = lost.map(|(&id, &stat)| Entry::unsure(store.path(id), false, stat));
        let seen = self.all_seen().map(|(id, seen)| {
            let Seen { state: FileState { stat, .. }, itself, .. } = seen;
            let first = self.first.get(&id);
            let changed = !seen.ours && first.is_some_and(|first| *first != stat);
            match store.path(id) {
                path if changed || !seen.state.settled() => Entry::unsure(path, itself, stat),
                path => Entry { path: path.to_owned(), itself, role: Role::Read, stat, listing: None },
            }
        });
        seen.chain(lost).collect()
    }

    fn look(&mut self, store: &Store, id: PathId, itself: bool) -> Result<Hash> {
        if let Some(seen) = self.seen(id) {
            return Ok(seen.hash);
        }
        let path = store.path(id);
        if let Some((file, name)) = value_of(path) {
            return self.value(store, file, name);
        }
        let stat = if itself { self.disk.lstat(path) } else { self.disk.stat(path) };
        let stat = stat.map_err(Error::io("look at", path))?;
        let known = store.file(id).filter(|record| Some(record.stat) == stat);
        let (mut stat, missing) = (stat, (Hash::MISSING, FileState::UNSETTLED));
        let (hash, seen_at) = match (stat, known) {
            (None, _) => missing,
            (Some(stat), _) if !stat.regular => self.irregular(path, itself)?,
            // Only what is settled is recorded.
            (Some(_), Some(record)) => (record.hash, FileState::SETTLED),
            (Some(_), None) => {
                let seen_at = self.disk.now();
                match self.disk.hash(path) {
                    // Removed since it was looked at.
                    Err(error) if nothing_there(&error) => {
                        stat = None;
                        missing
                    }
                    hash => (hash.map_err(Error::io("read", path))?, seen_at),
                }
            }
        };
        let state = FileState { stat, seen_at };
        self.set(id, Seen { state, hash, turn: self.turn, ours: false, itself });
        Ok(hash)
    }

    /// What is no file: an output may be a link, which is what it says.
    fn irregular(&self, path: &str, itself: bool) -> Result<(Hash, i64)> {
        let seen_at = self.disk.now();
        let link = if itself { self.disk.link(path).map_err(Error::io("look at", path))? } else { None };
        Ok(link.map_or((Hash::NOT_A_FILE, FileState::UNSETTLED), |to| (Hash::of_link(&to), seen_at)))
    }

    /// What one value of a file is. Only the file is looked at; when it was changed since, its values are not known.
    fn value(&mut self, store: &Store, file: &str, name: &str) -> Result<Hash> {
        let Some(id) = store.find(file) else { return Ok(Hash::MISSING) };
        let whole = self.input(store, id)?;
        if self.values.get(&id).is_none_or(|(of, _)| *of != whole) {
            let is_content =
                self.seen(id).is_some_and(|seen| seen.state.stat.is_some_and(|it| it.regular));
            let content = match is_content.then(|| self.disk.read(file)) {
                // Removed since it was looked at.
                Some(Err(error)) if nothing_there(&error) => return Ok(Hash::UNKNOWN),
                content => content.transpose().map_err(Error::io("read", file))?.unwrap_or_default(),
            };
            if is_content && Hash::of(&content) != whole {
                return Ok(Hash::UNKNOWN);
            }
            self.values.insert(id, (whole, Values::of(&content)));
        }
        Ok(self.values[&id].1.digest(name))
    }

    fn set(&mut self, id: PathId, seen: Seen) {
        if self.last.len() <= id.at() {
            self.last.resize(id.at() + 1, 0);
        }
        self.looks.push(seen);
        self.last[id.at()] = self.looks.len() as u32;
    }
}

/// The numbers of an action's files, in its order.
pub fn ids(graph: &Graph, files: &[FileId], store: &mut Store) -> Vec<PathId> {
    files.iter().map(|&file| store.id(graph.path(file))).collect()
}
