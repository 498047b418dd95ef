//! What a build directory remembers of the last build that left everything as it should be: how the files looked,
//! and what there was to do. With it the next build does nothing, or only what a change touches, before anything
//! is planned. Knows neither who plans nor what for.

use std::collections::{HashMap, HashSet};

use crate::check::touched::touched;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::graph::step::StepDecoder;
use crate::run::Outcome;
use crate::state::Store;
use crate::state::graph_file;
use crate::state::snapshot::{self, Looked, Standing};
use crate::world::disk::{Disk, Stat};
use crate::world::hash::Hash;

/// The memory of builds that were asked for in the same way.
pub struct Recall<'a> {
    disk: &'a dyn Disk,
    state_dir: &'a str,
    key: Hash,
}

impl<'a> Recall<'a> {
    /// `key` stands for all that decides what there is to do, besides files.
    pub fn new(disk: &'a dyn Disk, state_dir: &'a str, key: Hash) -> Recall<'a> {
        Recall { disk, state_dir, key }
    }

    /// How things stand; `None` when that is only known after a look at everything.
    pub fn compare(&self) -> Option<Standing> {
        let own = self.own();
        snapshot::compare(self.disk, &self.snapshot(), self.key)
            .map(|standing| Standing { own, ..standing })
    }

    /// The part of the last graph that changes touch, once the store is ours; `None` when that cannot be told, and
    /// when somebody has built since.
    pub fn part(&self, store: &Store, standing: &Standing, from: &dyn StepDecoder) -> Option<Graph> {
        if standing.own != self.own() {
            return None;
        }
        touched(self.disk, &self.graph(), store, &standing.changed, from)
    }

    /// How the files look that every build leaves behind otherwise.
    fn own(&self) -> [Option<Stat>; 2] {
        [self.state(), self.snapshot()].map(|path| self.disk.stat(&path).ok().flatten())
    }

    /// Remembers a whole run, if everything is as it should be and a later change of any file would show.
    /// `premises` are what the plan rests on.
    ///
    /// # Errors
    /// The disk's.
    pub fn remember(
        &self,
        note: &str,
        graph: &Graph,
        outcome: &Outcome,
        premises: Vec<Looked>,
    ) -> Result<()> {
        let Some(looks) = outcome.looks.as_ref().filter(|looks| looks.complete) else { return Ok(()) };
        graph_file::write(self.disk, &self.graph(), graph, &outcome.needed)?;
        let mut files: HashMap<String, Looked> =
            looks.files.iter().map(|file| (file.path.clone(), file.clone())).collect();
        for premise in premises.into_iter().chain([self.look(&self.graph())?, self.look(&self.state())?])
        {
            match files.get_mut(&premise.path) {
                Some(known) => (known.premise, known.listing) = (true, premise.listing),
                None => _ = files.insert(premise.path.clone(), premise),
            }
        }
        snapshot::write(self.disk, &self.snapshot(), self.key, note, files.into_values().collect())
    }

    /// Remembers a run of a part. When it failed, all that differed is as different as it was.
    ///
    /// Only what differed and what the part has written looks otherwise now. Another file that changed while it ran may
    /// have readers outside of the part, which nobody has looked at.
    ///
    /// # Errors
    /// The disk's.
    pub fn renew(&self, standing: &Standing, part: &Graph, outcome: &Outcome) -> Result<()> {
        let outputs = part.actions().flat_map(|(_, action)| &action.outputs);
        let changed = standing.changed.iter().map(String::as_str);
        let known: HashSet<&str> = outputs.map(|&output| part.path(output)).chain(changed).collect();
        let mut files = outcome.looks.as_ref().map_or_else(Vec::new, |looks| looks.files.clone());
        files.push(self.look(&self.state())?);
        snapshot::renew(self.disk, &self.snapshot(), &files, &|path| known.contains(path))
    }

    /// A file of our own. Damage of the store has to be told, even when nobody needs the store.
    fn look(&self, path: &str) -> Result<Looked> {
        let look = || self.disk.stat(path).map_err(Error::io("look at", path));
        if let Some(written) = look()? {
            self.disk.wait_past(written.ctime);
        }
        Ok(Looked { path: path.to_owned(), itself: false, premise: true, stat: look()?, listing: None })
    }

    fn snapshot(&self) -> String {
        format!("{}/snapshot", self.state_dir)
    }

    fn graph(&self) -> String {
        format!("{}/graph", self.state_dir)
    }

    fn state(&self) -> String {
        format!("{}/state", self.state_dir)
    }
}
