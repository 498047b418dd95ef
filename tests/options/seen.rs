//! Options seen by C (rows A9 and B3), built for real: the header says what the options are.

use modpin::{Autoconf, Executable, Flags, Opt, Project, Tristate};
use modpin_test::World;
use modpin_test::build::Build;

/// Prints what it sees of every kind of option.
const MAIN: &str = r#"
#include <stdio.h>
#include "autoconf.h"
int main(void) {
#ifdef CONFIG_CRYPT
    puts("crypt y");
#elif defined CONFIG_CRYPT_MODULE
    puts("crypt m");
#endif
    if (ENABLE_NET) puts("net");
    IF_NET(puts("only with net");)
    IF_NOT_NET(puts("without net");)
    printf("%s %d %#x\n", CONFIG_TITLE, CONFIG_HZ, CONFIG_BASE);
#ifdef CONFIG_DES
    puts("des");
#endif
    return 0;
}
"#;

fn declare(p: &mut Project) {
    p.option(Opt::tristate("CRYPT").default(Tristate::Module));
    p.option(Opt::bool("NET"));
    p.option(Opt::string("TITLE").default("a \"b\" \\ c\t??/ü"));
    p.option(Opt::int("HZ").default(-250));
    p.option(Opt::hex("BASE").default(0x1000));
    p.option(Opt::choice("ALGO", [Opt::bool("AES"), Opt::bool("DES")]));
    p.autoconf(Autoconf::new().zero_or_one("ENABLE_{}").if_on("IF_{}").if_off("IF_NOT_{}"));
    // With trigraphs, and with as many complaints as there can be.
    p.cflags(["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wno-trigraphs"]);
    p.add(Executable::new("tool").sources(["main.c", "plain.s"]));
}

#[test]
fn c_sees_what_the_options_are() {
    let mut world = World::new(&[("main.c", MAIN), ("plain.s", ".section .note.GNU-stack,\"\"\n")]);
    world.build(declare).expect_success();
    assert_eq!(world.printed("tool", &[]), "crypt m\nwithout net\na \"b\" \\ c\t??/ü -250 0x1000");
    assert_eq!(world.build(declare).ran, [""; 0]);
    for (name, value) in [("CRYPT", "y"), ("NET", "y"), ("TITLE", ""), ("HZ", "7"), ("DES", "y")] {
        world.config.set(name, value);
    }
    world.build(declare).expect_success();
    assert_eq!(world.printed("tool", &[]), "crypt y\nnet\nonly with net\n 7 0x1000\ndes");
}

/// Sources by what makes them depend on options.
const MENTIONS: [(&str, &str); 14] = [
    ("main.c", "int main(void) { return 0; }\n"),
    ("crypt.c", "#include \"autoconf.h\"\n#ifdef CONFIG_CRYPT\nint crypt_y;\n#endif\nint crypt;\n"),
    ("by_header.c", "#include \"autoconf.h\"\n#include \"net.h\"\nint by_header = NET;\n"),
    ("net.h", "#define NET ENABLE_NET\n"),
    ("none.c", "#include \"autoconf.h\"\nint none;\n"),
    ("not_read.c", "#ifdef CONFIG_NET\n#error\n#endif\nint not_read;\n"),
    ("pasted.c", "#include \"autoconf.h\"\n#define E(x) ENABLE_##x\nint pasted = E(NET);\n"),
    ("by_argument.c", "#include \"autoconf.h\"\nint by_argument = VALUE;\n"),
    ("by_system.c", "#include \"autoconf.h\"\n#include <known.h>\nint by_system = KNOWN;\n"),
    ("system/known.h", "#define KNOWN CONFIG_HZ\n"),
    ("debug.c", "#include \"autoconf.h\"\nint debug;\n"),
    (
        "asm.S",
        "#include \"autoconf.h\"\n.data\n.globl hz\nhz: .long CONFIG_HZ\n.section .note.GNU-stack,\"\"\n",
    ),
    ("unread.c", "#include \"autoconf.h\"\n#if ENABLE_NET\n#include \"deep\"\n#endif\nint unread;\n"),
    // A name without an ending, as C++ has them.
    ("deep", "#ifdef CONFIG_CRYPT\nint deep_y;\n#endif\n"),
];

fn declare_mentions(p: &mut Project) {
    p.option(Opt::tristate("CRYPT"));
    p.option(Opt::bool("NET"));
    p.option(Opt::int("HZ").default(100));
    p.autoconf(Autoconf::new().zero_or_one("ENABLE_{}"));
    p.cflags("-g0");
    let all = Executable::new("tool").sources(["*.c", "asm.S"]);
    let all = all.flags(Flags::new().system_include("system"));
    p.add(all.flags_for("by_argument.c", "-DVALUE=CONFIG_HZ").flags_for("debug.c", "-g3"));
}

/// What was compiled, without what is said of it.
fn compiled(build: &Build) -> Vec<&str> {
    build.ran.iter().filter_map(|ran| ran.strip_prefix("Compiling ")).collect()
}

/// A project in which an option changes: these are compiled, and then there is nothing to do.
fn check(world: &mut World, name: &str, value: &str, expected: &[&str]) -> Build {
    world.config.set(name, value);
    let build = world.build(declare_mentions).expect_success();
    assert_eq!(compiled(&build), expected, "{name}={value}: {:#?}", build.reasons);
    assert_eq!(world.build(declare_mentions).ran, [""; 0], "after {name}={value}");
    build
}

