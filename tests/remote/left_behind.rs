//! Whatever ends a build that waits for a server: nobody stays behind.

use std::fs::read_to_string;
use std::process::Stdio;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use modpin_test::server::{Fake, Fault};
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
