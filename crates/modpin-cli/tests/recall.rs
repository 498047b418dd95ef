//! A build that has nothing to do and knows it from the last one: each change that must wake it does, and its
//! words are the same. The real compiler; which store or snapshot answers is seen by what lies beside it.

use std::fs;
use std::path::PathBuf;

use modpin_test::{Said, World, next_tick};

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 1,
  "name": "demo",
  "includes": ["include"],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util/*.c"], "exclude": ["util/*.x"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"] }
  ]
}
"#;

const SOURCES: [(&str, &str); 3] = [
    ("include/base.h", "int base(int);\n"),
    ("util/base.c", "#include \"base.h\"\nint base(int x) { return x + 1; }\n"),
    ("main.c", "#include \"base.h\"\nint main(void) { return base(-1); }\n"),
];

/// Built, and found to have nothing to do: a snapshot is there.
fn idle() -> World {
    let world = World::new(&SOURCES);
    edit(&world, "demo.json", PROJECT);
    assert!(build(&world).contains("actions ran"));
    world.is_idle();
    assert!(snapshot(&world).is_file(), "a build that found nothing to do is remembered");
    world
}

fn snapshot(world: &World) -> PathBuf {
    world.built(".modpin/build.snapshot")
}

/// Writes a file well before the next build.
fn edit(world: &World, name: &str, text: &str) {
    world.write(name, text);
    next_tick();
}

fn build(world: &World) -> String {
    world.modpin("build").err
}

/// Builds; what it says, and whether it knew from the last build what there is to do, without a plan: who plans takes the
/// lock and writes its number into it.
fn recalls(world: &World) -> (String, bool) {
    let lock = "target/modpin/debug/.modpin/lock";
    edit(world, lock, "untouched");
    (build(world), world.read(lock) == "untouched")
}

/// After `change`, a build does something; the one after that has nothing to do.
fn wakes(change: impl FnOnce(&World)) {
    let world = &idle();
    change(world);
    let said = build(world);
    assert!(!said.contains("nothing to do"), "{said}");
    let said = build(world);
    assert!(said.contains("nothing to do"), "{said}");
}

#[test]
fn the_store_is_not_read_when_nothing_changed() {
    let world = &idle();
    let (said, recalled) = recalls(world);
    assert!(
        said.contains("warning: library \"util\": .exclude(\"util/*.x\") leaves out nothing"),
        "{said}"
    );
    assert!(said.contains("nothing to do") && recalled, "{said}");
}

/// No source lies at the root. The values of options name the root, and a directory where a file might be meant.
#[test]
fn a_directory_is_no_file_that_somebody_waits_for() {
    let sources =
        SOURCES.map(|(path, text)| (if path == "main.c" { "host/main.c" } else { path }, text));
    let world = World::new(&sources);
    let project = PROJECT.replace("main.c", "host/main.c");
    let flags = "\"cflags\": [\"--include-directory=./include\"],\n  \"targets\"";
    edit(&world, "demo.json", &project.replace("\"targets\"", flags));
    assert!(build(&world).contains("actions ran"));
    let (said, recalled) = recalls(&world);
    assert!(said.contains("nothing to do") && recalled, "{said}");
    fs::remove_dir_all(world.root().join("include")).unwrap();
    world.write("include", "no directory any more");
    let said = build(&world);
    assert!(said.contains("names no directory"), "{said}");
}

/// A new header where headers are looked for concerns those who have read one of that name. A plan would write the graph again.
#[test]
fn a_new_header_needs_no_plan() {
    let world = &World::new(&SOURCES);
    world.write("first/unused.h", "");
    let project = PROJECT.replace("[\"include\"]", "[\"first\", \"include\"]");
    edit(world, "demo.json", &project);
    assert!(build(world).contains("actions ran"));
    world.is_idle();
    let graph = || fs::read(world.built(".modpin/build.graph")).unwrap();
    let planned = graph();
    fs::write(world.built(".modpin/build.graph"), &planned).unwrap();
    assert!(build(world).contains("nothing to do"), "the graph file is an input of the plan");
    world.is_idle();
    let written = || fs::metadata(world.built(".modpin/build.graph")).unwrap().modified().unwrap();
    let since = written();
    for name in ["include/other.h", "first/other.h", "first/deep/er.h"] {
        edit(world, name, "int other;\n");
        let (said, recalled) = recalls(world);
        assert!(said.contains("nothing to do") && !recalled, "{name}: {said}");
        let (said, recalled) = recalls(world);
        assert!(said.contains("nothing to do") && recalled, "{name}: {said}");
    }
    assert_eq!(written(), since);
    edit(world, "first/base.h", "int base(int);\nextern int more;\n");
    let said = world.modpin("build --explain").err;
    assert_eq!(
        said.matches("first/base.h is found in the place of include/base.h").count(),
        2,
        "{said}"
    );
    assert_eq!(written(), since);
}

#[test]
fn sources_headers_and_outputs_wake_it() {
    wakes(|world| {
        edit(world, "main.c", "#include \"base.h\"\nint main(void) { return base(-1) + 0; }\n")
    });
    wakes(|world| edit(world, "include/base.h", "int base(int x);\n"));
    wakes(|world| fs::remove_file(world.built("tool")).unwrap());
    wakes(|world| edit(world, "target/modpin/debug/libutil.a", "!<arch>\n"));
}

#[test]
fn a_new_file_of_a_glob_wakes_it() {
    wakes(|world| edit(world, "util/more.c", "int more(void) { return 2; }\n"));
}

#[test]
fn a_file_that_is_gone_from_a_glob_wakes_it() {
    wakes(|world| {
        edit(world, "util/more.c", "int more(void) { return 2; }\n");
        build(world);
        build(world);
        fs::remove_file(world.path("util/more.c")).unwrap();
    });
}

#[test]
fn a_link_of_a_glob_that_names_something_now_wakes_it() {
    let world = &idle();
    std::os::unix::fs::symlink("../late.c", world.path("util/late.c")).unwrap();
    next_tick();
    build(world);
    build(world);
    edit(world, "late.c", "int late(void) { return 2; }\n");
    let said = build(world);
    assert!(said.contains("Compiling util/late.c"), "{said}");
}

#[test]
fn the_project_and_the_environment_wake_it() {
    wakes(|world| edit(world, "demo.json", &PROJECT.replace("\"tool\"", "\"tool2\"")));
    let world = &idle();
    let said = Said::of(world.project("build").env("CFLAGS", "-O1")).err;
    assert!(said.contains("Compiling main.c"), "{said}");
    assert!(
        world.modpin("build -n").err.contains("would run"),
        "other flags than those of the last build"
    );
}

#[test]
fn a_broken_store_is_told_all_the_same() {
    let world = &idle();
    let state = world.built(".modpin/state");
    let mut bytes = fs::read(&state).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&state, bytes).unwrap();
    let said = build(world);
    assert!(said.contains("everything is built again"), "{said}");
}

#[test]
fn a_broken_snapshot_is_none() {
    let world = &idle();
    let mut bytes = fs::read(snapshot(world)).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(snapshot(world), bytes).unwrap();
    let said = build(world);
    assert!(said.contains("nothing to do"), "{said}");
}

#[test]
fn archives_that_were_there_already_wake_it() {
    let world = &idle();
    let archive = |name: &str, text: &str| {
        edit(world, &format!("{name}.c"), text);
        world.call(&format!("cc -c -o {name}.o {name}.c"));
        world.call(&format!("ar rcs {name}.a {name}.o"));
        next_tick();
    };
    archive("lib/given", "int given(void) { return 1; }\n");
    let with = r#"{ "kind": "library", "name": "given", "archive": "lib/given.a" },
    { "kind": "library", "name": "util""#;
    let project = PROJECT.replace(r#"{ "kind": "library", "name": "util""#, with);
    edit(world, "demo.json", &project.replace(r#""link": ["util"]"#, r#""link": ["util", "given"]"#));
    edit(world, "main.c", "int given(void);\nint main(void) { return given(); }\n");
    assert!(build(world).contains("actions ran"));
    let (said, recalled) = recalls(world);
    assert!(said.contains("nothing to do") && recalled, "such a project is remembered: {said}");
    archive("lib/given", "int given(void) { return 2; }\n");
    assert!(build(world).contains("Linking"), "another archive");
    assert!(build(world).contains("nothing to do"));
    // A record that appears beside it may add a library or an argument.
    edit(world, "lib/given.link.json", r#"{ "format": 1, "name": "given", "system_libraries": ["m"] }"#);
    assert!(build(world).contains("Linking"), "a record beside it");
    fs::remove_file(world.path("lib/given.a")).unwrap();
    assert!(build(world).contains("there is no archive lib/given.a"));
}
