//! The part of a run that a server with results has in it: each action that must run, and is not in the cache, is asked about
//! there before it queues. What is found is brought into the cache, and taken from it as if it had been there.

use crate::cache::{KeptResult, SharedCache, SharedResult};
use crate::check::files;
use crate::check::reason::Reason;
use crate::error::Result;
use crate::graph::{Action, ActionId};
use crate::run::Run;
use crate::run::caching::Known;
use crate::run::elsewhere::{Needs, elsewhere};
use crate::run::errand::{Back, Errand};
use crate::run::event::{Event, Origin};
use crate::run::execute::Executor;
use crate::run::job::Job;
use crate::run::run_state::RunState;
use crate::run::workers::Workers;
use crate::world::hash::Hash;

impl Run<'_> {
    /// Asks the server, if there is one, and a cache into which to bring what it has.
    pub(super) fn seek_server(&mut self) {
        if self.state.server().is_some() {
            self.schedule.ask();
        }
    }

    /// Sends everything that may run now on its way.
    pub(super) fn send_errands(&mut self, workers: &Workers<'_>) -> Result<()> {
        while self.may_start()
            && let Some(action) = self.schedule.next_errand()
        {
            match self.state.question(self.graph.action(action))? {
                Some(key) => self.send(action, Errand::Find(key), workers),
                None => self.queue(action),
            }
        }
        Ok(())
    }

    /// Somebody is back from the server.
    pub(super) fn back(
        &mut self,
        executor: &Executor<'_>,
        (action, back): (ActionId, Back),
        workers: &Workers<'_>,
    ) -> Result<()> {
        if !self.schedule.is_away(action) && !self.schedule.is_racing(action) {
            // It was sooner done here.
            executor.forget_arrived(self.graph.action(action));
            return Ok(());
        }
        self.abroad.waits.answered(action);
        match back {
            Back::Found(key, results) => {
                let found = self.state.choose(self.graph.action(action), key, results)?;
                if let Some(result) = found.filter(|_| self.may_start()) {
                    self.send(action, Errand::Bring(key, Box::new(result)), workers);
                    return Ok(());
                }
                self.go_or_queue(action, workers)
            }
            Back::Brought(key, Some(entry)) => {
                self.state.brought(action, key, *entry);
                self.there(action);
                Ok(())
            }
            Back::Brought(_, None) => self.go_or_queue(action, workers),
            Back::Ran(Some(job)) => {
                self.abroad.arrived.insert(action, job);
                self.there(action);
                Ok(())
            }
            Back::Ran(None) if self.abroad.guessed.contains(&action) => self.scan_or_queue(action),
            Back::Ran(None) => {
                self.abroad.going.remove(&action);
                self.here(action);
                Ok(())
            }
        }
    }

    /// It goes to another machine, if it may; what it reads is what it has read before, or must be found out here.
    fn go_or_queue(&mut self, action: ActionId, workers: &Workers<'_>) -> Result<()> {
        let server = self.state.server().filter(|server| server.runs());
        let may_go = server.is_some() && elsewhere(self.graph.action(action)).is_some();
        if !may_go || self.schedule.is_racing(action) || !self.may_start() {
            self.here(action);
            return Ok(());
        }
        let Some(files) = self.state.has_read(self.graph.action(action)) else {
            return self.scan_or_queue(action);
        };
        let job = self.job(action)?;
        if !matches!(job.known, Some(Known(None))) {
            self.queue(action);
            return Ok(());
        }
        self.abroad.guessed.insert(action);
        self.send(action, Errand::Run(Box::new(job), Needs { files, guessed: true }), workers);
        Ok(())
    }

    /// What it reads is found out here, then it goes.
    fn scan_or_queue(&mut self, action: ActionId) -> Result<()> {
        self.abroad.guessed.remove(&action);
        if !self.schedule.is_racing(action) {
            self.abroad.going.insert(action);
        }
        self.here(action);
        Ok(())
    }

    /// It is known what an action reads: it goes to the other machine, or it queues once more.
    pub(super) fn scanned(&mut self, job: Job, read: Option<Vec<String>>, workers: &Workers<'_>) {
        let action = job.action;
        self.schedule.leave(action);
        self.abroad.going.remove(&action);
        match read.filter(|_| self.may_start()) {
            Some(files) => {
                self.send(action, Errand::Run(Box::new(job), Needs { files, guessed: false }), workers);
            }
            None => self.queue(action),
        }
    }

    /// What is to be done for an action here.
    pub(super) fn next_job(&mut self, action: ActionId) -> Result<Job> {
        let mut job = match self.abroad.arrived.remove(&action) {
            Some(job) => *job,
            None => self.job(action)?,
        };
        job.scan = self.abroad.going.contains(&action) && matches!(job.known, Some(Known(None)));
        // Of others it is not known that nothing is lost with them.
        let may_be_ended = elsewhere(self.graph.action(action)).is_some();
        job.race = self.abroad.races.get(&action).filter(|_| may_be_ended).cloned();
        Ok(job)
    }

    fn job(&mut self, action: ActionId) -> Result<Job> {
        let why = self.reasons.get(&action).map(Reason::brief).unwrap_or_default();
        self.state.job(action, why)
    }

    fn send(&mut self, action: ActionId, errand: Errand, workers: &Workers<'_>) {
        let inbox = match errand {
            Errand::Run(..) => &workers.orders,
            _ => &workers.errands,
        };
        let wait = self.abroad.waits.begin(action, self.edges.processes.now());
        // The threads end after us.
        let _ = inbox.send((action, errand, wait));
    }

    pub(super) fn queue(&mut self, action: ActionId) {
        let millis = self.state.millis(self.graph.action(action));
        self.schedule.back(action, millis);
    }

    /// Tells what is odd with the server.
    pub(super) fn hear_server(&self, hear: &mut dyn FnMut(Event<'_>)) {
        if let Some(warning) = self.state.server().and_then(|server| server.warning()) {
            hear(Event::Warning(&warning));
        }
    }

    /// Nothing more is to be done: waits until the server has what it was given.
    pub(super) fn leave_server(&self, hear: &mut dyn FnMut(Event<'_>)) {
        if let Some(server) = self.state.server() {
            if self.edges.interrupt.signal().is_none() {
                server.settle();
            }
            self.hear_server(hear);
        }
    }
}

impl<'a> RunState<'a> {
    /// The server with more results; none without a cache into which they go, and none for a dry run.
    pub fn server(&self) -> Option<&'a dyn SharedCache> {
        self.shared
    }

    /// What an action has read besides what it declares when it ran last, as far as that is there now; `None` where nothing is known of
    /// that.
    pub fn has_read(&mut self, action: &Action) -> Option<Vec<String>> {
        let key = self.store.id(self.graph.path(action.outputs[0]));
        let record = self.store.action(key).filter(|record| record.digest != Hash::UNKNOWN)?;
        let read = record.discovered.iter().filter(|(_, hash)| *hash != Hash::MISSING);
        let read = read.map(|&(id, _)| self.store.path(id).to_owned());
        let is_file = |path: &String| self.disk.stat(path).ok().flatten().is_some_and(|it| it.regular);
        Some(read.filter(is_file).collect())
    }

    /// The key under which the server may have what the cache does not.
    pub fn question(&mut self, action: &Action) -> Result<Option<Hash>> {
        for input in files::ids(self.graph, &action.inputs, self.store) {
            self.files.input_now(self.store, input)?;
        }
        match self.known(action)? {
            Some(Known(None)) => Ok(self.key_of(action)?.map(|(key, _)| key)),
            _ => Ok(None),
        }
    }

    /// The result that an action would make now, of those that the server has under a key.
    pub fn choose(
        &mut self,
        action: &Action,
        key: Hash,
        results: Vec<SharedResult>,
    ) -> Result<Option<SharedResult>> {
        match self.key_of(action)? {
            Some((now, inputs)) if now == key => {
                Ok(results.into_iter().find(|result| self.holds(action, &inputs, &result.entry)))
            }
            _ => Ok(None),
        }
    }

    /// The contents of a result have come from the server: it is in the cache from now on.
    pub fn brought(&mut self, action: ActionId, key: Hash, entry: KeptResult) {
        if self.cache.is_some_and(|cache| cache.keep(self.disk, key, entry).is_ok()) {
            self.brought.insert(action);
        }
    }

    /// Who has made a result.
    pub fn maker(&self, action: ActionId) -> Origin {
        if self.ran_elsewhere.contains(&action) { Origin::Elsewhere } else { Origin::Made }
    }

    /// Where a result comes from that was there.
    pub fn origin(&self, action: ActionId) -> Origin {
        if self.brought.contains(&action) { Origin::Server } else { Origin::Cache }
    }
}
