//! `emit` and `check`: what is made of a source on the way to its object, and what checkers find, with the object's own flags.

use modpin_test::{Said, World, skip};

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "autoconf": {},
  "options": [{ "name": "X", "kind": "bool", "default": "y" }],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["src/a.c", "src/b.c"], "includes": ["inc"], "defines": ["LEVEL=4"], "cflags": ["-std=gnu17"] },
    { "kind": "module", "name": "plug", "sources": ["src/b.c"], "includes": ["inc"], "defines": ["OF_PLUG"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["plug"] }
  ]
}
"#;

fn world() -> World {
    World::new(&[
        ("demo.json", PROJECT),
        ("inc/util.h", "#include <autoconf.h>\nint util(int *at);\n"),
        ("src/a.c", "#include <util.h>\nint util(int *at) { return *at + LEVEL + CONFIG_X; }\n"),
        (
            "src/b.c",
            "#include <stdlib.h>\n#include <util.h>\n#ifdef OF_PLUG\nint plug;\n#endif\n\
             int b(void) { int *p = malloc(8); free(p); return *p; }\n",
        ),
        ("main.c", "int main(void) { return 0; }\n"),
    ])
}

#[test]
fn a_header_that_is_not_found_is_told_where_it_is() {
    let world = world();
    let asking = |header: &str| {
        world.write("main.c", format!("#include <{header}>\nint main(void) {{ return 0; }}\n"));
        world.modpin("build tool")
    };
    asking("util.h").has(
        101,
        "  help: library \"util\" finds it in \"inc\": name that directory in the includes of its public flags and link the library, or name it in includes here\n",
    );
    world.write("src/deep/own.h", "");
    asking("deep/own.h").has(101, "  help: it lies in \"src\": name that directory in includes\n");
    asking("inc/util.h").has(101, "  help: it lies in \".\": name that directory in includes\n");
    // Nearly its name, its name elsewhere, and both where this compilation does not look.
    asking("own.h").has(
        101,
        "  help: did you mean \"deep/own.h\", which lies in \"src\"? Name that directory in includes\n",
    );
    asking("utli.h").has(
        101,
        "  help: did you mean \"util.h\", which lies in \"inc\"? Name that directory in includes\n",
    );
    world.write("main.c", "#include \"own.h\"\nint main(void) { return 0; }\n");
    world.modpin("build tool").has(101, "  help: did you mean \"src/deep/own.h\"?\n");
    let said = asking("nowhere.h");
    said.has(101, "nowhere.h");
    assert!(!said.text().contains("help: "), "{}", said.text());
    // What is told helps.
    let told = PROJECT.replace("[\"main.c\"],", "[\"main.c\"], \"includes\": [\"src\"],");
    world.write("demo.json", told);
    asking("deep/own.h").has(0, "Finished");
}

#[test]
fn assembler_that_cannot_be_moved_is_named() {
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    let world = world();
    world.write(
        "demo.json",
        PROJECT.replace(
            "[\"src/b.c\"], \"includes\": [\"inc\"], \"defines\": [\"OF_PLUG\"]",
            "[\"src/p.S\"]",
        ),
    );
    let assembler = |at: &str| {
        let text = format!(
            " .globl plug\nplug: mov {at}, %eax\n ret\n .data\ntable: .long 1\n .section .note.GNU-stack\n"
        );
        world.write("src/p.S", text);
        world.modpin("build plug")
    };
    assembler("table")
        .has(101, "  help: src/p.S: assembler is position-independent if it is written so");
    assembler("table(%rip)").has(0, "Finished");
}

