//! A test again, in a process of its own: what all tests of one process share, environment variables and the allocator,
//! is its own there.

use std::process::Command;

use crate::{Said, skip};

const INSIDE: &str = "MODPIN_TEST_CHILD";

/// Whether this process is the one that was started for a single test.
pub fn inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs one test of this program with other variables.
///
/// # Panics
/// When it fails, with what it said.
pub fn run_again(test: &str, env: &[(&str, &str)]) {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.args([test, "--exact", "--nocapture"]).env(INSIDE, "1").envs(env.iter().copied());
    skip::tell(&mut command);
    let said = Said::of(&mut command);
    let text = said.text();
    assert!(said.success() && text.contains("1 passed"), "{test} with {env:?}:\n{text}");
    println!("{text}");
}
