//! Signals while another build holds the lock: the first one is obeyed.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use modpin_test::{World, reliability::count};
use rustix::process::{Pid, Signal, kill_process};

use super::world;
use crate::program::Program;

/// Held as another build holds it.
pub fn hold(world: &World) -> std::fs::File {
    std::fs::create_dir_all(world.built(".modpin")).unwrap();
    let lock = std::fs::File::create(world.built(".modpin/lock")).unwrap();
    lock.lock().unwrap();
    lock
}

fn obeys(signal: Signal, code: i32, name: &str) {
    let world = world();
    let _lock = hold(&world);
    let mut command = world.project("build --message-format json");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("Blocking")), "it waits");
    kill_process(Pid::from_child(&child), signal).unwrap();
    assert_eq!(lines.collect::<Vec<_>>(), [format!("error: interrupted by {name}")]);
    assert_eq!(child.wait().unwrap().code(), Some(code));
    assert!(!world.built("tool").exists());
}

#[test]
fn the_first_signal_ends_a_build_that_waits() {
    for _ in 0..count(1, 200) {
        obeys(Signal::TERM, 143, "SIGTERM");
        obeys(Signal::INT, 130, "SIGINT");
        obeys(Signal::HUP, 129, "SIGHUP");
    }
}
