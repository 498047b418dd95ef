//! What compilers leave beside an object (feature B13), from the build to the tool that reads it: gcov, gdb, the compiler
//! that is given a profile.

use modpin_test::World;
use modpin_test::skip::{installed, is_missing, skip};

use super::{one_library, with};
use crate::program::Program;
use crate::tree;

const UTIL: &str = "int util(int a)\n{\n    return a > 3 ? a : 7;\n}\n";
const MAIN: &str = "int util(int);\nint main(void)\n{\n    return util(9) - 9;\n}\n";

fn demo(cflags: &str, ldflags: &str) -> World {
    let project = project(cflags, ldflags, &["one"]);
    with(&project, &[("src/util.c", UTIL), ("src/main.c", MAIN)])
}

fn project(cflags: &str, ldflags: &str, programs: &[&str]) -> String {
    one_library(["src/util.c", "src/main.c"], cflags, ldflags, programs)
}

/// The files beside the object of the library.
fn beside(world: &World) -> Vec<String> {
    let dir = world.built(".modpin/obj/libu.a/src");
    tree::read(&dir).into_keys().filter(|name| name != "util.c.o").collect()
}

/// The compilers that there are here, as `CC` names them.
fn compilers() -> Vec<&'static str> {
    let all = ["gcc", "clang"].into_iter();
    all.filter(|compiler| !is_missing(compiler, &format!("side outputs of {compiler}"))).collect()
}

fn build_with(world: &World, compiler: &str) -> modpin_test::Said {
    modpin_test::Said::of(world.project("build").env("CC", compiler))
}

/// Whether the compiler can link a program that counts what runs.
fn has_coverage(compiler: &str) -> bool {
    let world = World::new(&[("main.c", "int main(void) { return 0; }\n")]);
    world.try_call(&format!("{compiler} --coverage main.c -o main")).success()
}

#[test]
fn coverage_from_the_build_to_the_report() {
    for (compiler, gcov) in [("gcc", "gcov"), ("clang", "llvm-cov gcov")] {
        if is_missing(compiler, "coverage") || is_missing(gcov.split(' ').next().unwrap(), "coverage") {
            continue;
        }
        if !has_coverage(compiler) {
            skip("coverage of clang", "its runtime library is not installed");
            continue;
        }
        let world = demo("\"--coverage\"", "\"--coverage\"");
        build_with(&world, compiler).has(0, "");
        assert_eq!(beside(&world), ["util.c.gcno"], "{compiler}");
        // From anywhere.
        let mut program =
            modpin_test::world::command_in(std::env::temp_dir().as_path(), world.built("one"));
        modpin_test::Said::of(&mut program).has(0, "");
        assert_eq!(beside(&world), ["util.c.gcda", "util.c.gcno"], "{compiler}");
        build_with(&world, compiler).has(0, "nothing to do");
        let report =
            world.call(&format!("{gcov} -t -o target/modpin/debug/.modpin/obj/libu.a/src src/util.c.o"));
        let report = if report.out.contains(":    3:") {
            report
        } else {
            world.call(&format!("{gcov} -t target/modpin/debug/.modpin/obj/libu.a/src/util.c.o"))
        };
        let line = report
            .out
            .lines()
            .find(|line| line.contains(":    3:"))
            .unwrap_or_else(|| panic!("{}", report.text()));
        assert!(line.trim_start().starts_with('1'), "{compiler}: {line}");
        // Another target changes nothing here, and the target takes everything along.
        world.write("demo.json", project("\"--coverage\"", "\"--coverage\"", &["one", "two"]));
        build_with(&world, compiler).has(0, "");
        assert_eq!(beside(&world), ["util.c.gcda", "util.c.gcno"], "{compiler}");
        world.write("demo.json", project("", "", &["one"]));
        build_with(&world, compiler).has(0, "");
        assert_eq!(beside(&world), [""; 0], "{compiler}");
    }
}

#[test]
fn debug_information_apart_from_the_build_to_a_breakpoint() {
    if is_missing("gdb", "debug information of its own") {
        return;
    }
    for compiler in compilers() {
        let world = demo("\"-g\", \"-gsplit-dwarf\"", "");
        build_with(&world, compiler).has(0, "");
        assert_eq!(beside(&world), ["util.c.dwo"], "{compiler}");
        let said = world.tool(
            "gdb",
            &[
                "-q",
                "-nx",
                "-batch",
                "-ex",
                "break util.c:3",
                "-ex",
                "run",
                "-ex",
                "print a",
                "target/modpin/debug/one",
            ],
        );
        if said.text().contains("ptrace") {
            return skip("a breakpoint", "nobody may trace here");
        }
        assert!(said.out.contains("$1 = 9"), "{compiler}: {}", said.text());
        assert!(!said.text().contains("Could not find DWO"), "{compiler}: {}", said.text());
    }
}

#[test]
fn a_profile_is_found_by_the_compiler_that_is_given_it() {
    if is_missing("gcc", "profiles") {
        return;
    }
    let flags = "\"-O2\", \"-Wmissing-profile\", \"-Werror\"";
    let world = demo(&format!("\"-fprofile-generate\", {flags}"), "\"-fprofile-generate\"");
    build_with(&world, "gcc").has(0, "");
    world.call("target/modpin/debug/one");
    assert_eq!(beside(&world), ["util.c.gcda"]);
    world.write(
        "demo.json",
        project(&format!("\"-fprofile-use\", {flags}"), "\"-fprofile-generate\"", &["one"]),
    );
    build_with(&world, "gcc").has(0, "");
    assert_eq!(beside(&world), ["util.c.gcda"]);
    build_with(&world, "gcc").has(0, "nothing to do");
    // Another profile is another object.
    std::fs::remove_file(world.built(".modpin/obj/libu.a/src/util.c.gcda")).unwrap();
    let said = build_with(&world, "gcc");
    said.has(101, "missing-profile");
}

#[test]
fn every_file_that_compilers_leave_is_kept_and_goes() {
    let gcc = "\"-fstack-usage\", \"-fcallgraph-info\", \"-save-temps=cwd\", \"-fdump-tree-original\"";
    let left = ["util.c.c.005t.original", "util.c.ci", "util.c.i", "util.c.s", "util.c.su"];
    let clang = "\"-ftime-trace\", \"-save-temps\"";
    for (compiler, flags, left) in
        [("gcc", gcc, &left[..]), ("clang", clang, &["util.bc", "util.c.json", "util.i", "util.s"])]
    {
        if !installed(compiler) {
            skip("side outputs", &format!("{compiler} is not installed"));
            continue;
        }
        let world = demo(flags, "");
        let before = tree::read(&world.path("src"));
        build_with(&world, compiler).has(0, "");
        build_with(&world, compiler).has(0, "nothing to do");
        let there = beside(&world);
        if compiler == "gcc" {
            assert_eq!(there, left, "{compiler}");
        } else {
            assert!(there.len() >= 4 && there.iter().any(|name| name.ends_with(".json")), "{there:?}");
        }
        assert_eq!(tree::read(&world.path("src")), before);
        assert!(!world.path("util.i").exists() && !world.path("util.s").exists());
        world.write("src/main.c", format!("{MAIN}// more\n"));
        build_with(&world, compiler).has(0, "");
        assert_eq!(beside(&world), there);
        std::fs::remove_file(world.built(".modpin/obj/libu.a/src").join(&there[1])).unwrap();
        build_with(&world, compiler).has(0, "1 action ran");
        assert_eq!(beside(&world), there);
        world.modpin("clean").has(0, "Removed");
        assert!(!world.built("").exists());
    }
}
