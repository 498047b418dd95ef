//! Headers that go, move, or take the place of others (row R14). After each change the outputs are those of a clean
//! build of the same tree in the same place, and then there is nothing to do.

use std::collections::BTreeMap;
use std::fs;

use modpin_engine::Hash;
use modpin_test::skip::is_long;
use modpin_test::{Said, World, reliability::count};

use super::with;
use crate::outputs::{outputs, outputs_of};
use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 1, "name": "demo", "includes": ["first", "include"], "cflags": ["-g0"],
  "targets": [{ "kind": "library", "name": "l", "sources": ["src/*.c"],
    "cflags": ["-isystem", "system", "-idirafter", "after"], "includes": ["."] }]
}"#;

const FILES: [(&str, &str); 12] = [
    ("src/quoted.c", "#include \"x.h\"\n#include \"sub/y.h\"\nint quoted = X + Y;\n"),
    ("src/angle.c", "#include <x.h>\n#include <limits.h>\nint angle = X, most = INT_MAX;\n"),
    ("src/beside.c", "#include \"near.h\"\n#include \"deep/chain.h\"\nint beside = NEAR + CHAIN;\n"),
    ("src/last.c", "#include <late.h>\n#include <sys.h>\nint last = LATE + SYS;\n"),
    ("src/near.h", "#define NEAR 1\n"),
    ("include/x.h", "#define X 10\n"),
    ("include/sub/y.h", "#define Y 20\n"),
    ("include/deep/chain.h", "#include \"link.h\"\n"),
    ("include/deep/link.h", "#define CHAIN 30\n"),
    ("system/sys.h", "#define SYS 40\n"),
    ("after/late.h", "#define LATE 50\n"),
    ("first/unused.h", "#define UNUSED 60\n"),
];

