//! From words to data: reads a command line, and answers wrong ones in the name that the user typed for
//! the program. Knows the two programs' shapes; the words themselves stand in `args`.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use modpin::toolchain::words_of;

use crate::command::args::{Color, MessageFormat, ProjectFile, Speech, Verb};
use crate::command::verbs;

/// A whole command line.
#[derive(Debug)]
pub struct CommandLine {
    /// A project file, for the program that has no declaration of its own.
    pub file: ProjectFile,
    /// How to speak.
    pub speech: Speech,
    /// What to do.
    pub verb: Verb,
}

#[derive(Parser)]
#[command(
    name = "modpin",
    version,
    about = "Build a C program, pin what its modules need, prove that they load"
)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Declared {
    #[command(flatten)]
    speech: Speech,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Parser)]
#[command(
    name = "modpin",
    version,
    about = "Build a C program, pin what its modules need, prove that they load"
)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct FromFile {
    #[command(flatten)]
    file: ProjectFile,
    #[command(flatten)]
    speech: Speech,
    #[command(subcommand)]
    verb: Verb,
}

/// Reads the arguments that follow the program's name. `program` is what the user typed for it;
/// `declared` says that the project is known already, so that no file can be named.
///
/// # Errors
/// Wrong arguments, and the wish for help or the version: clap's text says it.
pub fn parse(program: &str, declared: bool, args: Vec<OsString>) -> Result<CommandLine, clap::Error> {
    let args = std::iter::once(OsString::from(program)).chain(with_files(program, args)?);
    if declared {
        let Declared { speech, verb } = read::<Declared>(program, args)?;
        return Ok(CommandLine { file: ProjectFile::default(), speech, verb });
    }
    let FromFile { file, speech, verb } = read::<FromFile>(program, args)?;
    Ok(CommandLine { file, speech, verb })
}

/// All that can be typed, for whoever tells of it. The options of verbs are there once it is built.
#[cfg(any(test, feature = "installed"))]
pub fn command(program: &str, declared: bool) -> clap::Command {
    let command = if declared { Declared::command() } else { FromFile::command() };
    command.bin_name(program)
}

/// Arguments that stand in files (`@FILE`) in the place of these, read as compilers do: a shell refuses thousands of paths.
fn with_files(program: &str, args: Vec<OsString>) -> Result<Vec<OsString>, clap::Error> {
    let mut all = Vec::with_capacity(args.len());
    for arg in args {
        match arg.to_str().and_then(|text| text.strip_prefix('@')).filter(|file| !file.is_empty()) {
            None => all.push(arg),
            Some(file) => {
                let text = std::fs::read_to_string(file).map_err(|error| {
                    let text = format!("{file}: cannot read the arguments in it: {error}");
                    Declared::command().bin_name(program).error(ErrorKind::Io, text)
                })?;
                all.extend(words_of(&text).into_iter().map(OsString::from));
            }
        }
    }
    Ok(all)
}

fn read<T: CommandFactory + FromArgMatches>(
    program: &str,
    args: impl Iterator<Item = OsString>,
) -> Result<T, clap::Error> {
    let command = || T::command().bin_name(program);
    let args: Vec<OsString> = args.collect();
    let mut matches = command().try_get_matches_from(&args).or_else(|error| match error.kind() {
        // Options without a verb: the same help as without anything.
        ErrorKind::MissingSubcommand => command().try_get_matches_from([program]),
        // Examples are put together for those only who want them.
        ErrorKind::DisplayHelp => verbs::with_help(command(), program).try_get_matches_from(&args),
        // `help` of a name that is nearly right does not tell the right one; the name alone does.
        ErrorKind::InvalidSubcommand if args.iter().any(|word| word == "help") => {
            command().try_get_matches_from(args.iter().filter(|word| *word != "help"))
        }
        ErrorKind::UnknownArgument => Err(before_the_verb(&command, &args, error)),
        _ => Err(error),
    })?;
    T::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command()))
}

/// An option of a verb that stands in front of it: the whole line, put right, is told beside clap's words.
fn before_the_verb(
    command: &dyn Fn() -> clap::Command,
    args: &[OsString],
    error: clap::Error,
) -> clap::Error {
    let is_verb = |word: &OsString| command().get_subcommands().any(|verb| *word == *verb.get_name());
    let Some(at) = args.iter().skip(1).position(is_verb).map(|at| at + 1) else { return error };
    // What is before it and no option of all verbs belongs behind it.
    let moved = (1..at).rev().find_map(|from| {
        let line = [&args[..from], &args[at..=at], &args[from..at], &args[at + 1..]].concat();
        command().try_get_matches_from(&line).is_ok().then_some(line)
    });
    let Some(line) = moved else { return error };
    let words: Vec<_> = line.iter().map(|word| word.to_string_lossy()).collect();
    let text = format!("an option of a verb stands in front of it\n\n  tip: {}", words.join(" "));
    command().error(ErrorKind::UnknownArgument, text)
}

/// How to speak, as far as arguments tell that clap refused: an error must be coloured as asked.
pub fn speech_of_wrong(args: &[OsString]) -> Speech {
    let value = |name| value_of(args, name);
    let color = value("--color").and_then(|text| Color::from_str(text, false).ok());
    let format = value("--message-format").and_then(|text| MessageFormat::from_str(text, false).ok());
    let json = args.iter().any(|arg| arg == "--json");
    Speech { color, message_format: format.unwrap_or_default(), json, ..Speech::default() }
}

/// The value of an option among arguments that nobody has read yet.
pub fn value_of<'a>(args: &'a [OsString], option: &str) -> Option<&'a str> {
    let texts: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let apart = texts.iter().position(|text| *text == option).and_then(|at| texts.get(at + 1).copied());
    texts.iter().find_map(|text| text.strip_prefix(option)?.strip_prefix('=')).or(apart)
}
