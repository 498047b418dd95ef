//! Generated sources and headers in compilations: there in the first build, and later for those that read them.

use modpin::picture::{Sizes, dot, picture};
use modpin::{Executable, Library, Project, Rule, explain, input, output};
use modpin_test::World;

use super::MKTABLE;

fn world() -> World {
    let world = World::new(&[
        ("table.def", "3\n"),
        ("sub/a.c", "#include <table.h>\nint a(void) { return TABLE; }\n"),
        ("sub/b.c", "int b(void) { return 1; }\n"),
        (
            "main.c",
            "#include <stdio.h>\n#include \"table.h\"\nint table(void), a(void), b(void);\nint main(void) { printf(\"%d\\n\", table() + a() + b() + TABLE); return 0; }\n",
        ),
    ]);
    world.script("mktable", MKTABLE);
    world
}

fn declare(p: &mut Project) {
    p.include(".");
    let args = [input("mktable"), input("table.def"), output("table.c"), output("table.h")];
    let table = p.add(Rule::new("table").run(args));
    let library = Library::new("t").sources("sub/*.c").sources(table.output("table.c"));
    // What is made has flags of its own by the path that it would have among the sources.
    let library = library.flags_for("table.c", "-Dtable=table");
    let library = p.add(library.generated_headers(&table));
    // It waits for the headers of the library that it links.
    p.add(Executable::new("host").sources("main.c").link(library));
}

#[test]
fn the_first_build_has_them_and_later_ones_compile_who_reads_them() {
    let world = world();
    let first = world.build(declare).expect_success();
    assert!(first.did("Generating table") && first.did("Compiling gen/table.c"), "{:?}", first.ran);
    let compiled = first.plan.graph.actions().filter(|(_, action)| action.verb == "Compiling");
    let told = compiled.filter(|(_, action)| format!("{:?}", action.work).contains("-Dtable=table"));
    let told: Vec<&str> = told.map(|(_, action)| action.label.as_str()).collect();
    assert_eq!(told, ["gen/table.c"]);
    assert_eq!(world.printed("host", &[]), "10");
    assert_eq!(world.build(declare).expect_success().ran, [""; 0]);

    world.write("table.def", "4\n");
    let again = world.build(declare).expect_success();
    let ran = again.short();
    for reader in ["sub/a.c", "main.c", "gen/table.c"] {
        assert!(ran.contains(&format!("Compiling {reader}")), "{ran:?}");
    }
    assert!(!again.did("Compiling sub/b.c"), "it reads nothing of it: {ran:?}");
    assert_eq!(world.printed("host", &[]), "13");

    // The same files again: nobody reads anything new.
    world.write("table.def", "4\n\n");
    let same = world.build(declare).expect_success();
    assert_eq!(same.short(), ["Generating table"]);

    // A rule that fails stops who reads what it makes. Who has told that it reads nothing of it is compiled.
    world.script("mktable", "#!/bin/sh\nexit 1\n");
    for name in ["a", "b"] {
        let text = world.read(&format!("sub/{name}.c"));
        world.write(&format!("sub/{name}.c"), format!("{text}int more_{name};\n"));
    }
    let failed = world.build(declare);
    assert!(failed.outcome.failed.len() == 1 && failed.did("Compiling sub/b.c"), "{:?}", failed.ran);
    assert!(!failed.did("Compiling sub/a.c"), "{:?}", failed.ran);
}

#[test]
fn a_tool_that_changed_runs_again() {
    let (world, elsewhere) = (world(), World::new(&[]));
    elsewhere.script("tool", "#!/bin/sh\necho 1\n");
    let tool = elsewhere.path("tool").display().to_string();
    let declare = |p: &mut Project| {
        declare(p);
        p.add(Rule::new("elsewhere").run([tool.as_str()]).stdout("elsewhere.txt"));
    };
    world.build(declare).expect_success();
    world.script("mktable", &MKTABLE.replace("$value", "100"));
    let again = world.build(declare).expect_success();
    assert!(again.did("Generating table") && !again.did("Generating elsewhere"), "{:?}", again.ran);
    assert_eq!(world.printed("host", &[]), "301");
    elsewhere.script("tool", "#!/bin/sh\necho 2\n");
    assert_eq!(world.build(declare).expect_success().short(), ["Generating elsewhere"]);
}