#[test]
fn what_a_compiler_makes_on_the_way() {
    let world = world();
    let said = world.modpin("emit src/a.c --as i,s,o -o out");
    assert!(said.code == Some(101) || said.success(), "{}", said.text());
    std::fs::create_dir_all(world.path("out")).expect("a directory");
    let said = world.modpin("emit src/a.c --as i,s,o -o out");
    said.has_both(0, "out/a.i\n", "");
    assert!(world.read("out/a.i").contains("return *at + 4 + 1;"), "{}", world.read("out/a.i"));
    assert!(world.read("out/a.s").contains("util"));
    // Only what the source needs was built, and the object is the build's.
    assert!(!world.built("libutil.a").exists());
    world.modpin("build").has(0, "Finished");
    let built = world.content("target/modpin/debug/.modpin/obj/libutil.a/src/a.c.o");
    assert!(world.content("out/a.o") == built, "other flags, or another directory");
    // One source of two targets.
    let said = world.modpin("emit src/b.c --as i");
    said.has(1, "src/b.c is compiled 2 times\n  help: say with whose flags: --of util, --of plug");
    world.modpin("emit src/b.c --as i --of util").has_both(0, "/b.i\n", "");
    assert!(!world.read("b.i").contains("int plug;"));
    world.modpin("emit src/b.c --as i --of plug").has(0, "");
    assert!(world.read("b.i").contains("int plug;"));
    world
        .modpin("emit src/c.c --as i")
        .has(1, "no source is named \"src/c.c\"\n  help: did you mean \"src/");
    // From where the user stands, and beside nothing that is a source.
    let mut command =
        crate::program::program_in(&world.path("src"), "modpin --project ../demo.json emit a.c --as s");
    Said::of(&mut command).has_both(0, "/src/a.s\n", "");
    std::fs::rename(world.path("src/a.s"), world.path("src/asm.S")).expect("moved");
    // What does not compile can be preprocessed, and the compiler's words are ours.
    world.write("src/a.c", "int broken(\n");
    world.modpin("emit src/a.c --as i").has(0, "");
    let said = world.modpin("emit src/a.c --as o");
    said.has(101, "src/a.c: there is no o");
    said.has(101, "src/a.c:1:");
    if !skip::is_missing("objdump", "listings") {
        world.modpin("emit main.c --as lst").has(0, "");
        let listing = world.read("main.lst");
        assert!(
            listing.contains("int main(void) { return 0; }") && listing.contains("<main>:"),
            "{listing}"
        );
        assert!(!listing.contains("/tmp"), "{listing}");
    }
    match skip::is_missing("clang", "LLVM's code") {
        true => {}
        false => {
            world.modpin("emit main.c --as ll").has(1, "help: CC=clang");
            let said = Said::of(world.project("emit main.c --as ll").env("CC", "clang"));
            said.has_both(0, "main.ll\n", "");
            assert!(world.read("main.ll").contains("define"));
        }
    }
}

#[test]
fn the_analyzer_finds_what_is_freed_and_looks_once() {
    let world = world();
    let is_gcc = Said::of(world.command("cc").arg("--version")).out.contains("Free Software");
    if std::env::var_os("CC").is_some() || !is_gcc {
        return skip::skip("the analyzer of gcc", "the compiler is another one");
    }
    let said = world.modpin("check");
    said.has_both(101, "src/b.c:6:", "Checked by gcc-analyzer: ");
    said.has_both(101, "[-Wanalyzer-use-after-free]", "Checking src/b.c");
    // It is remembered, and said again.
    let again = world.modpin("check");
    again.has_both(101, "[-Wanalyzer-use-after-free]", "");
    assert!(!again.err.contains("Checking"), "{}", again.err);
    world.modpin("check --changed").has(0, "0 findings");
    world.modpin("check src/a.c main.c").has(0, "0 findings");
    let said = world.modpin("check src/");
    assert!(said.code == Some(101) && !said.err.contains("Checking"), "{}", said.text());
    world.modpin("check srx/").has(1, "no source is named \"srx/\"");
    // A header that only some read, and nothing of it stands in the build directory.
    world.write("inc/util.h", "#include <autoconf.h>\nint util(int *at); /* new */\n");
    let said = world.modpin("check");
    assert!(
        said.err.contains("Checking src/a.c") && !said.err.contains("Checking main.c"),
        "{}",
        said.err
    );
    world.write("src/b.c", "int b(void) { return 1; }\n");
    let found = world.modpin("check --message-format json").objects_of("finding");
    assert!(found.is_empty(), "{found:?}");
    // Nothing of it stands in the way of a build.
    world.modpin("build").has(0, "Finished");
    world.modpin("check").has(0, "0 findings");
    world.is_idle();
    world.modpin("clean").has(0, "Removed");
    assert!(!world.path("target/modpin/debug-gcc-analyzer").exists());
}

