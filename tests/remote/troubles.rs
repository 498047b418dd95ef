//! Whatever is wrong with a server: the build is right, ends soon, and says it once with the server's name.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use modpin_test::Said;
use modpin_test::server::{Fake, Fault};

use crate::machines::Machines;

/// No build may take longer because of a server.
const SOON: Duration = Duration::from_secs(60);

#[test]
fn a_server_with_any_fault_changes_nothing() {
    let mut server = Fake::start(Fault::None);
    let all = Machines::new(&["one"], server.url());
    all.build("one", "--remote-write");
    all.is_as_clean("one");
    let clean = all.outputs("one");
    for fault in Fault::tried("shared results") {
        let name = format!("{fault:?}").to_lowercase();
        all.add(&name);
        server.set(fault);
        let begun = Instant::now();
        let (ran, said) = all.build(&name, "--remote-write");
        assert!(begun.elapsed() < SOON, "{fault:?}: {:?}", begun.elapsed());
        assert!(all.outputs(&name) == clean, "{fault:?}");
        let warnings = said.objects_of("warning");
        assert!(warnings.len() <= 2, "{fault:?}: {warnings:?}");
        let named = |warning: &serde_json::Value| warning.to_string().contains(server.url());
        assert!(warnings.iter().all(named), "{fault:?}: {warnings:?}");
        // Calls that fail one after the other are enough: it is asked no more.
        let gone = said.out.contains("goes on without this server");
        assert!(gone || fault != Fault::Slow, "{warnings:?}");
        // Any server may throw away what was not used for long.
        assert!(warnings.is_empty() || fault != Fault::Missing, "{warnings:?}");
        let told = !warnings.is_empty() || fault == Fault::Missing;
        assert!(told || ran.commands.is_empty(), "{fault:?}: {ran:?}");
    }
    server.stop();
}

#[test]
fn a_server_that_is_not_there_is_said_once() {
    let mut server = Fake::start(Fault::None);
    let all = Machines::new(&["one"], server.url());
    server.stop();
    let said = all.run("one", "build");
    said.has(0, &format!("warning: {}: ", server.url()));
    said.has(0, "the build goes on without this server");
    assert_eq!(said.err.matches(server.url()).count(), 1, "{}", said.err);
    all.is_as_clean("one");
}

/// In the middle of a build the server goes away, or the helper does.
#[test]
fn a_server_or_a_helper_that_is_killed_is_done_without() {
    let all_of = |server: &Fake| Machines::new(&["one", "two"], server.url());
    let mut server = Fake::start(Fault::None);
    let all = all_of(&server);
    all.build("one", "--remote-write");
    let mut child = all
        .command("two", "build --json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it");
    let mut out = child.stdout.take().expect("its output");
    let mut first = [0; 1];
    out.read_exact(&mut first).expect("it says something");
    server.stop();
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("it ends");
    assert!(child.wait().expect("it ends").success(), "{rest}");
    all.is_as_clean("two");
}

#[test]
fn what_is_said_wrong_of_a_server_is_an_error_before_anything_is_built() {
    let all = Machines::new(&["one"], "grpc://127.0.0.1:1");
    all.run("one", "build --remote-cache http://x").has(1, "http://x: it names no server");
    // Also where nothing is to be done, and nobody is asked.
    all.run("one", "build --remote-cache off").has(0, "Finished");
    all.run("one", "build").has(0, "nothing to do");
    all.run("one", "build --remote-cache http://x").has(1, "http://x: it names no server");
    let said = Said::of(all.command("one", "build").env("MODPIN_REMOTE_PROGRAM", "/none"));
    said.has(1, "/none: there is no such program, and MODPIN_REMOTE_PROGRAM names it");
    // Where none lies beside it.
    let alone = all.world.path("modpin");
    let own = env!("CARGO_BIN_EXE_modpin-program");
    if std::fs::hard_link(own, &alone).is_err() {
        std::fs::copy(own, &alone).expect("a copy");
    }
    let mut command = modpin_test::world::command_in(&all.world.path("one/src"), &alone);
    command.args(["--project", "demo.json", "build", "--remote-cache", "grpc://127.0.0.1:1"]);
    let said = Said::of(command.env_remove("MODPIN_REMOTE_PROGRAM").env("PATH", "/usr/bin:/bin"));
    said.has(1, "help: cargo install modpin-remote");
}
