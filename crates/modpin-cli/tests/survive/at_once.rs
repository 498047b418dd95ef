//! Two builds, eight builds, and `clean` against builds, at once in one directory.

use std::process::{Child, Stdio};

use modpin_test::skip::is_long;
use modpin_test::{Said, World, reliability::count};

use super::small;
use crate::outputs::outputs;
use crate::program::Program;

fn start(world: &World, args: &str) -> Child {
    world.project(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// All end well, and afterwards all is as if there had been one.
fn at_once(rounds: usize, verbs: &[&str]) {
    let clean = small();
    clean.modpin("build").has(0, "");
    let expected = outputs(&clean);
    for round in 0..rounds {
        let world = small();
        if round % 3 == 0 {
            world.modpin("build").has(0, "");
        }
        let all: Vec<Child> = verbs.iter().map(|verb| start(&world, verb)).collect();
        for child in all {
            Said::from(child.wait_with_output().unwrap()).has(0, "");
        }
        world.modpin("build").has(0, "");
        assert_eq!(outputs(&world), expected, "round {round}");
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
    if is_long("at_once::clean_against_a_build") {
        return;
    }
    at_once(count(3, 200), &["build", "clean"]);
    at_once(count(1, 100), &["clean", "build", "clean", "build", "clean"]);
}
