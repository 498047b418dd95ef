//! Graphs that cannot be built, and edges that only a run finds out.

use super::toy_world::{ToyWorld, graph};
use crate::graph::Graph;
use expect_test::{Expect, expect};

fn refused(actions: &str, expect: Expect) {
    expect.assert_eq(&graph(actions).map(|_| ()).unwrap_err().to_string());
}

#[test]
fn one_output_of_two_actions() {
    refused(
        "out/x : cc a\nout/y out/x : ld b",
        expect![[r#"
        out/x is written twice: by "Making out/x" and by "Making out/y"
          help: give one of them another output"#]],
    );
    refused(
        "out/x : cc a\n./out//./x : ld b",
        expect![[r#"
        out/x is written twice: by "Making out/x" and by "Making ./out//./x"
          help: give one of them another output"#]],
    );
    refused(
        "out/x out/x : cc a",
        expect![[r#"
        out/x is written twice: by "Making out/x" and by "Making out/x"
          help: give one of them another output"#]],
    );
}

#[test]
fn no_output() {
    let mut graph = Graph::new();
    let work = crate::Work::Command(crate::Command::default());
    let (verb, label) = ("Making", "nothing".to_owned());
    let action = crate::Action { verb, label, work, inputs: vec![], outputs: vec![], depfile: None };
    expect![[r#"
        "Making nothing" writes no file, so nobody could tell whether it has run
          help: give it an output"#]]
    .assert_eq(&graph.add(action).unwrap_err().to_string());
}

#[test]
fn a_file_where_another_output_needs_a_directory() {
    let message =
        "out/x is an output, so out/x/y/z cannot lie below it\n  help: give one of them another name";
    for actions in [
        "out/x : cc a\nout/x/y/z : cc b",
        "out/x/y/z : cc b\nout/x : cc a",
        "out/x out/x/y/z : cc b",
        "out/x/y/z out/x : cc b",
    ] {
        assert_eq!(graph(actions).map(|_| ()).unwrap_err().to_string(), message);
    }
    assert!(graph("out/x : cc a\nout/xy/z : cc b\nout/x.d/z : cc c").is_ok());
}

fn cycle(actions: &str) -> String {
    let graph = graph(actions).unwrap();
    let wanted = [graph.find("0").unwrap()];
    let error = graph.needed_for(&wanted).unwrap_err().to_string();
    let world = ToyWorld::new(&[]);
    assert_eq!(world.run(&graph, &wanted).text, format!("error: {error}\n"));
    error
}

#[test]
fn files_that_need_each_other() {
    expect![[r#"
        these files need each other: 0 -> 0
          help: remove one of the dependencies"#]]
    .assert_eq(&cycle("0 : cc 0"));
    expect![[r#"
        these files need each other: 1 -> 2 -> 1
          help: remove one of the dependencies"#]]
    .assert_eq(&cycle("0 : cc 1\n1 : cc a 2\n2 : cc 1"));
    let thousand: String = (0..1000).map(|at| format!("{at} : cc {}\n", (at + 1) % 1000)).collect();
    expect![[r#"
        these files need each other: 0 -> 1 -> 2 -> 3 -> 4 -> (990 more) -> 995 -> 996 -> 997 -> 998 -> 999 -> 0
          help: remove one of the dependencies"#]]
    .assert_eq(&cycle(&thousand));
}

#[test]
fn a_long_chain_is_no_cycle() {
    let chain: String = (0..50_000).map(|at| format!("{at} : cc {}\n", at + 1)).collect();
    let graph = graph(&chain).unwrap();
    assert_eq!(graph.needed_for(&[graph.find("0").unwrap()]).unwrap().len(), 50_000);
}

#[test]
fn the_same_input_twice() {
    let world = ToyWorld::new(&[("a", "A")]);
    let actions = "out/x : cc a a\nout/y : cat out/x out/x";
    world.build(actions, "*");
    assert_eq!(world.read("out/y"), "cat(cc(A,A),cc(A,A))");
    world.check(actions, "*", expect![""]);
    world.edit("a", "B");
    world.check(
        actions,
        "*",
        expect![[r#"
        out/x: a changed
        out/y: out/x changed
    "#]],
    );
}

/// `out/x` reads `out/gen.h` and does not say so.
const UNDECLARED: &str = "
    out/x : cc x.c
    out/gen.h : cc gen
    out/app : ld out/x";

#[test]
fn a_generated_header_that_nobody_declares_comes_first_once_it_is_known() {
    for jobs in [1, 4] {
        let world =
            ToyWorld { jobs, ..ToyWorld::new(&[("x.c", "#include out/gen.h\nX"), ("gen", "1")]) };
        world.build(UNDECLARED, "out/gen.h");
        world.build(UNDECLARED, "out/app");
        assert_eq!(world.read("out/app"), "ld(cc(cc(1);X))");
        world.edit("gen", "2");
        // `out/app` needs it, and so it is made, first.
        world.check(
            UNDECLARED,
            "out/app",
            expect![[r#"
            out/gen.h: gen changed
            out/x: out/gen.h changed
            out/app: out/x changed
        "#]],
        );
        assert_eq!(world.read("out/app"), "ld(cc(cc(2);X))");
        world.check(UNDECLARED, "*", expect![""]);
        world.disk.delete("out/gen.h");
        world.check(
            UNDECLARED,
            "out/app",
            expect![[r#"
            out/gen.h: its output out/gen.h is gone
        "#]],
        );
    }
}

#[test]
fn a_dry_run_knows_undeclared_headers_too() {
    let mut world = ToyWorld::new(&[("x.c", "#include out/gen.h\nX"), ("gen", "1")]);
    world.build(UNDECLARED, "out/gen.h");
    world.build(UNDECLARED, "out/app");
    world.edit("gen", "2");
    world.dry_run = true;
    world.check(
        UNDECLARED,
        "out/app",
        expect![[r#"
        out/gen.h: gen changed
        out/x: out/gen.h changed
        out/app: out/x changed
    "#]],
    );
}

#[test]
fn an_undeclared_header_that_is_made_while_it_is_read_is_read_again() {
    let mut world =
        ToyWorld { jobs: 2, ..ToyWorld::new(&[("x.c", "#include out/gen.h\nX"), ("gen", "2")]) };
    world.edit("out/gen.h", "old");
    let (read, written) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
    world.hook = Some(Box::new(move |world, output| match output {
        "out/gen.h" => _ = read.wait(),
        "out/x" => {
            read.wait();
            while world.read("out/gen.h") == "old" {
                std::thread::yield_now();
            }
        }
        _ => _ = &written,
    }));
    world.build(UNDECLARED, "*");
    world.hook = None;
    assert_eq!(world.read("out/x"), "cc(old;X)");
    world.check(
        UNDECLARED,
        "*",
        expect![[r#"
        out/x: out/gen.h changed
        out/app: out/x changed
    "#]],
    );
    world.check(UNDECLARED, "*", expect![""]);
}

#[test]
fn what_was_found_out_gives_way_to_what_is_declared_now() {
    let world = ToyWorld::new(&[("x.c", "#include out/gen.h\nX"), ("gen", "1")]);
    world.build(UNDECLARED, "out/gen.h");
    world.build(UNDECLARED, "*");
    // Now the header is made from what included it.
    world.edit("x.c", "X");
    let reverse = "
        out/x : cc x.c
        out/gen.h : cc gen out/x
        out/app : ld out/x";
    world.check(
        reverse,
        "*",
        expect![[r#"
        out/x: x.c changed
        out/gen.h: its command changed: now with out/x
        out/app: out/x changed
    "#]],
    );
    assert_eq!(world.read("out/gen.h"), "cc(1,cc(X))");
    world.check(reverse, "*", expect![""]);
}

#[test]
fn two_headers_that_were_found_out_to_need_each_other_make_no_cycle() {
    let actions = "
        out/a : cc a.c
        out/b : cc b.c";
    let world = ToyWorld::new(&[("a.c", "#include out/b\nA"), ("b.c", "B")]);
    world.build(actions, "out/b");
    world.build(actions, "out/a");
    // The same the other way round, while out/a is what it was.
    world.edit("a.c", "A");
    world.edit("b.c", "#include out/a\nB");
    world.build(actions, "out/b");
    world.check(actions, "*", expect!["out/a: a.c changed\n"]);
    world.check(actions, "*", expect!["out/b: out/a changed\n"]);
    world.check(actions, "*", expect![""]);
    assert_eq!(world.read("out/b"), "cc(cc(A);B)");
}
