//! Lists under conditions, built for real (rows G1, G12, F3): what is left out is not compiled, and what it was goes; what an option
//! does not decide stays as it is.

use modpin::{Executable, Library, Module, Opt, Project, when};
use modpin_test::World;

fn world() -> World {
    World::new(&[
        (
            "main.c",
            "#include <stdio.h>\nint util(void);\nint main(void) { printf(\"%d\\n\", util()); }\n",
        ),
        (
            "util.c",
            "#ifdef FAST\nint fast(void);\n#endif\nint util(void) {\n#ifdef FAST\nreturn fast();\n#endif\nreturn 1; }\n",
        ),
        ("fast.c", "int fast(void) { return 2; }\n"),
        ("extra.c", "int extra(void) { return 3; }\n"),
        (
            "mod.c",
            "#ifdef IS_MODULE\n#include \"gone.h\"\n#endif\nint util(void); int mod(void) { return util(); }\n",
        ),
        ("deep.c", "int deep(void) { return 4; }\n"),
        ("inc/gone.h", ""),
    ])
}

fn declare(p: &mut Project) {
    let fast = p.option(Opt::bool("FAST"));
    let extra = p.option(Opt::bool("EXTRA"));
    let deep = p.option(Opt::tristate("DEEP"));
    p.cflags("-g0").cflags(when("FLAVOUR = 'module'", ["-DIS_MODULE", "-Iinc"]));
    let util = p.add(
        Library::new("util").sources("util.c").sources(when(fast, "fast.c")).defines(when(fast, "FAST")),
    );
    let none = p.add(Library::new("none").sources(when(extra, "extra.c")));
    p.add(Module::new("mod").when("DEEP || m").sources("mod.c").sources(when(deep, "deep.c")));
    p.add(Executable::new("host").sources("main.c").link([util, none]).loads("mod"));
}

#[test]
fn an_option_compiles_what_it_decides() {
    let mut world = world();
    let first = world.build(declare).expect_success();
    assert!(first.ran.contains(&"Compiling util.c".to_owned()), "{:?}", first.ran);
    assert!(!first.ran.iter().any(|ran| ran.contains("fast.c") || ran.contains("extra.c")));
    assert_eq!(world.printed("host", &[]), "1");
    assert!(world.build(declare).ran.is_empty());

    world.config.set("FAST", "y");
    let fast = world.build(declare).expect_success();
    let compiled: Vec<&String> = fast.ran.iter().filter(|ran| ran.starts_with("Compiling")).collect();
    assert_eq!(compiled, ["Compiling fast.c", "Compiling util.c"]);
    assert_eq!(world.printed("host", &[]), "2");

    // A library that nothing is in links, and its object goes when it is empty again.
    world.config.set("EXTRA", "y");
    let extra = world.build(declare).expect_success();
    let compiled: Vec<&String> = extra.ran.iter().filter(|ran| ran.starts_with("Compiling")).collect();
    assert_eq!(compiled, ["Compiling extra.c"]);
    world.config.set("EXTRA", "n");
    let without = world.build(declare).expect_success();
    assert!(without.removed.iter().any(|path| path.ends_with("extra.c.o")), "{:?}", without.removed);
    assert!(!without.ran.iter().any(|ran| ran.starts_with("Compiling")), "{:?}", without.ran);
}

#[test]
fn a_module_has_the_flags_of_its_flavour_and_uses_what_is_a_module() {
    let mut world = world();
    // Includes a header that only the flag of modules finds.
    world.build(declare).expect_success();
    assert!(!world.exports("mod.so").contains(&"deep".to_owned()));
    world.config.set("DEEP", "m");
    world.build(declare).expect_success();
    assert!(world.exports("mod.so").contains(&"deep".to_owned()));
    world.write("inc/gone.h", "#error \"for modules only\"\n");
    world.config.set("DEEP", "y");
    world.build(declare).expect_success();
    assert!(world.exports("host").is_empty(), "it is built in");
}
