//! How tools run: their streams, their directory, their environment, what they say that they have read, and what is believed of it.

use modpin::{
    Executable, Opt, Probe, Project, Rule, concat, depfile, input, out_dir, output, value, when,
};
use modpin_test::World;

const MAIN: &str = "int main(void) { return 0; }\n";

#[test]
fn streams_environment_and_arguments_arrive_as_they_are_said() {
    let world = World::new(&[("in.txt", "one two\n"), ("main.c", MAIN), ("x y.txt", "")]);
    world.script("tool", "#!/bin/sh\nread line\nfor arg; do printf '<%s>' \"$arg\"; done\necho \" $line $NAME $LC_ALL\"\necho loud >&2\n");
    let declare = |p: &mut Project| {
        let base = p.option(Opt::hex("BASE").default(0x1000));
        let on = p.option(Opt::bool("ON").default(true));
        p.option(Opt::bool("OFF"));
        // A program of the system by the probe that has found it; where it is, is a text.
        let shell = p.probe(Probe::program("sh"));
        let base = concat(["-T".into(), value(base)]);
        let rule = Rule::new("r").run([shell.arg(), input("tool"), "$HOME;*".into(), base]);
        let rule = rule.run(when(on, ["on"])).run(when("OFF", ["off"])).run(input("*.txt"));
        let rule = rule.run(when("HAVE_SH_PATH != ''", [value("HAVE_SH_PATH")]));
        p.add(rule.stdin("in.txt").stdout(output("out.txt")).env("NAME", "a b"));
        p.add(Executable::new("host").sources("main.c"));
    };
    let build = world.build(declare).expect_success();
    let shell = world.call("which sh").out;
    let shell = shell.trim();
    let expected = format!("<$HOME;*><-T0x1000><on><in.txt><x y.txt><{shell}> one two a b C\n");
    assert_eq!(world.text(".modpin/gen/out.txt"), expected);
    assert!(build.said.contains("loud"), "what it says is said: {}", build.said);
    world.write("in.txt", "three\n");
    assert_eq!(world.build(declare).expect_success().short(), ["Generating r"]);
}

#[test]
fn what_it_says_that_it_read_counts() {
    let world = World::new(&[("a.in", "b.in\n"), ("b.in", "1\n"), ("c.in", "1\n"), ("main.c", MAIN)]);
    world.script("tool", "#!/bin/sh\nother=`cat $1`\ncat $other > $2\necho \"$2: $1 $other\" > $3\n");
    let declare = |p: &mut Project| {
        p.add(Rule::new("r").run([input("tool"), input("a.in"), output("o"), depfile("o.d")]));
        p.add(Executable::new("host").sources("main.c"));
    };
    world.build(declare).expect_success();
    world.write("c.in", "2\n");
    assert!(world.build(declare).expect_success().ran.is_empty());
    world.write("b.in", "2\n");
    assert_eq!(world.build(declare).expect_success().short(), ["Generating r"]);
    assert!(!world.built(".modpin/gen/o.d").exists(), "it is read and taken away");
}

/// Where a tool runs and writes by names of its own, in a directory that is its own.
#[test]
fn a_directory_of_its_own_is_where_it_may_write() {
    let world = World::new(&[
        ("parse.y", "7\n"),
        ("main.c", "#include \"deep/y.h\"\nint main(void) { return Y - 7; }\n"),
    ]);
    world.script("tool", "#!/bin/sh\nmkdir -p deep\necho \"#define Y `cat $1`\" > deep/y.h\necho \"`pwd` $2\" > where.txt\necho \"deep/y.h: $1\" > y.d\n");
    let declare = |p: &mut Project| {
        let rule = Rule::new("y").run([input("tool"), input("parse.y"), out_dir("p")]).cwd(out_dir("p"));
        let y = p.add(rule.outputs(["p/deep/y.h", "p/where.txt"]).depfile("p/y.d"));
        p.add(Executable::new("host").sources("main.c").include("p").generated_headers(&y));
    };
    world.build(declare).expect_success();
    assert_eq!(world.execute("host", &[]).status.code(), Some(0));
    // What it writes of where it wrote is where that lies now.
    let dir = world.built(".modpin/gen/p").display().to_string();
    let plain =
        |text: &str| text.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    let said = world.text(".modpin/gen/p/where.txt");
    let words: Vec<String> = said.split_whitespace().map(plain).collect();
    assert_eq!(words, [plain(&dir), plain(&dir)], "{said}");
    assert!(world.build(declare).expect_success().ran.is_empty());
}

