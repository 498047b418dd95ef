//! Files that tools spell in more than one way: each is one file, and the way to it counts.

use expect_test::expect;

use super::toy_world::ToyWorld;

const FILES: [(&str, &str); 5] = [
    ("g/a.c", "#include g/../f/x.h\n#include g/deep/../../f/y.h\nA"),
    ("g/deep/other", ""),
    ("f/x.h", "X"),
    ("f/y.h", "Y"),
    ("else/f/x.h", "E"),
];

/// `g` is a directory of the search, so files beside `g/../f/x.h` could be found in its place.
const ACTIONS: &str = "out/a : cc-Ig:f: g/a.c";

fn world(recall: bool) -> ToyWorld {
    let world = ToyWorld { recall, ..ToyWorld::new(&FILES) };
    world.check(ACTIONS, "*", expect!["out/a: there is no result of an earlier run\n"]);
    world
}

#[test]
fn a_file_that_is_spelled_with_the_way_back_is_read_once_and_for_all() {
    let world = world(false);
    world.check(ACTIONS, "*", expect![""]);
    world.edit("f/x.h", "X2");
    world.check(ACTIONS, "*", expect!["out/a: f/x.h changed\n"]);
    world.check(ACTIONS, "*", expect![""]);
    // What stands in front of it stands in front of the file, not of the spelling.
    world.edit("g/y.h", "G");
    world.check(ACTIONS, "*", expect!["out/a: g/y.h is found in the place of f/y.h\n"]);
    world.check(ACTIONS, "*", expect![""]);
}

#[test]
fn the_last_build_is_recalled_all_the_same() {
    let world = world(true);
    world.check(ACTIONS, "*", expect!["all as it was\n"]);
    world.edit("f/x.h", "X2");
    world.check(ACTIONS, "*", expect!["part of 1\nout/a: f/x.h changed\n"]);
    world.check(ACTIONS, "*", expect!["all as it was\n"]);
}

#[test]
fn a_directory_on_the_way_that_becomes_a_link_leads_elsewhere() {
    for recall in [false, true] {
        let world = world(recall);
        world.disk.delete("g");
        world.disk.edit("else/g/a.c", b"#include g/../f/x.h\n#include f/y.h\nA");
        world.disk.link("g", "else/g");
        world.disk.tick();
        let told = world.build(ACTIONS, "*");
        assert!(told.contains("out/a: "), "{told}");
        assert_eq!(world.read("out/a"), "cc-Ig:f:(E;Y;A)");
        world.edit("else/f/x.h", "E2");
        let told = world.build(ACTIONS, "*");
        assert!(told.contains("out/a: else/f/x.h changed"), "{told}");
        world.disk.delete("g");
        world.disk.edit("g/a.c", b"#include g/../f/x.h\n#include f/y.h\nA");
        world.disk.tick();
        let told = world.build(ACTIONS, "*");
        assert!(told.contains("out/a: "), "{told}");
        assert_eq!(world.read("out/a"), "cc-Ig:f:(X;Y;A)");
    }
}

/// Nothing that is read by its own path changes.
#[test]
fn only_the_way_is_another() {
    for recall in [false, true] {
        let files =
            [("a.c", "#include g/../f/x.h\nA"), ("g/other", ""), ("f/x.h", "X"), ("else/f/x.h", "E")];
        let world = ToyWorld { recall, ..ToyWorld::new(&files) };
        let actions = "out/a : cc-If: a.c";
        world.build(actions, "*");
        world.disk.delete("g");
        world.disk.edit("else/g/other", b"");
        world.disk.link("g", "else/g");
        world.disk.tick();
        let told = world.build(actions, "*");
        assert!(told.ends_with("out/a: g/../f/x.h changed\n"), "{told}");
        assert_eq!(world.read("out/a"), "cc-If:(E;A)");
    }
}

#[test]
fn a_file_that_another_action_makes_is_waited_for_however_it_is_spelled() {
    let files = [("src/a.c", "#include src/../out/gen.h\nA"), ("gen.in", "1")];
    let world = ToyWorld { jobs: 8, ..ToyWorld::new(&files) };
    let actions = "
        out/a : cc src/a.c
        out/gen.h : cut gen.in
    ";
    world.build(actions, "out/gen.h");
    world.build(actions, "*");
    assert_eq!(world.build(actions, "*"), "");
    world.edit("gen.in", "2");
    let told = world.build(actions, "out/a");
    assert_eq!(told, "out/gen.h: gen.in changed\nout/a: out/gen.h changed\n");
    assert_eq!(world.read("out/a"), "cc(cut(2);A)");
    assert_eq!(world.build(actions, "*"), "");
}
