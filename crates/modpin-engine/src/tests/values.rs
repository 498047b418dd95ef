//! Files of values: who has read one depends on the values that it is said to want, and on no other line.

use std::sync::Arc;

use super::flow::Doing;
use super::toy_world::ToyWorld;
use crate::check::files::Files;
use crate::check::read_differs;
use crate::graph::step::StepIo;
use crate::graph::{Action, FileId, Graph, Work};
use crate::state::Store;
use crate::state::log::ActionRecord;
use crate::world::hash::Hash;
use crate::world::values::value_path;
use expect_test::expect;

const READERS: &str = "
    out/a : cc a
    out/b : cc b
    out/whole : cc-whole a
    out/step : !cc a";

#[test]
fn a_value_is_an_input_and_the_file_is_not() {
    let sources = [("a", "%A"), ("b", "%B\n#include h"), ("h", "%C"), ("values", "A=1\nB=2\n")];
    let world = ToyWorld::new(&sources);
    world.build(READERS, "*");
    assert_eq!(world.read("out/b"), "cc(2;none)");
    world.check(READERS, "*", expect![""]);
    world.edit("values", "B=2\nA=1\nD=1\n");
    world.check(
        READERS,
        "*",
        expect![[r#"
            out/whole: values changed
            out/step: values changed
        "#]],
    );
    world.edit("values", "A=1\nB=3\n");
    world.check(
        READERS,
        "out/a out/b",
        expect![[r#"
            out/b: B changed in values
        "#]],
    );
    world.edit("values", "A=1\nB=3\nC=4\n");
    world.check(
        READERS,
        "out/a out/b",
        expect![[r#"
            out/b: C changed in values
        "#]],
    );
    assert_eq!(world.read("out/b"), "cc(3;4)");
    world.disk.delete("values");
    world.check(
        READERS,
        "out/a",
        expect![[r#"
            out/a: A changed in values
        "#]],
    );
    assert_eq!(world.read("out/a"), "cc(none)");
}

/// A graph of one step that writes values with words for one of them, and of commands that come after it.
fn graph(values: &'static str) -> (Graph, Vec<FileId>) {
    let mut graph =
        super::toy_world::graph("\n    out/a : cc a out/before\n    out/b : cc b out/before").unwrap();
    let step = Doing(move |io: &mut StepIo<'_>| {
        io.tell_value_change(0, "A", "A is not what it was".to_owned());
        io.write(0, values.as_bytes())?;
        io.write(1, b"")
    });
    let outputs = vec![graph.file("values"), graph.file("out/before")];
    let (verb, label) = ("Writing", values.to_owned());
    let work = Work::Step(Arc::new(step));
    let inputs = vec![graph.file("config")];
    graph.add(Action { verb, label, work, inputs, outputs: outputs.clone(), depfile: None }).unwrap();
    let wanted = ["out/a", "out/b"].map(|path| graph.find(path).unwrap());
    (graph, wanted.to_vec())
}

#[test]
fn whoever_writes_values_says_what_is_different() {
    let world = ToyWorld::new(&[("a", "%A"), ("b", "%B"), ("config", "1")]);
    let build = |config: &str, values| {
        world.edit("config", config);
        let (graph, wanted) = graph(values);
        world.run(&graph, &wanted).text
    };
    build("1", "A=1\nB=1\n");
    assert_eq!((world.read("out/a"), world.read("out/b")), ("cc(1,)".to_owned(), "cc(1,)".to_owned()));
    let told = build("2", "A=2\nB=1\n");
    expect![[r#"
        values: config changed
        out/a: A is not what it was
    "#]]
    .assert_eq(&told);
    let told = build("3", "A=2\nB=2\n");
    expect![[r#"
        values: config changed
        out/b: B changed in values
    "#]]
    .assert_eq(&told);
}

/// Whoever has just read the value of the file as it was must not be taken for one who has found none.
#[test]
fn values_of_a_file_that_is_written_right_after_the_look_are_not_known() {
    let world = ToyWorld::new(&[("values", "A=1\n")]);
    let (mut store, _) = Store::open(&world.disk, "state").unwrap();
    let (file, value) = (store.id("values"), store.id(&value_path("values", "A")));
    let mut files = Files::new(&world.disk);
    files.input(&store, file).unwrap();
    world.edit("values", "A=2\n");
    assert_eq!(files.input(&store, value).unwrap(), Hash::UNKNOWN);
    // What was not known was not the same.
    let discovered = vec![(value, Hash::UNKNOWN)];
    let record = ActionRecord { discovered, ..ActionRecord::without_result(0) };
    assert!(read_differs(&record, &mut files, &store, |_, _| false).unwrap().is_some());
    files.forget(file);
    assert_eq!(files.input(&store, value).unwrap(), Hash::of(b"2"));
}

#[test]
fn values_of_a_file_that_is_removed_right_after_the_look_are_not_known() {
    let world = ToyWorld::new(&[("values", "A=1\n")]);
    let (mut store, _) = Store::open(&world.disk, "state").unwrap();
    let (file, value) = (store.id("values"), store.id(&value_path("values", "A")));
    let mut files = Files::new(&world.disk);
    files.input(&store, file).unwrap();
    world.disk.delete("values");
    assert_eq!(files.input(&store, value).unwrap(), Hash::UNKNOWN);
    files.forget(file);
    assert_eq!(files.input(&store, value).unwrap(), Hash::MISSING);
}
