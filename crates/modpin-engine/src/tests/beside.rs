//! What a command leaves beside its outputs: it is kept, looked at, and goes with its action.

use super::toy::Toy;
use super::toy_world::{STATE, ToyWorld, graph};
use crate::fake::FakeProcesses;
use crate::graph::{Graph, Work};
use crate::world::process::{Ended, Status};
use expect_test::expect;

const ONE: &str = "out/x : cc-beside a";

fn built() -> ToyWorld {
    let world = ToyWorld { recall: true, ..ToyWorld::new(&[("a", "A"), ("b", "B")]) };
    world.build(ONE, "*");
    assert_eq!(world.read("out/x.side"), "beside cc-beside(A)");
    world.disk.tick();
    world
}

#[test]
fn it_is_kept_by_builds_that_run_something_else() {
    let world = built();
    world.check(ONE, "*", expect!["all as it was\n"]);
    world.build("out/x : cc-beside a\nout/y : cc b", "*");
    assert_eq!(world.read("out/x.side"), "beside cc-beside(A)");
    world.edit("a", "A2");
    world.build("out/x : cc-beside a\nout/y : cc b", "*");
    assert_eq!(world.read("out/x.side"), "beside cc-beside(A2)");
}

#[test]
fn it_is_made_again_when_it_is_gone_or_somebody_changed_it() {
    let world = built();
    world.disk.delete("out/x.side");
    world.check(
        ONE,
        "*",
        expect![[r#"
            part of 1
            out/x: its output out/x.side is gone
        "#]],
    );
    world.edit("out/x.side", "other");
    world.check(
        ONE,
        "*",
        expect![[r#"
            part of 1
            out/x: its output out/x.side was changed by somebody else
        "#]],
    );
    assert_eq!(world.read("out/x.side"), "beside cc-beside(A)");
    world.check(ONE, "*", expect!["all as it was\n"]);
}

#[test]
fn it_goes_with_its_action_and_when_the_action_does_not_leave_it_any_more() {
    let world = built();
    assert_eq!(
        world.build("out/y : cc b", "*"),
        "removed out/x\nremoved out/x.side\nout/y: there is no result of an earlier run\n"
    );
    let world = built();
    let told = world.build("out/x : cc a", "*");
    assert!(told.contains("removed out/x.side\n"), "{told}");
    assert_eq!([world.read("out/x"), world.read("out/x.side")], ["cc(A)", "(none)"]);
    // It is no source either: a clean build would not have it.
    let world = built();
    let told = world.build("out/y : cc out/x.side", "*");
    assert!(told.contains("removed out/x.side\n") && told.contains("out/y failed"), "{told}");
    // An action that fails has told of it all the same, and what was there stays until it succeeds.
    let world = built();
    world.failing.lock().unwrap().insert("out/x".into());
    world.edit("a", "A2");
    world.build(ONE, "*");
    assert_eq!(world.read("out/x.side"), "beside cc-beside(A)");
    assert!(world.build("out/y : cc b", "*").contains("removed out/x.side"));
}

#[test]
fn what_somebody_else_makes_is_not_overwritten() {
    let world = ToyWorld::new(&[("a", "A"), ("b", "B")]);
    let told = world.build("out/x.side : cc b\nout/x : cc-beside a", "*");
    let why = "out/x failed: it also writes out/x.side, which \"Making out/x.side\" makes\n";
    assert!(told.ends_with(why), "{told}");
    assert_eq!(world.read("out/x.side"), "cc(B)");
    assert_eq!(world.read("out/x"), "(none)");
}

/// One action whose outputs count something and write it down here one day.
fn counting(extra: &str) -> Graph {
    let (plain, mut counting) = (graph(&format!("{ONE}{extra}")).unwrap(), Graph::new());
    for (_, action) in plain.actions() {
        let mut action = action.clone();
        let mut same =
            |ids: &[crate::FileId]| ids.iter().map(|&id| counting.file(plain.path(id))).collect();
        (action.inputs, action.outputs) = (same(&action.inputs), same(&action.outputs));
        if let Work::Command(command) = &mut action.work {
            command.later = vec!["out/x.count".to_owned()];
        }
        counting.add(action).unwrap();
    }
    counting
}

#[test]
fn what_comes_to_lie_there_one_day_wakes_nobody_and_goes_with_the_action() {
    let world = built();
    let run = |graph: &Graph| {
        let all: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
        world.run(graph, &all).text
    };
    run(&counting(""));
    world.edit("out/x.count", "7");
    assert_eq!(run(&counting("")), "all as it was\n");
    world.edit("a", "A2");
    run(&counting(""));
    assert_eq!(world.read("out/x.count"), "7");
    world.disk.delete(STATE);
    run(&counting(""));
    assert_eq!(world.read("out/x.count"), "7", "nobody remembers it, and it has its action");
    let told = run(&graph("out/y : cc b").unwrap());
    assert!(told.contains("removed out/x.count\n"), "{told}");
}

#[test]
fn names_that_a_tool_wrote_down_are_those_of_the_final_place() {
    let world = ToyWorld::new(&[("a", "A")]);
    let processes = FakeProcesses(
        |spawn: &crate::Spawn| {
            let (toy, depfile) = Toy::parse(spawn);
            let path = &toy.outputs[0];
            world.disk.edit(path, format!("dwo={path}.dwo\0gcda=/w/{path}.gcda").as_bytes());
            world.disk.edit(&format!("{path}.dwo"), format!("object=/w/{path}").as_bytes());
            world.disk.edit(&depfile, b"x: a");
            Ok(Ended { status: Status::Exited(0), output: Vec::new() })
        },
        &world.millis,
    );
    let graph = graph("out/deep/x : cc a").unwrap();
    let wanted = [graph.find("out/deep/x").unwrap()];
    assert!(world.run_with(&graph, &wanted, &processes).outcome.unwrap().success());
    let text = world.read("out/deep/x");
    let paths: Vec<&str> = text.split('\0').map(|line| line.split_once('=').unwrap().1).collect();
    let plain =
        |path: &str| path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    assert_eq!(plain(paths[1]), "w/out/deep/x.gcda");
    assert_eq!(plain(&world.read(paths[0])), "object=/w/out/deep/x", "{text}");
}
