//! Files in front of others: a command that looks for a name finds the first file, so a new one is a change.

use expect_test::{Expect, expect};

use super::toy_world::ToyWorld;
use crate::fake::FakeDisk;

/// `src/passed.h` is in front of the one that is found, for all that the engine knows, from the start.
pub(super) const FILES: [(&str, &str); 8] = [
    ("src/a.c", "#include <x.h>\n#include <passed.h>\nA"),
    ("src/b.c", "#include <x.h>\nB"),
    ("include/x.h", "X"),
    ("include/passed.h", "P"),
    ("src/passed.h", "Q"),
    ("first/unused.h", "U"),
    ("other/unused.h", "U"),
    ("else/x.h", "E"),
];

/// The last directory of each is the checkout itself.
pub(super) const ACTIONS: &str = "
    out/a : cc-Ifirst:include: src/a.c
    out/b : cc-Iother:include: src/b.c
";

/// A world in which all is built.
fn world() -> ToyWorld {
    let world = ToyWorld::new(&FILES);
    world.build(ACTIONS, "*");
    assert_eq!(world.build(ACTIONS, "*"), "");
    world
}

/// What a change makes run, and then nothing any more.
fn check(change: impl FnOnce(&FakeDisk), expected: Expect) {
    let world = world();
    change(&world.disk);
    world.disk.tick();
    world.check(ACTIONS, "*", expected);
    assert_eq!(world.build(ACTIONS, "*"), "");
}

/// The same with a new file.
fn check_new(path: &str, expected: Expect) {
    check(|disk| disk.edit(path, b"new"), expected);
}

