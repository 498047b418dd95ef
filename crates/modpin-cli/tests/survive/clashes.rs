//! Outputs that cannot all be there (row R20): refused before the first command, and both are named.

use super::with;
use crate::program::Program;

const MAIN: (&str, &str) = ("main.c", "int main(void) { return 0; }\n");

fn project(targets: &str) -> String {
    format!("{{ \"format\": 1, \"name\": \"demo\", \"targets\": [{targets}] }}")
}

fn target(kind: &str, name: &str, source: &str) -> String {
    format!("{{ \"kind\": \"{kind}\", \"name\": \"{name}\", \"sources\": [{source}] }}")
}

/// Refused, with these words, and nothing has run.
fn refused(targets: &[String], files: &[(&str, &str)], words: &[&str]) {
    let world = with(&project(&targets.join(",")), files);
    let said = world.modpin("build --message-format json");
    words.iter().for_each(|word| said.has(1, word));
    assert!(!said.out.contains("\"started\""), "{}", said.out);
    assert!(!world.built(".modpin/obj").exists());
}

fn executable(name: &str) -> String {
    target("executable", name, "\"main.c\"")
}

fn module(name: &str) -> String {
    target("module", name, "\"main.c\"")
}

#[test]
fn the_same_output_twice() {
    let words = ["module \"a\"", "executable \"a.so\"", "would both become a.so"];
    refused(&[module("a"), executable("a.so")], &[MAIN], &words);
}

#[test]
fn outputs_that_differ_only_in_case() {
    refused(
        &[executable("Tool"), executable("tool")],
        &[MAIN],
        &["\"Tool\"", "\"tool\"", "differ only in case"],
    );
    let loads = "{ \"kind\": \"executable\", \"name\": \"host\", \"sources\": [\"main.c\"], \"loads\": [\"*\"] }";
    refused(
        &[module("M"), module("m"), loads.to_owned()],
        &[MAIN],
        &["M.so", "m.so", "differ only in case"],
    );
}

/// Objects lie as their sources do, and where these can lie together, so can those.
#[test]
fn sources_that_differ_only_in_case_are_two_sources() {
    let library = target("library", "l", "\"foo.c\", \"Foo.c\"");
    let files = [("foo.c", "int foo;\n"), ("Foo.c", "int Foo;\n")];
    let world = with(&project(&library), &files);
    world.modpin("build").has(0, "");
    let objects = world.built(".modpin/obj/libl.a");
    assert!(objects.join("foo.c.o").is_file() && objects.join("Foo.c.o").is_file());
    world.is_idle();
}

#[test]
fn a_file_where_another_needs_a_directory() {
    let words = ["a.so", "a.so/b"];
    refused(&[executable("a.so"), executable("a.so/b")], &[MAIN], &words);
    // Of objects, too: the source in a directory that has an object's name.
    let library = target("library", "l", "\"x.c\", \"x.c.o/y.c\"");
    let files = [("x.c", "int x;\n"), ("x.c.o/y.c", "int y;\n")];
    refused(&[library], &files, &["obj/libl.a/x.c.o is an output", "x.c.o/y.c.o"]);
}

/// Modules may need each other: the loader takes them together. Cycles of files are the engine's to refuse, and are
/// tested there.
#[test]
fn a_module_that_needs_itself() {
    let module = r#"{ "kind": "module", "name": "m", "sources": ["main.c"], "needs": ["m"] }"#;
    refused(&[module.to_owned()], &[MAIN], &["module \"m\""]);
}

#[test]
fn names_that_the_file_system_cannot_hold() {
    let long = "x".repeat(300);
    let words = [
        "a name of 300 bytes is too long, 255 are possible here",
        "help: give the target or the source a shorter name",
    ];
    refused(&[executable(&long), executable("first")], &[MAIN], &words);
    refused(&[module(&"m".repeat(250))], &[MAIN], &["bytes is too long, 255 are possible here"]);
}
