//! What lies there already is not written: response files, and what steps have made. A response file stays as long as its action.

use super::toy_world::{ToyWorld, graph};
use crate::fake::Fault;
use crate::graph::{FileId, Graph, Response, Work};
use expect_test::expect;

/// The same actions; each that makes `output` gets a response file at `path`.
pub(super) fn with_response(actions: &str, output: &str, path: &str) -> Graph {
    let (plain, mut graph) = (graph(actions).unwrap(), Graph::new());
    for (_, action) in plain.actions() {
        let mut action = action.clone();
        let mut same = |ids: &[FileId]| ids.iter().map(|&id| graph.file(plain.path(id))).collect();
        (action.inputs, action.outputs) = (same(&action.inputs), same(&action.outputs));
        let is_it = graph.path(action.outputs[0]) == output;
        if let (true, Work::Command(command)) = (is_it, &mut action.work) {
            let response = Response { path: path.into(), text: "its text".into() };
            command.response = Some(Box::new(response));
        }
        graph.add(action).unwrap();
    }
    graph
}

#[test]
fn a_response_file_that_is_there_is_not_written_again() {
    let world = ToyWorld::new(&[("a", "A")]);
    let told = with_response("out/x : ld a", "out/x", "out/x.rsp");
    let run = || {
        let all: Vec<_> = told.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
        world.run(&told, &all);
        (world.disk.stamp_of("out/x.rsp"), world.read("out/x.rsp"))
    };
    let first = run();
    world.edit("a", "B");
    assert_eq!(run(), first);
    for text in ["", "its tex!"] {
        world.edit("out/x.rsp", text);
        world.edit("a", text);
        assert_eq!(run().1, "its text");
    }
    world.edit("precious", "its text");
    world.disk.delete("out/x.rsp");
    world.disk.link("out/x.rsp", "../precious");
    world.edit("a", "C");
    run();
    assert_eq!(world.disk.peek_link("out/x.rsp"), None);
}

/// How many calls that add something a build after an edit of `a` makes.
fn adds(world: &ToyWorld, rule: &str, content: &str) -> usize {
    world.edit("a", content);
    world.disk.set_fault(Fault::None);
    world.build(rule, "*");
    world.disk.calls().0
}

#[test]
fn what_a_step_has_made_before_is_not_written() {
    let rule = "out/x out/y : !cut a";
    let world = ToyWorld::new(&[("a", "A\none")]);
    world.build(rule, "*");
    let same = adds(&world, rule, "A\ntwo");
    assert_eq!(adds(&world, rule, "B\ntwo"), same + 2);
    assert_eq!((world.read("out/x"), world.read("out/y")), ("cut0(B)".into(), "cut1(B)".into()));
    // One that is not as it was left is written, and it alone.
    world.edit("out/y", "cut1(b)");
    assert_eq!(adds(&world, rule, "B\nthree"), same + 1);
    assert_eq!(world.read("out/y"), "cut1(B)");
    world.check(rule, "*", expect![""]);
}

#[test]
fn a_response_file_goes_with_its_action_and_stays_as_long() {
    let world = ToyWorld::new(&[("a", "A"), ("b", "B")]);
    let run = |graph: &Graph| {
        let all: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
        world.run(graph, &all).text
    };
    let both = "out/x : ld a\nout/y : ld b";
    let told = with_response(both, "out/x", "./out/link//x.rsp");
    run(&told);
    assert_eq!(world.read("out/link/x.rsp"), "its text");
    assert_eq!(run(&told), "", "it is nobody's output, and nobody's leftover");
    assert_eq!(run(&graph("out/y : ld b").unwrap()), "removed out/x\nremoved out/link/x.rsp\n");
    let outputs = |path: &String| !path.starts_with("out/.state/");
    assert_eq!(world.disk.list("out").into_iter().filter(outputs).collect::<Vec<_>>(), ["out/y"]);
    // An action that fails the first time has written one all the same.
    world.failing.lock().unwrap().insert("out/x".into());
    run(&told);
    assert_eq!(world.read("out/link/x.rsp"), "its text");
    assert!(run(&graph("out/y : ld b").unwrap()).contains("removed out/link/x.rsp\n"));
    // And one that is told otherwise now.
    world.failing.lock().unwrap().clear();
    run(&told);
    assert!(run(&graph(both).unwrap()).contains("removed out/link/x.rsp\n"));
    assert_eq!(world.read("out/x"), "ld(A)");
}
