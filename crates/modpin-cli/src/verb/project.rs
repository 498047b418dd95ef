//! `project`: the declaration as the file that `cargo modpin --project` reads.

use crate::command::exit::{Ended, Stop};
use crate::context::Context;
use crate::say::message::Message;

/// Prints the project.
pub fn run(context: &mut Context<'_>) -> Result<Ended, Stop> {
    let (project, _) = context.source.project()?;
    // Both forms fail for the same projects; to_json says why in words.
    let text = project.to_json()?;
    if context.terminal.json() {
        context.terminal.message(&Message::Project { project: &project });
    } else {
        context.terminal.print_json(&text);
    }
    Ok(Ended::DONE)
}
