//! What one run knows: what was recorded before it, what it has seen since, and what it writes down. Whether an action
//! must run and what its record says is decided from it.

use crate::check::dirty_check;
use crate::check::files::{self, Files};
use crate::check::reason::Reason;
use crate::check::shadowing::Shadowing;
use crate::error::{Error, Result};
use crate::graph::fingerprint;
use crate::graph::step::{Discovered, How};
use crate::graph::{Action, ActionId, Graph, from_root, plain};
use crate::run::execute::{Job, Made};
use crate::state::Store;
use crate::state::log::ActionRecord;
use crate::state::paths::PathId;
use crate::state::snapshot::Entries;
use crate::world::disk::Disk;
use crate::world::file_state::FileState;
use crate::world::hash::Hash;

/// What one run knows.
pub struct RunState<'a> {
    graph: &'a Graph,
    disk: &'a dyn Disk,
    root: String,
    files: Files<'a>,
    shadowing: Shadowing<'a>,
    store: &'a mut Store,
}

impl<'a> RunState<'a> {
    /// Knows what the store knows.
    pub fn new(graph: &'a Graph, disk: &'a dyn Disk, store: &'a mut Store) -> RunState<'a> {
        let root = disk.absolute("").to_string_lossy().trim_end_matches('/').to_owned();
        RunState { graph, disk, root, files: Files::new(disk), shadowing: Shadowing::new(disk), store }
    }

    /// Why an action must run, by what lies on the disk now.
    pub fn reason(&mut self, action: &Action) -> Result<Option<Reason>> {
        let (files, shadowing) = (&mut self.files, &mut self.shadowing);
        dirty_check(self.graph, action, &self.root, files, shadowing, self.store)
    }

    /// An action has ended, well or not: it may have changed more than we know.
    pub fn grow_old(&mut self) {
        self.shadowing.grow_old();
    }

    /// How long an action took last time, in milliseconds.
    pub fn millis(&mut self, action: &Action) -> u32 {
        let key = self.store.id(self.graph.path(action.outputs[0]));
        self.store.action(key).map_or(0, |record| record.millis)
    }

    /// The same, `None` where it is not known.
    pub fn recorded_millis(&mut self, action: &Action) -> Option<u32> {
        let key = self.store.id(self.graph.path(action.outputs[0]));
        let record = self.store.action(key)?;
        // A record without a result may be the mark of a run that was killed.
        (record.millis > 0 || record.digest != Hash::UNKNOWN).then_some(record.millis)
    }

    /// An action that is to start now. All about its inputs is settled, and its outputs are known as
    /// ours, before it does.
    pub fn job(&mut self, id: ActionId, reason: String) -> Result<Job> {
        let action = self.graph.action(id);
        for input in files::ids(self.graph, &action.inputs, self.store) {
            self.files.input_now(self.store, input)?;
        }
        let outputs = files::ids(self.graph, &action.outputs, self.store);
        let present = outputs.iter().map(|&output| self.files.present(self.store, output));
        let present = present.collect::<Result<_>>()?;
        let response = self.response(action).map(|(id, _)| id);
        self.claim(outputs[0], outputs.iter().copied().chain(response))?;
        Ok(Job { action: id, reason, started: self.disk.now(), turn: self.files.start(), present })
    }

    /// Writes down which files an action may write, if that is not known: a run that is killed must not
    /// leave files that nobody knows.
    fn claim(&mut self, key: PathId, written: impl Iterator<Item = PathId>) -> Result<()> {
        let known = self.store.action(key);
        let named =
            |id: &PathId| known.is_some_and(|record| record.outputs.iter().any(|(o, _)| o == id));
        let new: Vec<_> = written.filter(|id| !named(id)).map(|id| (id, Hash::MISSING)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut record = known.cloned().unwrap_or_else(|| ActionRecord::without_result(0));
        record.outputs.extend(new);
        self.store.set_action(key, record)
    }

    /// The response file of an action, and its content. It goes when the action does, as outputs do.
    fn response(&mut self, action: &Action) -> Option<(PathId, Hash)> {
        let response = action.response()?;
        let id = self.store.id(&plain(response.path.clone()));
        Some((id, Hash::of(response.text.as_bytes())))
    }

    /// Writes down how an action ran.
    pub fn remember(&mut self, job: &Job, made: Made, millis: u32) -> Result<()> {
        let action = self.graph.action(job.action);
        let ids = files::ids(self.graph, &action.outputs, self.store);
        for (&id, &(stat, hash)) in ids.iter().zip(&made.outputs) {
            self.files.written(id, stat, hash);
        }
        let outputs = ids.iter().copied().zip(made.outputs.iter().map(|&(_, hash)| hash));
        let outputs = outputs.chain(self.response(action)).collect();
        if made.forget {
            let reason = job.reason.clone();
            let record = ActionRecord { outputs, reason, ..ActionRecord::without_result(millis) };
            return self.store.set_action(ids[0], record);
        }
        let (inputs, discovered) = self.contents_read(action, &ids, job, &made.discovered)?;
        let digest = fingerprint::digest(self.graph, action, &self.root);
        if self.store.action(ids[0]).is_none_or(|known| known.digest != digest) {
            let text = fingerprint::text(self.graph, action, &self.root);
            self.store.set_recipe(self.disk, digest, &text);
        }
        let reason = job.reason.clone();
        let record = ActionRecord { digest, inputs, discovered, outputs, millis, reason };
        self.store.set_action(ids[0], record)
    }

    /// What the action has read: of the declared inputs, and of those that it found.
    fn contents_read(
        &mut self,
        action: &Action,
        outputs: &[PathId],
        job: &Job,
        found: &[Discovered],
    ) -> Result<(Contents, Contents)> {
        let declared = files::ids(self.graph, &action.inputs, self.store);
        let mut inputs = Contents::with_capacity(declared.len());
        for &id in &declared {
            inputs.push((id, self.content_read(id, job, false)?));
        }
        let mut known: std::collections::HashSet<PathId> = declared.into_iter().collect();
        known.extend(outputs);
        let mut discovered = Contents::new();
        for found in found {
            let id = self.id_of(&found.path);
            if !known.insert(id) {
                continue;
            }
            match found.how {
                How::Passed => {
                    let hash = self.passed(id, job)?;
                    discovered.extend(hash.map(|hash| (id, hash)));
                }
                how => discovered.push((id, self.content_read(id, job, how == How::Read)?)),
            }
        }
        Ok((inputs, discovered))
    }

    /// A file that a job has passed over: unknown when it came since the start, for then it may have read it.
    fn passed(&self, id: PathId, job: &Job) -> Result<Option<Hash>> {
        let path = self.store.path(id);
        let stat = self.disk.stat(path).map_err(Error::io("look at", path))?;
        let before = FileState { stat, seen_at: job.started }.settled();
        Ok(stat.map(|_| if before { Hash::PRESENT } else { Hash::UNKNOWN }))
    }

    /// The content that a job has read: unknown when the file was written since it started, for then it
    /// may have read either. `there` says that it was not missing.
    fn content_read(&mut self, id: PathId, job: &Job, there: bool) -> Result<Hash> {
        let hash = self.files.input(self.store, id)?;
        let path = self.store.path(id);
        let now = self.disk.stat(path).map_err(Error::io("look at", path))?;
        let Some(seen) = self.files.seen(id) else { return Ok(Hash::UNKNOWN) };
        if seen.state.stat != now {
            self.files.forget(id);
            return Ok(Hash::UNKNOWN);
        }
        let before = seen.turn <= job.turn || FileState { stat: now, seen_at: job.started }.settled();
        Ok(if !before || (there && now.is_none()) { Hash::UNKNOWN } else { hash })
    }

    /// Writes down what was seen of files, so that the next run need not read them. What this run has written can be changed
    /// without a trace up to `settled`.
    pub fn settle(&mut self, settled: i64) -> Result<()> {
        self.store.write_recipes(self.disk);
        let records = self.files.settle(self.store, settled);
        self.store.set_files(records)
    }

    /// Every file that was looked at, and the directories in which nothing new may stand.
    pub fn entries(&self) -> Entries {
        let mut entries = self.files.entries(self.store);
        entries.files.extend(self.shadowing.entries());
        entries
    }

    /// The number of a path as a tool writes it.
    fn id_of(&mut self, path: &str) -> PathId {
        self.store.id(&from_root(&self.root, path))
    }
}

type Contents = Vec<(PathId, Hash)>;
