//! Two builds, eight builds, and `clean` against builds, at once in one directory.

use std::process::{Child, Stdio};

use crate::count;
use crate::world::World;

fn start(world: &World, args: &str) -> Child {
    world.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// All end well, and afterwards all is as if there had been one.
fn at_once(rounds: usize, verbs: &[&str]) {
    let clean = World::small();
    clean.modpin("build").has(0, "");
    let expected = clean.outputs();
    for round in 0..rounds {
        let world = World::small();
        if round % 3 == 0 {
            world.modpin("build").has(0, "");
        }
        let all: Vec<Child> = verbs.iter().map(|verb| start(&world, verb)).collect();
        for child in all {
            let said: crate::world::Said = child.wait_with_output().unwrap().into();
            said.has(0, "");
        }
        world.modpin("build").has(0, "");
        assert_eq!(world.outputs(), expected, "round {round}");
        world.is_idle();
        world.modpin("clean").has(0, "");
        assert!(!world.built("").exists(), "round {round}: clean knows all that was made");
    }
}

#[test]
fn two_builds_at_once() {
    at_once(count(2, 200), &["build", "build"]);
}

#[test]
fn eight_builds_at_once() {
    at_once(count(1, 200), &["build"; 8]);
}

#[test]
fn clean_against_a_build() {
    at_once(count(3, 200), &["build", "clean"]);
    at_once(count(1, 100), &["clean", "build", "clean", "build", "clean"]);
}
