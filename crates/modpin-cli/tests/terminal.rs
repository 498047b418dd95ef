//! What people see: whole lines where standard error is no terminal, a bar and colours where it is one, and cargo's
//! variables. A terminal is made by `script`, of util-linux.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const SOURCES: usize = 4;
const VARIABLES: [&str; 10] = [
    "CI",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "CARGO_TERM_COLOR",
    "CARGO_TERM_QUIET",
    "CARGO_TERM_VERBOSE",
    "CARGO_TERM_PROGRESS_WHEN",
    "CARGO_TERM_PROGRESS_WIDTH",
    "MAKEFLAGS",
];

/// Compiles when `SHOWN` is on the screen, or after `PAUSE`. Whoever waits in vain gives up after a minute.
const COMPILER: &str = r#"#!/bin/sh
case "$*" in *source-*)
  turns=0
  while [ -n "$SHOWN" ] && ! grep -q -e "$SHOWN" screen; do
    turns=$((turns + 1))
    [ $turns -lt 3000 ] || exit 1
    sleep 0.02
  done
  sleep "${PAUSE:-0}" ;;
esac
exec cc "$@"
"#;

struct World(TempDir);

impl World {
    fn new() -> World {
        let world = World(tempfile::tempdir().unwrap());
        let sources: Vec<String> = (0..SOURCES).map(|at| format!("source-{at}.c")).collect();
        let project = serde_json::json!({
            "format": 1, "name": "demo",
            "targets": [{ "kind": "library", "name": "all", "sources": sources }],
        });
        world.write("demo.json", &project.to_string());
        world.write("slow-cc", COMPILER);
        fs::set_permissions(world.path().join("slow-cc"), PermissionsExt::from_mode(0o755)).unwrap();
        world.change(1);
        world
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn change(&self, value: usize) {
        (0..SOURCES).for_each(|at| {
            self.write(&format!("source-{at}.c"), &format!("int f{at}(void) {{ return {value}; }}\n"));
        });
    }

    fn run(&self, program: &str, args: &[&str], variables: &[(&str, &str)]) -> (String, String) {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.path()).env("CC", self.path().join("slow-cc"));
        VARIABLES.iter().for_each(|name| _ = command.env_remove(name));
        command.env("TERM", "xterm").envs(variables.iter().copied());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr))
    }

    /// What a build that compiles everything again says into a pipe.
    fn piped(&self, value: usize, args: &str, variables: &[(&str, &str)]) -> String {
        self.change(value);
        let args = format!("--project demo.json build {args}");
        let args: Vec<&str> = args.split_whitespace().collect();
        let (out, err) = self.run(env!("CARGO_BIN_EXE_cargo-modpin"), &args, variables);
        assert_eq!(out, "");
        err
    }

    /// The same on a terminal of a hundred columns; standard error is told apart from nothing. Every compiler waits until
    /// `shown` is there to be seen.
    fn on_terminal(&self, value: usize, args: &str, shown: &str, variables: &[(&str, &str)]) -> String {
        self.change(value);
        self.write("screen", "");
        let program = env!("CARGO_BIN_EXE_cargo-modpin");
        let line = format!("stty cols 100 rows 30; {program} --project demo.json build -j2 {args}");
        // What nobody waits for has a moment in which it could be seen.
        let pause = if shown.is_empty() { "0.2" } else { "0" };
        let variables = [&[("SHOWN", shown), ("PAUSE", pause)], variables].concat();
        self.run("script", &["-qefc", &line, "screen"], &variables).0
    }
}

const BAR: &str = "    Building [";

