//! Command lines: what they mean, and how wrong ones are answered.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use expect_test::{Expect, expect};

use crate::command::args::{Color, MessageFormat, Verb};
use crate::command::command_line::{command, parse, speech_of_wrong};

fn words(line: &str) -> Vec<OsString> {
    line.split_whitespace().map(OsString::from).collect()
}

fn check(program: &str, declared: bool, line: &str, expected: Expect) {
    let text = match parse(program, declared, words(line)) {
        Ok(parsed) => format!("{:?}", parsed.verb),
        Err(error) => error.to_string(),
    };
    // clap leaves blanks in empty lines, editors do not.
    expected.assert_eq(&text.lines().map(|line| line.trim_end().to_owned() + "\n").collect::<String>());
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
