//! Builds that recall the last one: which part is looked at, and when nothing is recalled.

use expect_test::{Expect, expect};

use super::toy::{Log, Toys};
use super::toy_recall::key;
use super::toy_world::{STATE, ToyWorld, graph};
use crate::recall::Recall;
use crate::run::Outcome;
use crate::state::Store;
use crate::state::snapshot::{Entry, Role};
use crate::world::disk::Disk;
use crate::world::hash::Hash;

pub(super) const ACTIONS: &str = "
    out/a.o : cc a.c
    out/b.o : cc b.c
    out/lib : !ld out/a.o out/b.o
    out/list : !cut out/lib
    out/prog : ld out/main.o out/list
    out/main.o : cc main.c
    out/other : cc other.c
";

pub(super) fn world() -> ToyWorld {
    let sources = [
        ("a.c", "a\n#include h"),
        ("b.c", "b"),
        ("main.c", "main\n#include h"),
        ("other.c", "other"),
        ("h", "h"),
    ];
    let world = ToyWorld { recall: true, ..ToyWorld::new(&sources) };
    world.build(ACTIONS, "*");
    world
}

fn check(change: impl FnOnce(&ToyWorld), expected: Expect) {
    let world = world();
    change(&world);
    let first = world.build(ACTIONS, "*");
    expected.assert_eq(&format!("{first}-- again\n{}", world.build(ACTIONS, "*")));
}

