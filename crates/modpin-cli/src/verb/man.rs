//! `man`: the manual, made from what can be typed.

use clap_mangen::Man as Page;
use modpin::{Error, did_you_mean};

use crate::command::command_line;
use crate::command::exit::{Ended, Stop};
use crate::command::installed_args::Man;
use crate::context::Context;
use crate::source::absolute;

/// Prints a page, or writes all of them.
pub fn run(context: &mut Context<'_>, args: &Man) -> Result<Ended, Stop> {
    let mut all = command_line::command("modpin", false);
    all.build();
    if let Some(dir) = &args.output {
        let dir = absolute(dir)?;
        let written = std::fs::create_dir_all(&dir).and_then(|()| clap_mangen::generate_to(all, &dir));
        written.map_err(|error| Error::io(&dir, "write the manual", error))?;
        return Ok(Ended::DONE);
    }
    let command = match &args.verb {
        None => all,
        Some(verb) => all.find_subcommand(verb).cloned().ok_or_else(|| {
            let known = all.get_subcommands().map(|known| known.get_name());
            Stop::usage(
                format!("no verb is named {verb:?}"),
                did_you_mean(verb, known, "modpin --help lists them"),
            )
        })?,
    };
    let mut page = Vec::new();
    let rendered = Page::new(command).render(&mut page);
    rendered.map_err(|error| Error::io("standard output", "write the page", error))?;
    context.terminal.print(&String::from_utf8_lossy(&page));
    Ok(Ended::DONE)
}
