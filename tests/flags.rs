//! Flags and orders arrive as they were declared (rows M5, M6, G2, F1, F2, and lessons 6295b98d, d24697e1).

use modpin::{Executable, Flags, Library, Module, Project};
use modpin_test::World;

#[test]
fn flags_keep_their_order_and_the_sources_own_come_last() {
    let world = World::new(&[
        ("first.h", "#define SEEN 1\n"),
        ("second.h", "#ifndef SEEN\n#error \"second.h came first\"\n#endif\n"),
        (
            "host.c",
            "#include <stdio.h>\nint other(void);\nint main(void) { printf(\"%d %d %d\\n\", ORDER, other(), CLUSTER + FLAG); }\n",
        ),
        ("other.c", "int other(void) { return ORDER; }\n"),
    ]);
    let declare = |p: &mut Project| {
        p.cflags(["-DORDER=1"]);
        // Words that come twice, and options of two words: sorting or merging them breaks the build.
        let flags = ["-UORDER", "-DORDER=2", "-include", "first.h", "-include", "second.h"];
        let host = Executable::new("host").sources(["host.c", "other.c"]).cflags(flags);
        p.add(
            host.flags_for("host.c", ["-UORDER", "-DORDER=3"]).define("CLUSTER", 12).define_flag("FLAG"),
        );
    };
    world.build(declare).expect_success();
    assert_eq!(world.printed("host", &[]), "3 2 13");
}

#[test]
fn an_objects_flags_are_its_own_whoever_needs_it_first() {
    const FLAVOUR: &str = "
        int flavour(void)
        {
            int found = 0;
        #ifdef BUILD_DSO
            found += 1;
        #endif
        #ifdef __PIC__
            found += 2 * (__PIC__ == 2);
        #endif
        #ifdef MODPIN_MODNAME
            found += 4 * !__builtin_strcmp(MODPIN_MODNAME, \"block-one\") + 8 * !__builtin_strcmp(MODPIN_MODNAME, \"two\");
        #endif
            return found;
        }
    ";
    let world = World::new(&[
        ("load.h", include_str!("cases/load.h")),
        ("flavour.c", FLAVOUR),
        (
            "host.c",
            "#define main load\n#include \"load.h\"\n#undef main\nint flavour(void);\nint main(int c, char **v) { printf(\"%d\\n\", flavour()); return load(c, v); }\n",
        ),
        (
            "run.c",
            "int flavour(void) __attribute__((visibility(\"hidden\"))); int run(void) { return flavour(); }\n",
        ),
    ]);
    // One source in a program, an archive of a module, and two modules.
    let declare = |p: &mut Project| {
        let pic = p.add(Library::new("pic").sources("flavour.c"));
        p.add(
            Executable::new("host")
                .sources(["host.c", "flavour.c"])
                .cflags(["-fno-pic", "-no-pie"])
                .ldflags("-no-pie")
                .loads("**")
                .system_library("dl"),
        );
        p.add(Module::new("block/one").sources(["run.c", "flavour.c"]));
        p.add(Module::new("two").sources(["run.c", "flavour.c"]));
        p.add(Module::new("archived").sources("run.c").cflags("-Dflavour=flavour").link(pic));
    };
    world.build(declare).expect_success();
    let printed = world.printed("host", &["./block/one.so", "./two.so", "./archived.so"]);
    assert_eq!(printed.replace('\n', " "), "0 7 11 3");
}

#[test]
fn sources_are_linked_in_the_order_of_their_declaration() {
    let constructor = |letter: char| {
        format!(
            "#include <stdio.h>\n__attribute__((constructor)) static void say(void) {{ putchar('{letter}'); }}\n"
        )
    };
    let world = World::new(&[("main.c", "int main(void) { return 0; }\n")]);
    ['d', 'a', 'c', 'b']
        .iter()
        .for_each(|letter| world.write(&format!("{letter}.c"), constructor(*letter)));
    let order = |sources: &'static [&'static str]| {
        let declare = |p: &mut Project| {
            p.add(Executable::new("host").sources(sources.iter().copied()));
        };
        world.build(declare).expect_success();
        world.printed("host", &[])
    };
    assert_eq!(order(&["d.c", "b.c", "a.c", "main.c"]), "dba");
    // What stands there twice counts where it stands first; a glob gives its files sorted.
    assert_eq!(order(&["d.c", "?.c", "d.c", "main.c"]), "dabc");
}

#[test]
fn libraries_are_linked_in_the_order_of_their_declaration() {
    let world = World::new(&[
        ("util.c", "int first(void); int util(void) { return first() + 1; }\n"),
        ("first.c", "int second(void); int first(void) { return second() + 1; }\n"),
        ("second.c", "int second(void) { return 40; }\n"),
        (
            "host.c",
            "#include <stdio.h>\nint util(void); int main(void) { printf(\"%d\\n\", util()); }\n",
        ),
    ]);
    for name in ["first", "second"] {
        world.tool("cc", &["-c", &format!("{name}.c")]);
        world.tool("ar", &["rcs", &format!("lib{name}.a"), &format!("{name}.o")]);
    }
    // bfd passes each archive once, so this order is the only one that links.
    let declare = |libraries: [&'static str; 2]| {
        move |p: &mut Project| {
            let util = p.add(Library::new("util").sources("util.c"));
            let host =
                Executable::new("host").sources("host.c").link(util).ldflags(["-L.", "-fuse-ld=bfd"]);
            p.add(libraries.into_iter().fold(host, Executable::system_library));
        }
    };
    world.build(declare(["first", "second"])).expect_success();
    assert_eq!(world.printed("host", &[]), "42");
    let build = world.build(declare(["second", "first"]));
    assert!(build.said.contains("undefined reference to `second'"), "{}", build.said);
}

