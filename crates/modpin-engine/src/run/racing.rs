//! Those who have waited for the server too long run here as well: whoever is first is believed, and the other is ended.

use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::graph::ActionId;
use crate::run::Run;
use crate::run::event::Event;
use crate::run::execute::Executor;
use crate::run::job::Done;
use crate::run::waits::Overdue;
use crate::run::workers::Workers;
use crate::world::jobserver::Slots;
use crate::world::race::Race;

impl Run<'_> {
    /// Its result is here now, and only has to be put in place. Who makes it as well may stop.
    pub(super) fn there(&mut self, action: ActionId) {
        match self.abroad.races.get(&action) {
            Some(race) => self.edges.processes.end(race),
            None => self.queue(action),
        }
    }

    /// It must run here, if it does not already.
    pub(super) fn here(&mut self, action: ActionId) {
        match self.schedule.is_racing(action) {
            true => self.schedule.alone(action),
            false => self.queue(action),
        }
    }

    /// Those who have waited for the server too long run here, too, while there is a place. Tells when the next one will have.
    pub(super) fn race(
        &mut self,
        workers: &Workers<'_>,
        slots: &mut Slots<'_>,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<Option<Duration>> {
        while self.may_start() && !self.schedule.has_queued() {
            let now = self.edges.processes.now();
            let action = match self.abroad.waits.overdue(now, |action| self.schedule.may_race(action)) {
                Overdue::Now(action) => action,
                Overdue::In(time) => return Ok(Some(time)),
                Overdue::Never => break,
            };
            let running = self.schedule.running();
            if !workers.free(running)? || !slots.free(running) {
                break;
            }
            self.schedule.race(action);
            self.abroad.races.insert(action, Arc::new(Race::new(action.0)));
            self.start(action, workers, hear)?;
        }
        Ok(None)
    }

    /// An action has ended here. It may have come second.
    pub(super) fn ended(
        &mut self,
        executor: &Executor<'_>,
        done: Done,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<()> {
        let action = done.job.action;
        let lost = self.abroad.races.remove(&action).is_some_and(|race| race.is_lost());
        if self.schedule.is_racing(action) {
            self.schedule.alone(action);
            if lost && done.result.is_err() {
                self.schedule.leave(action);
                self.queue(action);
                return Ok(());
            }
            if self.abroad.arrived.remove(&action).is_some() {
                executor.forget_arrived(self.graph.action(action));
            }
            if let (Some(wait), Some(server)) = (self.abroad.waits.late(action), self.state.server()) {
                server.forget(&wait);
            }
        }
        self.finish(executor, done, hear)
    }

    /// Nothing more is begun: nobody needs an answer.
    pub(super) fn wait_no_more(&mut self) {
        if let Some(server) = self.state.server() {
            self.abroad.waits.all().for_each(|wait| server.forget(&wait));
        }
    }
}
