//! New names where actions have searched, when the last build is recalled: whom each of them concerns.

use expect_test::{Expect, expect};

use super::shadowing::{ACTIONS, FILES};
use super::toy_world::ToyWorld;

/// What a build says after a change where the last one may be recalled; and what the builds after that say, up to one that has nothing to do.
fn check_recalled(change: impl FnOnce(&ToyWorld), expected: Expect) {
    let world = ToyWorld { recall: true, ..ToyWorld::new(&FILES) };
    world.disk.link("first/passed.h", "../later.h");
    world.disk.link("include/x.c", "nowhere");
    world.disk.tick();
    world.build(ACTIONS, "*");
    assert_eq!(world.build(ACTIONS, "*"), "all as it was\n");
    change(&world);
    world.disk.tick();
    let told = std::iter::repeat_with(|| world.build(ACTIONS, "*"));
    let told: Vec<String> = told.take_while(|told| told != "all as it was\n").take(9).collect();
    expected.assert_eq(&told.join("-- again\n"));
}

#[test]
fn a_new_name_concerns_those_who_have_read_a_file_of_that_name() {
    check_recalled(|world| world.edit("else/y.h", "new"), expect![""]);
    check_recalled(|world| world.edit("first/y.h", "new"), expect!["part of 0\n"]);
    check_recalled(
        |world| world.edit("first/x.h", "new"),
        expect![[r#"
            part of 2
            out/a: first/x.h is found in the place of include/x.h
            -- again
        "#]],
    );
    // Its time alone says nothing.
    let there_and_gone = |world: &ToyWorld| {
        world.edit("first/x.h", "new");
        world.disk.delete("first/x.h");
    };
    check_recalled(there_and_gone, expect![""]);
    // What is gone and was not read hides nothing, and is new when it comes again.
    check_recalled(|world| world.disk.delete("first/unused.h"), expect!["part of 0\n"]);
    check_recalled(
        |world| world.edit("first/include/x.h", "new"),
        expect![[r#"
            part of 2
            out/a: first/include/x.h is found in the place of include/x.h
        "#]],
    );
}

#[test]
fn a_directory_that_is_searched_and_was_not_there() {
    let world = ToyWorld { recall: true, ..ToyWorld::new(&FILES) };
    let actions = "out/a : cc-Ilater:include src/a.c\nout/g : cc-Ilater:include src/g.c";
    world.edit("src/g.c", "G");
    world.build(actions, "*");
    assert_eq!(world.build(actions, "*"), "all as it was\n");
    // Where no directory was, and where it is no more, the plan may be another one.
    world.edit("later/y.h", "new");
    world.check(actions, "*", expect![""]);
    world.edit("later/x.h", "new");
    world.check(
        actions,
        "*",
        expect![[r#"
            part of 1
            out/a: later/x.h is found in the place of include/x.h
        "#]],
    );
    assert_eq!(world.build(actions, "*"), "", "out/a has read what nobody had read before");
    assert_eq!(world.build(actions, "*"), "all as it was\n");
    world.disk.delete("later/y.h");
    world.disk.tick();
    world.check(actions, "*", expect!["part of 0\n"]);
    world.disk.delete("later/x.h");
    world.disk.tick();
    world.check(actions, "*", expect!["out/a: later/x.h is gone\n"]);
    assert_eq!(world.build(actions, "*"), "all as it was\n");
    world.disk.delete("later");
    world.check(actions, "*", expect![""]);
}

#[test]
fn a_link_that_names_a_file_at_last() {
    check_recalled(
        |world| world.edit("later.h", "new"),
        expect![[r#"
            part of 1
            out/a: first/passed.h is found in the place of include/passed.h
        "#]],
    );
}

/// Directories hold the same names before and after.
#[test]
fn a_link_that_named_a_directory_and_names_a_file_now() {
    let renamed = |world: &ToyWorld| world.disk.link("first/x.h", "../else/x.h");
    let replaced = |world: &ToyWorld| {
        world.disk.delete("later");
        world.edit("later", "new");
    };
    for change in [renamed, replaced] {
        let world = ToyWorld { recall: true, ..ToyWorld::new(&FILES) };
        world.disk.dir("later");
        world.disk.link("first/x.h", "../later");
        world.disk.tick();
        world.build(ACTIONS, "*");
        assert_eq!(world.build(ACTIONS, "*"), "all as it was\n");
        change(&world);
        world.disk.tick();
        world.check(ACTIONS, "*", expect!["out/a: first/x.h is found in the place of include/x.h\n"]);
    }
}

/// One has sought a file there, which was missing; another searches there now.
#[test]
fn a_directory_where_somebody_missed_a_file() {
    let files = [("a.c", "#include <sub/x.h>"), ("s.c", ".maybe first/sub"), ("include/sub/x.h", "X")];
    let world = ToyWorld { recall: true, ..ToyWorld::new(&files) };
    world.edit("first/unused.h", "");
    let actions = "out/a : cc-Ifirst:include a.c\nout/s : cc s.c";
    world.build(actions, "*");
    assert_eq!(world.build(actions, "*"), "all as it was\n");
    world.edit("first/sub/y.h", "new");
    assert_eq!(world.build(actions, "*"), "part of 2\nout/s: first/sub changed\n");
    assert_eq!(world.build(actions, "*"), "", "who searches there is not known");
}

#[test]
fn a_directory_that_changes_again_in_the_tick_in_which_it_was_looked_at() {
    let world = ToyWorld { recall: true, ..ToyWorld::new(&FILES) };
    world.build(ACTIONS, "*");
    for new in ["first/y.h", "first/z.h"] {
        world.disk.edit(new, b"new");
        assert_eq!(world.build(ACTIONS, "*"), "part of 0\n", "it was looked at");
    }
    world.disk.edit("first/x.h", b"new");
    let expected = "part of 2\nout/a: first/x.h is found in the place of include/x.h\n";
    assert_eq!(world.build(ACTIONS, "*"), expected);
}

/// One that comes while a part is built may concern those who are no part of it.
#[test]
fn a_new_name_that_a_part_has_come_upon_is_looked_at_by_all_others_later() {
    let actions = "
        out/a : cc-Ifirst:include: src/a.c
        out/g : cut src/b.c
        out/b : cc-Ifirst:include: src/b.c out/g
    ";
    let mut world = ToyWorld { recall: true, ..ToyWorld::new(&FILES) };
    world.build(actions, "*");
    assert_eq!(world.build(actions, "*"), "all as it was\n");
    world.hook = Some(Box::new(|world, output| {
        if output == "out/g" {
            world.edit("first/passed.h", "new");
        }
    }));
    world.disk.delete("out/g");
    world.check(
        actions,
        "*",
        expect![[r#"
            part of 2
            out/g: its output out/g is gone
        "#]],
    );
    // So is the output that was gone, for it is a new name as well.
    world.check(
        actions,
        "*",
        expect![[r#"
            part of 3
            out/a: first/passed.h is found in the place of include/passed.h
        "#]],
    );
}

/// The same, where everything is looked at: the last look is not what the first answers rest on.
#[test]
fn a_new_name_that_came_after_somebody_was_looked_at_is_new_next_time() {
    let actions = "
        out/a : cc-Ifirst:include: src/a.c
        out/g : cut src/b.c
        out/b : cc-Ifirst:include: src/b.c out/g
    ";
    let mut world = ToyWorld { recall: true, ..ToyWorld::new(&FILES) };
    world.build(actions, "*");
    world.hook = Some(Box::new(|world, _| world.edit("first/passed.h", "new")));
    world.disk.delete("out/g");
    world.disk.delete("out/.state/all.snapshot");
    world.check(actions, "*", expect!["out/g: its output out/g is gone\n"]);
    world.check(
        actions,
        "*",
        expect![[r#"
            part of 1
            out/a: first/passed.h is found in the place of include/passed.h
        "#]],
    );
}