#[test]
fn other_checkers_are_called_with_the_flags_of_the_object() {
    let world = world();
    for checker in ["sparse", "cppcheck", "clang-tidy"] {
        let text = "#!/bin/sh\necho \"$0 $*\" >> asked\nfor last; do :; done\necho 'src/a.c:2:5: warning: odd'\necho 'src/a.c:2:9: note: why'\n";
        world.script(&format!("bin/{checker}"), text);
        let path =
            format!("{}:{}", world.path("bin").display(), std::env::var("PATH").unwrap_or_default());
        let ask = |args: &str| {
            Said::of(world.project(&format!("check --checker {checker} {args}")).env("PATH", &path))
        };
        ask("src/a.c").has_both(
            101,
            "src/a.c:2:5: warning: odd\n",
            &format!("Checked by {checker}: 1 finding\n"),
        );
        let asked = world.read("asked");
        for word in ["-Iinc", "-DLEVEL=4", "src/a.c", "debug/.modpin/include"] {
            assert!(asked.contains(word), "{asked}");
        }
        assert!(!asked.contains(" -o ") && !asked.contains("-MD"), "{asked}");
        let found = ask("src/a.c --message-format json").objects_of("finding");
        assert_eq!(
            found[0].to_string(),
            format!(
                r#"{{"checker":"{checker}","column":5,"file":"src/a.c","line":2,"message":"odd","reason":"finding","severity":"warning"}}"#
            )
        );
        // It was asked once.
        assert_eq!(world.read("asked").lines().count(), 1);
        // One that cannot work is told with its own words.
        world.script(&format!("bin/{checker}"), "#!/bin/sh\necho 'no such flag'\nexit 2\n");
        let said = ask("src/a.c");
        assert!(said.code == Some(101) && said.err.contains("no such flag"), "{}", said.text());
        std::fs::remove_file(world.path("asked")).expect("a list");
    }
    // The real ones take these flags, and find what there is.
    world.write("src/b.c", "#include <util.h>\nint b(void) { int *p = 0; return *p; }\n");
    let real = [
        ("sparse", "Using plain integer as NULL"),
        ("cppcheck", "[nullPointer]"),
        ("clang-tidy", "[clang-analyzer-core.NullDereference]"),
    ];
    for (checker, words) in real {
        if !skip::is_missing(checker, "checkers that are no stand-ins") {
            let told = format!("Checked by {checker}: ");
            let ask = || world.modpin(&format!("check --checker {checker} src/b.c"));
            let said = ask();
            said.has_both(101, words, &told);
            assert!(said.out.contains("src/b.c:2:"), "{}", said.out);
            let again = ask();
            assert!(again.out == said.out && !again.err.contains("Checking"), "{}", again.err);
            // What it is to look for stands in a file of its own.
            world.write(".clang-tidy", "Checks: '-*,bugprone-*'\n");
            assert_eq!(ask().err.contains("Checking src/b.c"), checker == "clang-tidy");
            std::fs::remove_file(world.path(".clang-tidy")).expect("it was there");
        }
    }
    let mut command = world.project("check --checker sparse");
    let said = Said::of(command.env("PATH", "/usr/bin:/bin"));
    assert!(
        skip::installed("sparse") || said.err.contains("there is no program \"sparse\""),
        "{}",
        said.err
    );
}
