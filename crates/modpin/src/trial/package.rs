//! What pkg-config knows of a package: whether it is there, in the version that is asked for, and its flags.

use std::path::Path;

use modpin_engine::{Processes, RealProcesses, Spawn, Status};
use modpin_project::PackageFlags;

use super::bench::Bench;
use super::start::places;
use super::wrong::Broken;
use crate::toolchain::{Machine, words_of};

/// What pkg-config says.
pub struct Package {
    /// Its flags, if it is there.
    pub flags: Option<PackageFlags>,
    /// What was asked and said.
    pub log: String,
    /// Where the package's description is or was looked for.
    pub looked_at: Vec<String>,
}

/// Asks for a package: `libcurl >= 7.29`.
pub fn ask(bench: &Bench<'_>, package: &str) -> Result<Package, Broken> {
    let program = pkg_config_program(bench)?;
    let mut log = String::new();
    let looked_at = descriptions(bench, &program, package)?;
    let mut said = |args: &[&str]| -> Result<Option<String>, Broken> {
        let (status, output) = run(bench, &program, args)?;
        log += &format!("  {program} {}\n{output}", args.join(" "));
        match status {
            Status::Exited(0) => Ok(Some(output)),
            Status::Exited(1) => Ok(None),
            status => Err(format!("{program} broke down ({status:?}):\n{output}").into()),
        }
    };
    let is_there = said(&["--print-errors", "--exists", package])?.is_some();
    let flags = match is_there {
        false => None,
        true => {
            let mut of = |option: &str| -> Result<Vec<String>, Broken> {
                let text = said(&[option, package])?;
                let text =
                    text.ok_or_else(|| format!("{program} knows {package} and has no {option} of it"))?;
                Ok(words_of(&text))
            };
            Some(PackageFlags { cflags: of("--cflags")?, libs: of("--libs")? })
        }
    };
    Ok(Package { flags, log, looked_at })
}

fn run(bench: &Bench<'_>, program: &str, args: &[&str]) -> Result<(Status, String), Broken> {
    let variables = bench.pkg_config.variables.clone();
    let spawn = Spawn {
        program: program.to_owned(),
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        env: [("LC_ALL".to_owned(), Some("C".to_owned()))].into_iter().chain(variables).collect(),
        dir: bench.root.to_string_lossy().into_owned(),
        ..Spawn::default()
    };
    let ended = RealProcesses::new().run(&spawn);
    let ended = ended.map_err(|error| format!("{program} cannot be started: {error}"))?;
    Ok((ended.status, String::from_utf8_lossy(&ended.output).into_owned()))
}

/// Where the description of a package would lie: what `PKG_CONFIG_PATH` says, then what pkg-config looks at by itself.
fn descriptions(bench: &Bench<'_>, program: &str, package: &str) -> Result<Vec<String>, Broken> {
    let name = package.split([' ', '<', '>', '=', '!']).next().unwrap_or_default();
    let own = run(bench, program, &["--variable", "pc_path", "pkg-config"])?.1;
    let more = bench.pkg_config.get("PKG_CONFIG_PATH").unwrap_or_default();
    let own = bench.pkg_config.get("PKG_CONFIG_LIBDIR").unwrap_or_else(|| own.trim());
    let dirs = more.split(':').chain(own.split(':')).filter(|dir| !dir.is_empty());
    let path = |dir: &str| super::rests::below(bench.root, &format!("{dir}/{name}.pc"));
    Ok(dirs.map(path).collect())
}

/// The pkg-config for the machine that is asked about: what the environment names, else the one with the compiler's prefix.
fn pkg_config_program(bench: &Bench<'_>) -> Result<String, Broken> {
    let named = bench.pkg_config.program.clone();
    let prefix = Path::new(&bench.toolchain.compiler).file_name().and_then(|name| {
        let name = name.to_string_lossy().into_owned();
        Some(name.strip_suffix("gcc").or_else(|| name.strip_suffix("clang"))?.to_owned())
    });
    let is_cross = Machine::here() != bench.machine;
    let name = match (named, prefix) {
        (Some(named), _) => named,
        (None, Some(prefix)) if is_cross => format!("{prefix}pkg-config"),
        _ => "pkg-config".to_owned(),
    };
    match places(bench, &name) {
        (mut places, true) => Ok(places.pop().unwrap_or_default()),
        _ => Err(Broken {
            text: format!("{name} is not installed"),
            help: "install pkg-config (or pkgconf), or name it in the environment variable PKG_CONFIG"
                .to_owned(),
        }),
    }
}
