//! What happens around a failure, an interruption, a dry run, and when a result stays the same.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::meeting::Meeting;
use super::toy_world::{ToyWorld, graph, partial};
use crate::fake::FakeProcesses;
use crate::graph::step::{Step, StepError, StepIo};
use crate::graph::{Action, Graph, Work};
use crate::run::schedule::Pool;
use crate::world::signals::Interrupt;
use expect_test::expect;

const CHAIN: &str = "
    out/c.first : cut c
    out/c.o : cc out/c.first
    out/d.o : cc d
    out/app : ld out/c.o out/d.o";

fn world() -> ToyWorld {
    ToyWorld::new(&[("c", "one\ntwo"), ("d", "D")])
}

#[test]
fn the_same_result_runs_nobody_else() {
    let world = world();
    world.build(CHAIN, "*");
    world.edit("c", "one\nthree");
    world.check(
        CHAIN,
        "*",
        expect![[r#"
        out/c.first: c changed
    "#]],
    );
    world.edit("c", "1\nthree");
    world.check(
        CHAIN,
        "*",
        expect![[r#"
        out/c.first: c changed
        out/c.o: out/c.first changed
        out/app: out/c.o changed
    "#]],
    );
}

#[test]
fn the_same_result_is_not_written_again() {
    let world = world();
    world.build(CHAIN, "*");
    let before = crate::Disk::stat(&world.disk, "out/c.first").unwrap();
    world.edit("c", "one\nthree");
    world.build(CHAIN, "*");
    assert_eq!(crate::Disk::stat(&world.disk, "out/c.first").unwrap(), before);
}

#[test]
fn only_what_is_wanted_is_looked_at() {
    let world = world();
    world.check(
        CHAIN,
        "out/c.o",
        expect![[r#"
        out/c.first: there is no result of an earlier run
        out/c.o: there is no result of an earlier run
    "#]],
    );
    world.check(CHAIN, "c d", expect![""]);
}

#[test]
fn a_failure_stops_new_work_and_what_is_done_stays_done() {
    let world = world();
    world.edit("d", "#error");
    let actions = "
        out/c.first : cut c
        out/d.o : cc d
        out/e.o : cc c
        out/app : ld out/c.first out/d.o out/e.o";
    world.check(
        actions,
        "*",
        expect![[r#"
        out/c.first: there is no result of an earlier run
        out/d.o: there is no result of an earlier run
        out/d.o failed: toy ended with exit code 1
        2 not reached
    "#]],
    );
    world.edit("d", "D");
    world.check(
        actions,
        "*",
        expect![[r#"
        out/d.o: there is no result of an earlier run
        out/e.o: there is no result of an earlier run
        out/app: there is no result of an earlier run
    "#]],
    );
}

#[test]
fn keep_going_does_all_that_does_not_need_what_failed() {
    let mut world = world();
    world.keep_going = true;
    world.edit("d", "#error");
    world.check(
        CHAIN,
        "*",
        expect![[r#"
        out/c.first: there is no result of an earlier run
        out/c.o: there is no result of an earlier run
        out/d.o: there is no result of an earlier run
        out/d.o failed: toy ended with exit code 1
        1 not reached
    "#]],
    );
    world.check(
        CHAIN,
        "*",
        expect![[r#"
        out/d.o: there is no result of an earlier run
        out/d.o failed: toy ended with exit code 1
        1 not reached
    "#]],
    );
}

#[test]
fn an_edit_that_is_taken_back_after_a_failure_runs_nothing() {
    let world = world();
    world.build(CHAIN, "*");
    world.edit("d", "#error");
    assert!(world.build(CHAIN, "*").contains("failed"));
    assert_eq!(world.read("out/d.o"), "cc(D)");
    world.edit("d", "D");
    world.check(CHAIN, "*", expect![""]);
}

#[test]
fn a_failure_leaves_nothing_of_its_own() {
    let world = world();
    world.build(CHAIN, "*");
    let before = world.disk.list("out");
    world.edit("d", "E");
    world.failing.lock().unwrap().insert("out/d.o".into());
    assert!(world.build(CHAIN, "*").contains("failed"));
    assert_eq!(world.disk.list("out"), before);
    assert_eq!(world.read("out/d.o"), "cc(D)");
}

#[test]
fn a_step_that_refuses_says_so() {
    let world = ToyWorld::new(&[("a", "#error")]);
    world.check(
        "out/x : !cat a",
        "*",
        expect![[r#"
        out/x: there is no result of an earlier run
        out/x refused: a: #error
    "#]],
    );
}

#[test]
fn a_dry_run_tells_and_changes_nothing() {
    let mut world = world();
    world.build(CHAIN, "*");
    world.edit("c", "1\n");
    let before = world.disk.snapshot();
    world.dry_run = true;
    let more = format!("{CHAIN}\nout/new : ld out/app");
    world.check(
        &more,
        "*",
        expect![[r#"
        out/c.first: c changed
        out/c.o: out/c.first changed
        out/app: out/c.o changed
        out/new: there is no result of an earlier run
    "#]],
    );
    // A store that is only read has nothing to say, either.
    assert_eq!(world.disk.snapshot(), before);
    world.check(
        "out/c.first : cut c",
        "*",
        expect![[r#"
        out/c.first: c changed
    "#]],
    );
    assert_eq!(world.disk.snapshot(), before);
}

#[test]
fn an_interrupted_build_keeps_what_was_done() {
    let mut world = world();
    let raise = |world: &ToyWorld, output: &str| {
        if output == "out/c.o" {
            world.interrupt.raise(15);
        }
    };
    world.hook = Some(Box::new(raise));
    world.check(
        CHAIN,
        "*",
        expect![[r#"
        out/c.first: there is no result of an earlier run
        out/c.o: there is no result of an earlier run
        3 not reached
        interrupted by 15
    "#]],
    );
    (world.hook, world.interrupt) = (None, Interrupt::new());
    assert_eq!(world.read("out/c.o"), "(none)");
    world.check(
        CHAIN,
        "*",
        expect![[r#"
        out/c.o: there is no result of an earlier run
        out/d.o: there is no result of an earlier run
        out/app: there is no result of an earlier run
    "#]],
    );
}

#[test]
fn a_build_that_is_interrupted_before_it_starts_starts_nothing() {
    let world = world();
    world.interrupt.raise(2);
    world.check(
        CHAIN,
        "*",
        expect![[r#"
        4 not reached
        interrupted by 2
    "#]],
    );
    assert_eq!(world.started.load(Ordering::SeqCst), 0);
}

/// Runs a closure.
pub struct Doing<F>(pub F);

impl<F: Fn(&mut StepIo<'_>) -> Result<(), StepError> + Send + Sync> Step for Doing<F> {
    fn key(&self) -> String {
        "doing".into()
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        (self.0)(io)
    }
}

fn one_step(step: impl Step + 'static, more: usize) -> Graph {
    let others: String = (0..more).map(|at| format!("out/{at} : cc d\n")).collect();
    let mut graph = graph(&others).unwrap();
    let outputs = vec![graph.file("out/step")];
    let work = Work::Step(std::sync::Arc::new(step));
    graph
        .add(Action { verb: "Doing", label: "it".into(), work, inputs: vec![], outputs, depfile: None })
        .unwrap();
    graph
}

#[test]
fn a_step_whose_process_was_killed_by_an_interrupt_has_no_result() {
    let mut world = world();
    world.hook = Some(Box::new(|world, _| world.interrupt.raise(2)));
    let step = Doing(|io: &mut StepIo<'_>| {
        let args = ["cc", "", "-MFout/.state/d", "-oout/.state/o", "d"].map(str::to_owned).to_vec();
        let spawn = crate::Spawn { program: super::toy::PROGRAM.into(), args, ..Default::default() };
        // A verdict about the process would be a verdict about the interrupt.
        let verdicts = [io.spawn(&spawn).is_ok(), io.spawn(&spawn).is_ok()];
        io.write(0, format!("{verdicts:?}").as_bytes())
    });
    let graph = one_step(step, 0);
    let told = world.run(&graph, &[graph.find("out/step").unwrap()]);
    assert_eq!(told.text.lines().last(), Some("interrupted by 2"));
    assert_eq!(world.read("out/step"), "(none)");
    // The second one was not even started.
    assert_eq!(world.started.load(Ordering::SeqCst), 1);
}

#[test]
fn a_step_that_panics_is_heard_and_nobody_waits_for_ever() {
    let mut world = world();
    world.jobs = 4;
    let graph = one_step(Doing(|_: &mut StepIo<'_>| panic!("our own bug")), 6);
    let wanted: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
    let run = std::panic::AssertUnwindSafe(|| world.run(&graph, &wanted));
    let panic = std::panic::catch_unwind(run).err().unwrap();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"our own bug"));
}

#[test]
fn steps_that_need_time_run_at_the_same_time() {
    let world = ToyWorld { jobs: 3, ..world() };
    let together = std::sync::Barrier::new(3);
    let barrier = std::sync::Arc::new(together);
    let mut graph = Graph::new();
    for name in ["out/1", "out/2", "out/3"] {
        let barrier = barrier.clone();
        let step = Doing(move |io: &mut StepIo<'_>| {
            barrier.wait();
            io.write(0, b"x")
        });
        let (outputs, work) = (vec![graph.file(name)], Work::Step(std::sync::Arc::new(step)));
        let label = name.into();
        graph
            .add(Action { verb: "Doing", label, work, inputs: vec![], outputs, depfile: None })
            .unwrap();
    }
    let wanted: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
    assert!(world.run(&graph, &wanted).outcome.unwrap().success());
}

#[test]
fn a_missing_output_is_a_failure_and_so_is_a_link() {
    type Make = fn(&ToyWorld);
    let makes: [(Make, &str); 3] = [
        (|world| world.disk.delete(&partial("out/step")), "it succeeded but did not write out/step"),
        (|world| world.disk.link(&partial("out/step"), "d"), "out/step: it wrote a link"),
        (|world| world.disk.dir(&partial("out/step")), "out/step: it wrote a link"),
    ];
    for (make, message) in makes {
        let world = std::sync::Arc::new(world());
        let inner = world.clone();
        let step = Doing(move |_: &mut StepIo<'_>| {
            make(&inner);
            Ok(())
        });
        let graph = one_step(step, 0);
        let told = world.run(&graph, &[graph.find("out/step").unwrap()]);
        assert!(told.text.contains(message), "{}", told.text);
    }
}

#[test]
fn a_depfile_that_is_missing_or_names_what_is_no_text_is_a_failure() {
    type Make = fn(&ToyWorld, &str);
    let makes: [(Make, &str); 3] = [
        (
            |world, depfile| world.disk.edit(depfile, b"x: d ./h\xff.h\n"),
            "./h\u{fffd}.h: it reads this file, whose name is not UTF-8\n  help: rename it",
        ),
        (|_, _| (), "it succeeded but did not write its depfile out/x.d"),
        // One that was laid ready for it.
        (
            |world, depfile| world.disk.edit(depfile, b""),
            "it succeeded but did not write its depfile out/x.d",
        ),
    ];
    for (make, message) in makes {
        let world = world();
        let processes = FakeProcesses(
            |spawn: &crate::Spawn| {
                let (toy, depfile) = super::toy::Toy::parse(spawn);
                world.disk.edit(&toy.outputs[0], b"made");
                make(&world, &depfile);
                Ok(crate::world::process::Ended { status: crate::Status::Exited(0), output: Vec::new() })
            },
            &world.millis,
        );
        let graph = graph("out/x : cc d").unwrap();
        let told = world.run_with(&graph, &[graph.find("out/x").unwrap()], &processes);
        assert_eq!(told.outcome.unwrap().failed[0].1.message, message);
        assert_eq!(world.read("out/x"), "(none)");
    }
}

#[test]
fn a_pool_is_never_overfull() {
    let most = |verb, limit, expected| {
        let pools = vec![Pool { verb, limit }];
        let meeting = Meeting::of(expected);
        let inner = Arc::clone(&meeting);
        let mut world = ToyWorld { jobs: 4, pools, ..ToyWorld::new(&[("s", "S")]) };
        world.hook = Some(Box::new(move |_, _| inner.meet()));
        let actions: String = (0..12).map(|at| format!("out/{at} : ld s\n")).collect();
        world.build(&actions, "*");
        meeting.most()
    };
    assert_eq!(most("Making", 1, 1), 1);
    assert_eq!(most("Making", 2, 2), 2);
    assert_eq!(most("Linking", 1, 4), 4, "the pool is for others");
}
