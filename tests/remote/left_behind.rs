//! Whatever ends a build that waits for a server: nobody stays behind.

use std::fs::read_to_string;
use std::process::{Command, Stdio};
use std::thread::yield_now;
use std::time::{Duration, Instant};

use modpin_engine::cache::Wait;
use modpin_engine::remote::wire::Settings;
use modpin_engine::{Order, ServerProgram, SharedCache, Started};
use modpin_test::server::{Fake, Fault, GIVEN_UP};
use rustix::process::{Pid, Signal, kill_process};

use crate::machines::Machines;

/// Processes that run the helper program for this one: their numbers.
fn helpers(parent: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").expect("processes").flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_helper = |number: &u32| {
        let words = read_to_string(format!("/proc/{number}/cmdline")).unwrap_or_default();
        words.contains("remote-program") && state(*number).is_some_and(|(_, its)| its == parent)
    };
    numbers.filter(is_helper).collect()
}

/// The state of a process, and its parent.
fn state(number: u32) -> Option<(String, u32)> {
    let text = read_to_string(format!("/proc/{number}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        yield_now();
    }
}

#[test]
fn who_ends_leaves_no_helper_behind() {
    if !std::path::Path::new("/proc/self/stat").exists() {
        return modpin_test::skip::skip_for_good("remote::left_behind", "there is no /proc");
    }
    let server = Fake::start(Fault::Slow);
    let all = Machines::new(&["one", "two"], server.url());
    for (machine, signal) in [("one", Signal::INT), ("two", Signal::KILL)] {
        let asked = || server.calls().get("GetActionResult").copied().unwrap_or(0);
        let before = asked();
        let mut command = all.command(machine, "build");
        command.env("MODPIN_REMOTE_DEADLINE", "3600").stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it");
        wait_until("it asks nobody", || asked() > before);
        let [helper] = helpers(child.id())[..] else { panic!("one helper") };
        kill_process(Pid::from_child(&child), signal).expect("it runs");
        assert!(!child.wait().expect("it ends").success());
        // Who is waited for by nobody is a name only.
        wait_until("the helper goes on", || state(helper).is_none_or(|(state, _)| state == "Z"));
    }
}

/// The server hears at once that nobody waits for a command, and goes on to be asked.
#[test]
fn what_is_not_needed_is_given_up_at_the_server() {
    let server = Fake::start(Fault::Stops);
    let settings =
        Settings { url: server.url().to_owned(), deadline: 3600, runs: true, ..Settings::default() };
    let helper = ServerProgram::new(settings, (2, Duration::ZERO), || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_remote-program"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let questions = Box::new(child.stdin.take().expect("its input"));
        let answers = Box::new(child.stdout.take().expect("its output"));
        Ok(Started { questions, answers, child: Some(child) })
    });
    let (wait, calls) = (Wait::default(), |name: &str| server.calls().contains_key(name));
    std::thread::scope(|scope| {
        let runs = scope.spawn(|| helper.run(Order::default(), &wait));
        wait_until("it asks nobody", || calls("Execute"));
        helper.forget(&wait);
        assert!(runs.join().expect("it ends").is_err());
    });
    wait_until("the server is not told", || calls(GIVEN_UP));
    server.set(Fault::None);
    assert!(helper.runs() && helper.warning().is_none());
    assert!(helper.run(Order::default(), &Wait::default()).is_err(), "no words");
}
