//! What shells complete, asked of real ones, and the pages of the manual.

use std::fs;
use std::path::Path;
use std::process::Command;

use modpin_test::skip::is_missing;
use modpin_test::{Said, World};

use crate::demo;
use crate::program::Program;

const MODPIN: &str = env!("CARGO_BIN_EXE_modpin");

/// A shell in a world where `modpin` is found by its name.
fn shell(world: &World, words: &[&str]) -> Command {
    let dir = Path::new(MODPIN).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = world.command(words[0]);
    command.args(&words[1..]).env("PATH", format!("{dir}:{path}"));
    command
}

/// The demo as the project of an xtask that was built before.
fn world_of_xtask() -> World {
    let world = demo::world();
    world.write("Cargo.toml", "[workspace]\nmembers = []\n");
    world.script("target/debug/xtask", "#!/bin/sh\n[ \"$1\" = project ] && cat demo.json\n");
    world
}

/// What bash, zsh and fish must say of a line, as every test of a shell asks it.
const LINES: [(&str, &str); 7] = [
    ("modpin compile-c", "compile-commands"),
    ("modpin --project demo.json build --tim", "--timings"),
    ("modpin --project demo.json run to", "tool"),
    ("modpin --project demo.json build go", "good"),
    ("modpin --project demo.json config get N", "NET"),
    ("cargo modpin --project demo.json modules --check-l", "--check-load"),
    ("cargo xtask build uti", "util"),
];

fn check(shell_name: &str, complete: impl Fn(&World, &str) -> Said) {
    if is_missing(shell_name, "completions") {
        return;
    }
    let world = world_of_xtask();
    for (line, expected) in LINES {
        let said = complete(&world, line);
        assert!(said.out.contains(expected), "{line}: {}", said.text());
    }
}

#[test]
fn bash_completes() {
    // Words and their number, as bash gives them to a function.
    let script = r#"
        eval "$(modpin completions bash)"
        COMP_WORDS=($1) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        function=$(complete -p "${COMP_WORDS[0]}" | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
        "$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    check("bash", |world, line| {
        Said::of(&mut shell(world, &["bash", "--norc", "-c", script, "bash", line]))
    });
}

#[test]
fn bash_takes_words_apart() {
    let world = world_of_xtask();
    let script = r#"
        eval "$(modpin completions bash)"
        try() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _modpin modpin; echo "${COMPREPLY[@]}"; }
        try modpin --project = demo.json build -D NET =
        try modpin --project = demo.json build -D NET = m
        try modpin --project = demo.json run to
        try modpin build --color = al
    "#;
    let said = Said::of(&mut shell(&world, &["bash", "--norc", "-c", script]));
    assert_eq!(said.out, "y m n\nm\ntool\nalways\n", "{}", said.err);
}

#[test]
fn bash_leaves_other_subcommands_of_cargo_alone() {
    let world = world_of_xtask();
    let script = r#"
        theirs() { COMPREPLY=("theirs ${COMP_WORDS[*]}"); }
        complete -F theirs cargo
        eval "$(modpin completions bash)"
        eval "$(modpin completions bash)"
        COMP_WORDS=(cargo build --rel) COMP_CWORD=2
        _modpin_of_cargo cargo --rel build
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let said = Said::of(&mut shell(&world, &["bash", "--norc", "-c", script]));
    assert_eq!(said.out, "theirs cargo build --rel\n", "{}", said.err);
}

#[test]
fn fish_completes() {
    let script = "modpin completions fish | source; complete --do-complete $argv[1]";
    check("fish", |world, line| {
        Said::of(&mut shell(world, &["fish", "--no-config", "-c", script, line]))
    });
}

#[test]
fn zsh_completes() {
    // A zsh at a terminal of its own, in which the key is pressed. Reading waits for the word and the blank behind it.
    let script = r#"
        zmodload zsh/zpty
        TERM=dumb zpty shell zsh -f -i
        zpty -w shell 'PROMPT=ready; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; eval "$(modpin completions zsh)"; echo all"set"'
        zpty -r shell said '*allset*ready*'
        zpty -w -n shell "$1"$'\t\x01echo "\x05"\n'
        zpty -r shell said "*$2*"
        print -r -- "$said"
    "#;
    if is_missing("zsh", "completions") {
        return;
    }
    let world = world_of_xtask();
    for (line, expected) in LINES {
        let words = ["timeout", "60", "zsh", "-f", "-c", script, "zsh", line, expected];
        let said = Said::of(&mut shell(&world, &words));
        assert!(said.success() && said.out.contains(expected), "{line}: {}", said.text());
    }
}

#[test]
fn what_a_setting_can_be_is_completed() {
    let world = demo::world();
    let answer = |line: &str| {
        let mut command = world.command(MODPIN);
        command.arg("--").args(line.split(' ')).env("MODPIN_COMPLETE", "fish");
        Said::of(&mut command).out
    };
    let settings = answer("modpin --project demo.json build -D ");
    assert_eq!(settings.lines().collect::<Vec<_>>(), ["NET=y", "NET=m", "NET=n"]);
    assert!(answer("modpin --project=demo.json run ").starts_with("tool\texecutable\n"));
    assert!(answer("modpin --project nowhere.json build ").starts_with("--"), "no project, no names");
    assert!(!answer("xtask ").contains("completions"), "an xtask has no such verb");
}

#[test]
fn the_manual_has_a_page_for_each_verb() {
    let world = demo::world();
    world.modpin("man --output man1").has(0, "");
    let pages = fs::read_dir(world.path("man1")).unwrap().count();
    assert!(pages > 25, "{pages}");
    let build = world.read("man1/modpin-build.1");
    assert!(build.starts_with(".ie") && build.contains(".TH modpin-build 1"), "{build}");
    assert!(build.contains("block/*") && build.contains("Exit codes"), "{build}");
    assert!(world.modpin("man build").out.contains("block/*"));
    world.modpin("man biuld").has(1, "did you mean \"build\"?");
}
