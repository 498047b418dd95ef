//! A test again, in a process of its own: the compiler is chosen by environment variables, which all tests
//! of one process share.

use std::process::Command;

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
    let output = command.output().expect("the same program again");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success() && said.contains("1 passed"), "{test} with {env:?}:\n{said}");
    println!("{said}");
}

/// Whether there is a program of this name.
pub fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}
