//! `order`: archives that any build system made, in an order in which a linker finds everything in one pass.

use modpin::{Duplicate, order_files, shown};

use crate::command::exit::{Ended, Stop};
use crate::command::foreign_args::Order;
use crate::command::shell::quote;
use crate::context::Context;
use crate::say::message::Message;
use crate::say::terminal::Terminal;
use crate::verb::pins::give;

/// How many symbols with two definitions are named.
const SHOWN: usize = 10;

/// Puts archives in order.
pub fn run(context: &mut Context<'_>, args: &Order) -> Result<Ended, Stop> {
    let ordered = order_files(&args.files, &args.undefined)?;
    let terminal = &mut *context.terminal;
    let notes = ordered.order.cycles.iter().map(|cycle| {
        let archives: Vec<_> = ordered.names(&cycle.archives).into_iter().map(shown::line).collect();
        let chain: Vec<String> = cycle.chain.iter().map(ToString::to_string).collect();
        let opening = match &cycle.opening {
            Some(opening) => format!("what closes it is {opening}"),
            None => "no need alone closes it".to_owned(),
        };
        format!("{} need each other: {}\n  help: {opening}", archives.join(" and "), chain.join("; "),)
    });
    for note in notes.chain(ordered.order.undecided.clone()).chain(duplicates(&ordered.order.duplicates))
    {
        terminal.warn(&note);
    }
    let arguments = ordered.args();
    let quoted: Vec<_> = arguments.iter().map(|argument| quote(argument)).collect();
    give(terminal, &args.output, &format!("{}\n", quoted.join(" ")), Terminal::print)?;
    let groups = ordered.order.groups.iter().map(|group| ordered.names(group)).collect();
    let duplicates = &ordered.order.duplicates;
    terminal.message(&Message::Order { arguments, groups, duplicates });
    Ok(Ended::DONE)
}

/// What this link asks for and two archives define. An archive may hold a whole library that another one holds, too, so
/// only some are named.
fn duplicates(found: &[Duplicate]) -> Vec<String> {
    let asked: Vec<&Duplicate> = found.iter().filter(|duplicate| duplicate.asked).collect();
    let line = |duplicate: &&Duplicate| {
        let others: Vec<String> = duplicate.others.iter().map(ToString::to_string).collect();
        let Duplicate { symbol, wins, clashes, .. } = duplicate;
        match clashes {
            true => format!(
                "the link takes {wins} and {}, which each define {symbol:?}",
                others.join(" and ")
            ),
            false => format!("{symbol:?} of {wins} wins over that of {}", others.join(" and ")),
        }
    };
    let mut lines: Vec<String> = asked.iter().take(SHOWN).map(line).collect();
    if asked.len() > SHOWN {
        lines.push(format!("{} more symbols have two definitions", asked.len() - SHOWN));
    }
    lines
}
