//! Would these modules load into this host? Answered from the files alone, for every machine whose files can be read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_symbols::Loadable;

use super::files::{Files, absolute, read, real, shown, surroundings};
use crate::error::Result;
use crate::load_check::{Interposed, Missing, Report, Verdict};
use crate::loader::{Found, Prediction, Process, Surroundings, plain, predict, start, unseen_in_host};

/// The answer for each module, in order: what a load check would say if no constructor interfered. For a host of another
/// machine, `sysroot` is the directory that has its loader and libraries, as its own root.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that is not there and for a host that is no program.
pub fn resolve_files(host: &Path, modules: &[PathBuf], sysroot: Option<&Path>) -> Result<Vec<Report>> {
    let mut files = Files::default();
    let program = files.program(host)?;
    let known = modules.iter().map(|path| Module::read(path)).collect::<Result<Vec<_>>>()?;
    let foretold = foretell(host, program, &known, surroundings(sysroot), &mut files)?;
    let reports = known.iter().zip(foretold).map(|(module, foretold)| {
        let mut report = module.report(host, foretold);
        report.needs_modules = helpful(module, &known, &mut report.missing);
        report
    });
    Ok(reports.collect())
}

/// What becomes of each module, in order. What the host brings with it is read once.
pub(super) fn foretell(
    host: &Path,
    program: Arc<Loadable>,
    modules: &[Module],
    surroundings: Surroundings,
    files: &mut Files,
) -> Result<Vec<Prediction>> {
    let Ok(process) = surroundings.start(&real(host)?, program, files);
    let Some(mut process) = process else {
        let foretold = Prediction::new(Verdict::StaticHost, static_host(host));
        return Ok(modules.iter().map(|_| foretold.clone()).collect());
    };
    let trouble = start(&process);
    let content = read(host)?;
    let foretold = modules.iter().map(|module| {
        let mut foretold = match (&trouble, &module.found) {
            (Some(trouble), _) => trouble.clone(),
            (None, Found::File(file)) => load(&mut process, files, &module.path, file.clone()),
            (None, Found::Broken(why)) => Prediction::new(Verdict::Failed, why),
            (None, Found::Nothing) => Prediction::new(Verdict::Failed, "it cannot be read"),
        };
        unseen_in_host(&shown(host), &content, &mut foretold.missing);
        foretold
    });
    Ok(foretold.collect())
}

/// Adds the other modules that define what is missing to where it was found, and answers them.
pub(super) fn helpful(module: &Module, others: &[Module], missing: &mut [Missing]) -> Vec<String> {
    let mut helpful = Vec::new();
    let Found::File(of) = &module.found else { return helpful };
    for other in others.iter().filter(|other| other.path != module.path) {
        let Found::File(file) = &other.found else { continue };
        if file.machine != of.machine {
            continue;
        }
        for lost in missing.iter_mut().filter(|lost| !file.offers_of(plain(&lost.symbol)).is_empty()) {
            lost.found_in.push(format!("module {}", other.name));
            if !helpful.contains(&other.name) {
                helpful.push(other.name.clone());
            }
        }
    }
    helpful
}

/// A module that the user named.
pub(super) struct Module {
    /// As the user did.
    pub name: String,
    /// From the root on.
    pub path: String,
    /// What it is.
    pub found: Found,
}

impl Module {
    /// Reads it.
    pub fn read(path: &Path) -> Result<Module> {
        Ok(Module { name: shown(path), path: absolute(path)?, found: Found::of(&read(path)?) })
    }

    fn report(&self, host: &Path, foretold: Prediction) -> Report {
        let Prediction { verdict, mut missing, detail, interposed, .. } = foretold;
        for path in missing.iter_mut().flat_map(|lost| &mut lost.asked_by) {
            if *path == self.path {
                path.clone_from(&self.name);
            }
        }
        let interposed = interposed.into_iter();
        Report {
            host: shown(host),
            module: self.name.clone(),
            file: self.name.clone(),
            verdict,
            missing,
            needs_modules: Vec::new(),
            interposed: interposed
                .map(|taken| Interposed { symbol: taken.symbol, by: taken.by })
                .collect(),
            detail,
        }
    }
}

/// Loads a module into a process that has only its host, and takes it out again.
fn load(process: &mut Process, files: &mut Files, path: &str, module: Arc<Loadable>) -> Prediction {
    let before = process.files.len();
    let Ok(opened) = process.open(path, module, files);
    let foretold = predict(process, &opened);
    process.forget(before);
    foretold
}

fn static_host(host: &Path) -> String {
    format!(
        "{} is linked statically: it has no dynamic loader (PT_INTERP), so it can load no module",
        host.display()
    )
}
