//! What people see: whole lines where standard error is no terminal, a bar and colours where it is one, and cargo's
//! variables. A terminal is made by `script`, of util-linux.

use std::process::Command;

use modpin_test::skip::is_missing;
use modpin_test::{Said, World};

use crate::program::{PROGRAM, Program};

const SOURCES: usize = 4;
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

/// A project of several sources, with a compiler that waits.
fn world() -> World {
    let sources: Vec<String> = (0..SOURCES).map(|at| format!("source-{at}.c")).collect();
    let project = serde_json::json!({
        "format": 1, "name": "demo",
        "targets": [{ "kind": "library", "name": "all", "sources": sources }],
    });
    let world = World::new(&[("demo.json", &project.to_string())]);
    world.script("slow-cc", COMPILER);
    world
}

/// What a build says that compiles everything again.
fn built(world: &World, value: usize, command: &mut Command, variables: &[(&str, &str)]) -> Said {
    for at in 0..SOURCES {
        let text = format!("int f{at}(void) {{ return {value}; }}\n");
        world.write(&format!("source-{at}.c"), &text);
    }
    command.env("CC", world.path("slow-cc")).env("TERM", "xterm");
    let said = Said::of(command.envs(variables.iter().copied()));
    said.has(0, "");
    said
}

/// Into a pipe.
fn piped(world: &World, value: usize, args: &str, variables: &[(&str, &str)]) -> String {
    let said = built(world, value, &mut world.project(&format!("build {args}")), variables);
    assert_eq!(said.out, "");
    said.err
}

/// On a terminal of a hundred columns; standard error is told apart from nothing. Every compiler waits until `shown` is
/// there to be seen.
fn on_terminal(
    world: &World,
    value: usize,
    args: &str,
    shown: &str,
    variables: &[(&str, &str)],
) -> String {
    let line = format!("stty cols 100 rows 30; {PROGRAM} --project demo.json build -j2 {args}");
    // What nobody waits for has a moment in which it could be seen.
    let pause = if shown.is_empty() { "0.2" } else { "0" };
    world.write("screen", "");
    let mut script = world.command("script");
    script.args(["-qefc", &line, "screen"]).env("SHOWN", shown).env("PAUSE", pause);
    built(world, value, &mut script, variables).out
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
    let world = world();
    let always = [("CARGO_TERM_PROGRESS_WHEN", "always"), ("CARGO_TERM_PROGRESS_WIDTH", "80")];
    for (value, variables) in [&[][..], &always, &[("CARGO_TERM_COLOR", "auto")]].into_iter().enumerate()
    {
        let err = piped(&world, value + 1, "", variables);
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
    let world = world();
    let colored = |value, args: &str, variables: &[(&str, &str)]| {
        piped(&world, value, args, variables).contains('\x1b')
    };
    assert!(colored(2, "", &[("CARGO_TERM_COLOR", "always")]));
    assert!(colored(3, "", &[("CARGO_TERM_COLOR", "always"), ("NO_COLOR", "1")]), "as with cargo");
    assert!(colored(4, "--color always", &[("CARGO_TERM_COLOR", "never")]));
    assert!(!colored(5, "--color never", &[("CARGO_TERM_COLOR", "always")]));
    assert!(!colored(6, "", &[("NO_COLOR", "1")]));
}

#[test]
fn quiet_and_verbose_are_cargos_too() {
    let world = world();
    assert_eq!(piped(&world, 2, "", &[("CARGO_TERM_QUIET", "true")]), "");
    assert!(piped(&world, 3, "", &[("CARGO_TERM_VERBOSE", "true")]).contains("     Running `"));
    assert!(piped(&world, 4, "-v", &[("CARGO_TERM_QUIET", "true")]).contains("     Running `"));
    assert_eq!(piped(&world, 5, "-q", &[("CARGO_TERM_VERBOSE", "true")]), "");
}

#[test]
fn on_a_terminal_there_is_a_bar() {
    if is_missing("script", "a bar on a terminal") {
        return;
    }
    // Nothing is recorded in a fresh one, so that there is room for names.
    let (world, fresh) = (world(), world());
    let first = on_terminal(&world, 1, "", ": source-", &[]);
    let seen = bars(&first);
    assert!(first.contains("\x1b[32m   Compiling") || first.contains("\x1b[1m"), "colours: {first:?}");
    assert!(seen.iter().any(|bar| bar.contains("/7") && bar.contains(": source-")), "{seen:?}");
    assert!(!first.contains("0/0"), "{seen:?}");
    assert!(seen.iter().all(|bar| !bar.contains(" left")), "nothing is recorded: {seen:?}");
    let again = bars(&on_terminal(&world, 2, "", " left: source-", &[]));
    assert!(again.iter().any(|bar| bar.contains("s left: source-")), "{again:?}");
    let plain = on_terminal(&world, 3, "", ": source-", &[("NO_COLOR", "1")]);
    assert!(!plain.contains("\x1b[1m") && !plain.contains("\x1b[3"), "no colours: {plain:?}");
    assert!(!bars(&plain).is_empty());
    let width = [("CARGO_TERM_PROGRESS_WIDTH", "62")];
    let narrow = bars(&on_terminal(&fresh, 1, "", ": sour", &width));
    assert!(narrow.iter().any(|bar| bar.contains(": sour")), "{narrow:?}");
    assert!(narrow.iter().all(|bar| bar.chars().count() <= 62), "{narrow:?}");
}

#[test]
fn on_a_terminal_a_bar_can_be_unwanted() {
    if is_missing("script", "a terminal without a bar") {
        return;
    }
    let world = world();
    let unseen = |value, args: &str, variables: &[(&str, &str)]| {
        bars(&on_terminal(&world, value, args, "", variables)).is_empty()
    };
    assert!(unseen(2, "", &[("CARGO_TERM_PROGRESS_WHEN", "never")]));
    assert!(unseen(3, "", &[("CI", "true")]));
    let always = [("CI", "true"), ("CARGO_TERM_PROGRESS_WHEN", "always")];
    assert!(!bars(&on_terminal(&world, 4, "", ": source-", &always)).is_empty());
    assert!(unseen(5, "", &[("TERM", "dumb")]));
    assert!(unseen(6, "-q", &[]));
    assert!(unseen(7, "", &[("CARGO_TERM_QUIET", "true")]));
    assert!(unseen(8, "--message-format json", &[]));
}