#[test]
fn a_modules_link_gets_its_arguments_in_order() {
    let world = World::new(&[("m.c", "int run(void) { return 1; }\n")]);
    let declare = |p: &mut Project| {
        let flags =
            ["-Xlinker", "-soname", "-Xlinker", "libm.so.1", "-Wl,-rpath,first", "-Wl,-rpath,second"];
        p.add(Module::new("m").sources("m.c").ldflags(flags));
    };
    world.build(declare).expect_success();
    let dynamic = world.object("m.so").dynamic.expect("a shared object");
    assert_eq!(dynamic.soname.as_deref(), Some("libm.so.1"));
    assert_eq!(dynamic.runpath.or(dynamic.rpath).as_deref(), Some("first:second"));
}

#[test]
fn each_language_and_level_has_its_flags() {
    let world = World::new(&[
        (
            "util/api/util.h",
            "#ifndef UTIL\n#error \"who links util sees UTIL\"\n#endif\nint util(void);\n",
        ),
        ("vendor/old.h", "#define OLD 1\nstatic int never(void) { return 1; }\n"),
        (
            "util/util.c",
            "#include <util.h>\n#ifdef ASSEMBLED\n#error \"no assembler\"\n#endif\nint util(void) { return 4; }\n",
        ),
        (
            "host.c",
            "#include <stdio.h>\n#include <util.h>\n#include <old.h>\nint start(void);\nint main(void) { printf(\"%d%d%d%d\\n\", LEVEL, util(), start(), OLD); }\n",
        ),
        (
            "start.S",
            "#if !defined(ASSEMBLED) || defined(LEVEL) || !defined(PREPROCESSED)\n#error \"no C\"\n#endif\n.globl start\nstart: ret\n.section .note.GNU-stack,\"\",@progbits\n",
        ),
        (
            "second.c",
            "#include <util.h>\n#ifdef LEVEL\n#error \"it was taken away\"\n#endif\nint second = UTIL;\n",
        ),
    ]);
    let declare = |p: &mut Project| {
        let flags = Flags::new().cflags("-DLEVEL=1").asflags("-DASSEMBLED").cppflags("-DPREPROCESSED");
        p.flags(flags.system_include("vendor").cflags(["-Wall", "-Werror"]));
        let util = Library::new("util").sources("util/util.c");
        let util = p.add(util.public(Flags::new().include("util/api").define_flag("UTIL")));
        // Who links it need not know of util.
        let all = p.add(
            Library::new("all")
                .sources("second.c")
                .flags_for("second.c", Flags::new().without("-DLEVEL"))
                .link(util),
        );
        p.add(
            Executable::new("host")
                .sources(["host.c", "start.S"])
                .flags(Flags::new().without("-DLEVEL").cflags("-DLEVEL=7"))
                .link(all),
        );
    };
    world.build(declare).expect_success();
    assert!(world.printed("host", &[]).starts_with("74"));
    assert_eq!(world.build(declare).expect_success().short(), [""; 0]);
}

#[test]
fn a_whole_library_is_linked_with_all_members_and_its_symbols_are_there_for_modules() {
    let unused = "#include <stdio.h>\nint unused(void) { return 41; }\n__attribute__((constructor)) static void say(void) { puts(\"whole\"); }\n";
    let world = World::new(&[
        ("load.h", include_str!("cases/load.h")),
        ("used.c", "int used(void) { return 1; }\n"),
        ("unused.c", unused),
        ("host.c", "#include \"load.h\"\n"),
        ("mod.c", "int used(void), unused(void); int run(void) { return used() + unused(); }\n"),
        ("plain.c", "int main(void) { return 0; }\n"),
    ]);
    let declare = |whole: bool| {
        move |p: &mut Project| {
            let util = Library::new("util").sources(["used.c", "unused.c"]);
            let util = p.add(if whole { util.whole() } else { util });
            p.add(Module::new("mod").sources("mod.c"));
            p.add(Executable::new("plain").sources("plain.c").link(util));
            let host = Executable::new("host").sources("host.c").link(util).loads("mod");
            p.add(host.system_library("dl"));
        }
    };
    for whole in [false, true, false] {
        world.build(declare(whole)).expect_success();
        assert_eq!(world.printed("plain", &[]), if whole { "whole" } else { "" });
        // Of the host, modules need both members.
        assert_eq!(world.printed("host", &["./mod.so"]).replace('\n', " "), "whole 42");
        assert_eq!(world.exports("host"), ["unused", "used"]);
    }
}
