//! What `--help` tells of each verb besides its options, as data: examples, exit codes, what it says to programs.

use clap::Command;

use crate::command::exit::Exit;

/// What there is to tell of a verb.
pub struct VerbHelp {
    /// The verb.
    pub verb: &'static str,
    /// It is about a project, which programs that are no xtask must be given.
    pub of_project: bool,
    /// What stands behind the program's name.
    pub examples: [&'static str; 2],
    /// How it may end, besides well.
    pub exits: &'static [Exit],
    /// What it says with --json in front of the last line.
    pub messages: &'static [&'static str],
}

const FILES: &[Exit] = &[Exit::Wrong, Exit::Failed];
const BUILDS: &[Exit] = &[Exit::Wrong, Exit::DoesNotLoad, Exit::Failed];
const BUILDING: &[&str] = &["started", "action-finished"];

/// All verbs, in the order of the help.
#[rustfmt::skip]
pub const ALL: &[VerbHelp] = &[
    VerbHelp { verb: "build", of_project: true, examples: ["build", "build 'block/*' --release"], exits: BUILDS, messages: &["started", "action-finished", "timings"] },
    VerbHelp { verb: "modules", of_project: true, examples: ["modules", "modules --check-load"], exits: BUILDS, messages: &["started", "action-finished", "timings", "module", "load-check"] },
    VerbHelp { verb: "project", of_project: true, examples: ["project", "project --json"], exits: FILES, messages: &["project"] },
    VerbHelp { verb: "compile-commands", of_project: true, examples: ["compile-commands", "compile-commands --release -o build.json"], exits: BUILDS, messages: &["started", "action-finished", "compile-commands"] },
    VerbHelp { verb: "list", of_project: true, examples: ["list", "list --json"], exits: FILES, messages: &["target", "left-out", "option"] },
    VerbHelp { verb: "config", of_project: true, examples: ["config list", "config set CRYPT=m"], exits: FILES, messages: &["option", "probe"] },
    VerbHelp { verb: "config list", of_project: true, examples: ["config list", "config list -D CRYPT=m --json"], exits: FILES, messages: &["option"] },
    VerbHelp { verb: "config probes", of_project: true, examples: ["config probes", "config probes sys/epoll.h --again"], exits: FILES, messages: &["probe"] },
    VerbHelp { verb: "config get", of_project: true, examples: ["config get CRYPT", "config get CRYPT --json"], exits: FILES, messages: &["option"] },
    VerbHelp { verb: "config set", of_project: true, examples: ["config set CRYPT=m", "config set CRYPT=m LEVEL=3"], exits: FILES, messages: &[] },
    VerbHelp { verb: "config unset", of_project: true, examples: ["config unset CRYPT", "config unset CRYPT LEVEL"], exits: FILES, messages: &[] },
    VerbHelp { verb: "config diff", of_project: true, examples: ["config diff", "config diff old.config"], exits: FILES, messages: &["option"] },
    VerbHelp { verb: "config save-defaults", of_project: true, examples: ["config save-defaults small.config", "config save-defaults small.config -D CRYPT=m"], exits: FILES, messages: &[] },
    VerbHelp { verb: "explain", of_project: true, examples: ["explain img_sha256", "explain --why-linked 'libutil.a(crc.c.o)'"], exits: BUILDS, messages: &["started", "action-finished", "explain"] },
    VerbHelp { verb: "graph", of_project: true, examples: ["graph", "graph --format dot -o linked.dot"], exits: BUILDS, messages: &["started", "action-finished", "graph"] },
    VerbHelp { verb: "clean", of_project: true, examples: ["clean", "clean --release --config"], exits: FILES, messages: &["cleaned"] },
    VerbHelp { verb: "cache", of_project: false, examples: ["cache stats", "cache trim --size 1GiB"], exits: FILES, messages: &["cache"] },
    VerbHelp { verb: "cache stats", of_project: false, examples: ["cache stats", "cache stats --json"], exits: FILES, messages: &["cache"] },
    VerbHelp { verb: "cache trim", of_project: false, examples: ["cache trim", "cache trim --size 1GiB"], exits: FILES, messages: &["cache"] },
    VerbHelp { verb: "cache clear", of_project: false, examples: ["cache clear", "cache clear --cache /srv/results"], exits: FILES, messages: &["cache"] },
    VerbHelp { verb: "check", of_project: true, examples: ["check", "check src/net/ --checker cppcheck --changed"], exits: BUILDS, messages: &["started", "action-finished", "finding"] },
    VerbHelp { verb: "emit", of_project: true, examples: ["emit src/crc.c --as i", "emit src/crc.c --as s,lst --release --output /tmp"], exits: BUILDS, messages: &["started", "action-finished", "emitted"] },
    VerbHelp { verb: "run", of_project: true, examples: ["run imgtool", "run imgtool -- drivers --all"], exits: BUILDS, messages: BUILDING },
    VerbHelp { verb: "test", of_project: true, examples: ["test", "test 't/crc*' --timeout 300"], exits: BUILDS, messages: &["started", "action-finished", "test"] },
    VerbHelp { verb: "watch", of_project: true, examples: ["watch", "watch test 't/crc*'"], exits: FILES, messages: &[] },
    VerbHelp { verb: "install", of_project: true, examples: ["install --prefix /opt/imgtool", "install --destdir target/pkg --strip --release"], exits: BUILDS, messages: &["started", "action-finished", "installed"] },
    VerbHelp { verb: "uninstall", of_project: true, examples: ["uninstall --dry-run", "uninstall --prefix /opt/imgtool"], exits: FILES, messages: &["installed"] },
    VerbHelp { verb: "check-load", of_project: false, examples: ["check-load --host app a.so b.so", "check-load --manifest modules.json"], exits: BUILDS, messages: &["load-check"] },
    VerbHelp { verb: "resolve", of_project: false, examples: ["resolve --host app a.so b.so", "resolve --host app --sysroot /srv/arm --first core.so a.so"], exits: BUILDS, messages: &["resolve"] },
    VerbHelp { verb: "pins", of_project: false, examples: ["pins --module a.so --archive libutil.a", "pins --module a.so --archive libutil.a --format args"], exits: BUILDS, messages: &["pins"] },
    VerbHelp { verb: "exports", of_project: false, examples: ["exports --host app --module a.so", "exports --host app --module a.so -o app.list"], exits: BUILDS, messages: &["exports"] },
    VerbHelp { verb: "link", of_project: false, examples: ["link -o app.rsp --module a.so --archive libutil.a", "link -o app.rsp --module a.so --archive libutil.a --object main.o"], exits: BUILDS, messages: &["pins"] },
    VerbHelp { verb: "recipe", of_project: false, examples: ["recipe cmake", "recipe make"], exits: FILES, messages: &["text"] },
    VerbHelp { verb: "order", of_project: false, examples: ["order libb.a liba.a", "order main.o libb.a liba.a -u start -o archives.rsp"], exits: BUILDS, messages: &["order"] },
    VerbHelp { verb: "new", of_project: false, examples: ["new my-app", "new my-app --host c"], exits: FILES, messages: &[] },
    VerbHelp { verb: "init", of_project: false, examples: ["init", "init --modpin ../modpin"], exits: FILES, messages: &[] },
    VerbHelp { verb: "completions", of_project: false, examples: ["completions bash", "completions fish"], exits: FILES, messages: &["text"] },
    VerbHelp { verb: "man", of_project: false, examples: ["man build", "man --output man1"], exits: FILES, messages: &["text"] },
];

