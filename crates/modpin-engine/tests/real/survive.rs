//! Kills and signals at random moments: no child survives, nothing is half done, the next build is right.

use std::time::Duration;

use modpin_test::reliability::count;
use modpin_test::{Random, World};
use rustix::process::{Pid, Signal, kill_process};

use crate::soon;
use crate::tool::{Tool, until};
use crate::world::{SOURCES, Sources, world};

/// One of the edits that make a build necessary; now and then a cold build.
fn edit(world: &World, round: usize, random: &mut Random) {
    let source = format!("s{}", random.below(SOURCES));
    match random.below(6) {
        0 => std::fs::remove_dir_all(world.path("out")).unwrap(),
        1 => world.write("h", format!("header of round {round}\n")),
        2 => world.write("out/3.o", "tampered"),
        _ => world.write(&source, format!("source of round {round}\n")),
    }
    std::fs::create_dir_all(world.path("out/.state")).unwrap();
}

fn no_child_is_left(world: &World, what: &str) {
    until(what, soon(), || world.processes().is_empty());
}

#[test]
fn killed_at_random_moments() {
    let (world, mut random) = (world(), Random::new(20));
    world.make();
    for round in 0..count(12, 500) {
        edit(&world, round, &mut random);
        let mut tool = Tool::start(&world, &[]);
        tool.says("building").unwrap();
        std::thread::sleep(Duration::from_micros(random.below(70_000) as u64));
        let what = format!("round {round}");
        if random.below(2) == 0 {
            // The tool, its guard and the children, in whatever order they come.
            for pid in world.processes().into_iter().filter_map(|(number, _)| Pid::from_raw(number)) {
                let _ = kill_process(pid, Signal::KILL);
            }
            tool.child.wait().unwrap();
        } else {
            tool.kill();
        }
        no_child_is_left(&world, &what);
        world.is_sound(&what);
    }
}

#[test]
fn no_child_outlives_a_tool_that_was_killed() {
    for round in 0..count(3, 200) {
        let world = world();
        if round % 2 == 1 {
            world.write("stubborn", "");
        }
        let mut tool = Tool::start(&world, &[("MODPIN_PAUSE", "60"), ("MODPIN_HANG", "1")]);
        (0..=SOURCES).for_each(|_| _ = tool.says("started").unwrap());
        // The tool, its guard, compilers with a child each, and the one with a time limit, its supervisor and two.
        until("all started", soon(), || world.processes().len() == 2 + 2 * SOURCES + 4);
        tool.kill();
        no_child_is_left(&world, "killed");
        assert_eq!(world.outputs(), []);
    }
}

/// What was there when it ended, is there later.
fn interrupted(signals: &[Signal], code: i32, stubborn: bool) {
    let world = world();
    if stubborn {
        world.write("stubborn", "");
    }
    // Those that do not listen would go on for long; the others are in the middle of the build.
    let (pause, starts) = if stubborn { ("60", SOURCES + 1) } else { ("0.15", 6) };
    let mut tool = Tool::start(&world, &[("MODPIN_PAUSE", pause), ("MODPIN_HANG", "1")]);
    (0..starts).for_each(|_| _ = tool.says("started").unwrap());
    for (at, &signal) in signals.iter().enumerate() {
        if at > 0 {
            tool.says("ending").unwrap();
        }
        tool.signal(signal);
    }
    let what = format!("{signals:?}");
    until(&what, soon(), || tool.child_has_ended());
    assert_eq!(tool.code(), Some(code), "{what}");
    no_child_is_left(&world, &what);
    // What is there is whole.
    let expected = world.expected();
    for output in world.outputs() {
        assert!(expected.contains(&output), "{what}: {output:?}");
    }
    assert!(!world.path("out/hang").exists());
    world.is_sound(&what);
}

#[test]
fn signals_end_the_build_and_all_its_children() {
    for _ in 0..count(1, 200) {
        interrupted(&[Signal::INT], 130, false);
        interrupted(&[Signal::TERM], 143, false);
        interrupted(&[Signal::HUP], 129, false);
        interrupted(&[Signal::INT, Signal::INT], 130, false);
    }
}

#[test]
fn children_that_do_not_listen_are_killed() {
    for _ in 0..count(1, 50) {
        interrupted(&[Signal::TERM], 143, true);
        interrupted(&[Signal::INT, Signal::INT], 130, true);
    }
}

#[test]
fn a_second_signal_does_not_wait_for_anybody() {
    for _ in 0..count(1, 50) {
        let world = world();
        let mut tool = Tool::start(&world, &[("MODPIN_PAUSE", "60"), ("MODPIN_DEAF", "1")]);
        (0..=SOURCES).for_each(|_| _ = tool.says("started").unwrap());
        tool.signal(Signal::INT);
        tool.says("ending").unwrap();
        tool.signal(Signal::TERM);
        until("a second signal", soon(), || tool.child_has_ended());
        assert_eq!(tool.code(), Some(143));
        no_child_is_left(&world, "a second signal");
        world.is_sound("a second signal");
    }
}

#[test]
fn a_source_is_edited_while_it_is_compiled() {
    for round in 0..count(2, 100) {
        let world = world();
        let mut tool = Tool::start(&world, &[("MODPIN_PAUSE", "0.1")]);
        tool.says("started").unwrap();
        std::thread::sleep(Duration::from_millis(10 + round as u64 % 40));
        world.write("s0", "edited meanwhile\n");
        world.write("h", "edited as well\n");
        assert_eq!(tool.code(), Some(0));
        world.is_sound("edited");
    }
}
