//! `compile-commands`: the compilation database, without building anything else.

use modpin::shown;

use crate::command::args::{Limit, Running, Setup};
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::Context;
use crate::say::message::Message;

/// Writes the database and prints where it lies.
pub fn run(context: &mut Context<'_>, setup: &Setup) -> Result<Ended, Stop> {
    let planned = context.plan(setup, Limit::default().timeout)?;
    let file = planned.plan.compile_commands;
    let ended = context.run(&planned, &[file], &Running::default())?.ended;
    if ended.exit == Exit::Done {
        let path = planned.layout.absolute(planned.plan.graph.path(file)).display().to_string();
        if !context.terminal.json() {
            context.terminal.print(&format!("{}\n", shown::line(&path)));
        }
        context.terminal.message(&Message::CompileCommands { file: path });
    }
    Ok(ended)
}
