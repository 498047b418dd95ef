//! What runs when something changed, and what does not (rows B1, B2, B4, B5 and M2 of the feature table).

use expect_test::{Expect, expect};
use modpin::{Executable, Library, Module, Project};
use modpin_test::World;

/// A host with an archive and two modules; `crypt` has two objects and lies in a sub-directory.
fn world() -> World {
    World::new(&[
        ("include/api.h", "int util_crc(int), util_log(void), util_extra(void);\n"),
        ("host.c", "#include \"load.h\"\n"),
        ("load.h", include_str!("cases/load.h")),
        ("util/crc.c", "int util_crc(int of) { return of + 1; }\n"),
        ("util/log.c", "int util_log(void) { return 2; }\n"),
        ("util/extra.c", "int util_extra(void) { return 3; }\n"),
        (
            "crypt/one.c",
            "#include \"api.h\"\nint two(void); int run(void) { return util_crc(two()); }\n",
        ),
        ("crypt/two.c", "int two(void) { return ROUNDS; }\n"),
        ("net.c", "#include \"api.h\"\nint run(void) { return util_log(); }\n"),
    ])
}

fn declare(p: &mut Project) {
    declare_with(p, 41);
}

fn declare_with(p: &mut Project, rounds: u32) {
    // clang writes a checksum of each source into debug information.
    p.include("include").cflags("-g0");
    let util = p.add(Library::new("util").sources("util/*.c"));
    p.add(Module::new("block/crypt").sources("crypt/*.c").define("ROUNDS", rounds));
    p.add(Module::new("net").sources("net.c"));
    p.add(Executable::new("host").sources("host.c").link(util).loads("**").system_library("dl"));
}

/// What a change makes run.
fn check(change: impl FnOnce(&World), declare: impl Fn(&mut Project) + Copy, expected: Expect) -> World {
    let world = world();
    world.build(self::declare).expect_success();
    change(&world);
    let build = world.build(declare).expect_success();
    let ran: String = build.short().iter().map(|ran| format!("{ran}\n")).collect();
    expected.assert_eq(&ran);
    assert_eq!(
        world.build(declare).expect_success().ran,
        [""; 0],
        "and then there is nothing left to do"
    );
    world
}

fn runs(world: &World) -> String {
    world.printed("host", &["./block/crypt.so", "./net.so"]).replace('\n', " ")
}

#[test]
fn a_second_build_runs_no_command() {
    let world = check(|_| {}, declare, expect![""]);
    let build = world.build(declare);
    assert_eq!((build.outcome.commands, build.said.as_str()), (0, ""));
    let (_, first) = world.check_load(declare);
    assert!(first.did("block/crypt in host"), "{:?}", first.ran);
    // A module that loads, loads: its check is an action like any other.
    assert_eq!(world.check_load(declare).1.ran, [""; 0]);
}

#[test]
fn content_decides_and_not_the_time() {
    check(
        |world| {
            for path in world.sources() {
                let text = std::fs::read(&path).expect("a source");
                std::fs::write(&path, text).expect("a source");
            }
        },
        declare,
        expect![""],
    );
}

