//! The dirty check: must an action run, and why? Content decides, never time: a file's stat only tells whether
//! its digest must be taken again.

pub mod reason;
pub(crate) mod selection;
pub(crate) mod touched;
pub(crate) mod shadowing;
pub mod orphans;

use std::collections::{HashMap, HashSet};

use crate::check::reason::Reason;
use crate::check::shadowing::Shadowing;
use crate::error::{Error, Result};
use crate::graph::fingerprint;
use crate::graph::{Action, FileId, Graph};
use crate::state::Store;
use crate::state::log::{ActionRecord, FileRecord};
use crate::state::paths::PathId;
use crate::state::snapshot::{Entries, Entry};
use crate::world::disk::{Disk, Stat};
use crate::world::hash::Hash;

/// What was seen of the files during one run, each looked at once.
pub struct Files<'a> {
    disk: &'a dyn Disk,
    seen: Vec<Option<Seen>>,
    /// The first stat of files that had to be looked at again.
    first: HashMap<PathId, Option<Stat>>,
    turn: u64,
}

/// One look at a file.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// What `stat(2)` said; `None` when nothing was there.
    pub stat: Option<Stat>,
    /// The digest of the content.
    pub hash: Hash,
    /// How many actions had been started when it was looked at.
    pub turn: u64,
    /// The clock before the content was read.
    at: i64,
    /// Written by this run: nobody else is expected to write it.
    ours: bool,
    /// A link was looked at itself.
    itself: bool,
}

impl Seen {
    /// A later change would show in the stat: the file was not changed in the tick in which it was read.
    fn settled(&self) -> bool {
        self.stat.is_some_and(|stat| stat.before(self.at))
    }
}

