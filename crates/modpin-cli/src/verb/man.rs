//! `man`: the manual, made from what can be typed.

use std::path::Path;

use clap::Command;
use clap_mangen::Man as Page;
use modpin::{Error, did_you_mean};

use crate::command::command_line;
use crate::command::exit::{Ended, Stop};
use crate::command::installed_args::Man;
use crate::command::verbs;
use crate::context::Context;
use crate::say::output_file;
use crate::source::absolute;

/// Prints a page, or writes all of them.
pub fn run(context: &mut Context<'_>, args: &Man) -> Result<Ended, Stop> {
    let all = command_line::command("modpin", false).disable_help_subcommand(true);
    let all = verbs::with_help(all, "modpin");
    if let Some(dir) = &args.output {
        let dir = absolute(dir)?;
        std::fs::create_dir_all(&dir).map_err(|error| Error::io(&dir, "make a directory", error))?;
        write_all(&all, &dir)?;
        return Ok(Ended::DONE);
    }
    let command = match &args.verb {
        None => all,
        Some(verb) => all.find_subcommand(verb).cloned().ok_or_else(|| {
            let known = all.get_subcommands().map(|known| known.get_name());
            let help = did_you_mean(verb, known, "modpin --help lists them");
            Stop::usage(format!("no verb is named {verb:?}"), help)
        })?,
    };
    let page = rendered(command, "standard output".as_ref())?;
    context.terminal.text(&String::from_utf8_lossy(&page));
    Ok(Ended::DONE)
}

/// A page for a command, and for each below it.
fn write_all(command: &Command, dir: &Path) -> Result<(), Stop> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let path = dir.join(format!("{name}.1"));
    let page = rendered(command.clone(), &path)?;
    output_file::write(&path, &String::from_utf8_lossy(&page))?;
    command.get_subcommands().try_for_each(|below| write_all(below, dir))
}

fn rendered(command: Command, path: &Path) -> Result<Vec<u8>, Stop> {
    let mut page = Vec::new();
    let source = format!("modpin {}", env!("CARGO_PKG_VERSION"));
    let done = Page::new(command).source(source).manual("modpin").render(&mut page);
    done.map_err(|error| Error::io(path, "write the manual", error))?;
    Ok(page)
}
