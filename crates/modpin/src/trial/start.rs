//! Probes that look for programs or start them: whether one is there, how the program of a probe ends.

use std::path::Path;
use std::time::Duration;

use modpin_engine::{Processes, RealProcesses, Spawn, Status};
use modpin_project::Probe;

use super::bench::Bench;
use super::rests::below;
use super::wrong::Broken;
use crate::toolchain::Machine;

/// How long the program of a probe may take.
const LONGEST: Duration = Duration::from_secs(60);

/// What stopped a program that is the program's own doing: SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS.
const OWN_SIGNALS: [i32; 7] = [4, 5, 6, 7, 8, 11, 31];

/// The places where a program of this name is looked for, in order, up to the first that has it; and whether one has.
pub fn places(bench: &Bench<'_>, name: &str) -> (Vec<String>, bool) {
    let is_program = |path: &str| {
        use std::os::unix::fs::PermissionsExt;
        let found = std::fs::metadata(path);
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    if name.contains('/') {
        let path = below(bench.root, name);
        let found = is_program(&path);
        return (vec![path], found);
    }
    let mut looked = Vec::new();
    for dir in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        let path = dir.join(name).to_string_lossy().into_owned();
        let found = is_program(&path);
        looked.push(path);
        if found {
            return (looked, true);
        }
    }
    (looked, false)
}

/// Whether the program of a probe ends with 0, and a line about how it ended.
pub fn runs(bench: &Bench<'_>, probe: &Probe, program: &str) -> Result<(bool, String), Broken> {
    let word = probe.word();
    let answer = format!("give the answer: -D {word}=y or -D {word}=n, or a line of .config");
    let broken = |text: String| Broken { text, help: answer.clone() };
    let runner = &bench.toolchain.runner;
    if runner.program().is_none() && !starts_here(bench, program) {
        let target = bench.target.unwrap_or(&bench.machine.arch);
        return Err(Broken {
            text: format!(
                "its program is for {target}, and nothing on this machine starts such programs"
            ),
            help: format!("{answer}; or set {}={:?}", runner.variable, runner.example),
        });
    }
    let dir = Path::new(program).parent().map(|dir| dir.to_string_lossy().into_owned());
    let env = vec![("LC_ALL".to_owned(), Some("C".to_owned()))];
    let (program, args, _) = runner.command(program.to_owned(), vec![]);
    let (dir, limit) = (dir.unwrap_or_default(), Some(LONGEST));
    let spawn = Spawn { program, args, env, dir, limit, ..Spawn::default() };
    let ended = RealProcesses::new().run(&spawn);
    let ended = ended.map_err(|error| broken(format!("its program cannot be started: {error}")))?;
    let said = String::from_utf8_lossy(&ended.output).into_owned();
    match ended.status {
        Status::Exited(code) => Ok((code == 0, format!("  its program ended with {code}\n{said}"))),
        Status::Signalled(signal) if OWN_SIGNALS.contains(&signal) => {
            Ok((false, format!("  its program was stopped by signal {signal}\n{said}")))
        }
        Status::Signalled(signal) => Err(broken(format!("its program was killed by signal {signal}"))),
        Status::TimedOut => {
            Err(broken(format!("its program did not end within {} seconds", LONGEST.as_secs())))
        }
    }
}

/// Whether a program for the machine that is built for can be started here: by this machine, or by an emulator that the kernel
/// knows. Nobody knows before it was tried, and a program that is tried does things; so its head is tried, which does nothing.
fn starts_here(bench: &Bench<'_>, program: &str) -> bool {
    let (ours, theirs) = (Machine::here().arch, &bench.machine.arch);
    if ours == *theirs || (ours == "x86_64" && theirs == "x86") {
        return true;
    }
    let head = std::fs::read(program).map(|bytes| bytes.get(..64).map(<[u8]>::to_vec));
    let Ok(Some(head)) = head else { return true };
    let path = format!("{program}.head");
    let written = std::fs::write(&path, head).and_then(|()| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))
    });
    if written.is_err() {
        return true;
    }
    let spawn = Spawn { program: path, dir: "/".to_owned(), ..Spawn::default() };
    // ENOEXEC, as the standard library words it.
    let is_refusal =
        |error: &str| error.contains("Exec format error") || error.ends_with("(os error 8)");
    !RealProcesses::new().run(&spawn).is_err_and(|error| is_refusal(&error.to_string()))
}
