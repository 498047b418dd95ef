//! The command line of modpin: arguments, terminal, progress, verbs. A project's own program is one call:
//!
//! ```no_run
//! use modpin::{Executable, Project};
//!
//! fn main() -> std::process::ExitCode {
//!     modpin_cli::main!(declare)
//! }
//!
//! fn declare(p: &mut Project) -> modpin::Result<()> {
//!     p.add(Executable::new("tool").sources("src/*.c"));
//!     Ok(())
//! }
//! ```
//!
//! Floors: `verb` on `recall`, `run`, `context`; these on `configured`, that on `slots` and `source`, and that on `cargo_build`
//! (`verb` also on `templates` and `watching`); all, and `compiled_for`, on `say`, and that on `command`.
//!
//! Architecture invariant: no other crate prints. What a build does is heard as events and told here.

mod command;
mod say;
mod source;
mod slots;
mod compiled_for;
mod templates;
mod configured;
mod cargo_build;
mod context;
mod run;
mod recall;
#[cfg(feature = "watch")]
mod watching;
mod verb;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use modpin::Project;

use command::args::Jobs;
use command::bug;
use command::command_line::{self, CommandLine};
use command::exit::{Ended, Exit, Stop};
use context::Context;
use say::message::Message;
use say::parts::Parts;
use say::terminal::Terminal;
use slots::Parent;
use source::{Declare, Source};

/// Runs the verb that the arguments name on the project that a function declares: `modpin_cli::main!(declare)` is all that the program
/// of an `xtask` does. The function is called once, with an empty project whose root is the cargo workspace. The exit code is one of
/// docs/json-messages.md: 0 done, 1 wrong usage or declaration, 70 our own bug, 100 a module does not load, 101 a command failed,
/// 128 + N ended by signal N.
///
/// A macro, because only code of the package itself can say where that was compiled: of two workspaces with one target directory,
/// neither runs what the other declares.
#[macro_export]
macro_rules! main {
    ($declare:expr) => {
        $crate::main_compiled_in(env!("CARGO_MANIFEST_DIR"), $declare)
    };
}

/// What [`main!`] does, for the package in this directory.
#[doc(hidden)]
pub fn main_compiled_in(
    package: &str,
    declare: impl Fn(&mut Project) -> modpin::Result<()>,
) -> ExitCode {
    let args = std::env::args_os().skip(1).collect();
    whole("cargo xtask", Some((package, &declare)), args).into()
}

/// The same for the programs `cargo-modpin` and `modpin`, which read a project from the file that `--project` names.
pub fn main_of_file() -> ExitCode {
    let mut args = std::env::args_os();
    let own = args.next().map(PathBuf::from);
    let is_plain = own.is_some_and(|own| own.file_stem().is_some_and(|name| name == "modpin"));
    let mut args: Vec<OsString> = args.collect();
    // cargo calls its subcommands with their own name in front.
    let by_cargo = args.first().is_some_and(|first| first == "modpin");
    if by_cargo {
        args.remove(0);
    }
    #[cfg(feature = "installed")]
    if let Some(shell) = std::env::var_os(verb::completions::VARIABLE)
        && args.first().is_some_and(|first| first == "--")
    {
        return verb::completions::answer(&shell.to_string_lossy(), args.split_off(1));
    }
    let program = match (by_cargo, is_plain) {
        (true, _) => "cargo modpin",
        (false, true) => "modpin",
        (false, false) => "cargo-modpin",
    };
    whole(program, None, args).into()
}