#[test]
fn a_new_file_in_front_of_one_that_was_read() {
    check_new("first/x.h", expect!["out/a: first/x.h is found in the place of include/x.h\n"]);
    check_new("other/x.h", expect!["out/b: other/x.h is found in the place of include/x.h\n"]);
    let both = expect![[r#"
        out/a: src/x.h is found in the place of include/x.h
        out/b: src/x.h is found in the place of include/x.h
    "#]];
    // Beside a file that was read: whether somebody looked there is not known.
    check_new("src/x.h", both);
    // As include/x.h it may have been looked for.
    check_new(
        "first/include/x.h",
        expect!["out/a: first/include/x.h is found in the place of include/x.h\n"],
    );
}

#[test]
fn a_directory_of_the_search_is_one_however_it_is_spelled() {
    let world = ToyWorld::new(&FILES);
    let actions = "out/a : cc-Iother/../first:first/../include: src/a.c";
    world.build(actions, "*");
    assert_eq!(world.build(actions, "*"), "");
    world.edit("first/x.h", "new");
    world.check(actions, "*", expect!["out/a: first/x.h is found in the place of include/x.h\n"]);
}

/// An assembler has read it, say. Who looked beside it is not known, and what stood there was not what was looked for.
#[test]
fn what_stands_beside_a_file_of_which_no_depfile_tells() {
    let files = [
        ("src/a.c", "#include <x.h>\n.incbin data/part\nA"),
        ("include/x.h", "X"),
        ("data/part", "P"),
        ("data/x.h", "passed"),
    ];
    let world = ToyWorld::new(&files);
    let actions = "out/a : cc-Iinclude src/a.c";
    world.build(actions, "*");
    world.check(actions, "*", expect![""]);
    world.edit("data/part", "P2");
    world.check(actions, "*", expect!["out/a: data/part changed\n"]);
    world.check(actions, "*", expect![""]);
    // One that stands in front and is read all the same.
    world.edit("src/a.c", "#include <x.h>\n.incbin data/x.h\nA");
    world.build(actions, "*");
    world.edit("data/x.h", "read");
    world.check(actions, "*", expect!["out/a: data/x.h changed\n"]);
    assert_eq!(world.read("out/a"), "cc-Iinclude(X;read;A)");
    world.check(actions, "*", expect![""]);
}

#[test]
fn it_is_what_is_read_then() {
    let world = world();
    world.edit("first/x.h", "new");
    world.build(ACTIONS, "*");
    assert_eq!(world.read("out/a"), "cc-Ifirst:include:(new;P;A)");
    assert_eq!(world.read("out/b"), "cc-Iother:include:(X;B)");
}

#[test]
fn a_new_file_where_nobody_looks_or_looks_later() {
    for path in ["x.h", "else/y.h", "first/y.h", "include/y.h", "first/x.c", "out/x.h"] {
        check_new(path, expect![""]);
    }
}

#[test]
fn what_is_no_file_hides_none() {
    check(|disk| disk.dir("first/x.h"), expect![""]);
    check(|disk| disk.link("first/x.h", "nowhere"), expect![""]);
    check(|disk| disk.link("first/x.h", "/elsewhere"), expect![""]);
    check(
        |disk| disk.link("first/x.h", "../else/x.h"),
        expect!["out/a: first/x.h is found in the place of include/x.h\n"],
    );
}

#[test]
fn what_was_passed_over_hides_nothing() {
    check(|disk| disk.edit("src/passed.h", b"Q2"), expect![""]);
    check(|disk| disk.delete("src/passed.h"), expect![""]);
    // In front of what was passed over, not of what was read.
    check_new("first/src/passed.h", expect![""]);
    check_new(
        "first/passed.h",
        expect!["out/a: first/passed.h is found in the place of include/passed.h\n"],
    );
}

/// As where `#include_next` goes from a header of the C++ library to one of the C library.
#[test]
fn what_was_passed_over_elsewhere_hides_nothing() {
    let files = [("a.c", "#include /usr/b/x.h\nA"), ("/usr/a/x.h", "1"), ("/usr/b/x.h", "2")];
    let world = ToyWorld::new(&files);
    let actions = "out/a : cc-I/usr/a:/usr/b a.c";
    world.build(actions, "*");
    assert_eq!(world.read("out/a"), "cc-I/usr/a:/usr/b(2;A)");
    world.check(actions, "*", expect![""]);
}

#[test]
fn a_file_that_was_read_itself_hides_nothing() {
    let files = [("a.c", "#include first/x.h\n#include include/x.h\nA"), ("first/x.h", "1")];
    let world = ToyWorld::new(&[&files[..], &[("include/x.h", "2")]].concat());
    let actions = "out/a : cc-Ifirst:include a.c";
    world.build(actions, "*");
    world.check(actions, "*", expect![""]);
}

#[test]
fn a_file_that_another_action_has_read_hides_one_all_the_same() {
    let world = world();
    world.edit("first/x.h", "new");
    world.build(ACTIONS, "*");
    world.disk.delete("first/x.h");
    world.check(ACTIONS, "*", expect!["out/a: first/x.h is gone\n"]);
    // Its path is known from then on, and that nobody reads it.
    world.edit("first/x.h", "new again");
    world.check(ACTIONS, "*", expect!["out/a: first/x.h is found in the place of include/x.h\n"]);
}

/// A new file in front of another, that one action of a build makes by the way, before the next is looked at.
#[test]
fn a_file_that_this_build_has_made_hides_one() {
    let actions = "
        out/g : cut src/a.c
        out/a : cc-Ifirst:include: src/a.c out/g
        out/b : cc-Ifirst:include: src/a.c
    ";
    for made in ["first/x.h", "first/include/x.h"] {
        let mut world = world();
        world.build(actions, "*");
        let new = made.to_owned();
        world.hook = Some(Box::new(move |world, output| {
            if output == "out/g" {
                world.edit(&new, "new");
            }
        }));
        // Its output stays what it was, so it alone is no reason.
        world.edit("src/a.c", "#include <x.h>\n#include <passed.h>\nA");
        world.disk.delete("out/g");
        world.disk.tick();
        let expected = format!(
            "out/g: its output out/g is gone\nout/a: {made} is found in the place of include/x.h\n"
        );
        assert_eq!(world.build(actions, "*"), expected);
        // That one was looked at before.
        let later = format!("out/b: {made} is found in the place of include/x.h\n");
        assert_eq!(world.build(actions, "*"), later);
        assert_eq!(world.build(actions, "*"), "");
    }
}

/// 40 sources in four directories, each with a header of its own, and ten headers that lie last on a path of six.
fn wide() -> (ToyWorld, String) {
    let mut files = Vec::new();
    let shared: String = (0..10).map(|header| format!("#include <sub/h{header}.h>\n")).collect();
    for header in 0..10 {
        files.push((format!("last/sub/h{header}.h"), format!("H{header}")));
    }
    let mut actions = String::new();
    for source in 0..40 {
        let path = format!("s{}/{source}", source % 4);
        files.push((format!("{path}.h"), format!("O{source}")));
        files.push((format!("{path}.c"), format!("#include {path}.h\n{shared}")));
        actions += &format!("out/{source} : cc-Id1:d2:d3:d4:d5:last {path}.c\n");
    }
    files.extend((1..6).map(|dir| (format!("d{dir}/unused.h"), String::new())));
    // These are passed over, by ten actions each.
    files.extend((0..4).map(|dir| (format!("s{dir}/sub/h3.h"), String::new())));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    (ToyWorld { recall: true, ..ToyWorld::new(&files) }, actions)
}

#[test]
fn a_look_at_everything_asks_for_each_path_once() {
    let (world, actions) = wide();
    world.build(&actions, "*");
    assert_eq!(world.build(&actions, "*"), "all as it was\n");
    let looks = |text: &str| {
        world.disk.tick();
        world.disk.looks();
        assert_eq!(world.build(&actions, "*"), text);
        let looks = world.disk.looks();
        let (calls, paths) = (looks.values().sum::<usize>(), looks.len());
        assert!(calls * 10 <= paths * 12, "{calls} calls for {paths} paths: {looks:?}");
        paths
    };
    let known = looks("all as it was\n");
    // A new file in a directory in which all have looked; and everything, without any memory.
    world.disk.edit("d1/new.h", b"new");
    let few = looks("part of 0\n");
    assert!(few <= known + 10, "{few} paths, {known} of them known");
    world.disk.delete("out/.state/all.snapshot");
    looks("");
    // Something of that name is there, and is no file: all are looked at again.
    world.disk.dir("d3/sub");
    looks("part of 40\n");
}

#[test]
fn a_new_library_in_front_of_another() {
    let check = |new: &str, expected: Expect| {
        let files = [("src/m.c", "#include <libx>\nM"), ("lb/libx.a", "A"), ("la/liby.a", "A")];
        let world = ToyWorld { recall: true, ..ToyWorld::new(&files) };
        let actions = "out/m : cc-Lla:lb src/m.c";
        world.build(actions, "*");
        assert_eq!(world.build(actions, "*"), "all as it was\n");
        world.edit(new, "new");
        world.check(actions, "*", expected);
    };
    check(
        "la/libx.so",
        expect![[r#"
            part of 1
            out/m: la/libx.so is found in the place of lb/libx.a
        "#]],
    );
    check(
        "la/libx.a",
        expect![[r#"
        part of 1
        out/m: la/libx.a is found in the place of lb/libx.a
    "#]],
    );
    check(
        "lb/libx.so",
        expect![[r#"
        part of 1
        out/m: lb/libx.so is found in the place of lb/libx.a
    "#]],
    );
}

#[test]
fn what_one_action_has_passed_over_hides_a_file_from_another() {
    let world = ToyWorld::new(&FILES);
    let actions = "
        out/a : cc-Ifirst:include src/b.c
        out/b : cc-Ifirst:include src/b.c
    ";
    world.build(actions, "*");
    world.edit("src/x.h", "new");
    world.build(actions, "out/a");
    world.check(actions, "*", expect!["out/b: src/x.h is found in the place of include/x.h\n"]);
}