#[test]
fn a_module_that_needs_nothing_new_does_not_link_its_host() {
    let world = check(
        |world| world.write("crypt/two.c", "int two(void) { return ROUNDS + 10; }\n"),
        declare,
        expect![[r#"
            Compiling crypt/two.c
            Copying block-crypt.so
            Indexing .modpin/link/block/crypt.mo.syms
            Linking block/crypt.so
            Relinking .modpin/link/block/crypt.mo
            Resolving block/crypt in host
        "#]],
    );
    assert_eq!(runs(&world), "52 2");
}

#[test]
fn an_object_that_stays_the_same_stops_the_build_behind_it() {
    check(
        |world| {
            world.write("net.c", "#include \"api.h\"\nint run(void) { return util_log(); } // yes\n")
        },
        declare,
        expect![[r#"
        Compiling net.c
    "#]],
    );
}

#[test]
fn a_new_need_links_the_host_again() {
    let world = check(
        |world| world.write("net.c", "#include \"api.h\"\nint run(void) { return util_extra(); }\n"),
        declare,
        expect![[r#"
            Compiling net.c
            Indexing .modpin/link/net.mo.syms
            Linking host
            Linking net.so
            Pinning .modpin/link/host.pins
            Relinking .modpin/link/net.mo
            Resolving block/crypt in host
            Resolving net in host
            Verifying exports of host
            Writing modules.json
        "#]],
    );
    assert_eq!(runs(&world), "42 3");
    // util_log went with the need: the host is as small as its modules allow.
    assert!(!world.exports("host").contains(&"util_log".to_owned()));
}

#[test]
fn a_need_that_another_module_has_already_links_nothing_again() {
    let world = world();
    world.build(declare).expect_success();
    let text = "#include \"api.h\"\nint run(void) { return util_log() + util_crc(1); }\n";
    world.write("net.c", text);
    let ran = world.build(declare).expect_success().short();
    for what in ["Linking net.so", "Pinning .modpin/link/host.pins"] {
        assert!(ran.iter().any(|ran| ran == what), "{what}: {ran:?}");
    }
    assert!(!ran.contains(&"Linking host".to_owned()), "{ran:?}");
    assert_eq!(world.build(declare).expect_success().ran, [""; 0]);
}

#[test]
fn a_changed_flag_compiles_its_own_objects_only() {
    let world = check(
        |_| {},
        |p| declare_with(p, 50),
        expect![[r#"
            Compiling crypt/one.c
            Compiling crypt/two.c
            Copying block-crypt.so
            Indexing .modpin/link/block/crypt.mo.syms
            Linking block/crypt.so
            Relinking .modpin/link/block/crypt.mo
            Resolving block/crypt in host
            Writing compile_commands.json
        "#]],
    );
    assert_eq!(runs(&world), "51 2");
}

#[test]
fn a_header_compiles_those_who_read_it() {
    check(
        |world| {
            world.write("include/api.h", "int util_crc(int), util_log(void), util_extra(void), more;\n")
        },
        declare,
        expect![[r#"
            Compiling crypt/one.c
            Compiling net.c
            Copying block-crypt.so
            Indexing .modpin/link/block/crypt.mo.syms
            Indexing .modpin/link/net.mo.syms
            Linking block/crypt.so
            Linking net.so
            Pinning .modpin/link/host.pins
            Relinking .modpin/link/block/crypt.mo
            Relinking .modpin/link/net.mo
            Resolving block/crypt in host
            Resolving net in host
            Writing modules.json
        "#]],
    );
}

#[test]
fn a_header_that_is_gone_is_no_error_for_who_no_longer_reads_it() {
    check(
        |world| {
            std::fs::remove_file(world.root().join("include/api.h")).expect("a header");
            world.write("net.c", "int util_log(void); int run(void) { return util_log(); }\n");
            let one = "int util_crc(int), two(void);\nint run(void) { return util_crc(two()); }\n";
            world.write("crypt/one.c", one);
        },
        declare,
        expect![[r#"
            Compiling crypt/one.c
            Compiling net.c
        "#]],
    );
}

#[test]
fn a_header_that_is_gone_is_looked_for_and_its_reader_fails_alone() {
    let world = world();
    world.build(declare).expect_success();
    std::fs::remove_file(world.root().join("include/api.h")).expect("a header");
    let build = world.build(declare);
    assert!(
        build.said.contains("api.h: No such file") || build.said.contains("'api.h' file not found"),
        "{}",
        build.said
    );
    assert_eq!(build.outcome.failed.len(), 2, "{}", build.said);
}

#[test]
fn whatever_is_missing_of_the_layout_is_made_again() {
    check(
        |world| {
            for file in ["block-crypt.so", "host", "libutil.a"] {
                std::fs::remove_file(world.built(file)).expect("an output");
            }
            std::fs::write(world.built("net.so"), "not any more").expect("an output");
        },
        declare,
        expect![[r#"
            Archiving libutil.a
            Copying block-crypt.so
            Linking host
            Linking net.so
        "#]],
    );
}

#[test]
fn a_target_that_is_gone_takes_its_files_along() {
    let world = world();
    world.build(declare).expect_success();
    world.check_load(declare);
    let less = |p: &mut Project| {
        p.include("include").cflags("-g0");
        let util = p.add(Library::new("util").sources("util/*.c").exclude("util/extra.c"));
        p.add(Module::new("net").sources("net.c"));
        p.add(Executable::new("host").sources("host.c").link(util).loads("**").system_library("dl"));
    };
    let build = world.build(less).expect_success();
    assert!(build.removed.iter().any(|path| path.ends_with("block/crypt.so")), "{:?}", build.removed);
    let left = world.files("");
    let gone = |path: &&String| path.contains("crypt") || path.contains("extra");
    let of_gone: Vec<&String> = left.iter().filter(gone).collect();
    assert!(of_gone.is_empty(), "{of_gone:?}");
    assert!(!world.built("block").exists(), "an empty directory is left");
    assert_eq!(world.printed("host", &["./net.so"]), "2");
}

/// The compiler is killed when it has written half of an object: nobody ever takes the half for the whole.
#[test]
fn an_output_is_there_whole_or_not_at_all() {
    let compiler = World::new(&[]).toolchain().expect("a compiler").compiler;
    if compiler.contains("clang") {
        return println!("clang has no -wrapper");
    }
    let world = World::new(&[
        ("whole.c", "int whole(void) { return 1; }\n"),
        (
            "kill.sh",
            "#!/bin/sh\ncase $1 in\n*as) for out; do case $last in -o) echo half >\"$out\";; esac; last=$out; done; kill -9 $PPID;;\n*) exec \"$@\";;\nesac\n",
        ),
    ]);
    let script = world.root().join("kill.sh");
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("a script");
    let declare = |killed: bool| {
        let script = script.to_string_lossy().into_owned();
        move |p: &mut Project| {
            let library = Library::new("l").sources("whole.c");
            p.add(if killed {
                library.cflags(["-wrapper".to_owned(), script.clone()])
            } else {
                library
            });
        }
    };
    let broken = world.build(declare(true));
    assert!(!broken.outcome.success());
    assert!(broken.said.contains("SIGKILL") || broken.said.contains("signal 9"), "{}", broken.said);
    let halves = || {
        world
            .files("")
            .into_iter()
            .filter(|path| world.bytes(path).starts_with(b"half"))
            .collect::<Vec<_>>()
    };
    let visible: Vec<String> = halves().into_iter().filter(|path| !path.contains("/partial/")).collect();
    assert!(visible.is_empty(), "{visible:?}");
    world.build(declare(false)).expect_success();
    assert_eq!(halves(), [""; 0]);
    // What was there before a failure is what is there after it.
    let object = ".modpin/obj/libl.a/whole.c.o";
    let before = world.bytes(object);
    assert!(!world.build(declare(true)).outcome.success());
    assert_eq!(world.bytes(object), before);
}