/// A change of the tree.
enum Change {
    New(&'static str, &'static str),
    Gone(&'static str),
    Moved(&'static str, &'static str),
    Link(&'static str, &'static str),
}

use Change::{Gone, Link, Moved, New};

/// One case: changes, and which sources are compiled by them. `!` in front: it fails.
type Case = (&'static [Change], &'static str);

const CASES: [Case; 35] = [
    // A new file in front of one that was found.
    (&[New("first/x.h", "#define X 1\n")], "angle quoted"),
    (&[New("src/x.h", "#define X 2\n")], "angle quoted"),
    (&[New("src/sub/y.h", "#define Y 3\n")], "quoted"),
    (&[New("first/sub/y.h", "#define Y 4\n")], "quoted"),
    (&[New("first/limits.h", "#define INT_MAX 5\n")], "angle"),
    (&[New("include/limits.h", "#define INT_MAX 6\n")], "angle"),
    (&[New("system/limits.h", "#define INT_MAX 7\n")], "angle"),
    (&[New("limits.h", "#define INT_MAX 8\n")], "angle"),
    (&[New("first/features.h", "#define FEATURES\n#include_next <features.h>\n")], "angle"),
    (&[New("first/sys.h", "#define SYS 9\n")], "last"),
    (&[New("include/late.h", "#define LATE 10\n")], "last"),
    (&[New("system/late.h", "#define LATE 11\n")], "last"),
    (&[New("first/deep/chain.h", "#define CHAIN 12\n")], "beside"),
    (&[New("src/deep/chain.h", "#define CHAIN 13\n")], "beside"),
    (&[New("x.h", "#define X 14\n")], ""),
    // Nobody looks there.
    (&[New("after/x.h", "#define X 15\n")], ""),
    (&[New("after/limits.h", "#define INT_MAX 16\n")], ""),
    (&[New("first/other.h", "#define OTHER\n")], ""),
    (&[New("include/x.c", "#define X 17\n")], ""),
    // Beside a header that was read: who asked for x.h is not known, so it might have been that header.
    (&[New("include/sub/x.h", "#define X 17\n")], "quoted"),
    // Nothing that a compiler would take.
    (&[New("first/x.h/file", "a directory\n")], ""),
    (&[Link("nowhere", "first/x.h")], ""),
    (&[Link("../include/x.h", "first/x.h")], "angle quoted"),
    // A whole directory comes from elsewhere.
    (&[New("else/sub/y.h", "#define Y 18\n"), Moved("else/sub", "first/sub")], "quoted"),
    // Gone.
    (&[Gone("include/x.h")], "!angle !quoted"),
    (&[Gone("src/near.h")], "!beside"),
    (&[Gone("include/deep/link.h")], "!beside"),
    (&[Gone("first/unused.h")], ""),
    (&[Gone("include/x.h"), New("after/x.h", "#define X 19\n")], "angle quoted"),
    (&[Gone("src/near.h"), New("include/near.h", "#define NEAR 20\n")], "beside"),
    // Moved.
    (&[Moved("include/x.h", "include/z.h")], "!angle !quoted"),
    (&[Moved("include/x.h", "first/x.h")], "angle quoted"),
    (
        &[
            Moved("include/sub/y.h", "src/y.h"),
            New("src/quoted.c", "#include \"y.h\"\nint quoted = Y;\n"),
        ],
        "quoted",
    ),
    (&[Moved("include/deep", "first/deep")], "beside"),
    (&[Moved("system/sys.h", "after/sys.h"), Moved("after/late.h", "system/late.h")], "last"),
];

fn make(world: &World, change: &Change) {
    match *change {
        New(path, text) => world.write(path, text),
        Gone(path) => fs::remove_file(world.path(path)).unwrap(),
        Moved(from, to) => fs::rename(world.path(from), world.path(to)).unwrap(),
        Link(target, path) => std::os::unix::fs::symlink(target, world.path(path)).unwrap(),
    }
}

/// Which sources a build compiled, and which of them failed.
fn compiled(said: &Said) -> String {
    let ended =
        said.objects_of("action-finished").into_iter().filter(|line| line["verb"] == "Compiling");
    let mut names: Vec<String> = ended
        .map(|line| {
            let label = line["label"].as_str().unwrap();
            let name = label.trim_start_matches("src/").trim_end_matches(".c");
            format!("{}{name}", if line["success"] == true { "" } else { "!" })
        })
        .collect();
    names.sort_by(|a, b| a.trim_start_matches('!').cmp(b.trim_start_matches('!')));
    names.join(" ")
}

fn build(world: &World) -> Said {
    world.modpin("build -k --message-format json")
}

/// What a build gives that knows nothing of an earlier one.
fn clean_outputs(world: &World) -> BTreeMap<String, Hash> {
    build_elsewhere(world);
    let outputs = outputs_of(&world.path("clean/modpin/debug"));
    // The response files and texts name the directory.
    outputs.into_iter().filter(|(path, _)| path.ends_with(".o") || path.ends_with(".a")).collect()
}

fn build_elsewhere(world: &World) {
    let _ = fs::remove_dir_all(world.path("clean"));
    world.modpin("build -k -q --target-dir clean");
}

#[test]
fn after_each_change_of_headers_all_is_as_if_built_for_the_first_time() {
    if is_long("headers::after_each_change_of_headers_all_is_as_if_built_for_the_first_time") {
        return;
    }
    for (at, (changes, expected)) in CASES.iter().enumerate().step_by(count(3, 1)) {
        let world = with(PROJECT, &FILES);
        build(&world).has(0, "");
        assert_eq!(compiled(&build(&world)), "", "case {at}, before");
        changes.iter().for_each(|change| make(&world, change));
        let said = build(&world);
        assert_eq!(compiled(&said), *expected, "case {at}: {}", said.err);
        let failed = expected.contains('!');
        assert_eq!(said.code, Some(if failed { 101 } else { 0 }), "case {at}: {}", said.err);
        if !failed {
            let mut outputs = outputs(&world);
            outputs.retain(|path, _| path.ends_with(".o") || path.ends_with(".a"));
            assert_eq!(outputs, clean_outputs(&world), "case {at}");
            assert_eq!(compiled(&build(&world)), "", "case {at}, after");
            world.is_idle();
        }
    }
}

#[test]
fn a_header_that_an_argument_names_is_looked_for_in_the_root_first() {
    let project = r#"{ "format": 1, "name": "demo", "includes": ["include"], "cflags": ["-include", "all.h"],
        "targets": [{ "kind": "library", "name": "l", "sources": ["src/*.c"] }] }"#;
    let files = [("include/all.h", "#define ALL 1\n"), ("src/one.c", "int one = ALL;\n")];
    let world = with(project, &files);
    build(&world).has(0, "");
    assert_eq!(compiled(&build(&world)), "");
    world.write("all.h", "#define ALL 2\n");
    assert_eq!(compiled(&build(&world)), "one");
    world.is_idle();
}

#[test]
fn the_reason_names_both() {
    let world = with(PROJECT, &FILES);
    build(&world).has(0, "");
    world.is_idle();
    world.write("first/x.h", "#define X 1\n");
    let said = world.modpin("build --explain");
    said.has(0, "Compiling src/angle.c: first/x.h is found in the place of include/x.h\n");
}
