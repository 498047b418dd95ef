//! Commands that a server runs: what they make is what they would have made here, and whatever is wrong there, they run here.

use std::io::Read;
use std::process::Stdio;

use modpin_test::server::{Fake, Fault, real};
use modpin_test::skip::is_long;

use crate::machines::Machines;

/// The options with which a build has its commands run by the server.
fn remote(url: &str) -> String {
    format!("--remote {url}")
}

#[test]
fn compilations_and_links_run_there_and_are_the_same() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one", "two"], server.url());
    let (ran, said) = all.build("one", &remote(server.url()));
    assert_eq!(said.objects_of("warning"), [""; 0], "{}", said.text());
    assert_eq!(ran.commands, [""; 0], "{ran:?}");
    let there = [
        "main.c",
        "plug.c",
        "target/modpin/debug/.modpin/link/plug.mo",
        "target/modpin/debug/plug.so",
        "target/modpin/debug/tool",
        "util/base.c",
        "util/kept.c",
    ];
    assert_eq!(ran.elsewhere, there);
    assert!(said.out.contains("warning: unused variable"), "{}", said.out);
    all.is_as_clean("one");
    all.run("one", "build").has(0, "nothing to do");
    let explained = all.run("one", "explain target/modpin/debug/.modpin/obj/tool/main.c.o");
    assert!(explained.out.contains(&format!("made on {}", server.url())), "{}", explained.out);

    // From another checkout the server knows them: it is asked to run them, and they ran before.
    let executed = server.calls()["Execute"];
    let (ran, _) = all.build("two", &remote(server.url()));
    assert_eq!(ran.elsewhere, there);
    assert!(server.calls()["Execute"] > executed);
    all.is_as_clean("two");
}

/// A header that changes, one that comes in front of another, one that is asked for and not there.
#[test]
fn what_is_read_is_given() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one"], server.url());
    let remote = remote(server.url());
    all.write("one", "main.c", "#if __has_include(\"extra.h\")\n#include \"extra.h\"\n#endif\n#include \"base.h\"\n#ifndef N\n#define N 0\n#endif\nint main(void) { return base(N); }\n");
    all.build("one", &remote);
    all.is_as_clean("one");
    let edits = [
        ("include/base.h", "int base(int);\n#define STEP 2\n"),
        ("first/base.h", "int base(int);\n#define STEP 3\n"),
        ("include/extra.h", "#include \"deep/more.h\"\n"),
        ("include/deep/more.h", "#define N 7\n"),
    ];
    for (path, text) in edits {
        all.write("one", path, text);
        let said = all.run("one", &format!("build {remote}"));
        if path != "include/extra.h" {
            said.has(0, "Finished");
            all.is_as_clean("one");
        }
    }
}

#[test]
fn a_mistake_is_told_as_it_would_be_here() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one", "two"], server.url());
    for machine in ["one", "two"] {
        all.write(machine, "main.c", "int main(void) { return missing; }\n");
    }
    let there = all.run("one", &format!("build -j1 --target-dir t main.c {}", remote(server.url())));
    let here = all.run("two", "build -j1 --target-dir t main.c --no-cache");
    there.has(101, "main.c:1:25: error: 'missing' undeclared");
    let told = |said: &modpin_test::Said| said.err.replace("/one/", "/two/");
    assert_eq!(told(&there), told(&here));
}

#[test]
fn a_server_with_any_fault_makes_nothing_wrong() {
    let mut server = Fake::start(Fault::None);
    let all = Machines::new(&["one"], server.url());
    all.build("one", &remote(server.url()));
    all.is_as_clean("one");
    let clean = all.outputs("one");
    for fault in Fault::tried("commands elsewhere") {
        let name = format!("{fault:?}").to_lowercase();
        all.add(&name);
        server.set(fault);
        let (_, said) = all.build(&name, &remote(server.url()));
        assert!(all.outputs(&name) == clean, "{fault:?}");
        let warnings = said.objects_of("warning");
        let named = |warning: &serde_json::Value| warning.to_string().contains(server.url());
        assert!(warnings.len() <= 3 && warnings.iter().all(named), "{fault:?}: {warnings:?}");
    }
    server.stop();
}

#[test]
fn a_server_that_is_killed_while_it_runs_something_is_done_without() {
    let mut server = Fake::start(Fault::None);
    let all = Machines::new(&["one"], server.url());
    let mut command = all.command("one", &format!("build --json {}", remote(server.url())));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it");
    let mut out = child.stdout.take().expect("its output");
    let begun = std::time::Instant::now();
    while !server.calls().contains_key("Execute") {
        assert!(begun.elapsed().as_secs() < 60, "nothing is run there");
        std::thread::yield_now();
    }
    server.stop();
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("it ends");
    assert!(child.wait().expect("it ends").success(), "{rest}");
    all.is_as_clean("one");
}

