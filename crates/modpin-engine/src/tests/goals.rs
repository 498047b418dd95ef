//! Builds of different goals in one directory: each is remembered by itself, and none believes what another has changed.

use expect_test::expect;

use super::recall::{ACTIONS, world};
use super::toy_world::{STATE, ToyWorld};

#[test]
fn another_goal_is_for_a_plan() {
    let world = world();
    let text = world.build(ACTIONS, "out/lib");
    assert_eq!(text, "", "it was looked at");
    assert_eq!(world.build(ACTIONS, "out/lib"), "all as it was\n");
    world.edit("main.c", "main2");
    assert_eq!(world.build(ACTIONS, "out/lib"), "all as it was\n", "main.c is not asked for");
    assert_eq!(world.build(ACTIONS, "out/list"), "", "main.c is not asked for");
    assert!(world.build(ACTIONS, "*").starts_with("part of 2\n"));
}

/// Each goal has its own memory, and what the other has built is a difference like any other.
#[test]
fn two_goals_take_turns() {
    let world = world();
    assert_eq!(world.build(ACTIONS, "out/lib"), "", "it was looked at");
    let mut text = String::new();
    for (change, first, second) in [("b2", "out/lib", "*"), ("b4", "*", "out/lib")] {
        world.edit("b.c", change);
        for wanted in [first, second, first, second] {
            text += &format!("-- {wanted}\n{}", world.build(ACTIONS, wanted));
        }
    }
    expect![[r#"
        -- out/lib
        part of 2
        out/b.o: b.c changed
        out/lib: out/b.o changed
        -- *
        part of 4
        out/list: out/lib changed
        out/prog: out/list changed
        -- out/lib
        all as it was
        -- *
        all as it was
        -- *
        part of 4
        out/b.o: b.c changed
        out/lib: out/b.o changed
        out/list: out/lib changed
        out/prog: out/list changed
        -- out/lib
        part of 2
        -- *
        all as it was
        -- out/lib
        all as it was
    "#]]
    .assert_eq(&text);
    assert_eq!(world.read("out/prog"), "ld(cc(main;h),cut(ld(cc(a;h),cc(b4))))");
}

/// Another graph has removed what it has no use for, and may have made what this one has no use for.
#[test]
fn other_outputs_are_for_a_plan() {
    let world = world();
    let others = "out/a.o : cc a.c\nout/new : cc b.c";
    assert!(world.build(others, "out/new").contains("removed out/other\n"));
    expect![[r#"
        removed out/new
        out/b.o: there is no result of an earlier run
        out/lib: there is no result of an earlier run
        out/list: there is no result of an earlier run
        out/main.o: there is no result of an earlier run
        out/prog: there is no result of an earlier run
        out/other: there is no result of an earlier run
    "#]]
    .assert_eq(&world.build(ACTIONS, "*"));
    assert_eq!(world.read("out/other"), "cc(other)");
    assert_eq!(world.build(ACTIONS, "*"), "all as it was\n");
}

/// As a step it looks for `h`, as a command it does not; what it writes is the same, and stays where it is.
#[test]
fn what_ran_in_another_way_since_is_looked_at() {
    let world = ToyWorld { recall: true, ..ToyWorld::new(&[("a", "a\n?h")]) };
    let [step, command] = ["!cc", "cc"].map(|tool| format!("out/x : {tool} a\nout/y : cc a"));
    world.build(&step, "*");
    assert!(world.build(&command, "out/x").starts_with("out/x: its command changed: "));
    world.edit("h", "h");
    assert!(world.build(&step, "*").starts_with("part of 1\nout/x: "));
    assert_eq!(world.read("out/x"), "cc(a;h)");
    assert_eq!(world.build(&step, "*"), "all as it was\n");
}

#[test]
fn a_store_that_begins_anew_knows_nothing_of_the_other_goal() {
    let world = world();
    world.build(ACTIONS, "out/lib");
    world.edit(STATE, "of another version");
    assert!(world.build(ACTIONS, "out/lib").contains("warning: "));
    world.edit("b.c", "b2");
    expect![[r#"
        out/b.o: b.c changed
        out/lib: out/b.o changed
        out/list: there is no result of an earlier run
        out/main.o: there is no result of an earlier run
        out/prog: there is no result of an earlier run
        out/other: there is no result of an earlier run
    "#]]
    .assert_eq(&world.build(ACTIONS, "*"));
    assert_eq!(world.build(ACTIONS, "*"), "all as it was\n");
}

/// Of two goals the first is built with a header more, then the store is an older copy, and only the second goal is built.
#[test]
fn an_older_store_knows_less_than_what_is_remembered_of_the_other_goal() {
    let mut world = ToyWorld::new(&[("a.c", "A"), ("b.c", "#include h\nB"), ("h", "H")]);
    world.recall = true;
    let actions = "out/a.o : cc a.c\nout/b.o : cc b.c";
    world.build(actions, "*");
    let older = world.disk.peek(STATE).unwrap();
    world.edit("a.c", "#include h\nA");
    world.build(actions, "*");
    assert_eq!(world.build(actions, "*"), "all as it was\n");
    world.disk.edit(STATE, &older);
    world.disk.tick();
    world.build(actions, "out/b.o");
    world.edit("h", "H2");
    world.build(actions, "*");
    assert_eq!(world.read("out/a.o"), "cc(H2;A)");
}
