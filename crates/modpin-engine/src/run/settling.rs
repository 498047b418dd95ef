//! The end of a run: what was seen is written down, and whether the next one would do nothing.

use crate::error::Result;
use crate::run::Run;
use crate::world::file_state::FileState;

impl Run<'_> {
    /// Writes down what was seen. `reversed`: not every edge that was known was kept to.
    pub(super) fn settle(&mut self, reversed: bool) -> Result<()> {
        let idle = self.outcome.ran.is_empty();
        // What was written in this very tick could be changed in it, unseen.
        let disk = self.edges.disk;
        let shows = !idle && disk.stamps_each_change(&self.config.state_dir);
        if !idle && !shows {
            disk.wait_past(disk.last_stamp());
        }
        self.state.settle(if shows { FileState::SETTLED } else { disk.now() })?;
        let sure = self.outcome.success() && (idle || !reversed) && self.all_fresh()?;
        self.outcome.seen = sure.then(|| self.state.entries());
        Ok(())
    }

    /// Whether what ran would not run again: its inputs were not written since, and its result was kept.
    fn all_fresh(&mut self) -> Result<bool> {
        for &action in &self.outcome.ran {
            if self.state.reason(self.graph.action(action))?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