/// What an exit code means.
pub fn meaning(exit: Exit) -> &'static str {
    match exit {
        Exit::Done => "done",
        Exit::Wrong => "wrong arguments or declaration",
        Exit::Bug => "a bug in modpin",
        Exit::DoesNotLoad => "symbols forbid it: a module does not load",
        Exit::Failed => "a command failed, or a file could not be read or written",
        Exit::Signal(_) => "ended by a signal",
        Exit::Program(_) => "as the program ended",
    }
}

impl VerbHelp {
    /// As they are typed.
    pub fn examples(&self, program: &str) -> impl Iterator<Item = String> {
        let needs_file = self.of_project && program != "cargo xtask";
        let file = if needs_file { " --project demo.json" } else { "" };
        self.examples.iter().map(move |example| format!("{program}{file} {example}"))
    }

    /// Codes with their meaning, in one line.
    pub fn exits(&self) -> String {
        let all = [Exit::Done].iter().chain(self.exits);
        let mut all: Vec<String> =
            all.map(|&exit| format!("{} {}", exit.code(), meaning(exit))).collect();
        if self.verb == "run" {
            all.push("the program's own".to_owned());
        }
        all.join("; ")
    }

    fn help(&self, program: &str) -> String {
        let examples: String = self.examples(program).map(|example| format!("  {example}\n")).collect();
        let messages = [self.messages, &["warning", "error", "finished"]].concat().join(", ");
        format!("Examples:\n{examples}\nExit codes: {}\n\nWith --json: {messages}", self.exits())
    }
}

/// The same command, built, whose help tells all of this.
pub fn with_help(mut command: Command, program: &str) -> Command {
    let words: Vec<_> = command.get_subcommands().map(|verb| verb.get_about().cloned()).collect();
    command.build();
    let mut words = words.into_iter();
    command.mut_subcommands(|verb| {
        // Those of the type of its arguments came in their place.
        let verb = match words.next().flatten() {
            Some(about) => verb.about(about),
            None => verb,
        };
        helped(verb, "", program)
    })
}

