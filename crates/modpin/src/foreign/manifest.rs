//! What a `modules.json` asks to be loaded, of a build or of an installation: which modules into which program, in which order, and
//! how they are opened. As `modpin-load` reads it.

use std::path::{Path, PathBuf};

use modpin_project::{OpenScope, Opening};

use crate::error::{Error, Result};
use crate::foreign::module::OpenedFiles;
use crate::steps::{ListedModule, MODULES_FORMAT, ModulesFile, ProgramModules};

/// Modules that a program opens in the same way.
#[derive(Clone, Debug)]
pub struct ManifestLoads {
    /// The program.
    pub host: PathBuf,
    /// How it opens them, and what else it loads.
    pub opened: OpenedFiles,
    /// The modules.
    pub modules: Vec<PathBuf>,
}

/// All that a manifest asks for. `host` is a program that it does not find by itself, or the only one that is wanted.
///
/// # Errors
/// [`Error::Input`] for what is no manifest, for a program of which it says nothing, and for one that is not where it says.
pub fn loads_of_manifest(path: &Path, host: Option<&Path>) -> Result<Vec<ManifestLoads>> {
    let text =
        std::fs::read(path).map_err(|error| Error::io(path, "read the manifest of modules", error))?;
    let wrong = |why: String| Error::Input { path: path.to_owned(), why };
    let file: ModulesFile = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    if file.format != MODULES_FORMAT {
        return Err(wrong(format!("it is no manifest of modules in format {MODULES_FORMAT}")));
    }
    let dir = path.parent().unwrap_or(Path::new(""));
    let wanted = host.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let mut loads = Vec::new();
    for program in &file.hosts {
        if wanted.as_ref().is_some_and(|wanted| *wanted != program.host) {
            continue;
        }
        let usual = || dir.join(program.program.as_deref().unwrap_or(&program.host));
        let file = host.map_or_else(usual, Path::to_owned);
        if !file.is_file() {
            return Err(wrong(format!(
                "its program {:?} is not there: {}\n  help: say where it is: --host PROG",
                program.host,
                file.display()
            )));
        }
        loads.extend(loads_of(program, &file, dir).map_err(wrong)?);
    }
    match (loads.is_empty(), wanted) {
        (true, Some(wanted)) if !file.hosts.iter().any(|program| program.host == wanted) => {
            let known: Vec<&str> = file.hosts.iter().map(|program| program.host.as_str()).collect();
            Err(wrong(format!("it says nothing of a program {wanted:?}, only of {}", known.join(", "))))
        }
        _ => Ok(loads),
    }
}

fn loads_of(
    program: &ProgramModules,
    host: &Path,
    dir: &Path,
) -> std::result::Result<Vec<ManifestLoads>, String> {
    let mut loads: Vec<(Vec<PathBuf>, ManifestLoads)> = Vec::new();
    for module in &program.modules {
        let Some(file) = &module.file else { continue };
        let (mut order, mut seen) = (Vec::new(), Vec::new());
        take(program, module, &mut seen, &mut order)?;
        let at = order.iter().position(|other| other.module == module.module).unwrap_or_default();
        let files = |modules: &[&ListedModule]| -> Vec<PathBuf> {
            modules.iter().filter_map(|module| Some(dir.join(module.file.as_ref()?))).collect()
        };
        let (first, later) = (files(&order[..at]), files(&order[at + 1..]));
        // What others need is found by them.
        let is_needed = program.modules.iter().any(|other| {
            other.needs.iter().chain(&other.needs_later).any(|needed| needed.module == module.module)
        });
        let scope = if is_needed { OpenScope::Global } else { module.scope };
        let opening = Opening { binding: module.binding, scope };
        let key: Vec<PathBuf> = [&first[..], &[PathBuf::new()], &later].concat();
        match loads.iter_mut().find(|(known, load)| *known == key && load.opened.opening == opening) {
            Some((_, load)) => load.modules.push(dir.join(file)),
            None => {
                let opened = OpenedFiles { first, later, opening };
                let modules = vec![dir.join(file)];
                loads.push((key, ManifestLoads { host: host.to_owned(), opened, modules }));
            }
        }
    }
    Ok(loads.into_iter().map(|(_, load)| load).collect())
}

/// A module behind those that it needs, in front of those that it needs later.
fn take<'a>(
    program: &'a ProgramModules,
    module: &'a ListedModule,
    seen: &mut Vec<&'a str>,
    order: &mut Vec<&'a ListedModule>,
) -> std::result::Result<(), String> {
    if seen.contains(&module.module.as_str()) {
        return Ok(());
    }
    seen.push(&module.module);
    let find = |name: &str| {
        let found = program.modules.iter().find(|other| other.module == name);
        found.ok_or_else(|| {
            format!("module {:?} needs {name:?}, of which it says nothing", module.module)
        })
    };
    for needed in &module.needs {
        take(program, find(&needed.module)?, seen, order)?;
    }
    order.push(module);
    for needed in &module.needs_later {
        take(program, find(&needed.module)?, seen, order)?;
    }
    Ok(())
}
