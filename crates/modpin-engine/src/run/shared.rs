//! The part of a run that a server with results has in it: each action that must run, and is not in the cache, is asked about
//! there before it queues. What is found is brought into the cache, and taken from it as if it had been there.

use crate::cache::{KeptResult, SharedCache, SharedResult};
use crate::check::files;
use crate::error::Result;
use crate::graph::{Action, ActionId};
use crate::run::Run;
use crate::run::caching::Known;
use crate::run::elsewhere::elsewhere;
use crate::run::errand::{Back, Errand};
use crate::run::event::{Event, Origin};
use crate::run::execute::{Executor, Job};
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
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<()> {
        match back {
            Back::Found(key, results) => {
                let found = self.state.choose(self.graph.action(action), key, results)?;
                if let Some(result) = found.filter(|_| self.may_start()) {
                    self.send(action, Errand::Bring(key, Box::new(result)), workers);
                    return Ok(());
                }
            }
            Back::Brought(key, Some(entry)) => self.state.brought(action, key, *entry),
            Back::Ran(Some(done)) => {
                self.state.ran_elsewhere.insert(action);
                return self.finish(executor, *done, hear);
            }
            Back::Ran(None) => {
                self.going.remove(&action);
                self.queue(action);
                return Ok(());
            }
            Back::Brought(_, None) => {}
        }
        let may_go = self.state.server().is_some_and(|server| server.runs());
        if may_go && elsewhere(self.graph.action(action)).is_some() {
            self.going.insert(action);
        }
        self.queue(action);
        Ok(())
    }

    /// It is known what an action reads: it goes to the other machine, or it queues once more.
    pub(super) fn scanned(&mut self, job: Job, read: Option<Vec<String>>, workers: &Workers<'_>) {
        let action = job.action;
        self.schedule.leave(action);
        match read.filter(|_| self.may_start()) {
            // The threads end after us.
            Some(read) => _ = workers.orders.send((action, Errand::Run(Box::new(job), read))),
            None => {
                self.going.remove(&action);
                self.queue(action);
            }
        }
    }

    fn send(&self, action: ActionId, errand: Errand, workers: &Workers<'_>) {
        // The threads end after us.
        let _ = workers.errands.send((action, errand));
    }

    fn queue(&mut self, action: ActionId) {
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
