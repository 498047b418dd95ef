//! Orders of what is not two archives with one function each: longer cycles, several of them, cycles that only a pin takes
//! in, kinds of symbols, members that share a name or define nothing.

use modpin::{Cycles, Executable, Library, Module, Project};
use modpin_test::{World, linkers};

use super::{calls, ldflags, line, prints, story};

fn libraries(p: &mut Project, names: &[&str]) {
    names.iter().for_each(|name| {
        p.add(Library::new(*name).sources(format!("{name}/*.c")));
    });
}

/// `a`, `b` and `c` in a ring; `x` and `z` in another; `a` needs `x`.
fn rings() -> World {
    World::new(&[
        ("main.c", &prints(&["a1"])),
        ("a/1.c", &calls("a1", &["b1", "x1"])),
        ("a/2.c", &calls("a2", &[])),
        ("b/1.c", &calls("b1", &["c1"])),
        ("c/1.c", &calls("c1", &["a2"])),
        ("x/1.c", &calls("x1", &["z1"])),
        ("x/2.c", &calls("x2", &[])),
        ("z/1.c", &calls("z1", &["x2"])),
    ])
}

const RINGS: [&str; 5] = ["z", "c", "b", "x", "a"];

#[test]
fn each_cycle_of_a_program_is_told_and_each_is_a_group() {
    let world = rings();
    let said = world
        .build(|p| {
            libraries(p, &RINGS);
            p.add(Executable::new("host").sources("main.c").link(RINGS));
        })
        .said;
    let expected = "\
executable \"host\": the libraries \"c\", \"b\" and \"a\" need each other, so they cannot be put in order
  liba.a(1.c.o) needs b1 of libb.a(1.c.o)
  libb.a(1.c.o) needs c1 of libc.a(1.c.o)
  libc.a(1.c.o) needs a2 of liba.a(2.c.o)
  help: there is an order without libc.a(1.c.o) needing a2 of liba.a(2.c.o); to let the linker search them again and \
         again, add .cycles(Cycles::Group) to the target or the project
executable \"host\": the libraries \"z\" and \"x\" need each other, so they cannot be put in order
  libx.a(1.c.o) needs z1 of libz.a(1.c.o)
  libz.a(1.c.o) needs x2 of libx.a(2.c.o)
  help: there is an order without libz.a(1.c.o) needing x2 of libx.a(2.c.o); to let the linker search them again and \
         again, add .cycles(Cycles::Group) to the target or the project
";
    assert_eq!(said, expected);
    for linker in linkers("two cycles") {
        let build = world.build(|p| {
            libraries(p, &RINGS);
            let host = Executable::new("host").sources("main.c").link(RINGS).cycles(Cycles::Group);
            p.add(host.ldflags(ldflags(linker)));
        });
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(world.printed("host", &[]), "7", "{linker}");
        assert_eq!(line(&world, "host"), "[c b a] [z x]");
    }
}

/// What the message names is taken out, and nothing else: then there is an order.
#[test]
fn without_what_opens_a_cycle_there_is_an_order() {
    let world = rings();
    world.write("c/1.c", calls("c1", &[]));
    world.write("z/1.c", calls("z1", &[]));
    let build = world.build(|p| {
        libraries(p, &RINGS);
        p.add(Executable::new("host").sources("main.c").link(RINGS));
    });
    build.expect_success();
    assert_eq!(world.printed("host", &[]), "5");
}

/// Only the pinned member of `a` needs `b`, and only for it `b` needs `a`.
#[test]
fn a_pin_may_close_a_cycle() {
    let world = World::new(&[
        ("host.c", &format!("#include \"load.h\"\n{}", calls("hold", &["a0"]))),
        ("load.h", include_str!("../cases/load.h")),
        ("a/0.c", &calls("a0", &[])),
        ("a/1.c", &calls("a1", &["b1"])),
        ("a/2.c", &calls("a2", &[])),
        ("b/1.c", &calls("b1", &["a2"])),
        ("m.c", "int a1(void); int run(void) { return a1(); }\n"),
    ]);
    let declare = |p: &mut Project, ldflags: &[String], loads: bool, cycles: Cycles| {
        libraries(p, &["b", "a"]);
        let host = Executable::new("host").sources("host.c").link(["b", "a"]).system_library("dl");
        let host = host.ldflags(ldflags.iter().cloned()).cycles(cycles);
        if loads {
            p.add(Module::new("m").sources("m.c"));
            p.add(host.loads("m"));
        } else {
            p.add(host);
        }
    };
    world.build(|p| declare(p, &[], false, Cycles::Deny)).expect_success();
    let said = world.build(|p| declare(p, &[], true, Cycles::Deny)).said;
    assert!(
        said.contains("liba.a(1.c.o) needs b1 of libb.a(1.c.o)\n")
            && said.contains("needs a2 of liba.a(2.c.o)\n"),
        "{said}"
    );
    for linker in linkers("cycles through pins") {
        let build = world.build(|p| declare(p, &ldflags(linker), true, Cycles::Group));
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(
            (line(&world, "host").as_str(), world.printed("host", &["./m.so"]).as_str()),
            ("[b a]", "3")
        );
    }
}

