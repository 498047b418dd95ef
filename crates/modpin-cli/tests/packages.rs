//! Libraries of pkg-config: their flags where they are there, a condition, and words where they are not.

use modpin_test::{Said, World, next_tick, skip};

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "probes": [{ "kind": "pkg_config", "of": "mine >= 1.2" }],
  "targets": [
    { "kind": "library", "name": "mine", "package": "HAVE_MINE" },
    {
      "kind": "library",
      "name": "user",
      "sources": ["none.c", { "when": "HAVE_MINE", "then": ["user.c"] }],
      "link": [{ "when": "HAVE_MINE", "then": ["mine"] }], "pkg_config_file": { "version": "2" }
    },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["user"], "defines": [{ "when": "HAVE_MINE", "then": ["MINE"] }] }
  ]
}
"#;

const DESCRIPTION: &str = "root=${pcfiledir}/..\nName: mine\nDescription: ours\nVersion: 1.4\n\
    Cflags: -I${root}/with\\ space/include -DFROM_PACKAGE=3\nLibs: -L${root}/lib -lmine -pthread\n";

fn world() -> World {
    let world = World::new(&[
        ("demo.json", PROJECT),
        ("none.c", "int none(void) { return 0; }\n"),
        ("user.c", "#include <mine.h>\nint user(void) { return mine() + FROM_PACKAGE; }\n"),
        (
            "main.c",
            "#ifdef MINE\n#include <mine.h>\nint user(void);\nint main(void) { return user() != 7; }\n#else\n\
             int main(void) { return 5; }\n#endif\n",
        ),
        ("inst/with space/include/mine.h", "int mine(void);\n"),
        ("inst/mine.c", "int mine(void) { return 4; }\n"),
        ("inst/pc/mine.pc", DESCRIPTION),
    ]);
    std::fs::create_dir(world.path("inst/lib")).expect("a directory");
    world.call("cc -c -o inst/mine.o inst/mine.c");
    world.call("ar rcs inst/lib/libmine.a inst/mine.o");
    world
}

fn with(world: &World, args: &str, variables: &[(&str, &str)]) -> Said {
    let mut command = world.project(args);
    command.env_remove("PKG_CONFIG_PATH").env_remove("PKG_CONFIG_LIBDIR").env_remove("PKG_CONFIG");
    command.envs(variables.iter().copied());
    Said::of(&mut command)
}

fn ended(world: &World) -> Option<i32> {
    world.command(world.built("tool")).status().expect("a program").code()
}

#[test]
fn a_package_that_is_there_gives_its_flags_to_all_who_link_it() {
    if skip::is_missing("pkg-config", "libraries of pkg-config") {
        return;
    }
    let world = world();
    let dir = world.path("inst/pc").to_string_lossy().into_owned();
    let here = [("PKG_CONFIG_PATH", dir.as_str())];
    next_tick();
    with(&world, "build", &here).has(0, "Probed 1 of 1");
    assert_eq!(ended(&world), Some(0));
    with(&world, "build", &here).has(0, "nothing to do");
    with(&world, "config probes HAVE_MINE", &here).has_both(0, "--libs mine >= 1.2\n", "");
    with(&world, "list", &here).has(0, "");
    // Who links what is installed is sent to pkg-config for the rest.
    with(&world, "install --destdir d", &here).has(0, "Installed");
    let told = world.read("d/usr/local/lib/pkgconfig/user.pc");
    assert!(told.contains("Requires: mine >= 1.2\nLibs: -L${libdir} -luser\n"), "{told}");

    // Its description changes.
    world.write("inst/pc/mine.pc", DESCRIPTION.replace("=3", "=1"));
    next_tick();
    with(&world, "build", &here).has(0, "Probed 1 of 1");
    assert_eq!(ended(&world), Some(1));
    world.write("inst/pc/mine.pc", DESCRIPTION.replace("1.4", "1.1"));
    next_tick();
    let old = with(&world, "config probes HAVE_MINE", &here);
    old.has_both(0, "HAVE_MINE=n (probe)\n    pkg_config mine >= 1.2\n", "");
    old.has_both(0, "1.1", "");

    // Where it is not, what is under its condition is left out.
    let without = with(&world, "build", &[]);
    without.has(0, "");
    assert_eq!(ended(&world), Some(5));
    with(&world, "explain user.c", &[]).has_both(0, "HAVE_MINE=n", "");
}

#[test]
fn a_package_that_is_not_there_is_told_who_links_it_all_the_same() {
    if skip::is_missing("pkg-config", "libraries of pkg-config") {
        return;
    }
    let world = world();
    let project = PROJECT.replace(r#"[{ "when": "HAVE_MINE", "then": ["mine"] }]"#, r#"["mine"]"#);
    world.write("demo.json", &project);
    let said = with(&world, "build", &[]);
    said.has(
        1,
        "library \"user\" links library \"mine\", which is not built: HAVE_MINE=n, pkg-config does not know it",
    );
    said.has(1, "help: link it where it is there: .link(when(CONDITION, \"mine\"))");
    with(&world, "build -D HAVE_MINE=y", &[])
        .has(1, "the answer of HAVE_MINE was given by hand, so its flags are not known");
    let gone = with(&world, "build", &[("PKG_CONFIG", "nosuch-pkg-config")]);
    gone.has(
        101,
        "error: probe \"HAVE_MINE\" (pkg_config mine >= 1.2): nosuch-pkg-config is not installed",
    );
    gone.has(101, "help: install pkg-config (or pkgconf)");

    world.write(
        "demo.json",
        project.replace("\"package\": \"HAVE_MINE\"", "\"package\": \"HAVE_MINES\""),
    );
    with(&world, "build", &[]).has(1, "help: did you mean \"HAVE_MINE\"?");
    world.write("demo.json", project.replace("\"package\"", "\"sources\": [\"none.c\"], \"package\""));
    let dir = world.path("inst/pc").to_string_lossy().into_owned();
    with(&world, "build", &[("PKG_CONFIG_PATH", &dir)])
        .has(1, "is there already, so nothing is compiled into it");
}