fn whole(program: &str, declared: Option<(&str, Declare<'_>)>, args: Vec<OsString>) -> Exit {
    let started = Instant::now();
    // Before any descriptor is opened.
    let parent = Parent::of_process();
    bug::keep_panics();
    match command_line::parse(program, declared.is_some(), args.clone()) {
        Err(refusal) => {
            refused(&mut Terminal::of_process(&command_line::speech_of_wrong(&args)), &refusal)
        }
        Ok(CommandLine { file, speech, verb }) => {
            let mut terminal = Terminal::of_process(&speech);
            let done = bug::catch(|| {
                let terminal = &mut terminal;
                let source = match declared {
                    Some((package, declare)) => {
                        compiled_for::check(package, terminal, &args)?;
                        Source::of_function(declare)
                    }
                    None => Source::File { file, program },
                };
                let (jobs, parts) = (Jobs::default(), Parts::default());
                let mut context = Context {
                    terminal,
                    source,
                    started,
                    parent,
                    jobs,
                    parts,
                    timed: None,
                    cases: Vec::new(),
                    is_rest: false,
                };
                verb::verb(&mut context, &verb)
            });
            last_words(&mut terminal, done)
        }
    }
}

/// Help is no error; everything else that clap says is.
fn refused(terminal: &mut Terminal, refusal: &clap::Error) -> Exit {
    let text = refusal.render().ansi().to_string();
    if !refusal.use_stderr() {
        terminal.print_usage(&text, false);
        return Exit::Done;
    }
    terminal.print_usage(&format!("{}\n", text.trim_end()), true);
    let plain = refusal.render().to_string();
    let plain = plain.trim_end();
    terminal.message(&Message::Error { message: plain.strip_prefix("error: ").unwrap_or(plain) });
    finish(terminal, Ended { exit: Exit::Wrong, commands: 0 })
}

fn last_words(terminal: &mut Terminal, done: Result<Result<Ended, Stop>, String>) -> Exit {
    terminal.end_progress();
    let ended = match (done, bug::take()) {
        (Err(words), _) | (_, Some(words)) => {
            say_error(terminal, &bug_text(&words));
            Ended { exit: Exit::Bug, commands: 0 }
        }
        (Ok(Err(stop)), None) => {
            stop.texts().iter().for_each(|text| say_error(terminal, text));
            Ended { exit: stop.exit(), commands: stop.commands }
        }
        (Ok(Ok(ended)), None) => ended,
    };
    finish(terminal, ended)
}

fn finish(terminal: &mut Terminal, ended: Ended) -> Exit {
    let Ended { exit, commands } = ended;
    terminal.message(&Message::Finished { success: exit == Exit::Done, commands });
    match terminal.unwritten() {
        Some(error) => {
            terminal.error(format_args!("standard output: cannot write: {error}"));
            Exit::Failed
        }
        None => exit,
    }
}

fn say_error(terminal: &mut Terminal, text: &str) {
    terminal.error(text);
    terminal.message(&Message::Error { message: text });
}

fn bug_text(words: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "this is a bug in modpin {version}: {words}\n  help: please report it with these lines and the command \
         that you typed; RUST_BACKTRACE=1 tells more"
    )
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::say::terminal::tests::{plain, voice};
    use crate::say::voice::Verbosity;

    fn check(say: impl FnOnce(&mut Terminal) -> Exit, expected: Expect) {
        let (mut terminal, out, err) = plain(voice(Verbosity::Quiet, true));
        let exit = say(&mut terminal);
        expected.assert_eq(&format!("{}-- out\n{}-- {}\n", err.text(), out.text(), exit.code()));
    }

    #[test]
    fn every_verb_ends_with_finished() {
        let ended = Ended { exit: Exit::DoesNotLoad, commands: 3 };
        check(
            |terminal| last_words(terminal, Ok(Ok(ended))),
            expect![[r#"
            -- out
            {"reason":"finished","success":false,"commands":3}
            -- 100
        "#]],
        );
        check(
            |terminal| last_words(terminal, Ok(Ok(Ended::DONE))),
            expect![[r#"
            -- out
            {"reason":"finished","success":true,"commands":0}
            -- 0
        "#]],
        );
    }

    #[test]
    fn an_error_is_said_to_people_and_programs() {
        let stop =
            Stop { commands: 2, ..Stop::usage("no target is named \"x\"", "did you mean \"y\"?") };
        check(
            |terminal| last_words(terminal, Ok(Err(stop))),
            expect![[r#"
            error: no target is named "x"
              help: did you mean "y"?
            -- out
            {"reason":"error","message":"no target is named \"x\"\n  help: did you mean \"y\"?"}
            {"reason":"finished","success":false,"commands":2}
            -- 1
        "#]],
        );
    }

    #[test]
    fn a_bug_of_ours_says_so() {
        check(
            |terminal| last_words(terminal, Err("run.rs:1:2: odd".to_owned())),
            expect![[r#"
            error: this is a bug in modpin 0.1.0: run.rs:1:2: odd
              help: please report it with these lines and the command that you typed; RUST_BACKTRACE=1 tells more
            -- out
            {"reason":"error","message":"this is a bug in modpin 0.1.0: run.rs:1:2: odd\n  help: please report it with these lines and the command that you typed; RUST_BACKTRACE=1 tells more"}
            {"reason":"finished","success":false,"commands":0}
            -- 70
        "#]],
        );
    }

    #[test]
    fn wrong_arguments_and_help() {
        let refusal = |line: &str| {
            let words = line.split_whitespace().map(OsString::from).collect();
            command_line::parse("cargo xtask", true, words).unwrap_err()
        };
        check(
            |terminal| refused(terminal, &refusal("build --frobnicate")),
            expect![[r#"
            error: unexpected argument '--frobnicate' found

              tip: to pass '--frobnicate' as a value, use '-- --frobnicate'

            Usage: cargo xtask build [OPTIONS] [TARGET]...

            For more information, try '--help'.
            -- out
            {"reason":"error","message":"unexpected argument '--frobnicate' found\n\n  tip: to pass '--frobnicate' as a value, use '-- --frobnicate'\n\nUsage: cargo xtask build [OPTIONS] [TARGET]...\n\nFor more information, try '--help'."}
            {"reason":"finished","success":false,"commands":0}
            -- 1
        "#]],
        );
        check(
            |terminal| refused(terminal, &refusal("--version")),
            expect![[r#"
            -- out
            modpin 0.1.0
            -- 0
        "#]],
        );
    }
}
