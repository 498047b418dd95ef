//! What `explain` and `modules` tell of symbols is what the finished files have, and not what was planned.

use modpin_test::World;

use crate::program::Program;

/// A host with a library, and two modules; the host is linked with these arguments.
fn world(ldflags: &str) -> World {
    let world = World::new(&[
        ("host.c", "int spare(void) { return 3; }\nint main(void) { return 0; }\n"),
        ("util.c", "int util(int a) { return a; }\n"),
        ("one.c", "int util(int); int one(void) { return util(1); }\n"),
        ("two.c", "double j0(double); double two(double x) { return j0(x); }\n"),
        ("three.c", "double j0(double); double three(double x) { return j0(x); }\n"),
    ]);
    world.write(
        "demo.json",
        format!(
            r#"{{
  "format": 2,
  "name": "demo",
  "targets": [
    {{ "kind": "library", "name": "util", "sources": ["util.c"] }},
    {{ "kind": "module", "name": "one", "sources": ["one.c"], "cflags": ["--coverage"], "ldflags": ["--coverage"] }},
    {{ "kind": "module", "name": "two", "sources": ["two.c"], "system_libraries": ["m"] }},
    {{ "kind": "module", "name": "three", "sources": ["three.c"] }},
    {{ "kind": "executable", "name": "host", "sources": ["host.c"], "link": ["util"], "loads": ["one", "two", "three"],
       "ldflags": ["{ldflags}"] }}
  ]
}}
"#
        ),
    );
    world
}

#[test]
fn what_a_link_hides_is_not_called_exported() {
    let world = world("-Wl,--exclude-libs,ALL");
    let build = world.modpin("build");
    let listed = world.modpin("modules -q");
    assert_eq!((build.code, listed.code), (Some(100), Some(100)), "{}", listed.err);
    listed.has_both(100, "  missing    util: out of reach in libutil.a(util.c.o)\n", "");
    let said = world.modpin("explain util");
    said.has_both(
        0,
        "  host: hidden: linked, and not exported by the finished program: modules that need it do not find it\n",
        "",
    );
    said.has_both(0, "    help: look for linker arguments that hide symbols: --exclude-libs", "");
    let files = world.modpin("explain --host target/modpin/debug/host util target/modpin/debug/one.so");
    files.has_both(0, "linked, but hidden", "");
}

#[test]
fn what_nobody_defines_is_not_elsewhere() {
    let world = world("-rdynamic");
    let listed = world.modpin("modules -v");
    listed.has_both(100, "  missing    j0: nobody whom it is loaded with defines it\n", "");
    let explained = world.modpin("explain j0");
    explained.has_both(0, " has j0: link with it, .system_library(\"m\")\n", "");
    let of_two =
        listed.out.split("two, loaded by host").nth(1).and_then(|rest| rest.split("three,").next());
    let of_two = of_two.unwrap_or_default();
    assert!(of_two.contains("  elsewhere  j0 <- /"), "{}", listed.out);
    assert!(!of_two.contains("missing"), "{}", listed.out);
    // The compiler's library gave it to the module, and the module asks nobody.
    assert!(listed.out.contains("  itself     __gcov_exit\n"), "{}", listed.out);
    let said = world.modpin("explain j0");
    said.has_both(0, "  host: missing: module three does not find it", "");
    world.modpin("explain spare").has_both(0, "  host: exported: by the arguments of the link", "");
}

#[test]
fn what_a_module_has_from_its_compiler_is_not_missing() {
    let world = world("-rdynamic");
    world.write("three.c", "int three(void) { return 3; }\n");
    let said = world.modpin("explain __gcov_init");
    said.has_both(0, "__gcov_init\n  module one: linked: the module has it itself", "");
    assert!(!said.out.contains("host"), "{}", said.out);
    assert_eq!(world.modpin("modules").code, Some(0));
}

/// libm is named for the host, which does not use it: with `--as-needed` the linker leaves it out.
#[test]
fn a_library_that_the_linker_left_out_is_told_with_two_ways_out() {
    let world = World::new(&[
        ("host.c", "int main(void) { return 0; }\n"),
        ("mod.c", "double j0(double); double mod(double x) { return j0(x); }\n"),
    ]);
    let declare = |module: &str, host: &str| {
        world.write(
            "demo.json",
            format!(
                r#"{{
  "format": 2,
  "name": "demo",
  "targets": [
    {{ "kind": "module", "name": "mod", "sources": ["mod.c"]{module} }},
    {{ "kind": "executable", "name": "host", "sources": ["host.c"], "loads": ["mod"],
       "ldflags_before_libraries": ["-Wl,--as-needed"]{host} }}
  ]
}}
"#
            ),
        );
    };
    declare("", r#", "system_libraries": ["m"]"#);
    let words = "has j0: the host's link names it, and the linker left it out (--as-needed), because only modules use it";
    world.modpin("build").has(100, words);
    let explained = world.modpin("explain j0");
    explained.has_both(0, words, "");
    explained.has_both(0, "help: keep it in the host with .keep_system_library(\"m\")", "");
    declare("", r#", "keep_system_libraries": ["m"]"#);
    world.modpin("modules --check-load").has_both(0, "1 module loads", "");
    declare(r#", "system_libraries": ["m"]"#, "");
    world.modpin("modules --check-load").has_both(0, "1 module loads", "");
}
