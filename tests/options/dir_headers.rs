//! Headers of directories that say what was configured: two of one name, beside one that the program has itself.

use modpin::{ConfigHeader, Executable, HostProgram, Library, Opt, Project, when};
use modpin_test::World;

const MAIN: &str = "#include <stdio.h>\n#include \"config.h\"\nint regex(void), deep(void), other(void);\n\
    int main(void) { printf(\"%s %d %d %d\", WHO, regex(), deep(), other()); return 0; }\n";

fn world() -> World {
    World::new(&[
        ("main.c", MAIN),
        ("inc/config.h", "#define WHO \"program\"\n"),
        ("regex/config.h.in", "#cmakedefine LINK_SIZE @LINK_SIZE@\n"),
        ("regex/regex.c", "#include <config.h>\nint regex(void) { return LINK_SIZE; }\n"),
        ("regex/deep/deep.c", "#include <config.h>\nint deep(void) { return 10 * LINK_SIZE; }\n"),
        (
            "regex/deep/show.c",
            "#include <stdio.h>\n#include <config.h>\nint main(void) { printf(\"%d\", LINK_SIZE); return 0; }\n",
        ),
        (
            "other/other.c",
            "#include <config.h>\n#ifndef WIDE\n#define WIDE 0\n#endif\nint other(void) { return WIDE; }\n",
        ),
        ("other/none.c", "int other(void) { return -1; }\n"),
    ])
}

fn declare(p: &mut Project) {
    p.option(Opt::int("LINK_SIZE").default(2));
    let with_other = p.option(Opt::bool("OTHER").default(true));
    let regex = p.dir("regex", |d| {
        d.config_header(ConfigHeader::new("config.h").template("config.h.in"));
        d.add(Library::new("regex").sources("*.c"));
        d.dir("deep", |d| {
            d.add(Library::new("deep").sources("deep.c"));
            d.add(HostProgram::new("show").sources("show.c"));
        })
        .map(|_| ())
    });
    regex.expect("nothing goes wrong");
    let other = p.dir("other", |d| {
        let wide = d.option(Opt::bool("WIDE"));
        d.config_header(ConfigHeader::new("config.h").define("WIDE", wide));
        d.add(Library::new("other").sources("other.c"));
    });
    other.expect("nothing goes wrong").when(with_other);
    p.add(Library::new("none").sources("other/none.c"));
    let main = Executable::new("main").sources("main.c").include("inc").link(["regex", "deep"]);
    p.add(main.link(when(with_other, "other")).link(when(!with_other, "none")));
}

#[test]
fn each_directory_sees_its_own() {
    let mut world = world();
    world.build(declare).expect_success();
    assert_eq!(world.printed("main", &[]), "program 2 20 0");
    assert_eq!(world.build(declare).ran, [""; 0]);

    let compiled = |world: &World| {
        let build = world.build(declare).expect_success();
        let compiled = build.ran.iter().filter_map(|ran| ran.strip_prefix("Compiling "));
        (compiled.map(str::to_owned).collect::<Vec<_>>(), build.removed)
    };
    world.config.set("LINK_SIZE", "3");
    assert_eq!(compiled(&world).0, ["regex/deep/deep.c", "regex/regex.c"]);
    world.config.set("WIDE", "y");
    assert_eq!(compiled(&world).0, ["other/other.c"]);
    assert_eq!(world.printed("main", &[]), "program 3 30 1");

    // What is off has no header, and what was there goes.
    world.config.set("OTHER", "n");
    let removed = compiled(&world).1;
    assert!(removed.iter().any(|path| path.ends_with("include-of/other/config.h")), "{removed:?}");
    assert_eq!(world.printed("main", &[]), "program 3 30 -1");
}

/// A program for the build machine reads one that is made for that machine.
#[test]
fn host_programs_see_them() {
    let mut world = world();
    world.config.set("LINK_SIZE", "4");
    let plan = world.plan(declare).expect("a plan");
    let program = plan.targets.iter().find(|target| target.name == "show").expect("a host program");
    let files = program.files.clone();
    let build = world.run(plan, &files).expect_success();
    assert_eq!(world.printed(".modpin/build-machine/show", &[]), "4", "{:?}", build.ran);
}

#[test]
fn a_file_says_the_same() {
    let world = world();
    let mut project = Project::new("world", world.root());
    declare(&mut project);
    let text = project.to_json().expect("a file");
    let read = Project::from_json(&text, "world.json", world.root()).expect("a project");
    assert_eq!(read, project);
    assert_eq!(text.matches("\"config_headers\"").count(), 2, "{text}");
}

#[test]
fn what_a_newcomer_gets_wrong() {
    let world = world();
    let said = |header: ConfigHeader, include: &str| {
        let declare = |p: &mut Project| {
            let regex = p.dir("regex", |d| {
                d.config_header("twice.h").config_header(header.clone());
                d.add(Library::new("regex").sources("*.c").include(include));
            });
            regex.expect("nothing goes wrong");
            p.add(Executable::new("main").sources("main.c").include("inc"));
        };
        world.plan(declare).expect_err("it is wrong").to_string()
    };
    let twice = "directory \"regex\": header \"twice.h\" is declared twice\n  \
                 help: give one of them another name, or put what both say into one";
    assert_eq!(said("twice.h".into(), "."), twice);
    let missing = "directory \"regex\": header \"a.h\": there is no template \"regex/config.in\"\n  \
                   help: did you mean \"regex/config.h.in\"?";
    assert_eq!(said(ConfigHeader::new("a.h").template("config.in"), "."), missing);
    let beside = "header \"config.h\": inc/config.h is found under the same name\n  \
                  help: an earlier build system may have left it: remove it, or give the header another name";
    assert_eq!(said("config.h".into(), "../inc"), beside);
}