/// A module's own archives are refused or grouped as a program's are.
#[test]
fn a_module_may_have_cycles_of_its_own() {
    let world = rings();
    world.write("host.c", "#include \"load.h\"\n");
    world.write("load.h", include_str!("../cases/load.h"));
    world.write("m.c", "int x1(void); int run(void) { return x1(); }\n");
    let declare = |p: &mut Project, ldflags: &[String], cycles: Cycles| {
        libraries(p, &["z", "x"]);
        let module = Module::new("m").sources("m.c").link(["z", "x"]).cycles(cycles);
        p.add(module.ldflags(ldflags.iter().cloned()));
        p.add(Executable::new("host").sources("host.c").loads("m").system_library("dl"));
    };
    let said = world.build(|p| declare(p, &[], Cycles::Deny)).said;
    assert!(said.contains("module \"m\": the libraries \"z\" and \"x\" need each other"), "{said}");
    for linker in linkers("cycles in modules") {
        let build = world.build(|p| declare(p, &ldflags(linker), Cycles::Group));
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(
            (line(&world, "m.so").as_str(), world.printed("host", &["./m.so"]).as_str()),
            ("[z x]", "3")
        );
    }
}

/// A library of the project in a cycle with an archive that was there: somebody here can change that.
#[test]
fn a_cycle_with_an_archive_that_was_there_is_refused() {
    let world = rings();
    for source in ["x/1", "x/2"] {
        world.tool("cc", &["-c", "-o", &format!("{source}.o"), &format!("{source}.c")]);
    }
    world.tool("ar", &["rcs", "libx.a", "x/1.o", "x/2.o"]);
    world.write("main.c", prints(&["x1"]));
    let declare = |p: &mut Project, ldflags: &[String], cycles: Cycles| {
        p.add(Library::prebuilt("x", "libx.a"));
        libraries(p, &["z"]);
        let host = Executable::new("host").sources("main.c").link(["x", "z"]).cycles(cycles);
        p.add(host.ldflags(ldflags.iter().cloned()));
    };
    let said = world.build(|p| declare(p, &[], Cycles::Deny)).said;
    assert!(said.contains("the libraries \"x\" and \"z\" need each other"), "{said}");
    for linker in linkers("cycles with archives that were there") {
        world.build(|p| declare(p, &ldflags(linker), Cycles::Group)).expect_success();
        assert_eq!((line(&world, "host").as_str(), world.printed("host", &[]).as_str()), ("[x z]", "3"));
    }
}

/// Two cycles in two layers: each group on its side of what stands between.
#[test]
fn groups_stay_in_their_layers() {
    let world = rings();
    for linker in linkers("groups in layers") {
        let build = world.build(|p| {
            p.before_layer(1, "-Wl,-Bdynamic");
            for name in RINGS {
                let library = Library::new(name).sources(format!("{name}/*.c"));
                p.add(library.layer(u32::from(name > "m")));
            }
            let host = Executable::new("host").sources("main.c").link(RINGS).cycles(Cycles::Group);
            p.add(host.ldflags(ldflags(linker)));
        });
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(world.printed("host", &[]), "7", "{linker}");
        let libs = world.text(".modpin/link/host.libs").replace("target/modpin/debug/", "");
        let libs =
            libs.replace("-Wl,--start-group", "[").replace("-Wl,--end-group", "]").replace('\n', " ");
        assert_eq!(libs, "[ libc.a libb.a liba.a ] -Wl,-Bdynamic [ libz.a libx.a ] ");
    }
}

/// Variables and COMMON symbols are needs like others; a weak reference is none. Members may share a name or define nothing.
#[test]
fn every_kind_of_symbol_counts_as_it_does_for_a_linker() {
    let world = World::new(&[
        ("main.c", &prints(&["a"])),
        (
            "a/a.c",
            "extern int table[3], shared; __attribute__((weak)) int perhaps(void);\n\
             int a(void) { return table[1] + shared + (perhaps ? 100 : 0); }\n",
        ),
        ("b/table/x.c", "int table[3] = { 0, 5, 0 };\n"),
        ("b/shared/x.c", "int shared;\n"),
        ("b/empty.c", ""),
        ("c/c.c", "int table_user(void); int perhaps(void) { return table_user(); }\n"),
    ]);
    for linker in linkers("kinds of symbols") {
        let build = world.build(|p| {
            p.cflags(["-fcommon"]);
            p.add(Library::new("b").sources("b/**/*.c"));
            libraries(p, &["c", "a"]);
            p.add(
                Executable::new("host")
                    .sources("main.c")
                    .link(["b", "c", "a", "b"])
                    .ldflags(ldflags(linker)),
            );
        });
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(world.printed("host", &[]), "5", "{linker}");
        let story = story(&world, "host");
        assert_eq!(story.edges.len(), 1, "{:?}", story.edges);
        assert_eq!((story.edges[0].from.as_str(), story.edges[0].references), ("a", 2));
        let order = line(&world, "host");
        assert!(order.find('a') < order.find('b') && order.matches('b').count() == 1, "{order}");
    }
}

/// Fat LTO objects have symbols, so there is an order.
#[test]
fn fat_objects_are_put_in_order() {
    let world = rings();
    world.write("c/1.c", calls("c1", &[]));
    world.write("z/1.c", calls("z1", &[]));
    if world.toolchain().expect("a compiler").compiler.contains("clang") {
        return println!("clang has no fat objects");
    }
    for linker in
        linkers("orders of fat objects").into_iter().filter(|linker| ["bfd", "gold"].contains(linker))
    {
        let build = world.build(|p| {
            p.cflags(["-flto", "-ffat-lto-objects"]);
            libraries(p, &RINGS);
            let host = Executable::new("host").sources("main.c").link(RINGS);
            p.add(host.ldflags(ldflags(linker)).ldflags(["-flto"]));
        });
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(
            (line(&world, "host").as_str(), world.printed("host", &[]).as_str()),
            ("a b c x z", "5")
        );
    }
}