/// Who includes something with quotes finds it as if all lay in one directory.
#[test]
fn files_find_what_would_lie_beside_them() {
    let world = World::new(&[
        ("lib/real.h", "#define REAL 1\n"),
        (
            "lib/main.c",
            "#include \"made.h\"\nint made(void);\nint main(void) { return made() - MADE; }\n",
        ),
        ("lib/made.h.in", "#define MADE 42\n"),
        (
            "lib/made.c.in",
            "#include \"real.h\"\n#include \"made.h\"\nint made(void) { return MADE * REAL; }\n",
        ),
        ("other.c", "int other(void) { return 1; }\n"),
    ]);
    let declare = |p: &mut Project| {
        p.dir("lib", |d| {
            let copy =
                Rule::new("copy").each("*.in").run(["cp".into(), modpin::each(), output("{stem}")]);
            let copy = d.add(copy);
            d.add(Executable::new("host").sources("main.c").sources(&copy));
        })
        .expect("a directory");
        p.add(Library::new("other").sources("other.c"));
    };
    let build = world.build(declare).expect_success();
    assert_eq!(world.execute("host", &[]).status.code(), Some(0));
    assert!(world.built(".modpin/gen/lib/made.h").is_file());
    assert!(build.did("Generating copy for lib/made.c.in"), "{:?}", build.ran);
    let commands = world.text("compile_commands.json");
    let other = commands.lines().find(|line| line.contains("other.c")).expect("an entry");
    assert!(!other.contains("gen/"), "nothing is made where it looks: {other}");
}

/// A directory of headers that rules alone fill is one for `-I`, and in front of those that come later.
#[test]
fn a_directory_may_be_there_for_generated_headers_only() {
    let world = World::new(&[
        ("main.c", "#include <api/v.h>\nint main(void) { return V; }\n"),
        ("late/api/v.h", "#define V 1\n"),
    ]);
    let declare = |p: &mut Project| {
        let v = Rule::new("v").run(["echo", "#define V 0"]).stdout(output("made/api/v.h"));
        let v = p.add(v);
        p.include(["made", "late"]);
        p.add(Executable::new("host").sources("main.c").generated_headers(v));
    };
    world.build(declare).expect_success();
    assert_eq!(world.execute("host", &[]).status.code(), Some(0));
}

/// The database has sources that are not there yet, and no rule runs for it.
#[test]
fn an_editor_knows_them_before_they_are_there() {
    let world = world();
    let plan = world.plan(declare).expect("a plan");
    let wanted = [plan.compile_commands];
    let build = world.run(plan, &wanted).expect_success();
    assert_eq!(build.short(), ["Writing compile_commands.json"]);
    let database: serde_json::Value =
        serde_json::from_str(&world.text("compile_commands.json")).expect("JSON");
    let files: Vec<&str> =
        database.as_array().expect("a list").iter().filter_map(|it| it["file"].as_str()).collect();
    assert!(files.contains(&"target/modpin/debug/.modpin/gen/table.c"), "{files:?}");
    assert!(!world.built(".modpin/gen/table.c").exists());
}

/// A module compiled into its file and a library in both flavours wait for headers, whatever else runs.
#[test]
fn every_flavour_waits() {
    let world = World::new(&[
        ("l.c", "#include \"h.h\"\nint l(void) { return H; }\n"),
        ("m.c", "#include \"h.h\"\nint l(void);\nint m(void) { return l() + H; }\n"),
        ("main.c", "int l(void), j(void);\nint main(void) { return l() + j(); }\n"),
        ("k.c.in", "int k(void) { return 0; }\n"),
        ("j.c.in", "int j(void) { return 0; }\n"),
    ]);
    world.script(
        "slow",
        "#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9; do cat $0 > /dev/null; done\necho '#define H 0'\n",
    );
    let declare = |p: &mut Project| {
        let h = p.add(Rule::new("h").run(input("slow")).stdout(output("h.h")));
        p.flags(modpin::Flags::new().include(".").generated_headers(&h));
        let c = Rule::new("c").each("*.in").run(["cp".into(), modpin::each(), output("{stem}")]);
        let c = p.add(c);
        let l = p.add(Library::new("l").sources("l.c").sources(c.output("k.c")));
        p.add(modpin::Module::new("m").sources("m.c").link(l));
        p.add(Executable::new("host").sources("main.c").sources(c.output("j.c")).link(l).loads("m"));
    };
    let plan = world.build(declare).expect_success().plan;

    // The picture of what is linked knows what was made for it.
    let scene = explain::read(&plan, world.root());
    let picture = picture("demo", &scene, &Sizes::new(world.root()));
    let names: Vec<&str> = picture.rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["h", "c"]);
    let made = &picture.rules[1];
    assert_eq!(
        (made.tool.as_str(), &made.reads[..]),
        ("cp", &["j.c.in".to_owned(), "k.c.in".to_owned()][..])
    );
    let mut units: Vec<&str> =
        made.units.iter().map(|&unit| picture.units[unit].name.as_str()).collect();
    units.sort_unstable();
    assert_eq!(units, ["gen/j.c", "k.c.o"]);
    assert_eq!((picture.rules[0].tool.as_str(), picture.rules[0].units.len()), ("slow", 0));
    let drawn = dot(&picture);
    for line in
        ["r1 [label=\"c\\ncp\", shape=note];", "r1 -> h0 [style=dotted];", "r1 -> h0a0 [style=dotted];"]
    {
        assert!(drawn.contains(line), "{line} is not in {drawn}");
    }
}