/// What stands in each line that holds a bar, without colours.
fn bars(text: &str) -> Vec<String> {
    let plain = anstream::adapter::strip_str(text).to_string();
    let lines = plain.split(['\r', '\n']).filter(|line| line.contains(BAR));
    lines.map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn without_a_terminal_there_are_whole_lines_only() {
    let world = World::new();
    let always = [("CARGO_TERM_PROGRESS_WHEN", "always"), ("CARGO_TERM_PROGRESS_WIDTH", "80")];
    for (value, variables) in [&[][..], &always, &[("CARGO_TERM_COLOR", "auto")]].into_iter().enumerate()
    {
        let err = world.piped(value + 1, "", variables);
        let lines: Vec<&str> = err.split_inclusive('\n').collect();
        assert_eq!(lines.len(), SOURCES + 2, "{err}");
        for line in lines {
            assert!(line.ends_with('\n') && !line.contains(['\r', '\x1b']), "{line:?}");
            assert!(
                ["Compiling ", "Archiving ", "Finished "]
                    .iter()
                    .any(|verb| line.trim_start().starts_with(verb)),
                "{line}"
            );
        }
    }
}

#[test]
fn colours_of_a_pipe_are_those_that_were_asked_for() {
    let world = World::new();
    let colored = |value, args: &str, variables: &[(&str, &str)]| {
        world.piped(value, args, variables).contains('\x1b')
    };
    assert!(colored(2, "", &[("CARGO_TERM_COLOR", "always")]));
    assert!(colored(3, "", &[("CARGO_TERM_COLOR", "always"), ("NO_COLOR", "1")]), "as with cargo");
    assert!(colored(4, "--color always", &[("CARGO_TERM_COLOR", "never")]));
    assert!(!colored(5, "--color never", &[("CARGO_TERM_COLOR", "always")]));
    assert!(!colored(6, "", &[("NO_COLOR", "1")]));
}

#[test]
fn quiet_and_verbose_are_cargos_too() {
    let world = World::new();
    assert_eq!(world.piped(2, "", &[("CARGO_TERM_QUIET", "true")]), "");
    assert!(world.piped(3, "", &[("CARGO_TERM_VERBOSE", "true")]).contains("     Running `"));
    assert!(world.piped(4, "-v", &[("CARGO_TERM_QUIET", "true")]).contains("     Running `"));
    assert_eq!(world.piped(5, "-q", &[("CARGO_TERM_VERBOSE", "true")]), "");
}

#[test]
fn on_a_terminal_there_is_a_bar() {
    if Command::new("script").arg("--version").output().is_err() {
        return eprintln!("SKIPPED: a bar on a terminal: script (util-linux) is not installed");
    }
    let world = World::new();
    let first = world.on_terminal(1, "", ": source-", &[]);
    let seen = bars(&first);
    assert!(first.contains("\x1b[32m   Compiling") || first.contains("\x1b[1m"), "colours: {first:?}");
    assert!(seen.iter().any(|bar| bar.contains("/7") && bar.contains(": source-")), "{seen:?}");
    assert!(!first.contains("0/0"), "{seen:?}");
    assert!(seen.iter().all(|bar| !bar.contains(" left")), "nothing is recorded: {seen:?}");
    let again = bars(&world.on_terminal(2, "", " left: source-", &[]));
    assert!(again.iter().any(|bar| bar.contains("s left: source-")), "{again:?}");
    let plain = world.on_terminal(3, "", ": source-", &[("NO_COLOR", "1")]);
    assert!(!plain.contains("\x1b[1m") && !plain.contains("\x1b[3"), "no colours: {plain:?}");
    assert!(!bars(&plain).is_empty());
    // Nothing is recorded there, so that there is room for names.
    let width = [("CARGO_TERM_PROGRESS_WIDTH", "62")];
    let narrow = bars(&World::new().on_terminal(1, "", ": sour", &width));
    assert!(narrow.iter().any(|bar| bar.contains(": sour")), "{narrow:?}");
    assert!(narrow.iter().all(|bar| bar.chars().count() <= 62), "{narrow:?}");
}

#[test]
fn on_a_terminal_a_bar_can_be_unwanted() {
    if Command::new("script").arg("--version").output().is_err() {
        return eprintln!("SKIPPED: a bar on a terminal: script (util-linux) is not installed");
    }
    let world = World::new();
    let unseen = |value, args: &str, variables: &[(&str, &str)]| {
        bars(&world.on_terminal(value, args, "", variables)).is_empty()
    };
    assert!(unseen(2, "", &[("CARGO_TERM_PROGRESS_WHEN", "never")]));
    assert!(unseen(3, "", &[("CI", "true")]));
    let always = [("CI", "true"), ("CARGO_TERM_PROGRESS_WHEN", "always")];
    assert!(!bars(&world.on_terminal(4, "", ": source-", &always)).is_empty());
    assert!(unseen(5, "", &[("TERM", "dumb")]));
    assert!(unseen(6, "-q", &[]));
    assert!(unseen(7, "", &[("CARGO_TERM_QUIET", "true")]));
    assert!(unseen(8, "--message-format json", &[]));
}
