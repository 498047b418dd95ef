//! `compile-commands`: the compilation database, without building anything else, where editors find it.

use std::path::Path;

use modpin::{Error, shown};

use super::clangd::{self, Found};
use crate::command::args::{Limit, Running};
use crate::command::exit::{Ended, Exit, Stop};
use crate::command::source_args::CompileCommands;
use crate::context::{Context, Planned};
use crate::say::message::Message;
use crate::say::output_file;
use crate::source::absolute;

/// Writes the database and prints where it lies.
pub fn run(context: &mut Context<'_>, args: &CompileCommands) -> Result<Ended, Stop> {
    let planned = context.plan(&args.setup, Limit::default().timeout)?;
    let file = planned.plan.compile_commands;
    let ended = context.run(&planned, &[file], &Running::default())?.ended;
    if ended.exit == Exit::Done {
        let path = planned.layout.absolute(planned.plan.graph.path(file));
        let placed = match &args.output {
            None => leave(context, &planned, &path),
            Some(to) => copy(context, &path, to),
        };
        placed.map_err(|stop| Stop { commands: ended.commands, ..stop })?;
    }
    Ok(ended)
}

/// In the build directory, and named in the root.
fn leave(context: &mut Context<'_>, planned: &Planned, path: &Path) -> Result<(), Stop> {
    let found = clangd::lead(&planned.layout, planned.project.clangd.unwrap_or_default());
    let found_by = match found {
        Found::By(link) => Some(link.display().to_string()),
        Found::Unasked => None,
        Found::Kept { why } => {
            context.warn(&why);
            None
        }
    };
    tell(context, path, found_by.as_deref());
    Ok(())
}

/// Where the user says.
fn copy(context: &mut Context<'_>, path: &Path, to: &Path) -> Result<(), Stop> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", error))?;
    if to.as_os_str() == "-" {
        if !context.terminal.json() {
            context.terminal.print_json(&text);
        }
        let text = Some(text.as_str());
        context.terminal.message(&Message::CompileCommands { file: None, found_by: None, text });
        return Ok(());
    }
    let to = absolute(to)?;
    output_file::write_if_different(&to, &text)?;
    tell(context, &to, None);
    Ok(())
}

fn tell(context: &mut Context<'_>, path: &Path, found_by: Option<&str>) {
    let file = path.display().to_string();
    if !context.terminal.json() {
        context.terminal.print(&format!("{}\n", shown::line(&file)));
    }
    context.terminal.message(&Message::CompileCommands { file: Some(&file), found_by, text: None });
}