impl<'a> Files<'a> {
    /// Nothing seen yet.
    pub fn new(disk: &'a dyn Disk) -> Files<'a> {
        Files { disk, seen: Vec::new(), first: HashMap::new(), turn: 0 }
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
        if self.seen(id).is_some_and(|seen| seen.stat.is_some() && !seen.ours && !seen.settled()) {
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
        let seen = self.seen(id).filter(|seen| seen.ours || seen.settled());
        Ok(seen.and_then(|seen| Some((seen.stat?, seen.hash))))
    }

    /// What was seen of a file, if it was looked at.
    pub fn seen(&self, id: PathId) -> Option<Seen> {
        self.seen.get(id.at()).copied().flatten()
    }

    /// The file was written by this run and has this content.
    pub fn written(&mut self, id: PathId, stat: Stat, hash: Hash) {
        self.set(
            id,
            Seen { stat: Some(stat), hash, turn: self.turn, at: stat.ctime, ours: true, itself: true },
        );
    }

    /// The file may have changed since it was looked at.
    pub fn forget(&mut self, id: PathId) {
        if let Some(seen) = self.seen.get_mut(id.at()).and_then(Option::take) {
            self.first.entry(id).or_insert(seen.stat);
        }
    }

    /// What is worth remembering of the files that were seen.
    ///
    /// Our own outputs were read in the tick in which they were written. Nobody else writes them, so
    /// that tick holds no change that a stat would hide; every later one shows.
    pub fn settle(&mut self, store: &Store) -> Vec<(PathId, FileRecord)> {
        let now = self.disk.now();
        let mut records = Vec::new();
        for (at, seen) in self.seen.iter_mut().enumerate() {
            let (id, Some(seen)) = (PathId(at as u32), seen) else { continue };
            if seen.ours {
                seen.at = now;
            }
            if let (Some(stat), true) = (seen.stat.filter(|stat| stat.regular), seen.settled()) {
                let record = FileRecord { stat, hash: seen.hash };
                if store.file(id) != Some(&record) {
                    records.push((id, record));
                }
            }
        }
        records
    }

    /// Every file that was looked at. Those of which a later change might not show are left out, and so are those that
    /// changed meanwhile, for some actions were looked at before that. It is told that there are such.
    pub fn entries(&self, store: &Store) -> Entries {
        let lost = self.first.keys().any(|&id| self.seen(id).is_none());
        let mut entries = Entries { files: Vec::new(), complete: !lost };
        let seen = self.seen.iter().enumerate().filter_map(|(at, seen)| Some((at, (*seen)?)));
        for (at, seen) in seen {
            let first = self.first.get(&PathId(at as u32));
            let changed = !seen.ours && first.is_some_and(|first| *first != seen.stat);
            if changed || (seen.stat.is_some() && !seen.settled()) {
                entries.complete = false;
                continue;
            }
            let path = store.path(PathId(at as u32)).to_owned();
            let Seen { stat, itself, .. } = seen;
            entries.files.push(Entry { path, itself, plan_input: false, stat, listing: None });
        }
        entries
    }

    fn look(&mut self, store: &Store, id: PathId, itself: bool) -> Result<Hash> {
        if let Some(seen) = self.seen(id) {
            return Ok(seen.hash);
        }
        let path = store.path(id);
        let stat = if itself { self.disk.lstat(path) } else { self.disk.stat(path) };
        let stat = stat.map_err(Error::io("look at", path))?;
        let known = store.file(id).filter(|record| Some(record.stat) == stat);
        // A record is only kept when it was settled, so its stat vouches for its content.
        let (hash, at) = match (stat, known) {
            (None, _) => (Hash::MISSING, 0),
            (Some(stat), _) if !stat.regular => (Hash::NOT_A_FILE, 0),
            (Some(_), Some(record)) => (record.hash, i64::MAX),
            (Some(_), None) => {
                let at = self.disk.now();
                (self.disk.hash(path).map_err(Error::io("read", path))?, at)
            }
        };
        self.set(id, Seen { stat, hash, turn: self.turn, at, ours: false, itself });
        Ok(hash)
    }

    fn set(&mut self, id: PathId, seen: Seen) {
        if self.seen.len() <= id.at() {
            self.seen.resize(id.at() + 1, None);
        }
        self.seen[id.at()] = Some(seen);
    }
}

/// The numbers of an action's files, in its order.
pub fn ids(graph: &Graph, files: &[FileId], store: &mut Store) -> Vec<PathId> {
    files.iter().map(|&file| store.id(graph.path(file))).collect()
}

/// Why an action has to run; `None` when nothing differs from the last time.
pub fn dirty_check(
    graph: &Graph,
    action: &Action,
    root: &str,
    files: &mut Files<'_>,
    shadowing: &mut Shadowing<'_>,
    store: &mut Store,
) -> Result<Option<Reason>> {
    let outputs = ids(graph, &action.outputs, store);
    let inputs = ids(graph, &action.inputs, store);
    let record = match store.action(outputs[0]) {
        Some(record) if record.digest != Hash::UNKNOWN => record,
        _ => return Ok(Some(Reason::NeverRun)),
    };
    if record.digest != fingerprint::digest(graph, action, root) {
        let new = fingerprint::text(graph, action, root);
        let (removed, added) = difference(&record.recipe, &new);
        return Ok(Some(Reason::RecipeChanged { removed, added }));
    }
    if let Some(reason) = check_list(store, record, &inputs) {
        return Ok(Some(reason));
    }
    for &(id, recorded) in record.inputs.iter().chain(&record.discovered) {
        if recorded == Hash::PRESENT {
            continue;
        }
        let path = || store.path(id).to_owned();
        match files.input(store, id)? {
            now if now == recorded => {}
            Hash::MISSING => return Ok(Some(Reason::InputMissing(path()))),
            _ => return Ok(Some(Reason::InputChanged(path()))),
        }
    }
    // The digest covers the names of the outputs; what stands after them is not of this recipe.
    for &(id, recorded) in &record.outputs[..outputs.len().min(record.outputs.len())] {
        let path = || store.path(id).to_owned();
        match files.output(store, id)? {
            now if now == recorded => {}
            Hash::MISSING => return Ok(Some(Reason::OutputMissing(path()))),
            _ => return Ok(Some(Reason::OutputChanged(path()))),
        }
    }
    let Some(search) = action.search() else { return Ok(None) };
    let shadowed = shadowing.find(search, record, store)?;
    Ok(shadowed.map(|(path, by)| Reason::InputHidden { path, by }))
}

/// The list of inputs itself, before their content.
fn check_list(store: &Store, record: &ActionRecord, inputs: &[PathId]) -> Option<Reason> {
    if record.inputs.iter().map(|(id, _)| id).eq(inputs) {
        return None;
    }
    let old: HashSet<PathId> = record.inputs.iter().map(|&(id, _)| id).collect();
    if let Some(&added) = inputs.iter().find(|id| !old.contains(id)) {
        return Some(Reason::InputAdded(store.path(added).to_owned()));
    }
    let new: HashSet<PathId> = inputs.iter().copied().collect();
    match record.inputs.iter().find(|(id, _)| !new.contains(id)) {
        Some(&(removed, _)) => Some(Reason::InputRemoved(store.path(removed).to_owned())),
        None => Some(Reason::InputOrder),
    }
}

/// Lines that only one of two texts has.
fn difference(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let only = |a: &str, b: &str| {
        let there: HashSet<&str> = b.lines().collect();
        a.lines().filter(|line| !there.contains(line)).map(str::to_owned).collect()
    };
    (only(old, new), only(new, old))
}
