//! What goes wrong while building, in words. Mistakes of a declaration are tested where they are found.

use modpin::{Executable, Library, Module, Project};
use modpin_test::World;
use modpin_test::child;
use modpin_test::look::word;

#[test]
fn a_source_that_does_not_compile_is_told_whole_and_stops_only_who_needs_it() {
    let world = World::new(&[
        ("bad.c", "int bad(void) { return nowhere; }\nint worse(void) { return neither; }\n"),
        ("good.c", "int run(void) { return 1; }\n"),
        ("host.c", "int main(void) { return 0; }\n"),
    ]);
    let declare = |p: &mut Project| {
        let bad = p.add(Library::new("bad").sources("bad.c"));
        p.add(Module::new("good").sources("good.c"));
        p.add(Executable::new("host").sources("host.c").link(bad).loads("good"));
    };
    let build = world.build(declare);
    assert!(build.said.contains("bad.c:1:") && build.said.contains("bad.c:2:"), "{}", build.said);
    assert_eq!(build.outcome.failed.len(), 1);
    assert!(!build.outcome.failed[0].1.refused(), "a compiler that fails is no refusal of ours");
    assert!(build.outcome.not_reached > 0);
    assert!(world.built("good.so").is_file() && !world.built("host").exists());
    world.write("bad.c", "int bad(void) { return 1; }\n");
    let build = world.build(declare).expect_success();
    assert!(!build.did("good.so"), "{:?}", build.ran);
}

#[test]
fn a_refusal_of_ours_is_marked_as_one() {
    let world = World::new(&[
        ("m.c", "int lost(void); int run(void) { return lost(); }\n"),
        ("host.c", "int main(void) { return 0; }\n"),
    ]);
    let declare = |p: &mut Project| {
        p.add(Module::new("m").sources("m.c"));
        p.add(Executable::new("host").sources("host.c").loads("m"));
    };
    let build = world.build(declare);
    assert!(build.outcome.failed.iter().all(|(_, failure)| failure.refused()), "{}", build.said);
    // Asked again, it says so again.
    assert_eq!(world.build(declare).said, build.said);
}

#[test]
fn without_a_compiler_there_is_a_way_out() {
    if !child::inside() {
        return child::run_again(
            "refusals::without_a_compiler_there_is_a_way_out",
            &[("CC", "/nonexistent/cc")],
        );
    }
    let world = World::new(&[("l.c", "int l(void) { return 1; }\n")]);
    let declare = |p: &mut Project| {
        p.add(Library::new("l").sources("l.c"));
    };
    let text = world.plan(declare).expect_err("no compiler").to_string();
    assert!(text.starts_with("no C compiler: ") && text.contains("/nonexistent/cc"), "{text}");
    assert!(
        text.contains("help: install gcc or clang, or name one in the environment variable CC"),
        "{text}"
    );
}

#[test]
fn a_shared_library_that_the_loader_does_not_find_is_named() {
    let world = World::new(&[
        ("gone.c", "int gone(void) { return 1; }\n"),
        ("m.c", "int gone(void); int run(void) { return gone(); }\n"),
        ("host.c", "int main(void) { return 0; }\n"),
    ]);
    // The linker finds it with -L; nothing tells the loader where it is.
    world.tool("cc", &["-shared", "-fPIC", "-o", "libgone.so", "gone.c"]);
    let declare = |p: &mut Project| {
        p.add(Module::new("m").sources("m.c").system_library("gone").ldflags("-L."));
        p.add(Executable::new("host").sources("host.c").loads("m"));
    };
    let build = world.build(declare);
    assert!(!build.outcome.success());
    for words in [
        "module \"m\" would not load into host \"host\"",
        "the shared library libgone.so is not to be found (needed by target/modpin/debug/m.so)",
        "target/modpin/debug/m.so)",
        "help: install the library, or tell the loader where it is: .ldflags(\"-Wl,-rpath,DIR\")",
    ] {
        assert!(build.said.contains(words), "{words:?} is not in:\n{}", build.said);
    }
    let (reports, _) = world.check_load(declare);
    assert_eq!(word(reports[0].verdict), "missing-library", "{}", reports[0].detail);
    // Only a success is remembered.
    assert!(world.check_load(declare).1.did("Checking m in host"));
}
