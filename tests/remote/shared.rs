//! What one machine made another one takes.

use modpin_test::server::{Fake, Fault};

use crate::machines::Machines;

/// One machine writes, as machines that build for everybody do, and others read.
#[test]
fn a_second_machine_takes_what_the_first_has_made() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one", "two", "three"], server.url());
    let (first, _) = all.build("one", "");
    assert_eq!((first.commands.len(), first.brought), (7, 0), "{first:?}");
    assert_eq!(server.calls().get("UpdateActionResult"), None, "nothing is written unasked");
    let (again, _) = all.build("two", "--remote-write");
    assert_eq!((again.commands.len(), again.brought), (7, 0), "{again:?}");
    assert!(server.calls()["UpdateActionResult"] > 10);

    let said = all.run("three", "build");
    said.has(0, "warning: unused variable");
    said.has(0, "brought from the server\n");
    assert!(!said.err.contains("Linking"), "{}", said.err);
    all.is_as_clean("three");
    all.run("three", "build").has(0, "nothing to do");
    let object = "target/modpin/debug/.modpin/obj/libutil.a/util/base.c.o";
    let (told, one) = (all.run("three", &format!("explain {object}")), all.world.path("two/src"));
    let words = format!("cache      from {}, made on 20", server.url());
    assert!(told.out.contains(&words), "{}", told.out);
    assert!(told.out.contains(&format!(": {}\n", one.display())), "{}", told.out);

    // It is in its own cache now, and the server is not asked.
    let asked = server.calls();
    all.run("three", "clean").has(0, "Removed");
    let (ran, _) = all.build("three", "");
    assert_eq!((ran.commands.len(), ran.brought), (0, 0), "{ran:?}");
    assert_eq!(server.calls()["GetActionResult"] - asked["GetActionResult"], 0);
}

#[test]
fn what_differs_is_made_and_kept_beside_the_other() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one", "two", "three", "four"], server.url());
    all.build("one", "--remote-write");
    for machine in ["two", "three"] {
        all.write(machine, "include/base.h", "int base(int);\n#define STEP 2\n");
    }
    let (ran, _) = all.build("two", "--remote-write");
    assert_eq!(ran.commands, ["main.c", "target/modpin/debug/tool", "util/base.c"]);
    assert!(ran.brought > 5, "{ran:?}");
    all.is_as_clean("two");
    for machine in ["three", "four"] {
        let (ran, _) = all.build(machine, "");
        assert_eq!(ran.commands, [""; 0], "{machine}");
        all.is_as_clean(machine);
    }
    // A header in front of one that was read.
    all.write("four", "first/base.h", "int base(int);\n#define STEP 3\n");
    let (ran, _) = all.build("four", "");
    assert_eq!(ran.commands, ["main.c", "target/modpin/debug/tool", "util/base.c"]);
    all.is_as_clean("four");
}

/// `--timings` and the words for programs.
#[test]
fn it_is_told_what_came_from_there() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one", "two"], server.url());
    all.build("one", "--remote-write");
    all.run("two", "build --timings -v").has(0, "Compiling main.c (from the server)");
    let trace = all.world.read("two/src/target/modpin/debug/.modpin/timings/trace.json");
    assert!(trace.contains("\"from_server\":true"), "{trace}");
    let stats = all.run("two", "cache stats");
    assert!(stats.out.contains(&format!("in front of {}\n", server.url())), "{}", stats.text());
    all.write("two", "plug.c", "int plug(void) { return 9; }\n");
    all.run("two", &format!("build --timings --remote {}", server.url())).has(0, "Finished");
    let trace = all.world.read("two/src/target/modpin/debug/.modpin/timings/trace.json");
    assert!(trace.contains("\"elsewhere\":true"), "{trace}");
}

#[test]
fn who_does_not_want_the_server_does_not_get_it() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one"], server.url());
    for args in ["build --no-cache", "build --dry-run", "build --remote-cache off"] {
        all.run("one", args).has(0, "");
    }
    let mut command = all.command("one", "build");
    let said = modpin_test::Said::of(command.env("MODPIN_CACHE", "off"));
    said.has(0, "Finished");
    assert_eq!(server.calls().len(), 0, "{:?}", server.calls());
}
