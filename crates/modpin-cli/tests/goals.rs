//! What `build` can be asked for (row G14): targets, groups, kinds, globs over names, directories, files that are made, sources.

use modpin_test::World;

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "options": [{ "name": "OFF", "kind": "bool" }, { "name": "IN", "kind": "tristate", "default": "y" }],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["lib/a.c", "lib/b.c"] },
    { "kind": "library", "name": "hosts", "sources": ["lib/c.c"] },
    { "kind": "module", "name": "fs/ext", "sources": ["fs/e.c"] },
    { "kind": "module", "name": "fs/off", "when": "OFF", "sources": ["fs/o.c"] },
    { "kind": "module", "name": "in", "when": "IN", "sources": ["fs/i.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "loads": ["**"] },
    { "kind": "executable", "name": "plain", "sources": ["main.c"] },
    { "kind": "group", "name": "some", "targets": ["util", "in"] }
  ]
}
"#;

fn world() -> World {
    let files = ["lib/a", "lib/b", "lib/c", "fs/e", "fs/o", "fs/i"];
    let world = World::new(&[("main.c", "int main(void) { return 0; }\n"), ("demo.json", PROJECT)]);
    for name in files {
        let symbol = name.replace('/', "_");
        world.write(&format!("{name}.c"), format!("int {symbol}(void) {{ return 1; }}\n"));
    }
    world
}

/// What a build of these goals makes, of all targets and objects, in a directory of its own.
#[track_caller]
fn check(goals: &str, made: &str) {
    let world = world();
    world.modpin(&format!("build {goals}")).has(0, "");
    let files = [
        "libutil.a",
        "libhosts.a",
        "fs/ext.so",
        "tool",
        "plain",
        ".modpin/obj/libutil.a/lib/a.c.o",
        ".modpin/obj/libutil.a/lib/b.c.o",
        ".modpin/obj/libhosts.a/lib/c.c.o",
        ".modpin/pic/fs/ext.so/fs/e.c.o",
        ".modpin/check/tool/fs/ext.resolved",
    ];
    let there = files.iter().filter(|file| world.built(file).exists());
    let names: Vec<&str> = there.map(|file| file.rsplit('/').next().unwrap_or(file)).collect();
    assert_eq!(names.join(" "), made, "build {goals}");
    world.modpin(&format!("build {goals}")).has(0, "nothing to do");
}

#[test]
fn a_name_a_kind_a_glob_and_a_group() {
    check("plain", "plain");
    check("modules", "ext.so tool e.c.o ext.resolved");
    check("libraries", "libutil.a libhosts.a a.c.o b.c.o c.c.o");
    // A target of that name comes before the kind.
    check("hosts", "libhosts.a c.c.o");
    check("fs/*", "ext.so e.c.o");
    check("some", "libutil.a ext.so tool a.c.o b.c.o e.c.o ext.resolved");
}

#[test]
fn a_directory_a_file_that_is_made_and_a_source() {
    check("fs/", "ext.so e.c.o");
    check("lib/", "a.c.o b.c.o c.c.o");
    check("lib/a.o", "a.c.o");
    check("lib/b.c", "b.c.o");
    check("target/modpin/debug/libutil.a", "libutil.a a.c.o b.c.o");
    check(".modpin/obj/libutil.a/lib/a.c.o", "a.c.o");
    // From where the user stands; another place is another build.
    let world = world();
    let from = |dir: &str, goal: &str| {
        let args = format!("modpin --project {} build {goal}", world.path("demo.json").display());
        let mut command = crate::program::program_in(&world.path(dir), &args);
        modpin_test::Said::of(&mut command)
    };
    from("lib", "a.o").has(0, "");
    from("fs", "a.o").has(1, "no target is named \"a.o\"");
    from("lib", "../lib/").has(0, "");
    assert!(world.built(".modpin/obj/libhosts.a/lib/c.c.o").exists());
}

#[test]
fn what_nothing_fits_is_told_with_the_nearest() {
    let world = world();
    let said = |goal: &str, text: &str, help: &str| {
        let said = world.modpin(&format!("build {goal}"));
        said.has(1, text);
        said.has(1, help);
    };
    said("utl", "no target is named \"utl\"", "did you mean \"util\"?");
    said("libutl.a", "no target is named \"libutl.a\"", "did you mean \"libutil.a\"?");
    said("modulse", "no target is named \"modulse\"", "did you mean \"modules\"?");
    said("blok/*", "no target fits \"blok/*\"", "the targets are util");
    said("libs/", "nothing is built in \"libs/\"", "did you mean \"lib/\"?");
    said("lib", "no target is named \"lib\"", "with a slash behind it");
    said("fs/off", "module \"fs/off\" is not built: OFF=n", "-D");
    assert!(!world.built("tool").exists());
}

#[test]
fn groups_are_listed_and_explained() {
    let world = world();
    world.modpin("list").has_both(0, "group       some", "");
    world.modpin("explain some").has_both(0, "a name for util, in", "");
    // They are no target of a build of everything, which makes each file once anyhow.
    world.modpin("build").has(0, "");
    world.modpin("build some").has(0, "nothing to do");
}

/// The program that `modules` links finds the modules that it has now.
#[test]
fn modules_tells_the_program_which_modules_it_has() {
    let world = world();
    let manifest = || world.read("target/modpin/debug/modules.json");
    world.modpin("modules -D IN=m").has(0, "");
    assert!(manifest().contains("\"in.so\""), "{}", manifest());
    world.modpin("modules -D IN=y").has(0, "");
    assert!(!manifest().contains("\"in.so\""), "{}", manifest());
    world.modpin("modules -D IN=n -D OFF=y").has(0, "");
    assert!(manifest().contains("\"fs/off.so\""), "{}", manifest());
}

#[test]
fn a_project_without_tests_says_so() {
    let help =
        "no test is named \"t\"\n  help: the project declares none; `.test()` makes a program one\n";
    world().modpin("test t").has(1, help);
}
