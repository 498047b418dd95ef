//! Files that were looked at in the tick of their last change, when the last build is recalled: a later change might not show.

use super::recall::{ACTIONS, world};

/// The last build that was remembered does not know the header, and a later change of it might not show.
#[test]
fn a_header_that_was_written_in_the_tick_of_the_build_is_not_taken_for_known() {
    let mut world = world();
    world.edit("a.c", "a\n#include new");
    world.edit("new", "one");
    world.recall = false;
    world.build(ACTIONS, "*");
    world.recall = true;
    world.disk.edit("new", b"two");
    let told = world.build(ACTIONS, "*");
    assert!(told.contains("out/a.o: new changed"), "{told}");
    assert_eq!(world.read("out/a.o"), "cc(a;two)");
    world.edit("new", "six");
    world.build(ACTIONS, "*");
    assert_eq!(world.read("out/a.o"), "cc(a;six)");
    world.build(ACTIONS, "*");
    assert_eq!(world.build(ACTIONS, "*"), "all as it was\n");
}

/// Only those who have read it are looked at again.
#[test]
fn a_file_whose_later_change_might_not_show_differs_next_time() {
    let mut world = world();
    world.recall = false;
    world.build(ACTIONS, "*");
    world.recall = true;
    world.disk.delete("out/.state/all.snapshot");
    world.disk.edit("h", b"new");
    let seen = world.run_all(ACTIONS).outcome.unwrap().seen.unwrap();
    // Who tells others what was read tells of it, too.
    assert!(seen.iter().any(|file| file.path == "h" && file.stat.is_some_and(|stat| stat.regular)));
    assert_eq!(world.build(ACTIONS, "*"), "part of 5\n");
    assert_eq!(world.build(ACTIONS, "*"), "all as it was\n");
}