/// It is silent for ever, and within all deadlines: each action waits a little, and then runs here. Nobody waits for it at the end.
#[test]
fn a_server_that_takes_its_time_is_not_waited_for() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["slow", "stops"], server.url());
    for (machine, fault) in [("slow", Fault::Slow), ("stops", Fault::Stops)] {
        server.set(fault);
        let mut command = all.command(machine, &format!("build --json {}", remote(server.url())));
        command.env("MODPIN_REMOTE_DEADLINE", "3600").env("MODPIN_REMOTE_PATIENCE", "100");
        let begun = std::time::Instant::now();
        let said = modpin_test::Said::of(&mut command);
        assert!(said.success() && begun.elapsed().as_secs() < 600, "{}", said.text());
        assert_eq!(said.objects_of("warning"), [""; 0], "{}", said.text());
        let ended = said.objects_of("action-finished");
        assert!(ended.iter().all(|ended| ended["elsewhere"] != true), "{}", said.text());
        all.is_as_clean(machine);
    }
}

/// A server would tell what it was told long ago.
#[test]
fn what_tells_the_time_is_made_here() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one"], server.url());
    all.write("one", "util/kept.c", "const char *kept(void) { return __DATE__; }\n");
    let (ran, _) = all.build("one", &remote(server.url()));
    assert!(ran.commands.contains(&"util/kept.c".to_owned()), "{ran:?}");
    assert!(!ran.elsewhere.contains(&"util/kept.c".to_owned()), "{ran:?}");
}

/// What stays here, and why.
#[test]
fn what_runs_here_only_is_told() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one"], server.url());
    let project = all.world.read("one/src/demo.json").replace("\"-Wall\"", "\"-march=native\"");
    all.write("one", "demo.json", &project);
    let (ran, _) = all.build("one", &remote(server.url()));
    assert_eq!(ran.commands, ["main.c", "plug.c", "util/base.c", "util/kept.c"], "{ran:?}");
    let told = all.run("one", "explain target/modpin/debug/.modpin/obj/tool/main.c.o");
    let why = "nobody knows what -march=native does on another machine";
    let line = format!("cache      made here, not on {}: {why}\n", server.url());
    assert!(told.out.contains(&line), "{}", told.text());
}

/// Files of the system lie at their own paths, so a command must have a root of its own. The fake server gives it none.
#[test]
fn a_toolchain_is_sent_only_where_it_can_lie_at_its_place() {
    let server = Fake::start(Fault::None);
    let all = Machines::new(&["one"], server.url());
    let words = format!("{} --remote-send-toolchain", remote(server.url()));
    let (ran, said) = all.build("one", &words);
    assert_eq!(ran.elsewhere, [""; 0], "{ran:?}");
    assert!(said.out.contains("no toolchain can be sent there"), "{}", said.out);
    all.is_as_clean("one");
}

/// buildbox-casd: workers that have the programs of this machine, and workers that have none.
#[test]
fn workers_in_a_sandbox() {
    if is_long("workers in a sandbox") {
        return;
    }
    let Some(server) = real::casd("builds on a real server", true) else { return };
    let all = Machines::new(&["one", "two", "three", "four"], &server.url());
    for machine in ["one", "two"] {
        let (ran, said) = all.build(machine, &remote(&server.url()));
        assert_eq!(said.objects_of("warning"), [""; 0], "{}", said.text());
        assert_eq!(ran.elsewhere.len(), 7, "{ran:?}");
        all.is_as_clean(machine);
    }
    let Some(server) = real::casd("builds on a real server", false) else { return };
    let (ran, said) = all.build("three", &remote(&server.url()));
    assert_eq!(ran.elsewhere, [""; 0], "{ran:?}");
    assert!(said.out.contains(&server.url()), "{}", said.out);
    all.is_as_clean("three");
    // They get compilers, headers and all that these need. What a link reads is known after it.
    let send = format!("{} --remote-send-toolchain", remote(&server.url()));
    let (ran, said) = all.build("four", &send);
    assert_eq!(said.objects_of("warning"), [""; 0], "{}", said.text());
    assert_eq!(ran.elsewhere, ["main.c", "plug.c", "util/base.c", "util/kept.c"], "{ran:?}");
    all.is_as_clean("four");
    all.write("four", "main.c", "#include \"base.h\"\nint main(void) { return base(2); }\n");
    let (ran, said) = all.build("four", &send);
    assert_eq!(ran.elsewhere, ["main.c", "target/modpin/debug/tool"], "{ran:?} {}", said.text());
    all.is_as_clean("four");
}
