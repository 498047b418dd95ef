//! For which workspace this program was compiled. Two workspaces that share a target directory have one file for two packages of
//! one name, and cargo, which looks at times, starts for the one what it compiled for the other. Nothing of that may run.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use modpin::{Error, shown};

use crate::command::exit::Stop;
use crate::say::terminal::Terminal;

/// Set for the program that takes our place, to the directory for which it was compiled.
const AGAIN: &str = "MODPIN_COMPILED_FOR";

/// Goes on if this program, compiled for the package in a directory, is what cargo was to start. Else it has cargo compile that,
/// which then takes our place with the same arguments. A directory that was moved or copied costs that once.
///
/// # Errors
/// cargo cannot, or did and the wrong program came once more.
pub fn check(compiled: &str, terminal: &mut Terminal, args: &[OsString]) -> Result<(), Stop> {
    let variables = ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"].map(std::env::var_os);
    let [Some(cargo), Some(wanted), Some(package)] = &variables else { return Ok(()) };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if real(Path::new(compiled)) == real(Path::new(wanted)) {
        return Ok(());
    }
    let name = shown::line(&package.to_string_lossy()).into_owned();
    let place = shown::line(&wanted.to_string_lossy()).into_owned();
    let compiled = shown::line(compiled);
    if std::env::var_os(AGAIN).as_ref() == Some(wanted) {
        let help = "give each workspace one of its own: take CARGO_TARGET_DIR away, or set build.target-dir in .cargo/config.toml";
        let text = format!(
            "{name}: cargo was to start that of {place}, and started that of {compiled}: they share a target directory"
        );
        return Err(Stop::usage(text, help));
    }
    terminal.status("Compiling", format_args!("{name} in {place}: this one was compiled in {compiled}"));
    let failed = |error| Error::io(cargo, "run it", error);
    let mut manifest = PathBuf::from(wanted);
    manifest.push("Cargo.toml");
    let about = |command: &mut Command, verb: &str| {
        command.arg(verb).args(["--quiet", "--manifest-path"]).arg(&manifest);
        command.arg("--package").arg(package).args(profile().into_iter().flatten());
    };
    let mut clean = Command::new(cargo);
    about(&mut clean, "clean");
    // If it fails, the program that comes is this one again, and says so.
    clean.stdin(Stdio::null()).stdout(Stdio::null()).status().map_err(failed)?;
    let mut run = Command::new(cargo);
    about(&mut run, "run");
    Err(failed(run.arg("--").args(args).env(AGAIN, wanted).exec()).into())
}

/// The profile in whose directory this program lies, as cargo is told it.
fn profile() -> Option<[OsString; 2]> {
    let program = std::env::current_exe().ok()?;
    let dir = program.parent()?.file_name()?;
    (dir != "debug").then(|| ["--profile".into(), dir.to_owned()])
}
