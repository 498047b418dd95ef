//! What a build of a part takes from the comparison without a look, and what it looks at all the same.

use expect_test::{Expect, expect};

use super::toy_cache::local;
use super::toy_world::ToyWorld;

/// One part, in which an action ends whose output is as it was; what it does by the way is for whoever comes after it.
fn check_meanwhile(meddle: fn(&ToyWorld), text: Expect) {
    let actions = "
        out/o : cc o.c
        out/g : cut g.c out/o
        out/y : cc y.c out/g out/o
    ";
    let sources = [
        ("o.c", "o"),
        ("g.c", "g"),
        ("y.c", "y\n#include h\n#include out/untold"),
        ("h", "h"),
        ("out/untold", "u"),
    ];
    let cache = Some(local(100_000));
    let mut world = ToyWorld { recall: true, cache, keeps_only: true, ..ToyWorld::new(&sources) };
    world.build(actions, "*");
    assert_eq!(world.build(actions, "*"), "all as it was\n");
    world.edit("g.c", "g\nmore");
    world.hook = Some(Box::new(move |world, output| {
        if output == "out/g" {
            meddle(world);
        }
    }));
    text.assert_eq(&world.build(actions, "*"));
}

#[test]
fn what_the_comparison_vouched_for_is_looked_at_once_an_action_has_ended() {
    check_meanwhile(
        |world| world.edit("h", "h2"),
        expect![[r#"
            part of 2
            out/g: g.c changed
            out/y: h changed
        "#]],
    );
    // In the build directory, too, if nobody tells of it.
    check_meanwhile(
        |world| world.edit("out/untold", "u2"),
        expect![[r#"
            part of 2
            out/g: g.c changed
            out/y: out/untold changed
        "#]],
    );
}

#[test]
fn what_changed_under_the_eyes_of_a_part_is_not_vouched_for() {
    check_meanwhile(
        |world| world.edit("out/o", "damaged"),
        expect![[r#"
            part of 2
            out/g: g.c changed
            out/y: out/o changed
        "#]],
    );
}

/// Once for the comparison, and once when it was read.
#[test]
fn what_is_as_it_is_recorded_is_not_looked_at_twice() {
    let world = ToyWorld { recall: true, ..ToyWorld::new(&[("a", "a\n#include h"), ("h", "h")]) };
    world.build("out/a : cc a", "*");
    assert_eq!(world.build("out/a : cc a", "*"), "all as it was\n");
    world.edit("a", "b\n#include h");
    world.disk.looks();
    assert_eq!(world.build("out/a : cc a", "*"), "part of 1\nout/a: a changed\n");
    assert_eq!(world.disk.looks()["/w/h"], 2);
}

#[test]
fn of_values_the_file_is_vouched_for() {
    let world = ToyWorld { recall: true, ..ToyWorld::new(&[("a", "%A"), ("values", "A=1\n")]) };
    world.build("out/a : cc a", "*");
    assert_eq!(world.build("out/a : cc a", "*"), "all as it was\n");
    world.edit("values", "A=2\n");
    assert_eq!(world.build("out/a : cc a", "*"), "part of 1\nout/a: A changed in values\n");
}

/// What is vouched for is what records say of it, and not what the cache says.
#[test]
fn a_result_in_the_cache_is_compared_with_what_is_there() {
    let cache = Some(local(100_000));
    let sources = [("a", "a\n#include h"), ("h", "h")];
    let world = ToyWorld { recall: true, cache, ..ToyWorld::new(&sources) };
    let build = || world.build("out/a : cc a", "*");
    build();
    world.edit("a", "b\n#include h");
    world.edit("h", "h2");
    build();
    assert_eq!(build(), "all as it was\n");
    world.edit("a", "a\n#include h");
    assert_eq!(build(), "part of 1\nout/a: a changed\n");
    assert_eq!(world.read("out/a"), "cc(a;h2)");
}
