//! The program as users call it: exit codes, which stream carries what, the last JSON line. One small C
//! project, the real compiler; what is built and why is tested on the floors below.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use modpin_test::skip::is_missing;
use modpin_test::{Said, World};

use crate::demo;
use crate::program::{Program, finished};

/// As cargo, or somebody else, calls it.
fn say(world: &World, args: &str) -> Said {
    Said::of(&mut world.program(args))
}

#[test]
fn usage() {
    let world = demo::world();
    say(&world, "modpin").has(1, "Usage: cargo modpin");
    say(&world, "").has(1, "Usage: cargo-modpin");
    let plain = env!("CARGO_BIN_EXE_modpin");
    Said::of(world.command(plain).arg("build")).has(1, "help: write modpin --project FILE.json VERB");
    say(&world, "modpin buidl").has(1, "a similar subcommand exists: 'build'");
    say(&world, "modpin build").has(1, "help: write cargo modpin --project FILE.json VERB");
    say(&world, "modpin --project nope.json build").has(1, "nope.json: cannot read the project file");
    world.modpin("build --target").has(1, "--target <TRIPLE>");
    say(&world, "modpin check-load --host nope main.c").has(1, "nope: cannot look at it");
    say(&world, "modpin check-load --host . main.c").has(1, ".: it is no file");
    let help = say(&world, "modpin --help");
    assert!(help.code == Some(0) && help.err.is_empty() && help.out.contains("compile-commands"));
}

#[test]
fn wrong_declarations_run_nothing() {
    let world = demo::world();
    world.write(
        "demo.json",
        demo::PROJECT.replace("\"base.c\"", "\"bsae.c\"").replace("\"good.c\"", "\"g*d.cc\""),
    );
    let said = world.modpin("build --message-format json");
    assert_eq!(said.err.matches("error: ").count(), 2, "{}", said.err);
    said.has(1, "bsae.c");
    assert_eq!(finished(&said), (false, 0));
    assert!(!world.path("target/modpin/debug/tool").exists());
}

#[test]
fn a_build_and_the_next() {
    let world = demo::world();
    let first = world.modpin("build --message-format json");
    first.has(0, "   Compiling base.c\n");
    assert!(finished(&first).0 && finished(&first).1 > 4, "{}", first.out);
    let again = world.modpin("build --message-format json");
    again.has(0, "nothing to do");
    assert_eq!(finished(&again), (true, 0));
    assert!(!again.out.contains("started"), "{}", again.out);
    world.write("extra.c", "int extra(int x) { return x * 3; }\n");
    world.modpin("build --explain").has(0, "Compiling extra.c: extra.c changed\n");
}

#[test]
fn a_source_that_does_not_compile() {
    let world = demo::world();
    world.write("extra.c", "int extra(int x) { return y; }\n");
    let said = world.modpin("build --quiet --message-format json");
    said.has(101, "error: could not compile extra.c");
    assert!(said.err.contains("undeclared"), "{}", said.err);
    assert!(!finished(&said).0);
}

#[test]
fn modules_are_listed_and_loaded() {
    let world = demo::world();
    let listed = world.modpin("modules");
    listed.has(0, "Finished");
    let pinned = "good, loaded by tool\n  file       target/modpin/debug/good.so\n  pinned     extra <- libutil.a(";
    assert!(listed.out.contains(pinned), "{}", listed.out);
    assert!(listed.out.contains("net, not built: NET=n\n"), "{}", listed.out);
    let loaded = world.modpin("modules --check-load -q");
    assert_eq!((loaded.out.as_str(), loaded.err.as_str()), ("good in tool: ok\n1 module loads\n", ""));
    assert_eq!(loaded.code, Some(0));
    let loaded = world.modpin("modules --check-load --message-format json -D CONFIG_NET=m");
    assert_eq!(loaded.out.matches("\"verdict\":\"loads\"").count(), 2, "{}", loaded.out);
}

#[test]
fn a_module_that_does_not_load() {
    let world = demo::world();
    let exits = "#include <stdlib.h>\n__attribute__((constructor)) static void c(void) { exit(0); }\n";
    world.write("good.c", exits);
    let said = world.modpin("modules --check-load --message-format json");
    said.has(100, "Finished");
    assert!(said.out.contains("\"verdict\":\"exited\""), "{}", said.out);
    assert!(!finished(&said).0);
    world.write("good.c", "int nosuch(void); int good(void) { return nosuch(); }\n");
    world.modpin("build").has(100, "nosuch");
}

