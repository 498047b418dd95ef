//! `pins` and `exports`: what the link of a program must be told for its modules, whoever builds them. The text goes to
//! standard output, for another build system to take in.

use modpin::foreign::{
    PinPlan, dynamic_list, exports_of_files, is_stripped, pins_of_files, response_file,
};

use modpin::shown;

use crate::command::exit::{Ended, Exit, Stop};
use crate::command::foreign_args::{Exports, Output, Pins, PinsFormat};
use crate::context::Context;
use crate::say::message::Message;
use crate::say::output_file::write_if_different;
use crate::say::terminal::Terminal;

/// Which archive members a program must keep.
pub fn run(context: &mut Context<'_>, args: &Pins) -> Result<Ended, Stop> {
    let plan = pins_of_files(&args.module, &args.archive)?;
    let pins = response_file(&plan);
    let message = Message::Pins { plan: &plan };
    let (text, print): (String, fn(&mut Terminal, &str)) = match args.format {
        PinsFormat::Rsp => (pins, Terminal::print),
        PinsFormat::Args => (format!("{}\n", pins.trim_end().replace('\n', " ")), Terminal::print),
        PinsFormat::Json => (json(&plan)?, Terminal::print_json),
    };
    say(context.terminal, &plan, &message, |terminal| give(terminal, &args.output, &text, print))
}

/// What a program must show to its modules.
pub fn exports(context: &mut Context<'_>, args: &Exports) -> Result<Ended, Stop> {
    let plan = exports_of_files(&args.host, &args.module)?;
    if is_stripped(&args.host) {
        let blind = format!(
            "{}: it is stripped: what it has and does not export cannot be seen, and is not in the list\n  help: name the \
             program as it was before strip(1)",
            shown::line(&args.host.to_string_lossy())
        );
        context.terminal.warn(&blind);
    }
    let message = Message::Exports { plan: &plan };
    say(context.terminal, &plan, &message, |terminal| {
        give(terminal, &args.output, &dynamic_list(&plan), Terminal::print)
    })
}

/// To standard output, or into the file that the user names.
pub fn give(
    terminal: &mut Terminal,
    to: &Output,
    text: &str,
    print: fn(&mut Terminal, &str),
) -> Result<(), Stop> {
    match &to.output {
        Some(path) => write_if_different(path, text).map(drop),
        None if terminal.json() => Ok(()),
        None => {
            print(terminal, text);
            Ok(())
        }
    }
}

/// The text, unless a symbol cannot be given: half of what is needed is no use to a linker.
pub fn say(
    terminal: &mut Terminal,
    plan: &PinPlan,
    message: &Message<'_>,
    give: impl FnOnce(&mut Terminal) -> Result<(), Stop>,
) -> Result<Ended, Stop> {
    for clash in &plan.clashes {
        let clash = clash.to_string();
        terminal.warn(&clash);
    }
    for blind in plan.blind_pins() {
        terminal.warn(&blind.to_string());
    }
    if let (Some(unread), false) = (plan.unread.first(), plan.elsewhere.is_empty()) {
        let more = match plan.unread.len() {
            1 => String::new(),
            count => format!(", as are {} more", count - 1),
        };
        let blind = format!(
            "{} is {}{more}: what it defines is not known, and may be needed\n  help: compile it with \
             -ffat-lto-objects or without -flto",
            unread.site, unread.why
        );
        terminal.warn(&blind);
    }
    if plan.refused.is_empty() {
        give(terminal)?;
        terminal.message(message);
        return Ok(Ended::DONE);
    }
    for refusal in &plan.refused {
        let refusal = refusal.to_string();
        terminal.error(&refusal);
        terminal.message(&Message::Error { message: &refusal });
    }
    Ok(Ended { exit: Exit::DoesNotLoad, commands: 0 })
}

fn json(plan: &PinPlan) -> Result<String, Stop> {
    let text = serde_json::to_string_pretty(plan);
    text.map(|text| text + "\n").map_err(|error| Stop::usage(error.to_string(), ""))
}
