//! Would these modules load into this host? Answered from the files alone, for every machine whose files can be read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_symbols::Loadable;

use super::files::{Files, absolute, read, real, shown, surroundings};
use crate::error::Result;
use crate::load_check::{Interposed, Missing, Report, Verdict};
use crate::loader::{Found, Prediction, Process, plain, predict, start, unseen_in_host};

/// The answer for each module, in order: what a load check would say if no constructor interfered. For a host of another
/// machine, `sysroot` is the directory that has its loader and libraries, as its own root.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that is not there and for a host that is no program.
pub fn resolve_files(host: &Path, modules: &[PathBuf], sysroot: Option<&Path>) -> Result<Vec<Report>> {
    let mut files = Files::default();
    let program = files.program(host)?;
    let mut known = Vec::new();
    for module in modules {
        let content = read(module)?;
        known.push(Module { name: shown(module), path: absolute(module)?, found: Found::of(&content) });
    }
    let Ok(process) = surroundings(sysroot).start(&real(host)?, program, &mut files);
    let Some(mut process) = process else {
        let foretold = Prediction::new(Verdict::StaticHost, static_host(host));
        return Ok(known.iter().map(|module| module.report(host, foretold.clone())).collect());
    };
    let trouble = start(&process);
    let content = read(host)?;
    let mut reports = Vec::new();
    for module in &known {
        let mut foretold = match (&trouble, &module.found) {
            (Some(trouble), _) => trouble.clone(),
            (None, Found::File(file)) => load(&mut process, &mut files, &module.path, file.clone()),
            (None, Found::Broken(why)) => Prediction::new(Verdict::Failed, why),
            (None, Found::Nothing) => Prediction::new(Verdict::Failed, "it cannot be read"),
        };
        unseen_in_host(&shown(host), &content, &mut foretold.missing);
        let mut report = module.report(host, foretold);
        report.needs_modules = helpful(module, &known, &mut report.missing);
        reports.push(report);
    }
    Ok(reports)
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
