//! Archives: what is in them, in which order, and those that somebody else made (rows G5, M3, M21).

use std::io::ErrorKind;

use modpin::{Executable, Library, Module, Project};
use modpin_symbols::Index;
use modpin_test::World;

fn world() -> World {
    World::new(&[
        ("load.h", include_str!("cases/load.h")),
        ("host.c", "#include \"load.h\"\n"),
        ("one.c", "int one(void) { return 1; }\n"),
        ("two.c", "int two(void) { return 2; }\n"),
        ("sub/one.c", "int sub_one(void) { return 40; }\n"),
        ("m.c", "int two(void), sub_one(void); int run(void) { return two() + sub_one(); }\n"),
    ])
}

/// A host with an archive that is there already.
fn declare_prebuilt(p: &mut Project) {
    let library = p.add(Library::prebuilt("made", "libmade.a"));
    p.add(Module::new("m").sources("m.c"));
    p.add(Executable::new("host").sources("host.c").link(library).loads("m").system_library("dl"));
}

fn members(archive: &[u8]) -> Vec<String> {
    let index = Index::read(archive, &mut |_| Err(ErrorKind::NotFound.into())).expect("an archive");
    index.units.iter().map(|unit| unit.name.to_string()).collect()
}

#[test]
fn members_come_in_the_order_of_the_sources_and_tell_nothing_of_the_day() {
    let world = world();
    let declare = |p: &mut Project| {
        p.add(Library::new("l").sources(["two.c", "sub/one.c", "one.c"]));
    };
    world.build(declare).expect_success();
    let archive = world.bytes("libl.a");
    assert_eq!(members(&archive), ["two.c.o", "one.c.o", "one.c.o"]);
    // Date, user, group and mode of each header (ar(5)).
    let headers = archive
        .windows(2)
        .enumerate()
        .filter(|(_, end)| *end == b"`\n")
        .map(|(at, _)| &archive[at - 42..at - 10]);
    let headers: Vec<&str> = headers.map(|header| std::str::from_utf8(header).expect("text")).collect();
    let zero = "0           0     0     644     ";
    assert!(headers.len() >= 3 && headers[1..].iter().all(|header| *header == zero), "{headers:?}");
}

#[test]
fn what_a_program_has_as_an_object_is_not_in_its_archive() {
    let world = world();
    let declare = |p: &mut Project| {
        let l = p.add(Library::new("l").sources(["one.c", "two.c"]));
        p.add(Executable::new("host").sources(["host.c", "one.c"]).link(l).system_library("dl"));
    };
    world.build(declare).expect_success();
    assert_eq!(members(&world.bytes("libl.a")), ["two.c.o"]);
}

#[test]
fn an_archive_that_somebody_else_made_is_pinned_from() {
    let world = world();
    world.tool("cc", &["-c", "-o", "two.o", "two.c"]);
    world.tool("cc", &["-c", "-o", "sub_one.o", "sub/one.c"]);
    world.tool("ar", &["rcs", "libmade.a", "two.o", "sub_one.o"]);
    world.build(declare_prebuilt).expect_success();
    assert_eq!(world.printed("host", &["./m.so"]), "42");
    let pins = world.pin_report("host").plan.pins;
    let sites: Vec<String> = pins.iter().map(|pin| pin.site.to_string()).collect();
    assert_eq!(sites, ["libmade.a(sub_one.o)", "libmade.a(two.o)"]);

    // A thin archive holds names only.
    world.tool("rm", &["libmade.a"]);
    world.tool("ar", &["rcsT", "libmade.a", "two.o", "sub_one.o"]);
    world.build(declare_prebuilt).expect_success();
    assert_eq!(world.printed("host", &["./m.so"]), "42");
}

/// ar(1) writes only names into a thin archive, and linkers do not tell that they read the members.
#[test]
fn a_changed_member_of_a_thin_archive_links_the_host_again() {
    let world = world();
    world.tool("cc", &["-c", "-o", "sub_one.o", "sub/one.c"]);
    let two = |answer: &str| {
        world.write("two.c", format!("int two(void) {{ return {answer}; }}\n"));
        world.tool("cc", &["-c", "-o", "two.o", "two.c"]);
    };
    two("2");
    world.tool("ar", &["rcsDT", "libmade.a", "two.o", "sub_one.o"]);
    world.build(declare_prebuilt).expect_success();
    assert_eq!(world.printed("host", &["./m.so"]), "42");
    let archive = world.root().join("libmade.a");
    let before = std::fs::read(&archive).expect("the archive");
    two("3");
    assert_eq!(std::fs::read(&archive).expect("the archive"), before);
    world.build(declare_prebuilt).expect_success();
    assert_eq!(world.printed("host", &["./m.so"]), "43");
    assert!(world.build(declare_prebuilt).ran.is_empty());
}

