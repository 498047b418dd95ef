//! Orders of declared libraries: what decides them, what the link is given, and what runs again when.

use modpin::{Executable, Library, Module, Project};
use modpin_test::{World, linkers};

use super::{calls, ldflags, line, prints, story};

/// Libraries with one source each, of the same name.
fn libraries(p: &mut Project, names: &[&str]) {
    for name in names {
        p.add(Library::new(*name).sources(format!("{name}/*.c")));
    }
}

/// `a` needs `b`, and `b` needs `c`; the host is declared with all of them the wrong way round.
fn chain() -> World {
    World::new(&[
        ("main.c", &prints(&["a"])),
        ("a/a.c", &calls("a", &["b"])),
        ("b/b.c", &calls("b", &["c"])),
        ("c/c.c", &calls("c", &[])),
        ("c/other.c", &calls("other", &[])),
    ])
}

fn declare_chain(p: &mut Project) {
    libraries(p, &["c", "b", "a"]);
    p.add(Executable::new("host").sources("main.c").link(["c", "b", "a"]));
}

#[test]
fn users_stand_before_what_they_use_with_every_linker() {
    let world = chain();
    for linker in linkers("orders of archives") {
        let build = world.build(|p| {
            libraries(p, &["c", "b", "a"]);
            let host = Executable::new("host").sources("main.c").link(["c", "b", "a"]);
            p.add(host.ldflags(ldflags(linker)));
        });
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!((line(&world, "host").as_str(), world.printed("host", &[]).as_str()), ("a b c", "3"));
        assert!(!world.text(".modpin/link/host.libs").contains("group"));
    }
}

#[test]
fn a_member_that_changes_no_order_is_no_reason_to_link_again() {
    let world = chain();
    world.build(declare_chain).expect_success();
    assert_eq!(world.build(declare_chain).ran, [""; 0]);

    // Another symbol, another index, the same order: the archive is the only reason to link.
    world.write("c/other.c", calls("another", &[]));
    let build = world.build(declare_chain).expect_success();
    assert!(build.did("Ordering target/modpin/debug/.modpin/link/host.libs"), "{:?}", build.ran);
    let linking = build.reasons.iter().find(|reason| reason.starts_with("Linking")).expect("a link");
    assert!(linking.contains("libc.a") && !linking.contains("host.libs"), "{linking}");

    // Now c needs a member of a: the order is another one, and that is a reason.
    world.write("main.c", prints(&["b", "c"]));
    world.write("b/b.c", calls("b", &[]));
    world.write("c/c.c", calls("c", &["a"]));
    world.write("a/a.c", calls("a", &["b"]));
    world.build(declare_chain).expect_success();
    assert_eq!(line(&world, "host"), "c a b");
}

#[test]
fn another_asker_of_the_same_pin_links_no_host_again() {
    let world = chain();
    world.write("m/m.c", "int other(void); int run(void) { return other(); }\n");
    world.write("m/n.c", "int other_user(void) { return 0; }\n");
    let declare = |p: &mut Project| {
        libraries(p, &["c", "b", "a"]);
        p.add(Module::new("m").sources("m/*.c"));
        let host = Executable::new("host").sources("main.c").link(["c", "b", "a"]);
        p.add(host.loads("m").system_library("dl"));
    };
    world.build(declare).expect_success();
    // The account of the pins is an input of the order; it changes, the order does not.
    world.write("m/n.c", "int other(void); int other_user(void) { return other(); }\n");
    let build = world.build(declare).expect_success();
    assert!(build.did("Ordering target/modpin/debug/.modpin/link/host.libs"), "{:?}", build.ran);
    assert!(!build.did("Linking target/modpin/debug/host"), "{:?}", build.reasons);
}

/// Row O8: nobody but a module asks for `c`'s member, which needs `a`. That `a` needs `c` does not count: nobody takes that.
#[test]
fn what_a_pinned_member_needs_counts() {
    let world = World::new(&[
        ("host.c", "#include \"load.h\"\n"),
        ("load.h", include_str!("../cases/load.h")),
        ("a/a.c", &calls("a", &[])),
        ("a/never.c", &calls("never", &["c"])),
        ("c/c.c", &calls("c", &["a"])),
        ("m.c", "int c(void); int run(void) { return c(); }\n"),
    ]);
    for linker in linkers("orders with pins") {
        let build = world.build(|p| {
            libraries(p, &["a", "c"]);
            p.add(Module::new("m").sources("m.c"));
            let host = Executable::new("host").sources("host.c").link(["a", "c"]).loads("m");
            p.add(host.system_library("dl").ldflags(ldflags(linker)));
        });
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(
            (line(&world, "host").as_str(), world.printed("host", &["./m.so"]).as_str()),
            ("c a", "2")
        );
    }
}