#[test]
fn an_option_compiles_what_mentions_it() {
    let mut world = World::new(&MENTIONS);
    assert_eq!(compiled(&world.build(declare_mentions).expect_success()).len(), 11);
    assert_eq!(world.build(declare_mentions).ran, [""; 0]);

    let crypt = check(&mut world, "CRYPT", "m", &["crypt.c", "debug.c", "pasted.c"]);
    let of = |build: &Build, label: &str| {
        let start = format!("Compiling {label}: ");
        build.reasons.iter().find_map(|reason| Some(reason.strip_prefix(&start)?.to_owned()))
    };
    assert_eq!(of(&crypt, "crypt.c").as_deref(), Some("the option CRYPT is m, was n"));
    let header = "target/modpin/debug/.modpin/include/autoconf.h changed: CRYPT is m, was n";
    assert_eq!(of(&crypt, "pasted.c").as_deref(), Some(header));
    // The object is another one now, and what it is linked into.
    let linked = check(&mut world, "CRYPT", "y", &["crypt.c", "debug.c", "pasted.c"]);
    assert!(linked.ran.contains(&"Linking target/modpin/debug/tool".to_owned()), "{:?}", linked.ran);

    check(&mut world, "NET", "y", &["by_header.c", "debug.c", "pasted.c", "unread.c"]);
    // What was behind a condition is read now, and what it mentions counts.
    check(&mut world, "CRYPT", "n", &["crypt.c", "debug.c", "pasted.c", "unread.c"]);
    check(&mut world, "HZ", "250", &["asm.S", "by_argument.c", "by_system.c", "debug.c", "pasted.c"]);
    check(&mut world, "HZ", "250", &[]);

    // A header mentions another option than before.
    world.write("net.h", "#define NET 0 /* CONFIG_HZ */\n");
    assert_eq!(compiled(&world.build(declare_mentions).expect_success()), ["by_header.c"]);
    check(&mut world, "NET", "n", &["debug.c", "pasted.c", "unread.c"]);
    let all = ["asm.S", "by_argument.c", "by_header.c", "by_system.c", "debug.c", "pasted.c"];
    check(&mut world, "HZ", "100", &all);
}

#[test]
fn a_header_in_front_of_it_is_seen() {
    let mut world = World::new(&MENTIONS);
    world.build(declare_mentions).expect_success();
    // Quotes look beside the source first.
    world.write("autoconf.h", "#define CONFIG_HZ 7\n#define ENABLE_NET 0\n#define ENABLE_CRYPT 0\n");
    let build = world.build(declare_mentions).expect_success();
    let readers = [
        "asm.S",
        "by_argument.c",
        "by_header.c",
        "by_system.c",
        "crypt.c",
        "debug.c",
        "none.c",
        "pasted.c",
        "unread.c",
    ];
    assert_eq!(compiled(&build), readers);
    check(&mut world, "HZ", "250", &[]);
    std::fs::remove_file(world.path("autoconf.h")).expect("it is there");
    assert_eq!(compiled(&world.build(declare_mentions).expect_success()), readers);
}

#[test]
fn an_option_that_comes_and_goes() {
    let world = World::new(&MENTIONS);
    let with = |name: &'static str| {
        move |p: &mut Project| {
            declare_mentions(p);
            p.option(Opt::bool(name).default(true));
        }
    };
    world.write("crypt.c", "#include \"autoconf.h\"\n#ifdef CONFIG_NEW\nint is_new;\n#endif\n");
    world.build(declare_mentions).expect_success();
    let whole = ["debug.c", "pasted.c"];
    assert_eq!(compiled(&world.build(with("OTHER")).expect_success()), whole);
    assert_eq!(compiled(&world.build(with("NEW")).expect_success()), ["crypt.c", "debug.c", "pasted.c"]);
    let gone = world.build(declare_mentions).expect_success();
    assert_eq!(compiled(&gone), ["crypt.c", "debug.c", "pasted.c"]);
    assert!(
        gone.reasons.contains(&"Compiling crypt.c: the option NEW is gone".to_owned()),
        "{:?}",
        gone.reasons
    );
}

#[test]
fn pasted_names_that_are_named() {
    let mut world = World::new(&MENTIONS);
    let declare = |p: &mut Project| {
        declare_mentions(p);
        p.autoconf(Autoconf::new().zero_or_one("ENABLE_{}").config_deps("past*.c", "N*"));
    };
    world.build(declare).expect_success();
    world.config.set("CRYPT", "y");
    assert_eq!(compiled(&world.build(declare).expect_success()), ["crypt.c", "debug.c"]);
    world.config.set("NET", "y");
    let build = world.build(declare).expect_success();
    assert_eq!(compiled(&build), ["by_header.c", "debug.c", "pasted.c", "unread.c"]);
}

#[test]
fn what_is_written_for_c_is_put_right() {
    let mut world = World::new(&MENTIONS);
    world.build(declare_mentions).expect_success();
    for path in [".modpin/include/autoconf.h", ".modpin/seen/values", ".modpin/seen/options.json"] {
        let whole = std::fs::read(world.built(path)).expect("it is written");
        std::fs::write(world.built(path), "#define CONFIG_HZ 7\nHZ=7\n").expect("a file");
        let build = world.build(declare_mentions).expect_success();
        assert_eq!(compiled(&build), [""; 0], "{path}: {:?}", build.reasons);
        assert_eq!(std::fs::read(world.built(path)).expect("it is there"), whole);
        std::fs::remove_file(world.built(path)).expect("it is there");
        assert_eq!(compiled(&world.build(declare_mentions).expect_success()), [""; 0], "{path}");
        assert_eq!(std::fs::read(world.built(path)).expect("it is there"), whole);
    }
    check(&mut world, "HZ", "250", &["asm.S", "by_argument.c", "by_system.c", "debug.c", "pasted.c"]);
}
