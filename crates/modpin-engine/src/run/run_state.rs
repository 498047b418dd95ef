//! What one run knows: what was recorded before it, what it has seen since, and what it writes down. Whether an action
//! must run and what its record says is decided from it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::cache::{Cache, SharedCache};
use crate::check::dirty_check;
use crate::check::files::{self, Files};
use crate::check::orphans;
use crate::check::reason::Reason;
use crate::check::shadowing::Shadowing;
use crate::check::vouched::Vouched;
use crate::error::{Error, Result};
use crate::graph::fingerprint;
use crate::graph::step::{Discovered, How};
use crate::graph::{Action, ActionId, Graph};
use crate::run::caching::Caching;
use crate::run::config::Config;
use crate::run::event::Failure;
use crate::run::execute::Executor;
use crate::run::job::{Beside, Job, Made, Placed};
use crate::state::Store;
use crate::state::log::{ActionRecord, FileList};
use crate::state::paths::PathId;
use crate::state::snapshot;
use crate::world::disk::{Disk, Stat};
use crate::world::file_state::FileState;
use crate::world::hash::Hash;
use crate::world::spelling::{Spelled, Spelling, plain};
use crate::world::values::value_of;

/// What one run knows.
pub struct RunState<'a> {
    pub(super) graph: &'a Graph,
    build_dir: &'a str,
    pub(super) disk: &'a dyn Disk,
    pub(super) root: String,
    spelling: &'a Spelling<'a>,
    pub(super) files: Files<'a>,
    pub(super) shadowing: Shadowing<'a>,
    pub(super) store: &'a mut Store,
    pub(super) cache: Option<&'a dyn Cache>,
    pub(super) shared: Option<&'a dyn SharedCache>,
    /// Actions whose results were brought from there.
    pub(super) brought: HashSet<ActionId>,
    /// Actions that were run there.
    pub(super) ran_elsewhere: HashSet<ActionId>,
}