#[test]
fn the_archives_of_a_module_are_in_order_too() {
    let world = chain();
    world.write("m.c", "int a(void); int run(void) { return a(); }\n");
    world.write("host.c", "#include \"load.h\"\n");
    world.write("load.h", include_str!("../cases/load.h"));
    for linker in linkers("orders in modules") {
        let build = world.build(|p| {
            libraries(p, &["c", "b", "a"]);
            p.add(Module::new("m").sources("m.c").link(["c", "b", "a"]).ldflags(ldflags(linker)));
            p.add(Executable::new("host").sources("host.c").loads("m").system_library("dl"));
        });
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(
            (line(&world, "m.so").as_str(), world.printed("host", &["./m.so"]).as_str()),
            ("a b c", "3")
        );
    }
}

/// Row O7. Only who declares something between libraries is told.
#[test]
fn declarations_and_symbols_are_compared() {
    let world = chain();
    assert_eq!(world.build(declare_chain).expect_success().said, "");
    for linker in linkers("declarations and symbols") {
        let build = world.build(|p| {
            p.add(Library::new("c").sources("c/*.c"));
            p.add(Library::new("b").sources("b/*.c").link("a"));
            p.add(Library::new("a").sources("a/*.c").link("b"));
            for host in ["host", "host2"] {
                let host = Executable::new(host).sources("main.c").link(["c", "b", "a"]);
                p.add(host.ldflags(ldflags(linker)));
            }
        });
        let expected = [
            "note: library \"b\" needs \"c\" and does not link it: libb.a(b.c.o) needs c of libc.a(c.c.o)\n",
            "  help: add .link(\"c\") to it\n",
            "note: library \"b\" links \"a\" and needs nothing of it\n",
        ];
        // What an order has to say it says once, not in each link.
        let build = build.expect_success();
        let first = build.did("Ordering target/modpin/debug/.modpin/link/host.libs");
        let times = |words: &str| build.said.matches(words).count();
        assert!(
            expected.iter().all(|words| times(words) == usize::from(first)),
            "{linker}: {}",
            build.said
        );
        assert_eq!(["host", "host2"].map(|host| world.printed(host, &[])), ["3", "3"], "{linker}");
    }
    let story = story(&world, "host2");
    assert_eq!(story.unused, [("b".to_owned(), "a".to_owned())]);
    assert_eq!(story.undeclared.iter().map(|edge| edge.to.as_str()).collect::<Vec<_>>(), ["c"]);
}

/// A library that met none of the others in the first link that has it is told about where it meets them.
#[test]
fn the_first_link_in_which_two_libraries_meet_tells_of_them() {
    let world = chain();
    world.write("a/more.c", calls("more", &[]));
    world.write("d/d.c", calls("d", &[]));
    world.write("first.c", prints(&["more", "d"]));
    let build = world.build(|p| {
        libraries(p, &["c", "d", "a"]);
        p.add(Library::new("b").sources("b/*.c").link("c"));
        p.add(Executable::new("first").sources("first.c").link(["a", "d"]));
        p.add(Executable::new("host").sources("main.c").link(["a", "b"]));
    });
    let said = build.expect_success().said;
    assert_eq!(
        said.matches("note: library \"a\" needs \"b\" and does not link it").count(),
        1,
        "{said}"
    );
}

