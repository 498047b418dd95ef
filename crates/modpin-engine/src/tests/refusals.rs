//! What is refused: by a tool's step, which ends no build, and before anything runs.

use super::toy_world::ToyWorld;

/// Whatever comes first: a refusal ends nothing, a failure does, and what is told of both is the same each time.
#[test]
fn a_refusal_and_a_failure_end_in_the_same_way_whoever_is_first() {
    let actions = "
        out/refused : !cc refused
        out/failing : cc d
        out/other : cc d";
    for (jobs, first) in [(1, "out/refused"), (1, "out/failing"), (2, "out/refused"), (2, "out/failing")]
    {
        let world = ToyWorld { jobs, ..ToyWorld::new(&[("refused", "#error"), ("d", "D")]) };
        world.failing.lock().unwrap().insert("out/failing".into());
        // Those that took longest come first.
        let other = if first == "out/refused" { "out/failing" } else { "out/refused" };
        let lines: Vec<&str> = actions.trim().lines().collect();
        let line = |name: &str| *lines.iter().find(|line| line.trim().starts_with(name)).unwrap();
        let told = world.run_all(&[line(first), line(other)].join("\n"));
        let outcome = told.outcome.unwrap();
        assert!(!outcome.failed.iter().all(|(_, failure)| failure.refused()), "{first} first, -j{jobs}");
    }
    // After refusals alone, all the rest is there.
    let world = ToyWorld::new(&[("refused", "#error"), ("d", "D")]);
    let outcome = world.run_all(actions).outcome.unwrap();
    assert!(outcome.failed.iter().all(|(_, failure)| failure.refused()));
    assert_eq!([world.read("out/failing"), world.read("out/other")], ["cc(D)", "cc(D)"]);
}

#[test]
fn names_that_the_file_system_cannot_hold_are_refused_before_anything_runs() {
    let world = ToyWorld::new(&[("c", "C"), ("d", "D")]);
    let long = "x".repeat(256);
    for (output, what) in [
        (format!("out/{long}"), "a name of 256 bytes is too long, 255 are possible here"),
        // Its depfile.
        (format!("out/{}", &long[..254]), "a name of 256 bytes is too long, 255 are possible here"),
        (format!("out/{}x", "d/".repeat(2050)), "bytes is too long, 4095 are possible here"),
    ] {
        let told = world.build(&format!("out/first : cc c\n{output} : cc d"), "*");
        assert!(told.starts_with("error: out/") && told.contains(what), "{told}");
        assert_eq!(world.read("out/first"), "(none)");
    }
}
