//! Projects with C++ as users meet them: which compiler is asked, and when; what its variables decide; what is told of modules.

use modpin_test::World;
use modpin_test::skip::{is_long, is_missing};

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "targets": [
    { "kind": "module", "name": "plugin", "sources": ["plugin.cc"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c", "util.c"], "loads": ["plugin"] }
  ]
}
"#;

fn world() -> World {
    let world = World::new(&[
        ("main.c", "int util(void); int main(void) { return util() - 1; }\n"),
        ("util.c", "int util(void) { return 1; }\n"),
        (
            "plugin.cc",
            "extern \"C\" int util();\ninline int &once() { static int here = util(); return here; }\n#ifndef PLUS\n#define PLUS 0\n#endif\nextern \"C\" int plugin() { return once() + PLUS; }\n",
        ),
    ]);
    world.write("demo.json", PROJECT);
    world
}

#[test]
fn a_project_without_cxx_needs_no_compiler_for_it() {
    let world = world();
    let said = |args: &str| modpin_test::Said::of(world.project(args).env("CXX", "/nowhere/c++"));
    said("build").has(1, "no C++ compiler");
    said("build").has(1, "name one in the environment variable CXX");
    world.write("demo.json", PROJECT.replace("plugin.cc", "plugin.c"));
    world.write("plugin.c", "int util(void); int plugin(void) { return util(); }\n");
    said("build").has(0, "Finished");
    // Nor does what was asked before stand in the way.
    said("build").has(0, "nothing to do");
}

#[test]
fn its_variables_are_for_cxx_only() {
    if is_long("cxx::its_variables_are_for_cxx_only") {
        return;
    }
    if is_missing("c++", "cxx::its_variables_are_for_cxx_only") {
        return;
    }
    let world = world();
    world.modpin("build").has(0, "Compiling plugin.cc");
    world.is_idle();
    let with = |name: &str, value: &str| modpin_test::Said::of(world.project("build").env(name, value));
    let again = with("CXXFLAGS", "-DPLUS=1");
    again.has(0, "Compiling plugin.cc");
    assert!(!again.err.contains("Compiling main.c"), "{}", again.err);
    with("CXXFLAGS", "-DPLUS=1").has(0, "nothing to do");
    let both = with("CPPFLAGS", "-DPLUS=2");
    assert!(both.err.contains("Compiling main.c"), "{}", both.err);
    both.has(0, "Compiling plugin.cc");
    let c = with("CFLAGS", "-DNOTHING");
    assert!(c.err.contains("Compiling main.c"), "{}", c.err);
}

#[test]
fn a_module_that_is_never_unloaded_is_told() {
    if is_missing("g++", "cxx::a_module_that_is_never_unloaded_is_told") {
        return;
    }
    let world = world();
    let list = modpin_test::Said::of(world.project("modules").env("CXX", "g++").env("CC", "gcc"));
    let named = if is_missing("c++filt", "cxx::a_module_that_is_never_unloaded_is_told") {
        "_ZZ4oncevE4here"
    } else {
        "once()::here (_ZZ4oncevE4here)"
    };
    list.has_both(
        0,
        &format!("  stays      when it is closed: {named} is there once in a process\n"),
        "",
    );
    world.modpin("explain _ZZ4oncevE4here").has_both(0, &format!("{named}\n"), "");
    // Programs read the name as it is.
    let json = world.modpin("modules --message-format json");
    json.has_both(0, "\"unique\":\"_ZZ4oncevE4here\"", "");
    let graph = world.modpin("graph --format json");
    graph.has_both(0, "_ZZ4oncevE4here", "");
    assert_eq!(graph.out.contains("\"_ZZ4oncevE4here\": \"once()::here\""), named.contains("::"));
}

#[test]
fn clang_compiles_links_and_its_modules_load() {
    if is_missing("clang++", "cxx::clang_compiles_links_and_its_modules_load") {
        return;
    }
    let world = world();
    let clang =
        |args: &str| modpin_test::Said::of(world.project(args).env("CC", "clang").env("CXX", "clang++"));
    clang("build").has(0, "Finished");
    clang("modules --check-load").has_both(0, "plugin", "");
    clang("build").has(0, "nothing to do");
    let database = world.read("target/modpin/debug/compile_commands.json");
    assert!(database.contains("clang++"), "{database}");
}

#[test]
fn names_are_read_in_both_languages() {
    use modpin::toolchain::readable;
    if modpin_test::skip::is_missing("c++filt", "cxx::names_are_read_in_both_languages") {
        return;
    }
    assert_eq!(readable("needs _ZN2ns4openEi"), "needs ns::open(int) (_ZN2ns4openEi)");
    let rust = "core::fmt::Formatter::write_str::h0123456789abcdef";
    let name = "_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE";
    assert_eq!(readable(name), format!("{rust} ({name})"));
    assert_eq!(readable("_Zwhat _RESTRICT _Z"), "_Zwhat _RESTRICT _Z");
}