#[test]
fn a_linker_script_in_an_archives_place_names_the_real_ones() {
    let world = world();
    world.tool("cc", &["-c", "-fPIC", "two.c", "sub/one.c"]);
    world.tool("ar", &["rcsD", "libtwo.a", "two.o"]);
    world.tool("ar", &["rcsD", "libone.a", "one.o"]);
    let [one, two] = ["libone.a", "libtwo.a"].map(|name| world.path(name).display().to_string());
    world.write("libmade.a", format!("/* GNU ld script */\nGROUP ( {one} AS_NEEDED ( {two} ) )\n"));
    world.build(declare_prebuilt).expect_success();
    assert_eq!(world.exports("host"), ["sub_one", "two"]);
    assert!(world.build(declare_prebuilt).ran.is_empty());
    // A change of what it names is noticed.
    world.write("two.c", "int two(void) { return 3; }\nint more(void) { return 4; }\n");
    world.tool("cc", &["-c", "-fPIC", "two.c"]);
    world.tool("ar", &["rcsD", "libtwo.a", "two.o"]);
    let ran = world.build(declare_prebuilt).ran;
    assert!(ran.iter().any(|it| it.starts_with("Linking") && it.ends_with("host")), "{ran:?}");
    assert_eq!(world.printed("host", &["./m.so"]), "43");
}

#[test]
fn an_archive_that_is_not_there_is_refused_before_anything_runs() {
    let world = world();
    let error = world.plan(declare_prebuilt).expect_err("no archive").to_string();
    assert!(error.starts_with("library \"made\": there is no archive libmade.a"), "{error}");
    assert!(error.contains("help: install its development package, or correct the path"), "{error}");
}

#[test]
fn a_damaged_member_is_named_with_who_needs_it() {
    let world = world();
    world.tool("cc", &["-c", "-o", "two.o", "two.c"]);
    world.tool("cc", &["-c", "-o", "sub_one.o", "sub/one.c"]);
    world.tool("ar", &["rcs", "libmade.a", "sub_one.o", "two.o"]);
    let path = world.root().join("libmade.a");
    let mut bytes = std::fs::read(&path).expect("the archive");
    // The offset of the section headers, far outside (e_shoff of the gABI).
    let elf = bytes.windows(4).rposition(|start| start == b"\x7fELF").expect("an object");
    bytes[elf + 0x28..elf + 0x30].fill(0x7f);
    std::fs::write(&path, bytes).expect("the archive");
    let build = world.build(declare_prebuilt);
    for words in [
        "two: the archive's index says that it is in libmade.a(two.o), which cannot be read",
        "(needed by module m: m.c)",
        "help: build that archive again",
    ] {
        assert!(build.said.contains(words), "{words:?} is not in:\n{}", build.said);
    }
}

#[test]
fn a_slim_lto_member_of_somebody_elses_archive_is_named() {
    let world = world();
    if world.toolchain().expect("a compiler").compiler.contains("clang") {
        return println!("clang has no slim objects");
    }
    world.tool("cc", &["-c", "-flto", "-fno-fat-lto-objects", "-o", "two.o", "two.c"]);
    world.tool("cc", &["-c", "-o", "sub_one.o", "sub/one.c"]);
    // With the compiler's plugin ar lists the slim member's symbols in the index.
    world.tool("gcc-ar", &["rcs", "libmade.a", "sub_one.o", "two.o"]);
    let build = world.build(declare_prebuilt);
    assert!(build.outcome.success(), "{}", build.said);
    for words in [
        "two is pinned in libmade.a(two.o), a slim LTO object of gcc: only its archive's index names it",
        "help: compile that member with -ffat-lto-objects",
    ] {
        assert!(build.said.contains(words), "{words:?} is not in:\n{}", build.said);
    }
    // Without it nobody knows what is in there; that it may be there is said.
    world.tool("rm", &["libmade.a"]);
    world.tool("ar", &["--plugin=/dev/null", "rcs", "libmade.a", "sub_one.o", "two.o"]);
    let said = world.build(declare_prebuilt).said;
    assert!(said.contains("nothing defines two (needed by m.c:"), "{said}");
    assert!(said.contains("note: libmade.a(two.o) is a slim LTO object"), "{said}");
}

#[test]
fn variables_of_which_host_and_module_have_a_copy_each_are_told_with_a_way_out() {
    let world = world();
    let host = "#include \"load.h\"\nint next(void);\n__attribute__((constructor)) static void first(void) { next(); }\n";
    world.write("host.c", host);
    let state = "const char *words(void);\nstatic int count;\nint next(void) { return words()[0] ? ++count : 0; }\n";
    world.write("state.c", state);
    // What is never written is the same twice.
    world.write("words.c", "static const char *const all[] = { \"one\", \"two\" };\nconst char *words(void) { return all[1]; }\n");
    world.write("m.c", "int next(void);\nint run(void) { return next(); }\n");
    let declare = |p: &mut Project, links: bool| {
        let l = p.add(Library::new("l").sources(["state.c", "words.c"]));
        let m = Module::new("m").sources("m.c");
        p.add(if links { m.link(l) } else { m });
        p.add(Executable::new("host").sources("host.c").link(l).loads("m").system_library("dl"));
    };
    let build = world.build(|p| declare(p, true)).expect_success();
    let told = "warning: host \"host\" and its module \"m\" have a copy each of the variables of libl.a(state.c.o)\n  help: take the \
                library out of .link() of the module: the host keeps and exports what the module needs of it";
    assert_eq!(build.said.trim(), told);
    assert_eq!(world.printed("host", &["./m.so"]), "1", "it counts for itself");
    // The way out.
    assert_eq!(world.build(|p| declare(p, false)).expect_success().said, "");
    assert_eq!(world.printed("host", &["./m.so"]), "2");
}
