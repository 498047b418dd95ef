//! Whether this machine can start a program of another one: whether its kernel knows an emulator. To start the program
//! and see is no way to find out: it does things, and an execvp(3) hands to a shell what the kernel refuses. So a file is
//! tried that is nothing but the head of such a program.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use modpin_engine::{Spawn, StepError, StepIo};

/// As long as the longest ELF header.
const HEAD: usize = 64;

/// Whether a program for `machine`, this input of a step, can be started here. Yes, when nobody can tell.
pub fn can_start(io: &StepIo<'_>, machine: &str, program: usize) -> Result<bool, StepError> {
    if is_native(machine) {
        return Ok(true);
    }
    let failed = |error: std::io::Error| StepError::Failed(format!("the head of a program: {error}"));
    let program = io.input(program)?;
    let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
    file.write_all(&program[..program.len().min(HEAD)]).map_err(failed)?;
    file.as_file().set_permissions(PermissionsExt::from_mode(0o700)).map_err(failed)?;
    // A file that somebody writes cannot be started.
    let head = file.into_temp_path();
    let program = head.to_string_lossy().into_owned();
    let started = io.spawn(&Spawn {
        program,
        args: vec![],
        env: vec![],
        dir: io.absolute(""),
        ..Spawn::default()
    });
    Ok(!started.is_err_and(|error| is_refusal(&error.to_string())))
}

/// ENOEXEC, as the standard library words it.
fn is_refusal(error: &str) -> bool {
    error.contains("Exec format error") || error.ends_with("(os error 8)")
}

fn is_native(machine: &str) -> bool {
    match std::env::consts::ARCH {
        "x86_64" => matches!(machine, "x86-64" | "i386"),
        "x86" => machine == "i386",
        ours => machine == ours,
    }
}