#[test]
fn names_on_the_command_line() {
    let world = demo::world();
    world.modpin("build util").has(0, "Finished");
    assert!(world.path("target/modpin/debug/libutil.a").exists());
    assert!(!world.path("target/modpin/debug/tool").exists());
    world.modpin("build tol").has(1, "no target is named \"tol\"");
    world.modpin("build net").has(1, "module \"net\" is not built: NET=n");
    world.modpin("build good --modules off").has(0, "Compiling good.c");
    world.modpin("build -D NEX=y").has(1, "did you mean \"NET\"?");
}

#[test]
fn a_project_says_what_it_is() {
    let world = demo::world();
    let said = world.modpin("project");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    world.write("again.json", &said.out);
    assert_eq!(say(&world, "modpin --project again.json project").out, said.out);
    let json = world.modpin("project --message-format json");
    assert_eq!((finished(&json), json.out.lines().count()), ((true, 0), 2));

    let listed = world.modpin("list --modules off").out;
    assert!(listed.contains("module      good  built into tool\n"), "{listed}");
    assert!(listed.contains("option      NET   n (tristate, default n)\n"), "{listed}");

    let database = world.modpin("compile-commands -q").out;
    assert!(fs::read_to_string(database.trim_end()).unwrap().contains("extra.c"));
    assert!(!world.path("target/modpin/debug/libutil.a").exists());
}

#[test]
fn the_root_and_the_target_directory_can_be_elsewhere() {
    let world = demo::world();
    fs::create_dir(world.path("sub")).unwrap();
    fs::rename(world.path("demo.json"), world.path("sub/p.json")).unwrap();
    say(&world, "modpin --project sub/p.json build").has(1, "base.c");
    say(&world, "modpin --project sub/p.json --root . build --target-dir out").has(0, "Finished");
    assert!(world.path("out/modpin/debug/tool").exists());
}

#[test]
fn a_signal_ends_a_build_with_its_code() {
    let world = demo::world();
    world.modpin("build").has(0, "");
    world.write("base.c", "int base(int x) { return x + 2; }\n");
    world.script("slow", "#!/bin/sh\ncase \"$*\" in *base.c*) exec sleep 60;; esac\nexec cc \"$@\"\n");
    let mut command = world.project("build -j 9 --message-format json");
    command.env("CC", world.path("slow")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    while !out.contains("\"label\":\"base.c\"") {
        assert!(lines.read_line(&mut out).unwrap() > 0, "{out}");
    }
    let killed = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap();
    assert!(killed.success());
    lines.read_to_string(&mut out).unwrap();
    let said = Said { out, ..Said::from(child.wait_with_output().unwrap()) };
    said.has(143, "error: interrupted by SIGTERM");
    assert!(!finished(&said).0);
}

/// Programs for another machine: built and resolved here, and started nowhere.
#[test]
fn another_machine() {
    let compiler = "aarch64-linux-gnu-gcc";
    if is_missing(compiler, "building for another machine") {
        return;
    }
    let world = demo::world();
    let built = world.modpin("build --target aarch64-unknown-linux-gnu");
    assert_eq!(built.code, Some(0), "{}", built.err);
    world.write("good.c", "int gone(int); int good(void) { return gone(3); }\n");
    let refused = world.modpin("build --target aarch64-unknown-linux-gnu");
    assert_eq!(refused.code, Some(100), "{}", refused.err);
    assert!(refused.err.contains("nothing defines gone (needed by good.c:"), "{}", refused.err);
    // A kernel that knows an emulator would start it.
    world.write("good.c", "int good(void) { return 1; }\n");
    let checked = world.modpin("modules --check-load --target aarch64-unknown-linux-gnu");
    if checked.code != Some(0) {
        assert!(
            checked.err.contains("it is for aarch64, and this machine starts no such programs"),
            "{}",
            checked.err
        );
        assert!(!checked.err.contains("not found"), "a shell read the program: {}", checked.err);
    }
}
