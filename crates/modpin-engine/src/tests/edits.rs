//! Files that change at awkward moments: while they are read, in one tick of the clock, back and forth.

use super::toy_world::ToyWorld;
use crate::fake::{FakeDisk, Fault};
use expect_test::expect;

const ONE: &str = "out/a.o : cc a.c";

fn world() -> ToyWorld {
    ToyWorld::new(&[("a.c", "#include a.h\nA"), ("a.h", "H")])
}

/// Something happens while the command runs, after it has read its inputs. The next build sees it.
fn during(actions: &str, happens: fn(&FakeDisk)) -> ToyWorld {
    let mut world = world();
    world.hook = Some(Box::new(move |world, _| happens(&world.disk)));
    world.build(actions, "*");
    world.hook = None;
    world
}

#[test]
fn a_source_edited_while_it_is_compiled() {
    let world = during(ONE, |disk| disk.edit("a.c", b"#include a.h\nB"));
    world.check(
        ONE,
        "*",
        expect![[r#"
        out/a.o: a.c changed
    "#]],
    );
    assert_eq!(world.read("out/a.o"), "cc(H;B)");
    world.check(ONE, "*", expect![""]);
}

#[test]
fn a_header_edited_while_it_is_compiled() {
    let world = during(ONE, |disk| disk.edit("a.h", b"G"));
    world.check(
        ONE,
        "*",
        expect![[r#"
        out/a.o: a.h changed
    "#]],
    );
    assert_eq!(world.read("out/a.o"), "cc(G;A)");
    world.check(ONE, "*", expect![""]);
}

#[test]
fn a_header_removed_while_it_is_compiled() {
    let world = during(ONE, |disk| disk.delete("a.h"));
    world.check(
        ONE,
        "*",
        expect![[r#"
        out/a.o: a.h is gone
        out/a.o failed: toy ended with exit code 1
    "#]],
    );
}

#[test]
fn a_source_removed_while_it_is_compiled() {
    let world = during(ONE, |disk| disk.delete("a.c"));
    world.check(
        ONE,
        "*",
        expect![[r#"
        out/a.o: a.c is gone
        out/a.o failed: toy ended with exit code 1
    "#]],
    );
}

#[test]
fn a_header_that_another_action_looked_at_after_the_edit() {
    // `out/2` looks at the header first after `out/1` has read it, and before `out/1` ends.
    let mut world = world();
    world.jobs = 2;
    let barrier = std::sync::Barrier::new(2);
    world.hook = Some(Box::new(move |world, output| {
        if output == "out/1" {
            world.edit("a.h", "G");
            world.disk.tick();
            barrier.wait();
            let is_remembered = || {
                let (store, _) = crate::Store::read(&world.disk, super::toy_world::STATE).unwrap();
                store.digest("out/2").is_some_and(|digest| digest != crate::Hash::UNKNOWN)
            };
            while !is_remembered() {
                std::thread::yield_now();
            }
        } else if output == "out/2" {
            barrier.wait();
        }
    }));
    let actions = "
        out/1 : cc a.c
        out/2 : cc a.h";
    world.build(actions, "*");
    world.hook = None;
    world.check(
        actions,
        "out/1",
        expect![[r#"
        out/1: a.h changed
    "#]],
    );
    assert_eq!(world.read("out/1"), "cc(G;A)");
}

#[test]
fn an_output_changed_while_it_is_made_again() {
    let world = world();
    world.build(ONE, "*");
    let tamper = |world: &ToyWorld, _: &str| world.edit("out/a.o", "cc(X;A)");
    let mut world = ToyWorld { hook: Some(Box::new(tamper)), ..world };
    // The content is the same as before, but it no longer lies there.
    world.edit("a.c", "#include a.h\nA\n");
    world.build(ONE, "*");
    world.hook = None;
    assert_eq!(world.read("out/a.o"), "cc(H;A)");
    world.check(ONE, "*", expect![""]);
}

#[test]
fn a_temporary_file_of_a_tool_elsewhere_is_no_input() {
    let mut world = ToyWorld::new(&[("a.c", "#include /tmp/t\nA")]);
    world.hook = Some(Box::new(|world, _| world.disk.delete("/tmp/t")));
    world.edit("/tmp/t", "T");
    world.build(ONE, "*");
    world.check(ONE, "*", expect![""]);
}

#[test]
fn new_content_counts_whatever_its_time_says() {
    const HOUR: i64 = 3_600_000_000_000;
    for shift in [-1000 * HOUR, -HOUR, -1, 0, 1, HOUR, 1000 * HOUR] {
        for content in ["#include a.h\nB", "#include a.h\nlonger"] {
            let world = world();
            world.build(ONE, "*");
            world.disk.edit("a.c", content.as_bytes());
            world.disk.shift_mtime("a.c", shift);
            world.check(
                ONE,
                "*",
                expect![[r#"
                out/a.o: a.c changed
            "#]],
            );
            world.check(ONE, "*", expect![""]);
            // The same content with another time is the same content.
            world.disk.edit("a.c", content.as_bytes());
            world.disk.shift_mtime("a.c", shift / 2);
            world.check(ONE, "*", expect![""]);
        }
    }
}

#[test]
fn an_old_file_moved_into_place_counts() {
    let world = world();
    world.edit("old.c", "#include a.h\nZ");
    world.build(ONE, "*");
    crate::Disk::rename(&world.disk, "old.c", "a.c").unwrap();
    world.check(
        ONE,
        "*",
        expect![[r#"
        out/a.o: a.c changed
    "#]],
    );
}

/// Edits of the same size without a tick between them and the builds.
fn edits_in_one_tick(world: &ToyWorld) {
    for (at, letter) in ["B", "C", "D", "C", "B", "E"].iter().enumerate() {
        world.disk.edit("a.h", letter.as_bytes());
        let told = world.build(ONE, "*");
        assert_eq!(told, "out/a.o: a.h changed\n", "edit {at}");
        assert_eq!(world.read("out/a.o"), format!("cc({letter};A)"));
        assert_eq!(world.build(ONE, "*"), "");
    }
}

#[test]
fn edits_in_one_tick_of_the_clock() {
    let world = world();
    world.build(ONE, "*");
    edits_in_one_tick(&world);
}

#[test]
fn edits_within_a_second_on_a_disk_that_counts_seconds() {
    let world = world();
    world.disk.coarse();
    world.build(ONE, "*");
    world.build(ONE, "*");
    for letter in ["B", "C", "D", "C"] {
        world.disk.edit("a.h", letter.as_bytes());
        world.disk.tick();
        world.build(ONE, "*");
        assert_eq!(world.read("out/a.o"), format!("cc({letter};A)"));
    }
}

#[test]
fn tampering_in_the_tick_of_the_build() {
    let world = world();
    world.build(ONE, "*");
    for content in ["cc(X;A)", "cc(Y;A)", "cc(X;A)"] {
        world.disk.edit("out/a.o", content.as_bytes());
        world.build(ONE, "*");
        assert_eq!(world.read("out/a.o"), "cc(H;A)");
    }
}

#[test]
fn a_second_build_reads_nothing() {
    let world = world();
    world.build(ONE, "*");
    world.disk.tick();
    world.build(ONE, "*");
    world.disk.set_fault(crate::fake::Fault::None);
    world.build(ONE, "*");
    // The store, its ledger, its seal before and after, and no other file.
    assert_eq!(world.disk.calls(), (0, 4, 0));
}

#[test]
fn a_depfile_with_absolute_and_odd_paths() {
    let world = ToyWorld::new(&[(
        "a.c",
        "#include /w/./inc//a b.h\n#include ./inc/../inc/c.h\n#include /usr/s.h",
    )]);
    world.edit("inc/a b.h", "H");
    world.edit("inc/c.h", "C");
    world.edit("/usr/s.h", "S");
    world.build(ONE, "*");
    world.check(ONE, "*", expect![""]);
    for (path, reason) in [
        ("inc/a b.h", "out/a.o: inc/a b.h changed\n"),
        ("inc/c.h", "out/a.o: inc/c.h changed\n"),
        ("/usr/s.h", "out/a.o: /usr/s.h changed\n"),
    ] {
        world.edit(path, "new");
        assert_eq!(world.build(ONE, "*"), reason);
    }
    assert_eq!(world.build(ONE, "*"), "");
}

/// Changes a file in the middle of the command that writes `output`, in the tick that it is.
type Meanwhile = (&'static str, &'static str, &'static str);

fn meanwhile(world: ToyWorld, happens: &'static [Meanwhile]) -> ToyWorld {
    let hook = move |world: &ToyWorld, output: &str| {
        for (_, path, content) in happens.iter().filter(|(during, ..)| *during == output) {
            world.disk.edit(path, content.as_bytes());
        }
    };
    ToyWorld { hook: Some(Box::new(hook)), ..world }
}

#[test]
fn an_edit_that_is_taken_back_while_others_read_it() {
    let actions = "
        out/1 : cc a.c
        out/2 : cc-x a.c";
    let world = world();
    world.build(actions, "*");
    // The outputs are looked at last: the header was seen before.
    ["out/1", "out/2"].iter().for_each(|output| world.disk.delete(output));
    let mut world = meanwhile(world, &[("out/1", "a.h", "G"), ("out/2", "a.h", "H")]);
    world.build(actions, "*");
    assert_eq!(world.read("out/2"), "cc-x(G;A)");
    world.hook = None;
    world.build(actions, "*");
    assert_eq!(world.read("out/2"), "cc-x(H;A)");
    world.check(actions, "*", expect![""]);
}

/// Who includes it has run, and nobody has looked at it before.
#[test]
fn an_edit_between_the_first_look_at_a_file_and_the_read() {
    let world = during(ONE, |disk| disk.set_fault(Fault::Edited("a.h")));
    world.check(ONE, "*", expect!["out/a.o: a.h changed\n"]);
    assert_eq!(world.read("out/a.o"), "cc(H+;A)");
}

#[test]
fn a_file_that_changes_again_in_the_tick_in_which_it_was_looked_at() {
    // `out/3` is looked at when `out/1` has ended, and runs when `out/2` has.
    let actions = "
        out/1 : cc a.h
        out/2 : cc-x a.h
        out/3 : cc s out/1";
    let world = world();
    world.edit("s", "0");
    world.build(actions, "*");
    world.edit("a.h", "G");
    let world = meanwhile(world, &[("out/1", "s", "1"), ("out/2", "s", "2")]);
    world.check(
        actions,
        "*",
        expect![[r#"
            out/1: a.h changed
            out/2: a.h changed
            out/3: s changed
        "#]],
    );
    assert_eq!(world.read("out/3"), "cc(2,cc(G))");
    world.disk.tick();
    let world = ToyWorld { hook: None, ..world };
    world.check(actions, "*", expect![""]);
}

#[test]
fn an_output_that_is_right_when_it_is_looked_at_and_wrong_in_the_same_tick() {
    let actions = "
        out/1 : cc a.h
        out/2 : cut a.c";
    let world = world();
    world.edit("a.c", "A");
    world.build(actions, "*");
    world.edit("a.h", "G");
    world.edit("a.c", "A\nignored");
    let world = meanwhile(world, &[("out/1", "out/2", "cut(A)"), ("out/2", "out/2", "cut(B)")]);
    world.build(actions, "*");
    let world = ToyWorld { hook: None, ..world };
    assert_eq!(world.read("out/2"), "cut(A)");
    world.check(actions, "*", expect![""]);
}

#[test]
fn a_header_that_was_looked_at_twice_and_changed_in_between() {
    for part in [true, false] {
        let actions = "
            out/1 : cut a.h
            out/2 : cc b.c
            out/3 : cc out/2 a.h";
        let mut world = ToyWorld { recall: true, ..ToyWorld::new(&[("a.h", "H"), ("b.c", "B")]) };
        world.build(actions, "*");
        if !part {
            world.disk.delete("out/.state/all.snapshot");
        }
        world.edit("b.c", "C");
        // The same again, in the tick of the look: `out/3` looks once more before it starts, `out/1` need not run.
        world.disk.edit("a.h", b"H");
        world.hook = Some(Box::new(|world, output| {
            if output == "out/2" {
                world.edit("a.h", "G");
            }
        }));
        let told = world.build(actions, "*");
        assert_eq!(told.strip_prefix("part of 3\n").is_some(), part, "{told}");
        assert!(told.ends_with("out/2: b.c changed\nout/3: out/2 changed\n"), "{told}");
        world.hook = None;
        let told = world.build(actions, "*");
        assert!(told.ends_with("out/1: a.h changed\n"), "{told}");
        assert_eq!(world.read("out/1"), "cut(G)");
    }
}

/// It is looked at first, and must run: what it may come to read is made before. So it is in a build of a part.
#[test]
fn who_begins_to_read_what_is_made_beside_it_waits_for_it() {
    let actions = "out/a : cc s | out/h\nout/h : cc g";
    for recall in [false, true] {
        let mut world = ToyWorld::new(&[("s", "body"), ("g", "1")]);
        world.recall = recall;
        world.build(actions, "*");
        world.edit("g", "2");
        world.edit("s", "#include out/h");
        let told = world.build(actions, "*");
        assert_eq!(told.contains("part of"), recall, "{told}");
        assert_eq!(world.read("out/a"), "cc(cc(2))");
    }
}
