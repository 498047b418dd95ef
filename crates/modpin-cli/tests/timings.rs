//! What `--timings` tells of the time: parts that follow each other from the start to the end, each with a name, and each with the
//! time that it took.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use modpin_test::{Said, World};
use serde_json::Value;

use crate::demo;
use crate::program::Program;
use crate::survive::signals::hold;

/// The data of the page.
fn told(world: &World) -> Value {
    let page = world.read("target/modpin/debug/.modpin/timings/timings.html");
    let data = page.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    serde_json::from_str(data).unwrap()
}

fn micros(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value}"))
}

/// Each part with its time; they follow each other without a gap.
fn parts(told: &Value) -> Vec<(String, u64)> {
    let (mut at, mut all) = (0, Vec::new());
    for part in told["parts"].as_array().unwrap() {
        assert_eq!(micros(&part["start"]), at, "{told:#}");
        at = micros(&part["end"]);
        all.push((part["name"].as_str().unwrap().to_owned(), at - micros(&part["start"])));
    }
    assert_eq!(at, micros(&told["end"]), "{told:#}");
    all
}

fn time_of(parts: &[(String, u64)], name: &str) -> u64 {
    parts.iter().filter(|(part, _)| part == name).map(|(_, time)| time).sum()
}

#[test]
fn every_part_of_a_build_has_a_name_and_they_add_up() {
    let world = demo::world();
    // A compiler that takes its time, whatever it is asked.
    world.script("slow-cc", "#!/bin/sh\nsleep 0.2\nexec cc \"$@\"\n");
    let started = Instant::now();
    let mut build = world.project("build --timings");
    Said::of(build.env("CC", world.path("slow-cc"))).has(0, "Timing report saved");
    let (wall, told) = (started.elapsed().as_micros() as u64, told(&world));
    let parts = parts(&told);
    let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "reading the project",
            "asking the machine",
            "looking up targets and sources",
            "planning",
            "opening the build directory",
            "checking what is up to date",
            "running",
            "writing the record",
            "telling what was built"
        ]
    );
    for slow in ["asking the machine", "running"] {
        assert!(time_of(&parts, slow) >= 200_000, "{slow}: {parts:?}");
    }
    assert!(micros(&told["end"]) <= wall, "{wall}: {told:#}");
    // As cargo starts it, a process was cargo before; this one was only begun.
    assert!(micros(&told["before"]) <= wall, "{wall}: {told:#}");

    // Nothing ran: no time is said to have gone into that.
    world.project("build --timings").env("CC", world.path("slow-cc")).status().unwrap();
    let told = self::told(&world);
    assert_eq!(time_of(&self::parts(&told), "running"), 0);
}

#[test]
fn what_follows_a_build_is_told_as_well() {
    let world = demo::world();
    world.modpin("modules --check-load --timings").has(0, "Timing report saved");
    let told = told(&world);
    assert!(told["actions"].as_array().unwrap().iter().any(|action| action["verb"] == "Checking"));
    assert!(time_of(&parts(&told), "the rest of the build") > 0, "{told:#}");
    // The program takes the place of this one: what there is to write is written before.
    world.modpin("run tool --timings").has(0, "Timing report saved");
}

#[test]
fn waiting_for_another_build_is_a_part() {
    let world = demo::world();
    let lock = hold(&world);
    let mut command = world.project("build --timings");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("Blocking")), "it waits");
    std::thread::sleep(Duration::from_millis(100));
    drop(lock);
    assert!(lines.any(|line| line.contains("report saved")), "it goes on");
    assert!(child.wait().unwrap().success());
    let parts = parts(&told(&world));
    assert!(time_of(&parts, "waiting for another build") >= 100_000, "{parts:?}");
}