/// A verb, and those below it.
fn helped(verb: Command, above: &str, program: &str) -> Command {
    let name = format!("{above}{}", verb.get_name());
    let verb = match ALL.iter().find(|told| told.verb == name) {
        Some(told) => verb.after_help(told.help(program)),
        None => verb,
    };
    verb.mut_subcommands(|below| helped(below, &format!("{name} "), program))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::ffi::OsString;
    use std::fmt::Write;

    use expect_test::expect_file;

    use super::*;
    use crate::command::command_line::{command, parse};

    /// Options that say another thing of each verb, as `--output` does: what is written is another.
    const DIFFER: &[&str] = &[
        "archive",
        "dry-run",
        "format",
        "host",
        "output",
        "release",
        "target",
        "target-dir",
        "timeout",
    ];

    /// Verbs, and those below them: `config list`.
    fn verbs(all: &Command) -> Vec<(String, &Command)> {
        let mut found = Vec::new();
        for verb in all.get_subcommands().filter(|verb| verb.get_name() != "help") {
            let below = verb.get_subcommands().filter(|below| below.get_name() != "help");
            found.push((verb.get_name().to_owned(), verb));
            found
                .extend(below.map(|below| (format!("{} {}", verb.get_name(), below.get_name()), below)));
        }
        found
    }

    #[test]
    fn examples_can_be_typed() {
        let all = with_help(command("modpin", false), "modpin");
        let known: Vec<String> = verbs(&all).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            known,
            ALL.iter().map(|told| told.verb).collect::<Vec<_>>(),
            "a verb without a word in ALL"
        );
        for told in ALL {
            for (example, program) in told
                .examples("modpin")
                .map(|it| (it, "modpin"))
                .chain(told.examples("cargo xtask").map(|it| (it, "cargo xtask")))
            {
                let words = example.strip_prefix(program).unwrap().replace('\'', "");
                let words = words.split_whitespace().map(OsString::from).collect();
                let parsed = parse(program, program == "cargo xtask", words);
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            }
        }
    }

    #[test]
    fn the_document_says_what_the_code_says() {
        let all = with_help(command("cargo xtask", false), "cargo xtask");
        let mut text = "# All verbs and options\n\nMade from the command line's own words by a test \
             (`crates/modpin-cli/src/command/verbs.rs`). [verbs.md](verbs.md) tells what some of them are for.\n\
             Exit codes besides 0: 1 wrong arguments or declaration, 100 a module does not load or symbols forbid it, 101 a command failed. \
             With `--json` each ends with `finished` ([json-messages.md](json-messages.md)).\n\n\
             | verb | | exit codes | with `--json` | for example |\n|---|---|---|---|---|\n"
            .to_owned();
        for told in ALL {
            let all = verbs(&all);
            let about = all.iter().find(|(name, _)| name == told.verb).unwrap().1.get_about().unwrap();
            let codes: Vec<String> = told.exits.iter().map(|exit| exit.code().to_string()).collect();
            let messages: Vec<String> = told.messages.iter().map(|word| format!("`{word}`")).collect();
            let examples: Vec<String> =
                told.examples.iter().map(|example| format!("`{example}`")).collect();
            let (codes, messages) = (codes.join(", "), messages.join(", "));
            writeln!(
                text,
                "| `{}` | {about} | {codes} | {messages} | {} |",
                told.verb,
                examples.join(", ")
            )
            .unwrap();
        }
        text += "\n| option | | of |\n|---|---|---|\n";
        let mut options: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for (name, verb) in verbs(&all) {
            let of_all = |arg: &clap::Arg| {
                arg.is_global_set() || ["help", "version"].contains(&arg.get_id().as_str())
            };
            for arg in verb
                .get_opts()
                .chain(
                    verb.get_arguments()
                        .filter(|arg| !arg.is_positional() && !arg.get_action().takes_values()),
                )
                .filter(|arg| !of_all(arg))
            {
                let dashed = arg.get_long().map(|long| format!("--{long}"));
                let word = [arg.get_short().map(|short| format!("-{short}")), dashed]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(", ");
                let value = arg.get_value_names().filter(|_| arg.get_action().takes_values());
                let value = value.map_or(String::new(), |names| format!(" {}", names[0]));
                let help =
                    arg.get_help().map(ToString::to_string).unwrap_or_default().replace('|', "\\|");
                options.entry((format!("`{word}{value}`"), help)).or_default().push(name.clone());
            }
        }
        for ((word, help), of) in &options {
            writeln!(text, "| {word} | {help} | {} |", of.join(", ")).unwrap();
        }
        expect_file!["../../../../docs/commands.md"].assert_eq(&text);
    }

    #[test]
    fn an_option_means_the_same_in_every_verb() {
        let all = with_help(command("cargo xtask", false), "cargo xtask");
        let mut meanings: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (_, verb) in verbs(&all) {
            for arg in verb.get_arguments() {
                let Some(long) = arg.get_long() else { continue };
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                let meaning = format!("{:?} {:?} {help}", arg.get_short(), arg.get_value_names());
                meanings.entry(long.to_owned()).or_default().insert(meaning);
            }
        }
        let several: Vec<_> = meanings
            .iter()
            .filter(|(long, all)| all.len() > 1 && !DIFFER.contains(&long.as_str()))
            .collect();
        assert!(several.is_empty(), "{several:#?}");
    }

    #[test]
    fn messages_are_those_of_the_document() {
        let document = include_str!("../../../../docs/json-messages.md");
        let all: Vec<&str> = ALL.iter().flat_map(|told| told.messages).copied().collect();
        let described = |word: &str| document.contains(&format!("`{word}`"));
        assert!(all.iter().all(|word| described(word)), "{all:?}");
    }
}