impl<'a> RunState<'a> {
    /// Knows what the store knows.
    pub fn new(
        graph: &'a Graph,
        config: &'a Config,
        disk: &'a dyn Disk,
        spelling: &'a Spelling<'a>,
        store: &'a mut Store,
        vouched: Option<&'a Vouched>,
    ) -> RunState<'a> {
        let (root, cache) = (spelling.roots()[0].clone(), config.cache.as_deref());
        let shared = config.shared.as_deref().filter(|_| cache.is_some() && !config.dry_run);
        let build_dir = &config.build_dir;
        let (files, shadowing) = (Files::vouched(disk, vouched), Shadowing::new(disk, spelling));
        RunState {
            graph,
            build_dir,
            disk,
            root,
            spelling,
            files,
            shadowing,
            store,
            cache,
            shared,
            brought: HashSet::new(),
            ran_elsewhere: HashSet::new(),
        }
    }

    /// Why an action must run, by what lies on the disk now.
    pub fn reason(&mut self, action: &Action) -> Result<Option<Reason>> {
        let (files, shadowing) = (&mut self.files, &mut self.shadowing);
        dirty_check(self.graph, action, &self.root, files, shadowing, self.store)
    }

    /// An action has ended, well or not: it may have changed more than we know.
    pub fn grow_old(&mut self) {
        self.files.grow_old();
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
            // What is vouched for is looked at afterwards.
            if action.reads_inputs() && !self.files.is_vouched(self.store, input) {
                self.files.input_now(self.store, input)?;
            }
        }
        let outputs = files::ids(self.graph, &action.outputs, self.store);
        let present = outputs.iter().map(|&output| self.files.present(self.store, output));
        let present = present.collect::<Result<_>>()?;
        let response = self.response(action).map(|(id, _)| id);
        self.claim(outputs[0], outputs.iter().copied().chain(response))?;
        let known = self.known(action)?;
        Ok(Job {
            action: id,
            reason,
            started: self.disk.now(),
            turn: self.files.start(),
            present,
            known,
            scan: false,
            arrived: None,
            race: None,
        })
    }

    /// Makes known which files these actions may write.
    pub fn claim_all(&mut self, actions: &[ActionId]) -> Result<()> {
        let mut new = Vec::new();
        for &id in actions {
            let action = self.graph.action(id);
            let key = self.graph.path(action.outputs[0]);
            let outputs = action.outputs.iter().map(|&output| self.graph.path(output));
            let response = action.response().map(|response| plain(response.path.clone()));
            let others = response.into_iter().chain(action.later().iter().cloned());
            let written = outputs.map(str::to_owned).chain(others);
            new.extend(written.filter(|path| !self.store.has_written(key, path)));
        }
        let new: Vec<&str> = new.iter().map(String::as_str).collect();
        self.store.claim(self.disk, &new)
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

    /// Moves what an action has left beside its outputs to where it belongs. It is known as ours before it lies there.
    pub fn place(
        &mut self,
        executor: &Executor<'_>,
        job: &Job,
        made: Made,
    ) -> Result<Result<(Made, Placed), Failure>> {
        if made.beside.is_empty() {
            return Ok(Ok((made, Vec::new())));
        }
        self.claim_beside(job, &made.beside)?;
        Ok(executor.place(job, &made.beside).map(|placed| (made, placed)))
    }

    /// Writes down which files an action leaves beside its outputs, if that is not known.
    fn claim_beside(&mut self, job: &Job, beside: &[Beside]) -> Result<()> {
        let key = self.key(job);
        let mut record =
            self.store.action(key).cloned().unwrap_or_else(|| ActionRecord::without_result(0));
        let known: HashSet<PathId> = record.beside.iter().map(|&(id, _)| id).collect();
        let new = beside.iter().map(|beside| (self.store.id(&beside.path), beside.path.as_str()));
        let new: Vec<(PathId, &str)> = new.filter(|(id, _)| !known.contains(id)).collect();
        if new.is_empty() {
            return Ok(());
        }
        record.beside.extend(new.iter().map(|&(id, _)| (id, Hash::MISSING)));
        let paths: Vec<&str> = new.into_iter().map(|(_, path)| path).collect();
        self.store.claim(self.disk, &paths)?;
        self.store.set_action(key, record)
    }

    /// The number of a job's action.
    fn key(&mut self, job: &Job) -> PathId {
        self.store.id(self.graph.path(self.graph.action(job.action).outputs[0]))
    }

    /// The response file of an action, and its content. It goes when the action does, as outputs do.
    fn response(&mut self, action: &Action) -> Option<(PathId, Hash)> {
        let response = action.response()?;
        let id = self.store.id(&plain(response.path.clone()));
        Some((id, Hash::of(response.text.as_bytes())))
    }

    /// Writes down how an action ran. `placed` is what it has left beside its outputs. Answers what it had left there before
    /// and does not any more: that is gone.
    pub fn remember(
        &mut self,
        job: &Job,
        made: Made,
        placed: &[(Stat, Hash)],
        millis: u32,
    ) -> Result<Vec<String>> {
        let action = self.graph.action(job.action);
        let ids = files::ids(self.graph, &action.outputs, self.store);
        for (&id, &(stat, hash)) in ids.iter().zip(&made.outputs) {
            self.files.written(id, stat, hash);
        }
        let outputs = ids.iter().copied().zip(made.outputs.iter().map(|&(_, hash)| hash));
        let outputs = outputs.chain(self.response(action)).collect();
        let beside = self.beside(action, &made, placed);
        let gone = self.gone(ids[0], &beside);
        let reason = job.reason.clone();
        let mut record =
            ActionRecord { outputs, beside, reason, ..ActionRecord::without_result(millis) };
        record.cache = self.told_of(job.action, &made.caching);
        if !made.forget {
            (record.inputs, record.discovered) =
                self.contents_read(action, &ids, job, &made.discovered)?;
            if let Caching::Taken(entry) = &made.caching {
                // It rests on what was there when it was looked for.
                record.millis = entry.millis;
                record.discovered = self.discovered_by(entry);
            }
            record.digest = fingerprint::digest(self.graph, action, &self.root);
            if self.store.action(ids[0]).is_none_or(|known| known.digest != record.digest) {
                let text = fingerprint::text(self.graph, action, &self.root);
                self.store.set_recipe(self.disk, record.digest, &text);
            }
        }
        if let Caching::Keepable(entry) = made.caching {
            let told = self.keep(*entry, &record);
            if !told.is_empty() {
                record.cache = told;
            }
        }
        let removed = orphans::remove_files(self.disk, self.build_dir, gone)?;
        self.store.set_action(ids[0], record)?;
        Ok(removed)
    }

    /// What a command has left beside its outputs, and what may come to lie there one day.
    fn beside(&mut self, action: &Action, made: &Made, placed: &[(Stat, Hash)]) -> FileList {
        let mut beside = FileList::new();
        for (Beside { path, .. }, &(stat, hash)) in made.beside.iter().zip(placed) {
            let id = self.store.id(path);
            self.files.written(id, stat, hash);
            beside.push((id, hash));
        }
        beside.extend(action.later().iter().map(|path| (self.store.id(path), Hash::MISSING)));
        beside
    }

    /// Files that an action has left beside its outputs, and does not any more.
    fn gone(&self, key: PathId, beside: &FileList) -> Vec<String> {
        let known: HashSet<PathId> = beside.iter().map(|&(id, _)| id).collect();
        let before = self.store.action(key).into_iter().flat_map(|record| &record.beside);
        let gone = before.filter(|(id, _)| !known.contains(id)).map(|&(id, _)| self.store.path(id));
        gone.filter(|path| self.graph.find(path).is_none()).map(str::to_owned).collect()
    }

    /// What the action has read: of the declared inputs, and of those that it found.
    fn contents_read(
        &mut self,
        action: &Action,
        outputs: &[PathId],
        job: &Job,
        found: &[Discovered],
    ) -> Result<(FileList, FileList)> {
        let declared = files::ids(self.graph, &action.inputs, self.store);
        let mut inputs = FileList::with_capacity(declared.len());
        for &id in &declared {
            let hash = match action.reads_inputs() {
                true => self.content_read(id, job, false)?,
                false => Hash::PRESENT,
            };
            inputs.push((id, hash));
        }
        let mut known: HashMap<PathId, Hash> = inputs.iter().copied().collect();
        let own = outputs.iter().map(|&id| (id, Hash::UNKNOWN));
        known.extend(own);
        let mut discovered = FileList::new();
        for found in found {
            let Spelled { path, way } = self.spelling.of(&found.path);
            let id = self.store.id(&path);
            if let Entry::Vacant(entry) = known.entry(id) {
                let hash = match found.how {
                    How::Passed => self.passed(id, job)?,
                    How::InPart => Some(self.read_in_part(id, job)?),
                    how => Some(self.content_read(id, job, how == How::Read)?),
                };
                let Some(hash) = hash else { continue };
                entry.insert(hash);
                discovered.push((id, hash));
            }
            let way = way.map(|way| self.store.id(&way)).filter(|way| !known.contains_key(way));
            if let Some(way) = way.filter(|_| !outputs.contains(&id)) {
                let hash = self.by_way(way, id, known[&id])?;
                known.insert(way, hash);
                discovered.push((way, hash));
            }
        }
        Ok((inputs, discovered))
    }

    /// The content that is found by another way to a file: the same, as long as the way leads there.
    fn by_way(&self, way: PathId, id: PathId, hash: Hash) -> Result<Hash> {
        let stat = |id| {
            let path = self.store.path(id);
            self.disk.stat(path).map_err(Error::io("look at", path))
        };
        Ok(if stat(way)? == stat(id)? { hash } else { Hash::UNKNOWN })
    }

    /// A file that a job has passed over: unknown when it came since the start, for then it may have read it.
    fn passed(&self, id: PathId, job: &Job) -> Result<Option<Hash>> {
        let path = self.store.path(id);
        let stat = self.disk.stat(path).map_err(Error::io("look at", path))?;
        let before = FileState { stat, seen_at: job.started }.settled();
        Ok(stat.map(|_| if before { Hash::PRESENT } else { Hash::UNKNOWN }))
    }

    /// A file of which a job has read what it says of its values: unknown when it was written since the start.
    fn read_in_part(&mut self, id: PathId, job: &Job) -> Result<Hash> {
        let whole = self.content_read(id, job, true)?;
        Ok(if whole == Hash::UNKNOWN { whole } else { Hash::IN_PART })
    }

    /// The content that a job has read: unknown when the file was written since it started, for then it
    /// may have read either. `there` says that it was not missing.
    fn content_read(&mut self, id: PathId, job: &Job, there: bool) -> Result<Hash> {
        let first_look = self.files.seen(id).is_none();
        let hash = self.files.input(self.store, id)?;
        let path = self.store.path(id);
        if value_of(path).is_some() {
            // Of its file it is known whether it was written since.
            return Ok(hash);
        }
        let Some(seen) = self.files.seen(id) else { return Ok(Hash::UNKNOWN) };
        let now = match first_look && seen.state.seen_at == FileState::SETTLED {
            // That was just now, and nothing had to be read.
            true => seen.state.stat,
            false => self.disk.stat(path).map_err(Error::io("look at", path))?,
        };
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
    pub fn entries(&self) -> Vec<snapshot::Entry> {
        let mut entries = self.files.entries(self.store);
        entries.extend(self.shadowing.entries());
        entries
    }
}
