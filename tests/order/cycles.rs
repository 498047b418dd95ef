//! Archives that need each other (row O3): refused with the symbols that close the cycle, or grouped and nothing else with
//! them.

use modpin::{Cycles, Executable, Library, Project};
use modpin_test::{World, linkers};

use super::{calls, ldflags, line, prints, story};

/// `a` and `b` need each other, through two members each; `top` and `base` are no part of that.
fn world() -> World {
    World::new(&[
        ("main.c", &prints(&["top"])),
        ("top/top.c", &calls("top", &["a1"])),
        ("a/a1.c", &calls("a1", &["b1", "base"])),
        ("a/a2.c", &calls("a2", &[])),
        ("b/b1.c", &calls("b1", &["b2"])),
        ("b/b2.c", &calls("b2", &["a2"])),
        ("base/base.c", &calls("base", &[])),
    ])
}

fn declare(p: &mut Project, ldflags: &[String]) -> Executable {
    for name in ["base", "b", "a", "top"] {
        p.add(Library::new(name).sources(format!("{name}/*.c")));
    }
    let host = Executable::new("host").sources("main.c").link(["base", "b", "a", "top"]);
    host.ldflags(ldflags.iter().cloned())
}

#[test]
fn a_cycle_is_refused_with_the_symbols_that_close_it() {
    let world = world();
    let build = world.build(|p| {
        let host = declare(p, &[]);
        p.add(host);
    });
    assert!(!build.outcome.success());
    let expected = "\
executable \"host\": the libraries \"b\" and \"a\" need each other, so they cannot be put in order
  liba.a(a1.c.o) needs b1 of libb.a(b1.c.o)
  libb.a(b1.c.o) needs b2 of libb.a(b2.c.o)
  libb.a(b2.c.o) needs a2 of liba.a(a2.c.o)
  help: there is an order without libb.a(b2.c.o) needing a2 of liba.a(a2.c.o); to let the linker search them again and \
         again, add .cycles(Cycles::Group) to the target or the project
";
    assert_eq!(build.said, expected);
    assert!(!world.built("host").exists());
}

#[test]
fn a_group_covers_the_cycle_and_nothing_else() {
    let world = world();
    for linker in linkers("groups") {
        let build = world.build(|p| {
            let host = declare(p, &ldflags(linker));
            p.add(host.cycles(Cycles::Group));
        });
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(
            (line(&world, "host").as_str(), world.printed("host", &[]).as_str()),
            ("top [b a] base", "6")
        );
    }
    let story = story(&world, "host");
    assert_eq!(story.cycles[0].libraries, ["b", "a"]);
    assert!(story.cycles[0].opening.is_some());
}

#[test]
fn the_project_may_allow_cycles_and_a_target_forbid_them() {
    let world = world();
    let build = world.build(|p| {
        p.cycles(Cycles::Group);
        let host = declare(p, &[]);
        p.add(host);
    });
    build.expect_success();
    let build = world.build(|p| {
        p.cycles(Cycles::Group);
        let host = declare(p, &[]);
        p.add(host.cycles(Cycles::Deny));
    });
    assert!(!build.outcome.success());
}

/// Between all members `a` and `b` are a cycle; this program takes only one way.
#[test]
fn what_is_not_linked_closes_no_cycle() {
    let world = world();
    world.write("b/b1.c", calls("b1", &[]));
    world
        .build(|p| {
            let host = declare(p, &[]);
            p.add(host);
        })
        .expect_success();
    assert_eq!(line(&world, "host"), "top a b base");
}

/// Nobody here can change an archive that was there already.
#[test]
fn archives_that_were_there_are_grouped_without_asking() {
    let world = world();
    for (archive, sources) in [("a", ["a1", "a2"]), ("b", ["b1", "b2"])] {
        let objects = sources.map(|source| format!("{source}.o"));
        for (source, object) in sources.iter().zip(&objects) {
            world.tool("cc", &["-c", "-o", object, &format!("{archive}/{source}.c")]);
        }
        world.tool("ar", &["rcs", &format!("lib{archive}.a"), &objects[0], &objects[1]]);
    }
    let build = world.build(|p| {
        p.add(Library::prebuilt("a", "liba.a"));
        p.add(Library::prebuilt("b", "libb.a"));
        p.add(Library::new("base").sources("base/*.c"));
        p.add(Library::new("top").sources("top/*.c"));
        p.add(Executable::new("host").sources("main.c").link(["base", "b", "a", "top"]));
    });
    assert_eq!(build.expect_success().said, "");
    assert_eq!(line(&world, "host"), "top [b a] base");
}

/// What a slim LTO object needs is not known, so nothing is claimed about an order.
#[test]
fn an_object_without_symbols_makes_one_group() {
    let world = world();
    if world.toolchain().expect("a compiler").compiler.contains("clang") {
        return println!("clang has no slim objects");
    }
    world
        .build(|p| {
            let host = declare(p, &["-flto".to_owned()]);
            p.add(host.cflags(["-flto", "-fno-fat-lto-objects"]));
        })
        .expect_success();
    let story = story(&world, "host");
    assert_eq!((story.order.len(), world.printed("host", &[]).as_str()), (1, "6"));
    assert_eq!(
        story.undecided.expect("a reason"),
        "main.c is a slim LTO object of gcc, so what it needs is not known"
    );
}
