//! What a build directory remembers of the last build that left everything as it should be: a snapshot of the files,
//! and the graph. With it the next build does nothing, or only what a change asks for, before anything is planned.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::check::selection::Selection;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::graph::step::StepDecoder;
use crate::run::Outcome;
use crate::state::Store;
use crate::state::graph_file::{self, GraphFile};
use crate::state::seal;
use crate::state::snapshot::{self, Difference, Entry, Preface, Role};
use crate::world::disk::{Disk, Stat};
use crate::world::hash::Hash;

/// The memory of builds that were asked for in the same way. Builds that were asked for in other ways may run in between:
/// what they changed differs from what is remembered here.
pub struct Recall<'a> {
    disk: &'a dyn Disk,
    state_dir: &'a str,
    goal: &'a str,
    key: Hash,
}

impl<'a> Recall<'a> {
    /// `goal` names what is asked for: the last build of each is remembered. `key` stands for all that decides what
    /// there is to do, besides files.
    pub fn new(disk: &'a dyn Disk, state_dir: &'a str, goal: &'a str, key: Hash) -> Recall<'a> {
        Recall { disk, state_dir, goal, key }
    }

    /// What differs from the last build; `None` when that is only known after a look at everything.
    pub fn compare(&self) -> Option<Difference> {
        let own = self.own();
        snapshot::compare(self.disk, &self.snapshot(), self.key(own[0])?, own)
    }

    /// The part of the last graph that changes ask for, once the store is ours; `None` when that cannot be told, and
    /// when somebody has built since.
    pub fn part(
        &self,
        store: &Store,
        difference: &Difference,
        decoder: &dyn StepDecoder,
    ) -> Option<(Graph, Selection)> {
        if difference.own != self.own() {
            return None;
        }
        Selection::from_changed(&GraphFile::open(self.disk, &self.graph())?, store, difference, decoder)
    }

    /// The key of what is remembered beside a store that looks like this: our own, and what its seal tells. `None` when the
    /// store is not as its last run left it.
    fn key(&self, store: Option<Stat>) -> Option<Hash> {
        let [outputs, since] = seal::read(self.disk, &self.state(), store)?.bytes();
        Some(Hash::of(&[self.key.to_bits().to_le_bytes(), outputs, since].concat()))
    }

    /// The stats of the files that every build writes.
    fn own(&self) -> [Option<Stat>; 2] {
        [self.state(), self.snapshot()].map(|path| self.disk.stat(&path).ok().flatten())
    }

    /// Remembers a whole run, if everything is as it should be.
    /// `plan_inputs` are what the plan rests on, and `own` further files that the run has written: they come back if somebody changes them.
    ///
    /// # Errors
    /// The disk's.
    pub fn remember(
        &self,
        note: &str,
        graph: &Graph,
        (store, own): (&Store, &[String]),
        outcome: &Outcome,
        plan_inputs: Vec<Entry>,
    ) -> Result<()> {
        let Some(seen) = &outcome.seen else { return Ok(()) };
        let state = self.own()[0];
        let Some(key) = self.key(state) else { return Ok(()) };
        let digest = |key: &str| store.digest(key).unwrap_or(Hash::UNKNOWN);
        graph_file::write(self.disk, &self.graph(), graph, &outcome.selected, digest)?;
        let mut files: HashMap<String, Entry> =
            seen.iter().map(|file| (file.path.clone(), file.clone())).collect();
        let own = own.iter().map(|path| self.own_entry(path)).collect::<Result<Vec<_>>>()?;
        for input in plan_inputs.into_iter().chain([self.own_entry(&self.graph())?]).chain(own) {
            match files.get_mut(&input.path) {
                // It was seen by whoever searched there, or listed for the plan.
                Some(known) if known.role >= input.role => {}
                Some(known) => (known.role, known.listing) = (Role::Plan, input.listing),
                None => _ = files.insert(input.path.clone(), input),
            }
        }
        let searches = graph.actions().filter_map(|(_, action)| action.search());
        let endings: BTreeSet<&str> =
            searches.flat_map(|search| search.endings.iter().map(String::as_str)).collect();
        let preface = Preface { key, note, store: state, endings: endings.into_iter().collect() };
        let files: Vec<Entry> = files.into_values().collect();
        snapshot::write(self.disk, &self.snapshot(), &preface, &files)
    }

    /// Remembers a run of a part. When it failed, all that differed is as different as it was.
    ///
    /// Only what differed and what the part has written has a new stat now. Another file that changed while it ran may
    /// have readers outside of the part, which nobody has looked at.
    ///
    /// # Errors
    /// The disk's.
    pub fn renew(&self, difference: &Difference, part: &Graph, outcome: &Outcome) -> Result<()> {
        let Some(seen) = &outcome.seen else { return Ok(()) };
        let outputs = part.actions().flat_map(|(_, action)| &action.outputs);
        let changed = difference.changed.iter().map(String::as_str);
        let known: HashSet<&str> = outputs.map(|&output| part.path(output)).chain(changed).collect();
        let may = |path: &str| known.contains(path);
        let path = self.snapshot();
        snapshot::renew(self.disk, &path, (difference, self.own()[0]), seen, &may)
    }

    /// A file of our own.
    fn own_entry(&self, path: &str) -> Result<Entry> {
        let stat = || self.disk.stat(path).map_err(Error::io("look at", path));
        let mut stat_now = stat()?;
        if let Some(written) = stat_now.filter(|_| !self.disk.stamps_each_change(self.state_dir)) {
            self.disk.wait_past(written.ctime);
            stat_now = stat()?;
        }
        Ok(Entry::of_plan(path, stat_now, None))
    }

    fn snapshot(&self) -> String {
        format!("{}/{}.snapshot", self.state_dir, self.goal)
    }

    fn graph(&self) -> String {
        format!("{}/{}.graph", self.state_dir, self.goal)
    }

    fn state(&self) -> String {
        format!("{}/state", self.state_dir)
    }
}
