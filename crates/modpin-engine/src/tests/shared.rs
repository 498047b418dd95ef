//! Results on a server: another machine takes them as if they were in its cache, and believes nothing else of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::cache::{ACTIONS, SOURCES};
use super::toy_cache::{CACHE, local};
use super::toy_server::{Call, There, ToyServer, wait_until};
use super::toy_world::{STATE, ToyWorld, graph};
use crate::fake::{FakeDisk, FakeProcesses};
use crate::state::Store;
use crate::world::process::{Ended, Spawn, Status};
use expect_test::expect;
use modpin_test::Random;

/// A machine with a cache of its own, and a server that has nothing.
fn machine(writes: bool) -> (ToyWorld, ToyServer) {
    let world = ToyWorld { cache: Some(local(1 << 30)), ..ToyWorld::new(&SOURCES) };
    let server = ToyServer {
        disk: world.disk.clone(),
        lies: Arc::default(),
        writes,
        millis: world.millis.clone(),
    };
    (ToyWorld { shared: Some(Arc::new(server.clone())), ..world }, server)
}

/// Another one, with the same server.
fn another(server: &ToyServer, writes: bool) -> ToyWorld {
    let world = ToyWorld { cache: Some(local(1 << 30)), ..ToyWorld::new(&SOURCES) };
    let server = ToyServer { writes, millis: world.millis.clone(), ..server.on(&world.disk) };
    ToyWorld { shared: Some(Arc::new(server)), ..world }
}

fn commands(world: &ToyWorld) -> usize {
    world.started.load(Ordering::SeqCst)
}

fn outputs(disk: &FakeDisk) -> Vec<(String, Option<Vec<u8>>)> {
    let all = disk.snapshot().into_iter();
    all.filter(|(path, _)| path.starts_with("/w/out/") && !path.contains(".state")).collect()
}

fn clean_outputs(edit: impl Fn(&ToyWorld)) -> Vec<(String, Option<Vec<u8>>)> {
    let clean = ToyWorld::new(&SOURCES);
    edit(&clean);
    clean.build(ACTIONS, "*");
    outputs(&clean.disk)
}

