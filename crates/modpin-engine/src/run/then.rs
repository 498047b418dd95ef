//! Commands that are part of another one: what is done with its outputs before anybody sees them.

use crate::graph::{Action, Command, Then};
use crate::run::event::{Cause, Failure};
use crate::run::execute::{Executor, failure_of_command};
use crate::run::partial::Partial;
use crate::world::process::Status;

impl Executor<'_> {
    /// Does something with what a command has written.
    pub(super) fn then(
        &self,
        action: &Action,
        then: &Then,
        partial: &Partial<'_>,
        said: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        let Then { name, program, args, env } = then;
        let (program, args, env) = (program.clone(), args.clone(), env.clone());
        let spawn = self.spawn(action, &Command { program, args, env, ..Command::default() }, partial);
        let not_started =
            |error| Failure { cause: Cause::NotStarted, ..Failure::io("start", &then.program)(error) };
        let ended = self.edges.processes.run(&spawn).map_err(not_started)?;
        said.extend(ended.output);
        let named =
            |failure: Failure| Failure { message: format!("{name}: {}", failure.message), ..failure };
        match ended.status {
            Status::Exited(0) => Ok(()),
            status => Err(named(failure_of_command(&then.program, status))),
        }
    }
}
