//! `order`: archives that any build system made, in an order in which a linker finds everything in one pass.

use modpin::order_files;

use crate::args::Order;
use crate::context::Context;
use crate::exit::{Ended, Stop};
use crate::message::Message;

/// Puts archives in order.
pub fn run(context: &mut Context<'_>, args: &Order) -> Result<Ended, Stop> {
    let ordered = order_files(&args.files, &args.undefined)?;
    let terminal = &mut *context.terminal;
    let name = |&at: &usize| ordered.archives.get(at).map_or("", String::as_str);
    let notes = ordered.order.cycles.iter().map(|cycle| {
        let archives: Vec<&str> = cycle.archives.iter().map(name).collect();
        let chain: Vec<String> = cycle.chain.iter().map(ToString::to_string).collect();
        let opening = match &cycle.opening {
            Some(opening) => format!("what closes it is {opening}"),
            None => "no need alone closes it".to_owned(),
        };
        format!("{} need each other: {}\n  help: {opening}", archives.join(" and "), chain.join("; "),)
    });
    for note in notes.chain(ordered.order.undecided.clone()) {
        terminal.warning(&note);
        terminal.message(&Message::Warning { message: &note });
    }
    let arguments = ordered.args();
    if !terminal.json() {
        terminal.print(&format!("{}\n", arguments.join(" ")));
    }
    let groups = ordered.order.groups.iter().map(|group| group.iter().map(name).collect()).collect();
    terminal.message(&Message::Order { arguments, groups });
    Ok(Ended::DONE)
}
