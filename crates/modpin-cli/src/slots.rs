//! How many actions run at once: what `-j` says, else what the jobserver of whoever started us allows, else the number of
//! processors. Knows no build.

use std::num::NonZeroUsize;
use std::sync::Arc;

use modpin::Error;
use modpin_engine::{Jobserver, Unreachable};

use crate::command::args::Jobs;
use crate::command::exit::Stop;
use crate::say::terminal::Terminal;

/// Who started us.
pub enum Parent {
    /// Somebody who lets us run as many commands as there are processors.
    Silent,
    /// Somebody with a jobserver: make, cargo, another modpin.
    Jobserver(Arc<Jobserver>),
    /// Somebody with a jobserver that we cannot reach.
    Unreachable(Unreachable),
}

/// How many actions may run at once, and who hands out leave to run them.
pub type Slots = (usize, Option<Arc<Jobserver>>);

impl Parent {
    /// The parent of this process, asked before any descriptor is opened.
    pub fn of_process() -> Parent {
        match Jobserver::of_parent() {
            Ok(None) => Parent::Silent,
            Ok(Some(jobserver)) => Parent::Jobserver(Arc::new(jobserver)),
            Err(unreachable) => Parent::Unreachable(unreachable),
        }
    }

    /// The same for a verb that is a step of another build: a few processes are no reason to speak of jobservers.
    pub fn slots_in_silence(&self, jobs: Jobs) -> Result<Slots, Stop> {
        match (jobs.jobs, self) {
            (None, Parent::Jobserver(jobserver)) => {
                let count = jobserver.jobs().unwrap_or_else(processors);
                Ok((count, Some(Arc::clone(jobserver))))
            }
            (jobs, _) => own_jobserver(jobs.map_or_else(processors, NonZeroUsize::get)),
        }
    }

    /// How many small commands may run at once before a build begins, and who gives a place for each but the first.
    pub fn width(&self, jobs: Jobs) -> (usize, Option<&Jobserver>) {
        match (jobs.jobs, self) {
            (Some(jobs), _) => (jobs.get(), None),
            (None, Parent::Jobserver(jobserver)) => {
                (jobserver.jobs().unwrap_or_else(processors), Some(jobserver))
            }
            (None, Parent::Silent | Parent::Unreachable(_)) => (processors(), None),
        }
    }

    /// How many actions may run at once, and the jobserver that they and their children share. A jobserver that
    /// cannot be reached is told, unless `-j` makes it unimportant.
    pub fn slots(&mut self, jobs: Jobs, terminal: &mut Terminal) -> Result<Slots, Stop> {
        let count = match (jobs.jobs, &*self) {
            (Some(jobs), _) => jobs.get(),
            (None, Parent::Silent) => processors(),
            (None, Parent::Jobserver(jobserver)) => {
                let count = jobserver.jobs().unwrap_or_else(processors);
                return Ok((count, Some(Arc::clone(jobserver))));
            }
            (None, Parent::Unreachable(unreachable)) => {
                terminal.warn(&warning(unreachable, processors()));
                // Said once.
                *self = Parent::Silent;
                processors()
            }
        };
        own_jobserver(count)
    }
}

fn own_jobserver(count: usize) -> Result<Slots, Stop> {
    let jobserver =
        Jobserver::serve(count).map_err(|error| Error::io("a pipe", "make a jobserver of it", error))?;
    Ok((count, Some(Arc::new(jobserver))))
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

fn warning(unreachable: &Unreachable, count: usize) -> String {
    let Unreachable { variable, why } = unreachable;
    format!(
        "{variable} names a jobserver that cannot be reached ({why}); up to {count} actions run at once\n  help: begin the \
         line in the makefile with +, or give -j"
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_jobserver_that_is_not_there_is_told_with_a_way_out() {
        let unreachable = Unreachable { variable: "MAKEFLAGS", why: "it is gone".to_owned() };
        expect![[r#"
            MAKEFLAGS names a jobserver that cannot be reached (it is gone); up to 3 actions run at once
              help: begin the line in the makefile with +, or give -j"#]]
        .assert_eq(&warning(&unreachable, 3));
    }
}