/// A program of the project, with a shared library that it needs, is a tool; it is built first.
#[test]
fn a_program_of_the_project_is_a_tool() {
    let world = World::new(&[
        (
            "gen.c",
            "#include <stdio.h>\nint n(void);\nint main(void) { printf(\"#define N %d\\n\", n()); return 0; }\n",
        ),
        ("n.c", "int n(void) { return 5; }\n"),
        ("main.c", "#include \"n.h\"\nint main(void) { return N - 5; }\n"),
    ]);
    let declare = |p: &mut Project| {
        let n = p.add(modpin::SharedLibrary::new("n").sources("n.c"));
        let generator = p.add(Executable::new("gen").sources("gen.c").link(n));
        let header = p.add(Rule::new("n.h").run(generator.arg()).stdout(output("n.h")));
        p.add(Executable::new("host").sources("main.c").include(".").generated_headers(&header));
    };
    world.build(declare).expect_success();
    assert_eq!(world.execute("host", &[]).status.code(), Some(0));
    world.write("n.c", "int n(void) { return 6; }\n");
    let again = world.build(declare).expect_success();
    assert!(again.did("Generating n.h") && again.did("Compiling main.c"), "{:?}", again.ran);
    assert_eq!(world.execute("host", &[]).status.code(), Some(1));
}

/// A program for the build machine is a tool, too; its own sources may come from a rule.
#[test]
fn a_host_program_is_a_tool() {
    let world = World::new(&[
        (
            "gen.c",
            "#include <stdio.h>\n#include \"n.h\"\nint main(void) { printf(\"#define N %d\\n\", M + 1); return 0; }\n",
        ),
        ("main.c", "#include \"out.h\"\nint main(void) { return N - 5; }\n"),
    ]);
    let declare = |p: &mut Project| {
        let m = p.add(Rule::new("m").run(["echo", "#define M 4"]).stdout(output("n.h")));
        let program = modpin::HostProgram::new("gen").sources("gen.c").include(".");
        let program = p.add(program.generated_headers(&m));
        let header = p.add(Rule::new("n").run(program.arg()).stdout(output("out.h")));
        p.add(Executable::new("host").sources("main.c").include(".").generated_headers(&header));
    };
    world.build(declare).expect_success();
    assert_eq!(world.execute("host", &[]).status.code(), Some(0));
    assert!(world.build(declare).expect_success().ran.is_empty());
}

/// Rules read what others make, as a file, as all files, and inside of an argument.
#[test]
fn rules_feed_rules() {
    let world = World::new(&[("a.txt", "a\n"), ("b.txt", "b\n"), ("main.c", MAIN)]);
    let declare = |p: &mut Project| {
        let up = Rule::new("up").each("*.txt").run(["tr", "a-z", "A-Z"]).stdin(modpin::each());
        let up = p.add(up.stdout(output("up/{stem}.up")));
        let all = p.add(Rule::new("all").run(["cat"]).run(input(&up)).stdout(output("all")));
        let one = Rule::new("one").run(["sed", "-n"]).run(format!("r {}", up.output("up/b.up")));
        p.add(one.stdin("a.txt").stdout(output("one")).reads(all.output("all")));
        p.add(Executable::new("host").sources("main.c"));
    };
    world.build(declare).expect_success();
    assert_eq!(
        (world.text(".modpin/gen/all"), world.text(".modpin/gen/one")),
        ("A\nB\n".into(), "B\n".into())
    );
    world.write("b.txt", "c\n");
    let again = world.build(declare).expect_success();
    assert_eq!(again.short(), ["Generating all", "Generating one", "Generating up for b.txt"]);
    // A file that is gone takes what was made of it along.
    std::fs::remove_file(world.path("b.txt")).expect("it was there");
    world.write("c.txt", "b\n");
    let renamed = |p: &mut Project| {
        let up = Rule::new("up").each("*.txt").run(["tr", "a-z", "A-Z"]).stdin(modpin::each());
        p.add(up.stdout(output("up/{stem}.up")));
        p.add(Executable::new("host").sources("main.c"));
    };
    let gone = world.build(renamed).expect_success();
    assert!(gone.removed.iter().any(|path| path.ends_with("gen/up/b.up")), "{:?}", gone.removed);
    assert!(world.built(".modpin/gen/up/c.up").is_file() && !world.built(".modpin/gen/all").exists());
}
