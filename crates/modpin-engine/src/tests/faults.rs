//! A disk that is full, that cannot be read, and a death, at every single call. The error names the path,
//! and the next build is right.

use super::toy::Toy;
use super::toy_world::{Ear, Told, ToyWorld, graph};
use crate::fake::{FakeDisk, FakeProcesses, Fault};
use crate::run::event::Event;
use crate::world::disk::Disk;
use crate::world::process::{Ended, Status};

const ACTIONS: &str = "
    out/obj/x.o : cc x.c
    out/obj/y.o out/obj/y.map : cc y.c
    out/lib : !ld out/obj/x.o out/obj/y.o
    out/app : ld out/lib out/obj/y.map";

fn cold() -> FakeDisk {
    ToyWorld::new(&[("x.c", "#include h\nX"), ("y.c", "#include h\nY"), ("h", "H")]).disk
}

/// Built, and then edited.
fn warm() -> FakeDisk {
    let world = ToyWorld::on(cold());
    world.build("out/old : cc x.c\nout/obj/old : cc y.c", "*");
    world.build(ACTIONS, "*");
    world.edit("h", "I");
    world.disk
}

fn build(world: &ToyWorld) -> Told {
    let graph = graph(ACTIONS).unwrap();
    world.run(&graph, &[graph.find("out/app").unwrap()])
}

/// What lies in the build directory, without the engine's own files.
fn outputs(world: &ToyWorld) -> Vec<(String, String)> {
    let list = world.disk.list("out").into_iter().filter(|path| !path.starts_with("out/.state"));
    list.map(|path| (path.clone(), world.read(&path))).collect()
}

/// Builds with the fault at each call, from `first` on, until a build ends without having met it.
fn at_every_call(
    start: fn() -> FakeDisk,
    how: impl Fn(FakeDisk) -> ToyWorld,
    first: usize,
    fault: fn(usize) -> Fault,
) -> usize {
    let clean = ToyWorld::on(start());
    assert!(build(&clean).outcome.unwrap().success());
    let expected = outputs(&clean);
    let sources = ["x.c", "y.c", "h"].map(|path| (path, clean.read(path)));
    for at in first.. {
        let world = how(start());
        world.disk.set_fault(fault(at));
        let told = build(&world);
        let met = world.disk.fault_came();
        let failed = !matches!(&told.outcome, Ok(outcome) if outcome.success());
        if failed && !matches!(fault(at), Fault::Death { .. } | Fault::Removed(_)) {
            named(&told, at);
        }
        world.disk.set_fault(Fault::None);
        if let Fault::Removed(_) = fault(at) {
            assert!(told.outcome.is_ok(), "{at}: {:?}", told.outcome);
            let gone = sources.iter().filter(|(path, _)| world.disk.peek(path).is_none());
            gone.for_each(|(path, text)| world.edit(path, text));
        }
        world.disk.tick();
        let healed = build(&world);
        assert!(healed.outcome.is_ok_and(|outcome| outcome.success()), "{at}: {}", healed.text);
        assert!(healed.warnings.is_empty(), "{at}: {}", healed.text);
        assert_eq!(outputs(&world), expected, "{at}: {}", healed.text);
        let again = build(&world).text;
        assert!(["", "all as it was\n"].contains(&&*again), "{at}: {again}");
        if !met {
            return at;
        }
    }
    unreachable!()
}

fn at_once(jobs: usize) -> impl Fn(FakeDisk) -> ToyWorld {
    move |disk| ToyWorld { jobs, recall: jobs == 1, ..ToyWorld::on(disk) }
}

/// What the user is told names a file.
fn named(told: &Told, at: usize) {
    let texts = match &told.outcome {
        Err(error) => vec![error.to_string()],
        Ok(_) => told.failures.iter().map(|(_, text)| text.clone()).collect(),
    };
    assert!(!texts.is_empty(), "{at}: {}", told.text);
    for text in texts {
        let path = ["out", "x.c", "y.c", "h:"].iter().any(|path| text.contains(path));
        assert!(path && text.contains(": "), "{at}: {text}");
    }
}

#[test]
fn a_full_disk() {
    for (start, jobs) in [(cold as fn() -> FakeDisk, 1), (warm, 1), (warm, 4)] {
        let calls = at_every_call(start, at_once(jobs), 0, Fault::Full);
        assert!(calls > 15, "{calls}");
    }
}

