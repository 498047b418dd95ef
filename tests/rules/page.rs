//! docs/rules.md: all that it declares is one declaration, which is built here with the C that stands there; what it says of edits
//! is so.

use modpin::{
    Executable, HostProgram, Library, Offsets, Probe, Project, Rule, each, input, object, output, tool,
    when,
};
use modpin_test::{World, skip};

const PAGE: &str = include_str!("../../docs/rules.md");

#[rustfmt::skip]
fn declare(p: &mut Project) -> modpin::Result<()> {
    let mkcolours = p.add(HostProgram::new("mkcolours").sources("tools/mkcolours.c"));
    let colours = p.add(Rule::new("colours").run(mkcolours.arg()).stdin("colours.txt").stdout(output("colours.h")));
    p.add(Executable::new("paint").sources("main.c").generated_headers(&colours));

    p.add(
        Rule::new("table").run(["python3".into(), input("tools/mk.py"), input("table.def"), output("table.c"), output("table.h")])
    );

    let names = Rule::new("names").run([input("names.txt"), output("names.h")]);
    p.add(names.step("1", |files| {
        let text = String::from_utf8(files.read("names.txt")?)?;
        let lines: Vec<String> = text.lines().map(|name| format!("extern int {name};\n")).collect();
        files.write("names.h", lines.concat().as_bytes())
    }));

    let flex = p.probe(Probe::program("flex"));
    let fresh = p.add(Rule::new("scan").when(flex).run([flex.arg(), "-o".into(), output("scan.c"), input("scan.l")]));
    let shipped = p.add(Rule::copy("scan-shipped", "scan.c_shipped", "scan.c").when(!flex));
    p.add(Executable::new("calc").sources("calc.c").sources(when(flex, &fresh)).sources(when(!flex, &shipped)));

    p.dir("demo", |p| {
        let offsets = p.add(Offsets::new("offsets", "offsets.c", "offsets.h").run("-Iinclude"));
        p.add(Executable::new("demo").sources(["main.c", "entry.S"]).generated_headers(offsets));
    })?;

    let core = p.add(Library::new("core").sources("core/*.c"));
    p.add(Rule::new("objtool").run([input("tools/objtool"), "--check".into(), object()]).on_objects_of(core).except("core/entry.c"));
    let sizes = Rule::new("sizes").each_object_of(core).run([tool("size"), each()]).stdout(output("{dir}/{stem}.size"));
    let sizes = p.add(sizes);
    p.add(Rule::new("all-sizes").run(["cat".into(), input(sizes.outputs())]).stdout(output("sizes.txt")));
    Ok(())
}

/// The blocks of the page in one language.
fn blocks(language: &str) -> Vec<&'static str> {
    let start = format!("```{language}\n");
    let blocks = PAGE.split(&start).skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default()).collect()
}

#[test]
fn what_the_page_declares_is_built_as_it_says() {
    if skip::is_missing("python3", "the page on rules") {
        return;
    }
    let c = blocks("c");
    let world = World::new(&[
        ("colours.txt", "red 1\ngreen 2\n"),
        ("tools/mkcolours.c", c[0]),
        ("main.c", "#include \"colours.h\"\nint main(void) { return COLOUR_green; }\n"),
        (
            "tools/mk.py",
            "import sys\nfor name in sys.argv[2:]: open(name, 'w').write('/* made */\\n')\n",
        ),
        ("table.def", ""),
        ("scan.l", "%option noyywrap\n%%\n"),
        ("scan.c_shipped", "int yylex(void) { return 0; }\n"),
        ("calc.c", "int yylex(void);\nint main(void) { return yylex(); }\n"),
        ("names.txt", "a\nb\n"),
        ("include/task.h", "struct task { long name[2], state; };\n"),
        ("demo/offsets.c", c[1]),
        ("demo/main.c", "extern char state[];\nint main(void) { return state[0]; }\n"),
        ("demo/entry.S", "#include \"offsets.h\"\n.data\n.globl state\nstate: .byte TASK_STATE\n"),
        ("core/a.c", "int a;\n"),
        ("core/entry.c", "int entry;\n"),
    ]);
    world.script("tools/objtool", "#!/bin/sh\ntest \"$1\" = --check && ! grep -q entry.c \"$2\"\n");
    let declared = |p: &mut Project| declare(p).expect("a declaration");
    world.build(declared).expect_success();
    let ended = |name: &str| world.execute(name, &[]).status.code();
    assert_eq!((ended("paint"), ended("demo"), ended("calc")), (Some(2), Some(16), Some(0)));
    assert_eq!(world.text(".modpin/gen/names.h"), "extern int a;\nextern int b;\n");
    assert!(world.text(".modpin/gen/sizes.txt").contains("core/entry.c.o"));

    world.write("colours.txt", "red 1\ngreen  2\n");
    assert_eq!(world.build(declared).expect_success().short(), ["Generating colours"]);
    world.write("colours.txt", "red 1\ngreen 3\n");
    let again = world.build(declared).expect_success();
    assert!(again.did("Generating colours") && again.did("Compiling main.c"), "{:?}", again.ran);
    assert_eq!(ended("paint"), Some(3));
    world.write("tools/mkcolours.c", c[0].replace("COLOUR_%s %d", "COLOUR_%s %d + 4"));
    let again = world.build(declared).expect_success();
    assert!(again.did("Generating colours") && !again.did("Compiling core/a.c"), "{:?}", again.ran);
    assert_eq!(ended("paint"), Some(7));
}

#[test]
fn the_page_says_what_is_built() {
    let here: Vec<&str> = include_str!("page.rs").lines().map(str::trim).collect();
    let blocks = blocks("rust");
    for block in &blocks {
        let lines: Vec<&str> = block.lines().map(str::trim).collect();
        let is_built = here.windows(lines.len()).any(|window| window == lines);
        assert!(is_built, "nobody builds this:\n{block}");
    }
    assert_eq!(blocks.len(), 7);
}