/// Row O9.
#[test]
fn of_two_definitions_the_one_that_wins_is_told() {
    let world = World::new(&[
        ("main.c", &prints(&["which", "user"])),
        ("one/one.c", "int which(void) { return 10; }\n"),
        ("one/base.c", &calls("base", &[])),
        ("two/two.c", "int which(void) { return 20; }\n"),
        ("two/user.c", &calls("user", &[])),
    ]);
    let declare = |p: &mut Project| {
        libraries(p, &["one", "two"]);
        p.add(Executable::new("host").sources("main.c").link(["one", "two"]));
    };
    for linker in linkers("definitions that win") {
        let declare = |p: &mut Project| {
            libraries(p, &["one", "two"]);
            let host = Executable::new("host").sources("main.c").link(["one", "two"]);
            p.add(host.ldflags(ldflags(linker)));
        };
        // As declared: in the account only.
        world.write("two/user.c", calls("user", &[]));
        let build = world.build(declare).expect_success();
        let twice = &story(&world, "host").duplicates[0];
        assert_eq!((build.said.as_str(), twice.symbol.as_str()), ("", "which"));
        assert_eq!(
            (twice.wins.to_string(), world.printed("host", &[])),
            ("libone.a(one.c.o)".into(), "11".into())
        );
        // Needs turn the order round: said.
        world.write("two/user.c", calls("user", &["base"]));
        let build = world.build(declare).expect_success();
        assert!(
            build.said.contains(
                "warning: executable \"host\": \"which\" of libtwo.a(two.c.o) wins over that of libone.a(one.c.o)"
            ),
            "{}",
            build.said
        );
        assert_eq!((line(&world, "host"), world.printed("host", &[])), ("two one".into(), "22".into()));
    }
    world.build(declare).expect_success();
}

/// Row O4.
#[test]
fn a_library_may_say_how_it_is_linked() {
    let world = World::new(&[
        ("main.c", "int loaded; int main(void) { return loaded == 7 ? 0 : 1; }\n"),
        (
            "w/w.c",
            "extern int loaded; int x(void); __attribute__((constructor)) static void set(void) { loaded = x(); }\n",
        ),
        ("x/x.c", "int x(void) { return 7; }\n"),
    ]);
    for linker in linkers("whole archives") {
        let declare = |p: &mut Project| {
            let whole = ["-Wl,--whole-archive", "{archive}", "-Wl,--no-whole-archive"];
            libraries(p, &["x"]);
            p.add(Library::new("w").sources("w/*.c").link_args(whole));
            p.add(Executable::new("host").sources("main.c").link(["x", "w"]).ldflags(ldflags(linker)));
        };
        let build = world.build(declare);
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!((line(&world, "host").as_str(), world.printed("host", &[]).as_str()), ("w x", ""));
    }
    // Without a place for the archive they follow it.
    world
        .build(|p| {
            p.add(Library::new("x").sources("x/*.c").link_args("-Wl,-O1").system_library("m"));
            p.add(Library::new("w").sources("w/*.c").link("x").link_args(["-Wl,-z,now"]));
            p.add(Executable::new("host").sources("main.c").link("w").system_library("dl"));
        })
        .expect_success();
    let libs = world.text(".modpin/link/host.libs").replace("target/modpin/debug/", "");
    assert_eq!(libs, "libw.a\n-Wl,-z,now\nlibx.a\n-Wl,-O1\n-ldl\n-lm\n");
}

/// Row O5.
#[test]
fn layers_stand_apart_with_arguments_between() {
    let world = chain();
    world.tool("cc", &["-c", "-o", "c.o", "c/c.c"]);
    world.tool("ar", &["rcs", "libc_made.a", "c.o"]);
    let declare = |p: &mut Project, below: u32, linker: &str| {
        p.before_layer(1, ["-Wl,-Bdynamic"]).before_layer(7, "-Wl,-z,now");
        p.add(Library::prebuilt("made", "libc_made.a").system_library("m"));
        p.add(Library::new("b").sources("b/*.c").layer(below));
        p.add(Library::new("a").sources("a/*.c"));
        let host = Executable::new("host").sources("main.c").link(["made", "b", "a"]);
        p.add(host.ldflags(ldflags(linker)));
    };
    for linker in linkers("layers") {
        let build = world.build(|p| declare(p, 0, linker));
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        let libs = world.text(".modpin/link/host.libs").replace("target/modpin/debug/", "");
        assert_eq!(libs, "liba.a\nlibb.a\n-Wl,-Bdynamic\nlibc_made.a\n-Wl,-z,now\n-lm\n");
        assert_eq!(world.printed("host", &[]), "3", "{linker}");
    }
    // b behind what it needs.
    let said = world.build(|p| declare(p, 2, "bfd")).said;
    assert!(
        said.contains("libb.a(b.c.o) needs c of libmade.a(c.o), which stands in a lower layer"),
        "{said}"
    );
    assert!(said.contains("help: put the library of libmade.a into the layer of the other"), "{said}");
}