#[test]
fn what_one_machine_made_another_one_takes() {
    let (here, server) = machine(true);
    here.build(ACTIONS, "*");
    let there = another(&server, false);
    let told = there.run_all(ACTIONS);
    // Who comes back first is first.
    let mut lines: Vec<&str> = told.text.lines().collect();
    lines.sort();
    expect![[r#"
        out/a: there is no result of an earlier run (brought)
        out/all: there is no result of an earlier run (brought)
        out/b: there is no result of an earlier run (brought)
        out/step: there is no result of an earlier run (brought)"#]]
    .assert_eq(&lines.join("\n"));
    let outcome = told.outcome.unwrap();
    assert_eq!((outcome.commands, outcome.cached, outcome.brought), (0, 4, 4));
    assert_eq!((commands(&there), outputs(&there.disk)), (0, outputs(&here.disk)));
    let (store, _) = Store::open(&there.disk, STATE).unwrap();
    expect!["from grpc://toy:1, made on 2023-11-14: /w"]
        .assert_eq(&store.action(store.find("out/a").unwrap()).unwrap().cache);
    // It is as if it had been made here: nothing to do, and the next checkout finds it in the cache of this machine.
    there.check(ACTIONS, "*", expect![""]);
    server.lies.lock().unwrap().asked.clear();
    there.disk.delete("/w/out");
    let told = there.run_all(ACTIONS);
    assert!(told.text.contains("(cached)") && !told.text.contains("(brought)"), "{}", told.text);
    assert_eq!(server.lies.lock().unwrap().asked, ["settle"]);
    // An edit is seen.
    there.edit("h", "H2");
    there.build(ACTIONS, "*");
    assert_eq!(outputs(&there.disk), clean_outputs(|clean| clean.edit("h", "H2")));
    // What is fetched leaves no trace besides.
    assert!(!there.disk.snapshot().iter().any(|(path, _)| path.contains("fetched")));
}

#[test]
fn who_only_reads_gives_nothing_and_who_has_no_cache_does_not_ask() {
    let (here, server) = machine(false);
    here.build(ACTIONS, "*");
    let lies = server.lies.lock().unwrap().clone();
    assert_eq!((lies.lists.len(), lies.contents.len(), lies.asked.len()), (0, 0, 5));
    let (there, server) = machine(true);
    let there = ToyWorld { cache: None, ..there };
    there.build(ACTIONS, "*");
    let lies = server.lies.lock().unwrap().clone();
    assert_eq!((lies.lists.len(), lies.asked.len()), (0, 0));
    let (dry, server) = machine(true);
    let dry = ToyWorld { dry_run: true, ..dry };
    dry.build(ACTIONS, "*");
    assert_eq!(server.lies.lock().unwrap().asked.len(), 0);
}

/// What rests on another header is not taken, and stands beside what this machine makes.
#[test]
fn what_it_rests_on_decides_there_too() {
    let (here, server) = machine(true);
    here.build(ACTIONS, "*");
    let there = another(&server, true);
    there.edit("h", "other");
    there.build(ACTIONS, "*");
    assert_eq!(commands(&there), 2, "a, and all of them");
    assert_eq!(outputs(&there.disk), clean_outputs(|clean| clean.edit("h", "other")));
    for header in ["H", "other"] {
        let third = another(&server, false);
        third.edit("h", header);
        third.build(ACTIONS, "*");
        assert_eq!(commands(&third), 0, "{header}");
    }
}

/// One that names its checkout stays on its machine.
#[test]
fn what_names_its_checkout_is_not_given_away() {
    let (here, server) = machine(true);
    here.edit("a", "/w/a");
    here.build("out/a : cc a", "*");
    assert_eq!(server.lies.lock().unwrap().lists.len(), 0);
}

#[test]
fn a_server_that_lies_changes_nothing() {
    let (here, server) = machine(true);
    here.build(ACTIONS, "*");
    let good = server.lies.lock().unwrap().clone();
    let expected = outputs(&here.disk);
    let digests: Vec<String> = good.contents.keys().cloned().collect();
    for digest in &digests {
        for lie in [None, Some(b"".to_vec()), Some(b"another".to_vec())] {
            let mut lies = good.clone();
            match &lie {
                Some(lie) => _ = lies.contents.insert(digest.clone(), lie.clone()),
                None => _ = lies.contents.remove(digest),
            }
            *server.lies.lock().unwrap() = lies;
            let there = another(&server, false);
            let told = there.run_all(ACTIONS);
            assert_eq!(outputs(&there.disk), expected, "{digest} {lie:?}");
            assert!(commands(&there) > 0 || told.text.matches("brought").count() < 4, "{}", told.text);
            // Nor is the cache of this machine any worse for it.
            there.disk.delete("/w/out");
            there.build(ACTIONS, "*");
            assert_eq!(outputs(&there.disk), expected, "{digest} {lie:?}");
        }
    }
}

/// Failures and held actions: nobody waits for ever.
#[test]
fn a_build_that_fails_ends_with_a_server_too() {
    for keep_going in [false, true] {
        let (here, _) = machine(true);
        here.failing.lock().unwrap().insert("out/a".to_owned());
        let here = ToyWorld { keep_going, jobs: 2, ..here };
        let told = here.run_all(ACTIONS);
        assert_eq!(told.failures.len(), 1);
        assert!(!told.started.contains(&"out/all".to_owned()));
    }
    let (here, server) = machine(true);
    let held = "
        gen/h : cc a
        out/b : cc b | gen/h
        out/c : cc out/b";
    here.build(held, "*");
    let there = another(&server, false);
    there.build(held, "*");
    assert_eq!((commands(&here), commands(&there)), (3, 0));
}

/// Machines that edit, build, forget and share a server which loses things and mixes them up: always as if built alone.
#[test]
fn random_machines_with_one_server() {
    const WORDS: [&str; 3] = ["H", "H2", "A\n#include h"];
    for seed in 0..25 {
        let mut random = Random::new(seed);
        let (first, server) = machine(true);
        let machines = [first, another(&server, true), another(&server, false)];
        for step in 0..12 {
            let world = random.pick(&machines).unwrap();
            match random.below(5) {
                0 => world.edit("h", random.pick(&WORDS).unwrap()),
                1 => world.edit("gone", random.pick(&WORDS).unwrap()),
                2 => world.disk.delete("/w/out"),
                3 => world.disk.delete(CACHE),
                _ => server.meddle(&mut random),
            }
            world.build(ACTIONS, "*");
            let clean = clean_outputs(|clean| {
                for path in ["h", "gone"] {
                    if let Some(content) = world.disk.peek(path) {
                        clean.edit(path, &String::from_utf8(content).unwrap());
                    }
                }
            });
            assert_eq!(outputs(&world.disk), clean, "seed {seed}, step {step}");
        }
    }
}

/// What another machine made is taken if all that it has read is the same there as here; or else it is made here.
#[test]
fn what_ran_elsewhere_is_believed_if_it_has_read_the_same() {
    let good = made_there();
    let outside = There { read: "a /usr/h", ..good.clone() };
    let bad = [
        There { code: 1, ..good.clone() },
        There { written: None, ..good.clone() },
        There { written: Some("names /there"), ..good.clone() },
        There { read: "a h", ..good.clone() },
        There { same: false, ..outside.clone() },
        There { read: "a /there/h", ..good.clone() },
    ];
    let built = |there: &There| {
        let (world, server) = machine(false);
        world.edit("/usr/h", "H");
        server.lies.lock().unwrap().there = Some(there.clone());
        let told = world.run_all(FAR);
        let outcome = told.outcome.unwrap();
        assert!(
            outcome.success(),
            "{there:?}: {} {:?} {:?}",
            told.text,
            told.failures,
            server.lies.lock().unwrap().asked
        );
        let asked = server.lies.lock().unwrap().asked.clone();
        world.check(FAR, "*", expect![""]);
        (world.read("out/a"), outcome.elsewhere, commands(&world), asked)
    };
    let asked = ["find", "run with [\"a\"]", "same []", "settle"].map(str::to_owned).to_vec();
    assert_eq!(built(&good), ("made there".to_owned(), 1, 0, asked));
    let (content, elsewhere, _, asked) = built(&outside);
    assert_eq!((content.as_str(), elsewhere, asked[2].as_str()), ("made there", 1, "same [\"/usr/h\"]"));
    for there in bad {
        let (content, elsewhere, commands, _) = built(&there);
        assert_eq!((elsewhere, commands), (0, 1), "{there:?}");
        assert!(content.starts_with("cc-far("), "{there:?}: {content}");
    }
}

const FAR: &str = "out/a : cc-far a";

fn made_there() -> There {
    There { code: 0, written: Some("made there"), read: "a", same: true }
}

/// A machine that does not wait, with a server that answers one call late: once this is so.
fn impatient(call: Call, writes: bool) -> (ToyWorld, ToyServer, Arc<AtomicBool>) {
    let (world, server) = machine(writes);
    let until = Arc::new(AtomicBool::new(false));
    let lies = &mut *server.lies.lock().unwrap();
    lies.patience = Some(Duration::from_millis(1));
    lies.late = Some((call, until.clone()));
    (world, server.clone(), until)
}

/// Who waits while there is a place here runs here, too; the server may answer or not.
#[test]
fn a_server_that_takes_its_time_keeps_nobody_waiting() {
    for (call, actions, commands_here) in [(Call::Find, ACTIONS, 3), (Call::Run, FAR, 1)] {
        let (world, server, _) = impatient(call, false);
        server.lies.lock().unwrap().there = Some(made_there());
        let told = world.run_all(actions);
        let outcome = told.outcome.unwrap();
        assert!(outcome.success(), "{call:?}: {:?}", told.failures);
        assert_eq!((commands(&world), outcome.elsewhere, outcome.brought), (commands_here, 0, 0));
        world.check(actions, "*", expect![""]);
        // A mistake is told at once, and nobody waits for others.
        world.edit("a", "A2");
        world.edit("b", "B2");
        world.failing.lock().unwrap().extend(["out/a", "out/b"].map(str::to_owned));
        assert_eq!(world.run_all(actions).failures.len(), 1, "{call:?}");
    }
}

/// The server answers when the command has begun here: that is ended, and what has come is taken.
#[test]
fn whoever_is_first_is_believed() {
    for call in [Call::Run, Call::Fetch] {
        let (world, server, begun) = impatient(call, true);
        if call == Call::Fetch {
            let first = another(&server, true);
            first.run_all(FAR).outcome.unwrap();
        }
        server.lies.lock().unwrap().there = Some(made_there());
        let graph = graph(FAR).unwrap();
        let wanted = [graph.find("out/a").unwrap()];
        let runs = |spawn: &Spawn| {
            begun.store(true, Ordering::SeqCst);
            wait_until(|| spawn.race.as_ref().is_some_and(|race| race.is_lost()));
            Ok(Ended { status: Status::Signalled(9), output: b"killed".to_vec() })
        };
        let told = world.run_with(&graph, &wanted, &FakeProcesses(runs, &world.millis));
        let outcome = told.outcome.unwrap();
        assert!(outcome.success(), "{call:?}: {:?} {}", told.failures, told.text);
        let came = usize::from(call == Call::Run);
        assert_eq!((outcome.commands, outcome.elsewhere, outcome.brought), (0, came, 1 - came));
        world.check(FAR, "*", expect![""]);
        assert!(!world.disk.snapshot().iter().any(|(path, _)| path.contains(".there/")));
    }
}

/// What was read the last time is sent along without asking here, and it is asked where that was not all.
#[test]
fn what_was_read_before_is_known() {
    let (world, server) = machine(false);
    world.edit("h", "H");
    let there = |read| There { read, ..made_there() };
    server.lies.lock().unwrap().there = Some(there("a h"));
    world.run_all(FAR).outcome.unwrap();
    let asked = |text: &str, there: There| {
        world.edit("a", &format!("A\n#include h\n{text}"));
        let lies = || server.lies.lock().unwrap();
        lies().there = Some(there);
        lies().asked.clear();
        world.run_all(FAR).outcome.unwrap();
        let asked = lies().asked.clone();
        asked.into_iter().filter(|asked| !["find", "settle", "same []"].contains(&&**asked)).collect()
    };
    let asked = |text: &str, there: There| -> Vec<String> { asked(text, there) };
    let (one, both) = (r#"run with ["a"]"#, r#"run with ["a", "h"]"#);
    assert_eq!(asked("1", there("a h")), [both]);
    assert_eq!(asked("2", there("a")), [both]);
    assert_eq!(asked("3", there("a h")), [one, one]);
    // Nobody has failed who was not told all.
    assert_eq!(asked("4", There { code: 1, ..there("a h") }), [both, one, "failed"]);
}

/// What is sent along of the system is all that there is of it there.
#[test]
fn what_is_not_sent_of_the_system_is_not_there() {
    let (world, server) = machine(false);
    world.edit("/usr/h", "H");
    world.edit("a", "A\n#include /usr/h");
    let lies = || server.lies.lock().unwrap();
    lies().gets_toolchain = true;
    let run = |text: &str, read| {
        world.edit("a", &format!("A\n#include /usr/h\n{text}"));
        lies().there = Some(There { read, ..made_there() });
        lies().asked.clear();
        let outcome = world.run_all(FAR).outcome.unwrap();
        (outcome.elsewhere, lies().asked.iter().filter(|asked| asked.starts_with("run")).count())
    };
    // Nobody knows what it reads before it has run.
    assert_eq!(run("1", "a /usr/h"), (0, 0));
    assert_eq!(run("2", "a /usr/h"), (1, 1));
    world.edit("/usr/other", "O");
    assert_eq!(run("3", "a /usr/h /usr/other"), (0, 1));
    assert!(!lies().asked.iter().any(|asked| asked.starts_with("same")), "{:?}", lies().asked);
}

#[test]
fn errands_are_few_where_little_is_to_do() {
    let (here, server) = machine(false);
    here.build(ACTIONS, "*");
    server.lies.lock().unwrap().asked.clear();
    here.check(ACTIONS, "*", expect![""]);
    here.edit("b", "B2");
    here.build(ACTIONS, "*");
    assert_eq!(server.lies.lock().unwrap().asked, ["settle", "find", "find", "settle"]);
}
