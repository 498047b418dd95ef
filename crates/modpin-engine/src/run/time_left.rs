//! How much time is left of a run, told to who listens.

use crate::run::Run;
use crate::run::eta::Eta;
use crate::run::event::Event;

impl Run<'_> {
    pub(super) fn eta(&mut self) -> Option<Eta> {
        let (graph, state) = (self.graph, &mut self.state);
        let recorded = |action| state.recorded_millis(graph.action(action));
        Eta::new(&self.schedule, self.config.jobs, recorded, |action| graph.action(action).verb)
    }

    pub(super) fn tell_time_left(&mut self, hear: &mut dyn FnMut(Event<'_>)) {
        let going_on = self.may_start();
        if let Some(eta) = self.eta.as_mut().filter(|_| going_on) {
            hear(Event::Left(eta.left(&self.schedule, self.edges.processes.now())));
        }
    }
}