/// GNU ld has been seen to do that.
#[test]
fn a_full_disk_that_a_command_does_not_mind() {
    let careless = |jobs| move |disk| ToyWorld { jobs, careless: true, ..ToyWorld::on(disk) };
    for (start, jobs) in [(cold as fn() -> FakeDisk, 1), (warm, 1), (warm, 4)] {
        let calls = at_every_call(start, careless(jobs), 0, Fault::Full);
        assert!(calls > 15, "{calls}");
    }
}

/// It said nothing of it, and there may be room again before anything else is written.
#[test]
fn what_a_command_wrote_on_a_full_disk_is_not_believed() {
    let disk = cold();
    let freed = disk.clone();
    let hear: Ear = Box::new(move |event| {
        if let Event::Finished { .. } = event {
            freed.set_fault(Fault::None);
        }
    });
    let world = ToyWorld { hear: Some(hear), ..ToyWorld::on(disk) };
    let processes = FakeProcesses(
        |spawn: &crate::Spawn| {
            let (toy, depfile) = Toy::parse(spawn);
            world.disk.edit(&depfile, b"x: x.c");
            world.disk.set_fault(Fault::Full(0));
            assert!(world.disk.write(&toy.outputs[0], b"half").is_err());
            Ok(Ended { status: Status::Exited(0), output: Vec::new() })
        },
        &world.millis,
    );
    let graph = graph("out/x : cc x.c").unwrap();
    let told = world.run_with(&graph, &[graph.find("out/x").unwrap()], &processes);
    let failed = &told.outcome.unwrap().failed[0].1.message;
    assert_eq!(failed, "out/x: no space left on the disk: what was written may be cut off");
}

#[test]
fn a_read_that_fails() {
    for (start, jobs) in [(cold as fn() -> FakeDisk, 1), (warm, 1), (warm, 4)] {
        // What is recalled may be unreadable: then it is not recalled.
        let world = move |disk| ToyWorld { jobs, ..ToyWorld::on(disk) };
        let calls = at_every_call(start, world, 1, Fault::Read);
        assert!(calls > 15, "{calls}");
    }
}

/// Between the look at it and the read, at any of them: a change like any other, and no end of the build.
#[test]
fn a_file_that_is_removed_while_it_is_looked_at() {
    for (start, jobs) in [(cold as fn() -> FakeDisk, 1), (warm, 1), (warm, 4)] {
        let calls = at_every_call(start, at_once(jobs), 1, Fault::Removed);
        assert!(calls > 15, "{calls}");
    }
}

#[test]
fn a_rename_that_fails() {
    for (start, jobs) in [(cold as fn() -> FakeDisk, 1), (warm, 4)] {
        let calls = at_every_call(start, at_once(jobs), 1, Fault::Rename);
        assert!(calls > 5, "{calls}");
    }
}

#[test]
fn a_rename_that_fails_leaves_the_old_output() {
    let world = ToyWorld::on(warm());
    let before = world.read("out/obj/x.o");
    // The first gives a directory its name.
    world.disk.set_fault(Fault::Rename(2));
    let told = build(&world);
    assert!(told.text.contains("cannot replace"), "{}", told.text);
    assert_eq!(world.read("out/obj/x.o"), before);
}

#[test]
fn a_death() {
    for (start, jobs) in [(cold as fn() -> FakeDisk, 1), (warm, 1), (warm, 4)] {
        let whole = at_every_call(start, at_once(jobs), 0, |after| Fault::Death { after, torn: false });
        let torn = at_every_call(start, at_once(jobs), 0, |after| Fault::Death { after, torn: true });
        assert!(whole >= 29 && torn >= 29, "{whole} {torn}");
    }
}

#[test]
fn what_a_dead_build_left_goes_when_nobody_makes_it_any_more() {
    for after in 0.. {
        let world = ToyWorld::on(cold());
        world.disk.set_fault(Fault::Death { after, torn: false });
        let died = build(&world).outcome.is_err();
        world.disk.set_fault(Fault::None);
        world.build("out/other : cc x.c", "*");
        assert_eq!(outputs(&world), [("out/other".to_owned(), "cc(H;X)".to_owned())], "{after}");
        if !died {
            break;
        }
    }
}
