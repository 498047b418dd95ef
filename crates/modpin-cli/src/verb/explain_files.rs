//! `explain --host PROG SYMBOL`: what there is to say of a symbol in files that any build system made. Needs no project.

use std::path::Path;

use modpin::foreign::{DefinedIn, Explained, Mention, Role, explain_symbol};
use modpin::shown;

use crate::command::args::Explain;
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::Context;
use crate::say::message::{FilesAnswer, Message};

/// Explains one.
pub fn run(context: &mut Context<'_>, host: &Path, args: &Explain) -> Result<Ended, Stop> {
    let symbol = args.name.as_deref().unwrap_or_default();
    let explained = explain_symbol(host, symbol, &args.module_files, &args.archive)?;
    if !context.terminal.json() {
        context.terminal.print_names(&text(&explained, &host.display().to_string()));
    }
    context.terminal.message(&Message::ExplainFiles {
        name: symbol,
        answers: [FilesAnswer::SymbolOfFiles(&explained)],
    });
    let unknown = explained.needed_by.is_empty() && explained.defined_in.is_empty();
    Ok(Ended { exit: if unknown { Exit::Wrong } else { Exit::Done }, commands: 0 })
}

fn text(explained: &Explained, host: &str) -> String {
    let Explained { symbol, needed_by, defined_in, taken_from, did_you_mean } = explained;
    let mut text = format!("{}\n", shown::line(symbol));
    text += &list("needed by", needed_by.iter().map(mention));
    text += &list(
        "defined in",
        defined_in.iter().map(|DefinedIn { file, how, .. }| format!("{file}: {how}")),
    );
    text += &match (taken_from, defined_in.first(), did_you_mean) {
        (Some(file), ..) => {
            format!("  modules of {} get it from {}\n", shown::line(host), shown::line(file))
        }
        (None, None, Some(name)) => format!("  nobody mentions it: did you mean {name:?}?\n"),
        (None, None, None) => "  nobody defines it in these files\n".to_owned(),
        (None, Some(_), _) if needed_by.iter().any(|mention| mention.own_library.is_some()) => {
            let lacks = needed_by.iter().any(|mention| mention.own_library.is_none());
            let help = if lacks { help(defined_in, host) } else { String::new() };
            format!("  other modules of {} do not see it\n{help}", shown::line(host))
        }
        (None, Some(_), _) => {
            format!("  modules of {} do not see it\n{}", shown::line(host), help(defined_in, host))
        }
    };
    text
}

fn help(defined_in: &[DefinedIn], host: &str) -> String {
    let linked = defined_in.iter().any(|definition| definition.file == host);
    let in_archive = defined_in.iter().any(|definition| definition.role == Role::Archive);
    let unlinked = defined_in.iter().all(|definition| definition.role == Role::System);
    match (linked, in_archive) {
        (true, _) => format!(
            "  help: make it public and export it: `exports --host {} --module …` writes the list\n",
            shown::line(host)
        ),
        (false, true) => {
            "  help: keep and export it: `pins --module … --archive …` writes the arguments\n".to_owned()
        }
        (false, false) if unlinked => "  help: link the module with it\n".to_owned(),
        (false, false) => String::new(),
    }
}

fn list(title: &str, lines: impl Iterator<Item = String>) -> String {
    let titles = std::iter::once(title).chain(std::iter::repeat(""));
    lines.zip(titles).map(|(line, title)| format!("  {title:10}  {}\n", shown::line(&line))).collect()
}

fn mention(mention: &Mention) -> String {
    let version =
        mention.version.as_ref().map_or(String::new(), |version| format!(", version {version}"));
    let weak = if mention.weak { " (weak: it can do without)" } else { "" };
    let library = mention
        .own_library
        .as_ref()
        .map_or(String::new(), |library| format!("; gets it from its library {library}"));
    format!("{}{version}{weak}{library}", mention.file)
}
