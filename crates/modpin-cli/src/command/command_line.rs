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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    fn check(program: &str, declared: bool, line: &str, expected: Expect) {
        let text = match parse(program, declared, words(line)) {
            Ok(parsed) => format!("{:?}", parsed.verb),
            Err(error) => error.to_string(),
        };
        // clap leaves blanks in empty lines, editors do not.
        expected
            .assert_eq(&text.lines().map(|line| line.trim_end().to_owned() + "\n").collect::<String>());
    }

    #[test]
    fn every_option_of_a_build() {
        let line = "build imgtool block/crypt -j 3 -r -v -k -n --explain --target-dir out \
                    --target aarch64-linux-gnu --modules off -D CONFIG_X=y -DY=m";
        check(
            "cargo xtask",
            true,
            line,
            expect![[r#"
                Build(Build { targets: ["imgtool", "block/crypt"], check_reads: false, setup: Setup { release: true, target: Some("aarch64-linux-gnu"), launcher: None, target_dir: Some("out"), define: ["CONFIG_X=y", "Y=m"], modules: Off }, running: Running { caching: Caching { no_cache: false, cache: None }, remote: Remote { remote_cache: None, remote: None, remote_property: [], remote_send_toolchain: false, remote_write: false, remote_instance: None, remote_header: [], remote_authorities: None, remote_deadline: None, remote_jobs: None, remote_patience: None }, jobs: Jobs { jobs: Some(3) }, link_jobs: None, keep_going: true, dry_run: true, explain: true, timings: false } })
            "#]],
        );
    }

    #[test]
    fn options_of_speech_stand_before_and_after_the_verb() {
        let before = parse("cargo xtask", true, words("-q --color never build")).unwrap();
        let after = parse("cargo xtask", true, words("build -q --color=never")).unwrap();
        assert!(before.speech.quiet && after.speech.quiet);
        assert_eq!(before.speech.color, Some(Color::Never));
        assert_eq!(after.speech.color, Some(Color::Never));
    }

    #[test]
    fn a_limit_is_a_time() {
        let limit = |line: &str| match parse("cargo xtask", true, words(line)).unwrap().verb {
            Verb::Modules(modules) => modules.limit.timeout,
            other => panic!("{other:?}"),
        };
        assert_eq!(limit("modules --check-load"), Duration::from_secs(10));
        assert_eq!(limit("modules --timeout 0.25"), Duration::from_millis(250));
        check(
            "cargo xtask",
            true,
            "modules --timeout 0",
            expect![[r#"
            error: invalid value '0' for '--timeout <SECONDS>': not a time that can be waited

            For more information, try '--help'.
        "#]],
        );
    }

    #[test]
    fn wrong_words_are_answered_with_the_program_that_was_typed() {
        check(
            "cargo xtask",
            true,
            "buidl",
            expect![[r#"
            error: unrecognized subcommand 'buidl'

              tip: a similar subcommand exists: 'build'

            Usage: cargo xtask [OPTIONS] <COMMAND>

            For more information, try '--help'.
        "#]],
        );
        check(
            "cargo modpin",
            false,
            "build --relaese",
            expect![[r#"
            error: unexpected argument '--relaese' found

              tip: a similar argument exists: '--release'

            Usage: cargo modpin build --release [TARGET]...

            For more information, try '--help'.
        "#]],
        );
        check(
            "cargo xtask",
            true,
            "build -j 0",
            expect![[r#"
            error: invalid value '0' for '--jobs <N>': not a number from 1 on

            For more information, try '--help'.
        "#]],
        );
        check(
            "cargo xtask",
            true,
            "build -q -v",
            expect![[r#"
            error: the argument '--quiet' cannot be used with '--verbose...'

            Usage: cargo xtask build --quiet [TARGET]...

            For more information, try '--help'.
        "#]],
        );
        check(
            "cargo xtask",
            true,
            "check-load x.so",
            expect![[r#"
            error: the following required arguments were not provided:
              --host <PROG>

            Usage: cargo xtask check-load --host <PROG> <MODULE>...

            For more information, try '--help'.
        "#]],
        );
    }

    #[test]
    fn a_declared_project_takes_no_file() {
        check(
            "cargo xtask",
            true,
            "--project p.json build",
            expect![[r#"
            error: unexpected argument '--project' found

            Usage: cargo xtask [OPTIONS] <COMMAND>

            For more information, try '--help'.
        "#]],
        );
        let parsed = parse("cargo modpin", false, words("build --project p.json --root .")).unwrap();
        assert_eq!(parsed.file.project, Some(PathBuf::from("p.json")));
        assert_eq!(parsed.file.root, Some(PathBuf::from(".")));
    }

    #[test]
    fn without_a_verb_there_is_help() {
        check(
            "cargo modpin",
            false,
            "",
            expect![[r#"
                Build a C program, pin what its modules need, prove that they load

                Usage: cargo modpin [OPTIONS] <COMMAND>

                Commands:
                  build             Build targets, all of them by default
                  modules           List the modules and what they need; prove that they load
                  project           Print the project as JSON
                  compile-commands  Write compile_commands.json without building, and print where it lies
                  list              List targets with their files, and options with their values
                  config            List, read and set the options of the project
                  explain           Explain a symbol, a target, a file, or why an archive member is linked
                  graph             Draw what is linked and why, as a page for a browser
                  clean             Remove what builds of this profile have made, and nothing else
                  cache             Say what is kept of builds for all checkouts, and remove some of it
                  check             Let a checker look at the sources
                  emit              Make what the compiler makes of a source on the way to its object
                  run               Build a program and run it
                  test              Build the programs that are tests and run them
                  watch             Do a verb, and again whenever the project has changed
                  install           Build, and put what is built where it is used
                  uninstall         Take away what was installed
                  check-load        Load modules that any build system made into a program
                  resolve           Say from the files alone whether modules would load into a program
                  pins              Print what makes a link keep the archive members that modules need
                  exports           Print the dynamic list that a program needs for its modules
                  link              Write all that the link of a program must be told for its modules, before it is linked
                  recipe            Print what another build system needs to take these verbs as steps
                  order             Put archives in an order in which one pass finds everything
                  new               Make a workspace with a program that loads a module
                  init              Add an xtask and a first declaration to the workspace around this directory
                  completions       Print what makes a shell complete verbs, options and names of targets
                  man               Print a page of the manual, or write all of them
                  help              Print this message or the help of the given subcommand(s)

                Options:
                      --project <FILE.json>  The project, as JSON (docs/project-format.md)
                      --root <DIR>           Where the project's relative paths start [default: the directory of FILE.json]
                  -h, --help                 Print help (see more with '--help')
                  -V, --version              Print version

                Output options:
                  -v, --verbose...               Print each command as it runs, and the small steps too
                  -q, --quiet                    Print errors and what compilers say, nothing else
                      --color <WHEN>             Colour the output [default: auto] [possible values: auto, always, never]
                      --message-format <FORMAT>  What goes to standard output: text for people, one JSON object a line, or annotations besides [default: human] [possible values: human, json, github]
                      --json                     The same as --message-format json
            "#]],
        );
        let help = |line| parse("cargo modpin", false, words(line)).unwrap_err().to_string();
        assert_eq!(help("--project p.json -q"), help(""));
        check(
            "cargo xtask",
            true,
            "build --help",
            expect![[r#"
                Build targets, all of them by default

                Usage: cargo xtask build [OPTIONS] [TARGET]...

                Arguments:
                  [TARGET]...
                          Targets by name or glob, modules, libraries, hosts, DIR/, files

                Options:
                      --check-reads
                          Run the tools of rules once more under strace, and tell what they read without saying so

                  -r, --release
                          Build optimised

                      --target <TRIPLE>
                          Build for another machine

                      --launcher <PROG>
                          What starts the compilers: ccache, sccache, distcc, icecc [default: what CC and CXX say]

                      --target-dir <DIR>
                          Directory for everything that is built [default: cargo's target directory]

                  -D <CONFIG_NAME=VALUE>
                          Set an option of the project, for this build

                      --modules <WHETHER>
                          Whether modules are built as modules

                          Possible values:
                          - on:  A file for each module
                          - off: Every module is linked into its hosts

                          [default: on]

                      --no-cache
                          Make everything here, and keep it for no other build

                      --cache <DIR>
                          Where results are kept for all checkouts [default: MODPIN_CACHE, or the user's cache directory]

                  -j, --jobs <N>
                          How many actions run at once [default: one for each processor, or what the jobserver in MAKEFLAGS allows]

                      --link-jobs <N>
                          How many of these may be links, which need the most memory [default: all]

                  -k, --keep-going
                          Go on with what does not need a failed action

                  -n, --dry-run
                          Print what would run, and run nothing

                      --explain
                          Print why each action runs

                      --timings
                          Write a page that shows how long each action took, and a trace for programs

                  -h, --help
                          Print help (see a summary with '-h')

                Output options:
                  -v, --verbose...
                          Print each command as it runs, and the small steps too

                  -q, --quiet
                          Print errors and what compilers say, nothing else

                      --color <WHEN>
                          Colour the output [default: auto]

                          Possible values:
                          - auto:   On a terminal
                          - always: Everywhere
                          - never:  Nowhere

                      --message-format <FORMAT>
                          What goes to standard output: text for people, one JSON object a line, or annotations besides

                          Possible values:
                          - human:  Text for people
                          - json:   One JSON object a line
                          - github: Text for people, and what GitHub makes annotations of

                          [default: human]

                      --json
                          The same as --message-format json

                Server with results:
                      --remote-cache <URL>
                          A server with results for many machines: grpc://HOST:PORT, grpcs://HOST:PORT or grpc+unix:PATH; off for none [default: MODPIN_REMOTE_CACHE]

                      --remote <URL>
                          Such a server, which runs commands, too; off for none [default: MODPIN_REMOTE]

                      --remote-property <NAME=VALUE>
                          What machines must be on which it runs them; more than one may be given

                      --remote-send-toolchain
                          These machines have no toolchain: send it what compilations need of it

                      --remote-write
                          Give it what is made here

                      --remote-instance <NAME>
                          Which of its instances

                      --remote-header <NAME=VALUE>
                          Say this with each call; more than one may be given

                      --remote-authorities <FILE>
                          Certificates that vouch for it, in PEM [default: those of the system]

                      --remote-deadline <SECONDS>
                          How many seconds a call may take [default: 10]

                      --remote-jobs <N>
                          How many questions it may be asked at once [default: 32]

                      --remote-patience <MILLISECONDS>
                          After so many milliseconds, what waits for it runs here, too, if there is a place [default: 500]

                Examples:
                  cargo xtask build
                  cargo xtask build 'block/*' --release

                Exit codes: 0 done; 1 wrong arguments or declaration; 100 symbols forbid it: a module does not load; 101 a command failed, or a file could not be read or written

                With --json: started, action-finished, timings, warning, error, finished
            "#]],
        );
    }

    #[test]
    fn only_the_options_of_the_verb_that_is_typed_are_put_together() {
        let all = command("modpin", false);
        let options = |verb: &clap::Command| verb.get_arguments().count();
        assert_eq!(all.get_subcommands().map(options).sum::<usize>(), 0);
    }

    #[test]
    fn the_speech_of_wrong_arguments() {
        let speech = speech_of_wrong(&words("buidl --color=never --message-format json"));
        assert_eq!(speech.color, Some(Color::Never));
        assert_eq!(speech.message_format, MessageFormat::Json);
        assert_eq!(speech_of_wrong(&words("--color")).color, None);
        assert!(speech_of_wrong(&words("buidl --json")).is_json());
    }
}
