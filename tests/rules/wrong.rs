//! Rules that cannot be right: each is told in a sentence, before anything runs where that is possible.

use expect_test::{Expect, expect};
use modpin::{Executable, Library, Opt, Project, Rule, input, out_dir, output, when};
use modpin_test::World;
use modpin_test::skip::is_long;

const FILES: [(&str, &str); 3] =
    [("main.c", "int main(void) { return 0; }\n"), ("a.in", "a\n"), ("b.in", "b\n")];

/// What is said before anything runs.
pub(super) fn check(declare: impl Fn(&mut Project), expected: Expect) {
    let world = World::new(&FILES);
    let whole = |p: &mut Project| {
        declare(p);
        p.add(Executable::new("host").sources("main.c"));
    };
    let said = match world.plan(whole) {
        Ok(plan) => match modpin_engine::Graph::needed_for(&plan.graph, &plan.default) {
            Ok(_) => "nothing\n".to_owned(),
            Err(error) => format!("{error}\n"),
        },
        Err(error) => format!("{error}\n"),
    };
    expected.assert_eq(&said.replace(&world.root().display().to_string(), "ROOT"));
}

#[test]
fn rules_that_make_nothing_or_something_elsewhere() {
    check(
        |p| _ = p.add(Rule::new("r").run(["cat".into(), input("a.in")])),
        expect![[r#"
        rule "r" makes nothing
          help: name what it writes: output("PATH") among its arguments, .stdout(), or .outputs()
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cp".into(), input("a.in"), output("../o")])),
        expect![[r#"
            rule "r": its output "../o" would lie outside of gen/
              help: write where it would lie among the sources, without `..`: it lies there below gen/
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cp".into(), input("a.in"), output("/tmp/o")])),
        expect![[r#"
            rule "r": its output "/tmp/o" would lie outside of gen/
              help: write where it would lie among the sources, without `..`: it lies there below gen/
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cp".into(), input("a.in"), output("b.in")])),
        expect![[r#"
        rule "r": its output "b.in" is there among the sources
          help: give it another name: gen/ mirrors the sources, and both would be meant
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["sort", "-o"]).run([output("a.in"), input("a.in")])),
        expect![[r#"
            rule "r": its output "a.in" is there among the sources
              help: give it another name: gen/ mirrors the sources, and both would be meant
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cat".into(), out_dir("d")]).outputs("e/x")),
        expect![[r#"
        rule "r": none of its outputs lies in its out_dir "d"
          help: name what it writes there: .outputs(["d/…"])
    "#]],
    );
}

#[test]
fn two_rules_with_one_output() {
    let copy = |name: &str, to: &str| Rule::new(name).run(["cp".into(), input("a.in"), output(to)]);
    check(
        |p| {
            p.add(copy("one", "o"));
            p.add(copy("two", "./o"));
        },
        expect![[r#"
            rule "one" and rule "two" both make "o"
              help: give one of the two outputs another name
        "#]],
    );
    let each = Rule::new("r").each("*.in").run(["cat", "-"]).stdin(modpin::each()).stdout(output("o"));
    check(
        |p| _ = p.add(each.clone()),
        expect![[r#"
        rule "r" makes "o" twice: for a.in and for b.in
          help: have the file's directory in the path: output("{dir}/{stem}…")
    "#]],
    );
    check(
        |p| {
            p.add(copy("one", "o"));
            p.add(copy("two", "o/x"));
        },
        expect![[r#"
            target/modpin/debug/.modpin/gen/o is an output, so target/modpin/debug/.modpin/gen/o/x cannot lie below it
              help: give one of them another name
        "#]],
    );
}

#[test]
fn tools_that_are_not_there() {
    check(
        |p| _ = p.add(Rule::new("r").run(["no-such-tool"]).stdout("o")),
        expect![[r#"
        rule "r" starts "no-such-tool", which is nowhere on the search path
          help: install it, name it by its path, or have the rule where it is: .when(p.probe(Probe::program("no-such-tool")))
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cat a.in"]).stdout("o")),
        expect![[r#"
            rule "r" starts "cat a.in", which is nowhere on the search path
              help: there is no shell between, so each word is an argument of its own: .run(["cat", "a.in"])
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(input("tools/mk")).stdout("o")),
        expect![[r#"
            rule "r": the input "tools/mk" is missing
              help: paths start at the project's root, ROOT
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(input("a.in")).stdout("o")),
        expect![[r#"
            rule "r" starts "a.in", which nobody has the right to run
              help: chmod +x a.in, with its interpreter in its first line (#!/bin/sh); or name the program that reads it first: .run(["sh".into(), input("a.in")])
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["./a.in"]).stdout("o")),
        expect![[r#"
        rule "r" starts "./a.in", which is a path and no input
          help: write input("./a.in") for a script of the project; a name without `/` is looked for on the search path
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").stdout("o")),
        expect![[r#"
        rule "r" runs nothing
          help: name the program first: .run(["python3".into(), …])
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(output("o"))),
        expect![[r#"
        rule "r" does not begin with a program
          help: name the program first: .run(["python3".into(), …])
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["/no/such/tool"]).stdout("o")),
        expect![[r#"
        rule "r" starts /no/such/tool, which is no program
          help: install it, name it by its path, or have the rule where it is: .when(p.probe(Probe::program("/no/such/tool")))
    "#]],
    );
    check(
        |p| {
            p.add(modpin::HostProgram::new("mktable").sources("main.c"));
            p.add(Rule::new("r").run("mktable").stdout("o"));
        },
        expect![[r#"
        rule "r" starts "mktable" of the search path, and it is not there, but a program of the project
          help: name the target: target_file("mktable"), its handle's .arg(), or {"target": "mktable"} in a project file
    "#]],
    );
}

#[test]
fn inputs_and_names_that_are_none() {
    if is_long("wrong::inputs_and_names_that_are_none") {
        return;
    }
    check(
        |p| _ = p.add(Rule::new("r").run(["cat".into(), input("aa.in")]).stdout("o")),
        expect![[r#"
        rule "r": the input "aa.in" is missing
          help: did you mean "a.in"?
    "#]],
    );
    check(
        |p| {
            p.add(Rule::new("one").run(["cat", "-"]).stdout("made"));
            p.add(Rule::new("two").run(["cat".into(), input("made")]).stdout("o"));
        },
        expect![[r#"
            rule "two": the input "made" is missing
              help: rule "one" makes it: name it by that rule's .output()
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cat".into(), modpin::target_file("hos")]).stdout("o")),
        expect![[r#"
            rule "r" needs the file of "hos", which is no target with a file
              help: did you mean "host"?
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cat".into(), modpin::header("x.h")]).stdout("o")),
        expect![[r#"
            rule "r" reads "x.h", which is no header that the build writes
              help: declare it: p.autoconf() or p.config_header()
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cat".into(), modpin::value("X")]).stdout("o")),
        expect![[r#"
        rule "r" wants the value of "X", which is no option of the project
          help: declare it, or correct the name
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cat"]).stdout("o").stdin("*.in")),
        expect![[r#"
        rule "r": its standard input is no single file
          help: name one file: .stdin("PATH")
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cat"]).stdout("o").cwd("gone")),
        expect![[r#"
        rule "r": .cwd("gone") names no directory
          help: paths start at the project's root, ROOT
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cat"]).stdout("o").envs("NAME")),
        expect![[r#"
        rule "r": "NAME" sets no variable
          help: write NAME=VALUE, or .env("NAME", "VALUE")
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("host").run(["cat"]).stdout("o")),
        expect![[r#"
        executable "host" and rule "host" have one name
          help: give the rule another name
    "#]],
    );
}

#[test]
fn users_of_what_no_rule_makes() {
    check(
        |p| {
            let r = p.add(Rule::new("r").run(["cat"]).stdout("o.h"));
            p.add(Library::new("a").sources(r.output("p.c")));
            p.add(Library::new("b").sources(&r));
            p.add(Library::new("c").sources("{rule:rr}").generated_headers("x"));
            p.add(Library::new("d").sources(r.output("o.h")));
        },
        expect![[r#"
            library "a" wants "p.c" of rule "r", which makes no such file
              help: it makes o.h

            library "b": rule "r" makes no sources
              help: headers that it makes are named by .generated_headers()

            library "c" wants files of "rr", which is no rule of the project
              help: did you mean "r"?

            library "c" waits for the headers of "x", which is no rule of the project
              help: declare it: p.add(Rule::new(…))

            library "d": "o.h" is not a source
              help: headers are found by the compiler: name their directory with .include()
        "#]],
    );
    check(
        |p| {
            let x = p.option(Opt::bool("X"));
            let r = p.add(Rule::new("r").run(["cat"]).stdout("o.c").when(x));
            p.add(Library::new("a").sources(&r));
            p.add(Library::new("b").sources(when(x, &r)));
        },
        expect![[r#"
            library "a" wants files of rule "r", which is not built: X=n
              help: say so where the rule is there: when(CONDITION, …)
        "#]],
    );
}

#[test]
fn a_cycle_through_a_rule() {
    check(
        |p| {
            let tool = p.add(Executable::new("tool").sources("main.c").sources("{rule:r:o.c}"));
            p.add(Rule::new("r").run(tool.arg()).stdout("o.c"));
        },
        expect![[r#"
            these files need each other: target/modpin/debug/tool -> target/modpin/debug/.modpin/obj/tool/main.c.o -> target/modpin/debug/.modpin/seen/rules/r.made -> target/modpin/debug/.modpin/gen/o.c -> target/modpin/debug/tool
              help: remove one of the dependencies
        "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run(["cat".into(), input("{rule:r:o}")]).stdout("o")),
        expect![[r#"
        these files need each other: target/modpin/debug/.modpin/gen/o -> target/modpin/debug/.modpin/gen/o
          help: remove one of the dependencies
    "#]],
    );
}

/// What only shows when it runs.
#[test]
fn tools_that_do_not_do_what_is_said() {
    if is_long("wrong::tools_that_do_not_do_what_is_said") {
        return;
    }
    let said = |script: &str, change: fn(Rule) -> Rule| {
        let world = World::new(&FILES);
        world.script("tool", &format!("#!/bin/sh\n{script}\n"));
        let declare = |p: &mut Project| {
            p.add(change(Rule::new("r").run([input("tool"), input("a.in"), output("o")])));
            p.add(Executable::new("host").sources("main.c"));
        };
        let build = world.build(declare);
        assert!(!build.outcome.success(), "{:?}", build.ran);
        assert!(!world.built(".modpin/gen/o").exists(), "nothing of it is left");
        build.said.replace(&world.root().display().to_string(), "ROOT")
    };
    expect![[r#"
        it succeeded but did not write target/modpin/debug/.modpin/gen/o
    "#]]
    .assert_eq(&said("exit 0", |rule| rule));
    expect![[r#"
        it succeeded but did not write target/modpin/debug/.modpin/gen/p
    "#]]
    .assert_eq(&said("cat $1 > $2", |rule| rule.outputs("p")));
    expect![[r#"
        tool ended with exit code 3
    "#]]
    .assert_eq(&said("echo half > $2; exit 3", |rule| rule));
    expect![[r#"
        it also writes target/modpin/debug/.modpin/gen/o.log, which is no output of it
          help: declare it with .outputs(), or have it written elsewhere
    "#]]
    .assert_eq(&said("cat $1 > $2; cat $1 > $2.log", |rule| rule));
    expect![[r#"
        it also writes target/modpin/debug/.modpin/gen/o.a, target/modpin/debug/.modpin/gen/o.b, which are no outputs of it
          help: declare it with .outputs(), or have it written elsewhere
    "#]]
    .assert_eq(&said("for x in \"\" .b .a; do cat $1 > $2$x; done", |rule| rule));
    expect![[r#"
        a.in, an input of it, was written while it ran
          help: a rule writes outputs only: let it write a copy; or build again if it was you
    "#]]
    .assert_eq(&said("cat $1 > $2; echo more >> $1", |rule| rule));
    expect![[r#"
        it succeeded but did not write its depfile target/modpin/debug/.modpin/gen/o.d
    "#]]
    .assert_eq(&said("cat $1 > $2", |rule| rule.depfile("o.d")));
    expect![[r#"
        target/modpin/debug/.modpin/gen/o: it wrote a link or a directory instead of a file
    "#]]
    .assert_eq(&said("ln -s $1 $2", |rule| rule));
}