#[test]
fn nothing_changed() {
    check(
        |_| {},
        expect![[r#"
        all as it was
        -- again
        all as it was
    "#]],
    );
}

/// A header that was written just before the build, and outputs that were written just before its end.
#[test]
fn stamps_that_are_ahead_of_the_clock_are_waited_for() {
    let world = ToyWorld { recall: true, ..ToyWorld::new(&[("a.c", "a\n#include h")]) };
    world.disk.stamps_ahead();
    world.disk.edit("h", b"h");
    let [first, second] = [(); 2].map(|()| world.build("out/a.o : cc a.c", "*"));
    assert_eq!(first, "out/a.o: there is no result of an earlier run\n");
    assert_eq!(second, "all as it was\n");
}

#[test]
fn a_source_takes_its_readers_along_and_nobody_else() {
    check(
        |world| world.edit("b.c", "b2"),
        expect![[r#"
        part of 4
        out/b.o: b.c changed
        out/lib: out/b.o changed
        out/list: out/lib changed
        out/prog: out/list changed
        -- again
        all as it was
    "#]],
    );
    check(
        |world| world.edit("main.c", "main2\n#include h"),
        expect![[r#"
        part of 2
        out/main.o: main.c changed
        out/prog: out/main.o changed
        -- again
        all as it was
    "#]],
    );
}

/// It waits for what is made, and runs for no content; nor do those who wait for it.
#[test]
fn who_only_waits_does_not_run_again() {
    let actions = "
        out/a.o : cc a.c
        out/b.o : cc b.c
        out/both : !await out/a.o out/b.o
        out/prog : !ld out/both
    ";
    let files = [("a.c", "a"), ("b.c", "b")];
    let world = ToyWorld { recall: true, ..ToyWorld::new(&files) };
    let told = world.build(actions, "*");
    assert_eq!(told.lines().count(), 4, "{told}");
    world.edit("a.c", "a2");
    world.check(
        actions,
        "*",
        expect![[r#"
        part of 3
        out/a.o: a.c changed
    "#]],
    );
    world.disk.delete("out/both");
    world.disk.tick();
    world.check(
        actions,
        "*",
        expect![[r#"
        part of 2
        out/both: its output out/both is gone
    "#]],
    );
    // It is not made before what it waits for.
    world.edit("a.c", "a3");
    world.disk.delete("out/both");
    world.failing.lock().unwrap().insert("out/a.o".into());
    world.check(
        actions,
        "*",
        expect![[r#"
        part of 3
        out/a.o: a.c changed
        out/a.o failed: toy ended with exit code 1
        2 not reached
    "#]],
    );
}

#[test]
fn a_header_is_known_to_who_has_read_it() {
    check(
        |world| world.edit("h", "h2"),
        expect![[r#"
        part of 5
        out/a.o: h changed
        out/lib: out/a.o changed
        out/list: out/lib changed
        out/main.o: h changed
        out/prog: out/main.o changed
        -- again
        all as it was
    "#]],
    );
}

#[test]
fn an_output_that_is_damaged_or_gone() {
    check(
        |world| world.edit("out/b.o", "damaged"),
        expect![[r#"
        part of 4
        out/b.o: its output out/b.o was changed by somebody else
        -- again
        all as it was
    "#]],
    );
    check(
        |world| world.disk.delete("out/list"),
        expect![[r#"
        part of 2
        out/list: its output out/list is gone
        -- again
        all as it was
    "#]],
    );
}

#[test]
fn a_file_that_was_read_and_is_gone_is_for_a_plan() {
    check(
        |world| world.disk.delete("other.c"),
        expect![[r#"
        out/other: other.c is gone
        out/other failed: toy ended with exit code 1
        -- again
        out/other: other.c is gone
        out/other failed: toy ended with exit code 1
    "#]],
    );
}

#[test]
fn a_header_that_nobody_has_read_before_is_for_a_plan() {
    check(
        |world| {
            world.edit("new", "new");
            world.edit("b.c", "b\n#include new");
        },
        expect![[r#"
            part of 4
            out/b.o: b.c changed
            out/lib: out/b.o changed
            out/list: out/lib changed
            out/prog: out/list changed
            -- again
        "#]],
    );
}

#[test]
fn a_generated_file_that_was_found_out_is_made_next_time() {
    let actions = "
        out/gen : cc g
        out/a.o : cc a.c
    ";
    let world = ToyWorld { recall: true, ..ToyWorld::new(&[("g", "1"), ("a.c", "a")]) };
    world.build(actions, "*");
    world.edit("g", "2");
    world.edit("a.c", "a\n#include out/gen");
    assert_eq!(world.build(actions, "out/a.o"), "out/a.o: a.c changed\n");
    expect![[r#"
        out/gen: g changed
        out/a.o: out/gen changed
    "#]]
    .assert_eq(&world.build(actions, "out/a.o"));
}

#[test]
fn what_failed_is_touched_until_it_is_mended() {
    let world = world();
    world.edit("b.c", "#error");
    let mut text = world.build(ACTIONS, "*");
    text += &world.build(ACTIONS, "*");
    world.edit("a.c", "a2\n#include h");
    text += &world.build(ACTIONS, "*");
    world.edit("b.c", "b3");
    text += &world.build(ACTIONS, "*");
    text += &world.build(ACTIONS, "*");
    expect![[r#"
        part of 4
        out/b.o: b.c changed
        out/b.o failed: toy ended with exit code 1
        3 not reached
        part of 4
        out/b.o: b.c changed
        out/b.o failed: toy ended with exit code 1
        3 not reached
        part of 5
        out/a.o: a.c changed
        out/b.o: b.c changed
        out/b.o failed: toy ended with exit code 1
        3 not reached
        part of 5
        out/b.o: b.c changed
        out/lib: out/a.o changed
        out/list: out/lib changed
        out/prog: out/list changed
        all as it was
    "#]]
    .assert_eq(&text);
}

#[test]
fn a_step_that_only_a_plan_makes() {
    let actions = "out/o : !once s";
    let world = ToyWorld { recall: true, ..ToyWorld::new(&[("s", "1")]) };
    world.build(actions, "*");
    assert_eq!(world.build(actions, "*"), "all as it was\n");
    world.edit("s", "2");
    assert_eq!(world.build(actions, "*"), "out/o: s changed\n");
}

#[test]
fn a_store_or_a_graph_that_somebody_touched_is_not_believed() {
    for path in [STATE, "out/.state/all.graph", "out/.state/all.snapshot"] {
        let world = world();
        let bytes = world.disk.peek(path).unwrap();
        world.disk.edit(path, &bytes[..bytes.len() - 1]);
        world.disk.tick();
        let text = world.build(ACTIONS, "*");
        assert!(!text.contains("as it was"), "{path}: {text}");
        assert_eq!(world.build(ACTIONS, "*"), "all as it was\n", "{path}");
    }
}

#[test]
fn a_file_that_changes_while_a_part_is_built_has_readers_elsewhere() {
    let actions = "
        out/a.o : cc a.c
        out/b.o : cc b.c
        out/y : cc y.c out/b.o
    ";
    let sources = [("a.c", "a\n#include h"), ("b.c", "b"), ("y.c", "y\n#include h"), ("h", "h")];
    let mut world = ToyWorld { recall: true, ..ToyWorld::new(&sources) };
    world.build(actions, "*");
    world.edit("b.c", "b2");
    world.hook = Some(Box::new(|world, output| {
        if output == "out/b.o" {
            world.edit("h", "h2");
        }
    }));
    let first = world.build(actions, "*");
    world.hook = None;
    let second = world.build(actions, "*");
    expect![[r#"
        part of 2
        out/b.o: b.c changed
        out/y: out/b.o changed
        -- again
        part of 2
        out/a.o: h changed
    "#]]
    .assert_eq(&format!("{first}-- again\n{second}"));
    assert_eq!(world.read("out/a.o"), "cc(a;h2)");
    assert_eq!(world.build(actions, "*"), "all as it was\n");
}

#[test]
fn what_failed_for_a_file_that_is_gone_again_is_as_it_was() {
    let actions = "
        out/x : !cat a
        out/c.o : cc c.c";
    let world = ToyWorld { recall: true, ..ToyWorld::new(&[("a", "?b\nA"), ("c.c", "C")]) };
    world.build(actions, "*");
    world.edit("b", "#error");
    let mut text = world.build(actions, "*");
    world.disk.delete("b");
    world.edit("c.c", "D");
    text += &world.build(actions, "*");
    text += &world.build(actions, "*");
    expect![[r#"
        part of 1
        out/x: b changed
        out/x refused: b: #error
        part of 1
        out/c.o: c.c changed
        all as it was
    "#]]
    .assert_eq(&text);
    assert_eq!(world.read("out/x"), "cat(A)");
}

#[test]
fn a_difference_holds_until_somebody_else_builds() {
    let world = world();
    let graph = graph(ACTIONS).unwrap();
    let all: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
    let recall = Recall::new(&world.disk, "out/.state", "all", key(&graph, &all));
    world.edit("b.c", "b2");
    let difference = recall.compare().unwrap();
    let part = || {
        let (store, _) = Store::open(&world.disk, STATE).unwrap();
        recall.part(&store, &difference, &Toys(Log::default()))
    };
    assert!(part().is_some());
    world.build(ACTIONS, "*");
    assert!(part().is_none());
}

/// A name that comes between the two looks is new.
#[test]
fn a_directory_that_the_plan_lists_and_includes_is_as_it_was_listed() {
    let world = world();
    let (store, _) = Store::open(&world.disk, STATE).unwrap();
    let recall = Recall::new(&world.disk, "out/.state", "other", Hash::PRESENT);
    world.edit("dir/old", "old");
    let look = || Entry::of_plan("dir", world.disk.stat("dir").unwrap(), world.disk.listing("dir").ok());
    let listed = look();
    world.edit("dir/new", "new");
    let seen = Some(Vec::new());
    let outcome = Outcome { seen, ..Outcome::default() };
    let included = Entry { role: Role::Searched, ..look() };
    let graph = graph(ACTIONS).unwrap();
    recall.remember("", &graph, (&store, &[]), &outcome, vec![listed, included]).unwrap();
    assert!(recall.compare().is_none());
}
