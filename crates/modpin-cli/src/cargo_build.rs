//! Programs that cargo links: built by cargo, and found by its messages. Knows how cargo is asked and what it answers, not what is
//! done with its programs.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::path::Path;

use modpin::layout::Workspace;
use modpin::{Embedded, Error};
use serde::Deserialize;

use crate::command::args::{Jobs, Setup};
use crate::command::exit::Stop;
use crate::say::terminal::Terminal;
use crate::say::voice::Verbosity;

/// The programs of one package, and what its build script did.
#[derive(Clone, Debug)]
pub struct CargoHosts {
    /// What the build script did.
    pub embedded: Embedded,
    /// Where the programs are, by the names of their bin targets.
    pub programs: BTreeMap<String, String>,
}

/// A message of cargo's, as far as it concerns us (cargo's reference, "External tools").
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Said {
    BuildScriptExecuted {
        package_id: String,
        out_dir: String,
    },
    CompilerArtifact {
        package_id: String,
        target: CargoTarget,
        executable: Option<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct CargoTarget {
    name: String,
    kind: Vec<String>,
}

/// Builds the programs of all packages whose build scripts call modpin. `None` when cargo could not; it has said why.
pub fn build(
    terminal: &mut Terminal,
    workspace: &Workspace,
    setup: &Setup,
    jobs: Jobs,
) -> Result<Option<Vec<CargoHosts>>, Stop> {
    let io = |source| Error::io("cargo", "run it", source);
    let cargo = asked(workspace, setup, jobs, terminal.verbosity()).reader().map_err(io)?;
    let mut scripts = BTreeMap::new();
    let mut programs: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for line in BufReader::new(&cargo).lines() {
        let line = line.map_err(io)?;
        match serde_json::from_str(&line) {
            Ok(Said::BuildScriptExecuted { package_id, out_dir }) => {
                scripts.insert(package_id, out_dir);
            }
            Ok(Said::CompilerArtifact { package_id, target, executable: Some(path) })
                if target.kind.iter().any(|kind| kind == "bin") =>
            {
                programs.entry(package_id).or_default().insert(target.name, path);
            }
            // What it says in between is for people or for programs that know it.
            _ => {}
        }
        if terminal.json() {
            terminal.print_json(&format!("{line}\n"));
        }
    }
    if !cargo.try_wait().map_err(io)?.is_some_and(|ended| ended.status.success()) {
        return Ok(None);
    }
    let mut hosts = Vec::new();
    for (package, out_dir) in scripts {
        let dir = Path::new(&out_dir).join("modpin");
        let Some(programs) = programs.remove(&package).filter(|_| dir.is_dir()) else { continue };
        hosts.push(CargoHosts { embedded: Embedded::read(&dir)?, programs });
    }
    Ok(Some(hosts))
}

fn asked(workspace: &Workspace, setup: &Setup, jobs: Jobs, verbosity: Verbosity) -> duct::Expression {
    let mut args: Vec<OsString> =
        ["build", "--bins", "--message-format=json-render-diagnostics"].map(OsString::from).into();
    let mut add = |words: &[&OsStr]| args.extend(words.iter().map(OsString::from));
    workspace.embedding.iter().for_each(|package| add(&["--package".as_ref(), package.as_ref()]));
    if setup.release {
        add(&["--release".as_ref()]);
    }
    setup.target.iter().for_each(|target| add(&["--target".as_ref(), target.as_ref()]));
    setup.target_dir.iter().for_each(|dir| add(&["--target-dir".as_ref(), dir.as_ref()]));
    jobs.jobs.iter().for_each(|jobs| add(&["--jobs".as_ref(), jobs.to_string().as_ref()]));
    match verbosity {
        Verbosity::Quiet => add(&["--quiet".as_ref()]),
        Verbosity::Verbose => add(&["--verbose".as_ref()]),
        Verbosity::Normal => {}
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    duct::cmd(cargo, args).dir(&workspace.root).unchecked()
}
