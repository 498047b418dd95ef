//! Would these modules load into this host? Answered from the files alone, for every machine whose files can be read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_loader::{
    Found, LoaderEnvironment, Opened, Prediction, Process, Report, Verdict, predict, predict_start,
    unseen_in_host,
};
use modpin_symbols::Loadable;

use super::files::{Files, absolute, loader_environment, read, real, shown};
use super::not_loadable::as_module;
use super::others::Others;
use crate::error::Result;

/// The answer for each module, in order: what a load check would say if no constructor interfered. For a host of another
/// machine, `sysroot` is the directory that has its loader and libraries, as its own root.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that is not there and for a host that is no program.
pub fn resolve_files(host: &Path, modules: &[PathBuf], sysroot: Option<&Path>) -> Result<Vec<Report>> {
    resolve_files_after(host, &[], modules, sysroot)
}

/// The same when other modules were loaded first, in that order and for all to see.
///
/// # Errors
/// As [`resolve_files`].
pub fn resolve_files_after(
    host: &Path,
    first: &[PathBuf],
    modules: &[PathBuf],
    sysroot: Option<&Path>,
) -> Result<Vec<Report>> {
    let mut files = Files::default();
    let program = files.program(host)?;
    let [first, known] = [first, modules].map(Module::read_all);
    let (first, known) = (first?, known?);
    let foretold = foretell(host, program, &first, &known, loader_environment(sysroot), &mut files)?;
    Ok(known.iter().zip(foretold).map(|(module, foretold)| module.report(host, foretold)).collect())
}

/// What is foretold of a module, and the modules that would help it.
pub(super) struct Foretold {
    /// The answer.
    pub prediction: Prediction,
    /// To be loaded before it, in that order.
    pub needs: Vec<String>,
}

/// What becomes of each module, in order. What the host brings with it is read once.
pub(super) fn foretell(
    host: &Path,
    program: Arc<Loadable>,
    first: &[Module],
    modules: &[Module],
    loader_environment: LoaderEnvironment,
    files: &mut Files,
) -> Result<Vec<Foretold>> {
    let Ok(process) = loader_environment.start(&real(host)?, program, files);
    let Some(mut process) = process else {
        let prediction = Prediction::new(Verdict::StaticHost, static_host(host));
        let same = || Foretold { prediction: prediction.clone(), needs: Vec::new() };
        return Ok(modules.iter().map(|_| same()).collect());
    };
    let trouble = predict_start(&process).or_else(|| load_first(&mut process, files, first));
    let content = read(host)?;
    let mut foretold: Vec<Prediction> = Vec::new();
    for module in modules {
        let mut prediction = match &trouble {
            Some(trouble) => trouble.clone(),
            None => load(&mut process, files, module),
        };
        unseen_in_host(&shown(host), &content, &mut prediction.missing);
        foretold.push(prediction);
    }
    let mut others = Others::named(modules, &foretold);
    let mut misses = |files: &mut Files, path: &str, file| {
        let found = Found::File(file);
        load(&mut process, files, &Module { name: path.to_owned(), path: path.to_owned(), found })
            .missing
    };
    let with_needs = modules.iter().zip(foretold).map(|(module, mut prediction)| {
        let needs = others.before(module, &mut prediction.missing, files, &mut misses);
        Foretold { prediction, needs }
    });
    Ok(with_needs.collect())
}

/// Loads modules for all to see. Answers what becomes of everybody else when one of them does not load.
fn load_first(process: &mut Process, files: &mut Files, first: &[Module]) -> Option<Prediction> {
    first.iter().find_map(|module| {
        let (opened, foretold) = open(process, files, module);
        process.publish(&opened);
        (foretold.verdict != Verdict::Loads).then(|| {
            let detail =
                format!("{}, which is loaded first, does not load: {}", module.name, foretold.detail);
            Prediction { detail, ..foretold }
        })
    })
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
        let bytes = read(path)?;
        let found = match Found::of(&bytes) {
            Found::Broken(why) => Found::Broken(as_module(&bytes).unwrap_or(why)),
            found => found,
        };
        Ok(Module { name: shown(path), path: absolute(path)?, found })
    }

    /// Reads several.
    pub fn read_all(paths: &[PathBuf]) -> Result<Vec<Module>> {
        paths.iter().map(|path| Module::read(path)).collect()
    }

    fn report(&self, host: &Path, foretold: Foretold) -> Report {
        let Foretold { prediction, needs } = foretold;
        let Prediction { verdict, mut missing, detail, interposed, .. } = prediction;
        for path in missing.iter_mut().flat_map(|lost| &mut lost.asked_by) {
            if *path == self.path {
                path.clone_from(&self.name);
            }
        }
        Report {
            host: shown(host),
            module: self.name.clone(),
            file: self.name.clone(),
            verdict,
            missing,
            needs_modules: needs,
            interposed,
            detail,
        }
    }
}

/// Loads a module into a process and takes it out again.
fn load(process: &mut Process, files: &mut Files, module: &Module) -> Prediction {
    let before = process.files.len();
    let (_, foretold) = open(process, files, module);
    process.forget(before);
    foretold
}

fn open(process: &mut Process, files: &mut Files, module: &Module) -> (Opened, Prediction) {
    let file = match &module.found {
        Found::File(file) => file.clone(),
        Found::Broken(why) => return (Opened::default(), Prediction::new(Verdict::Failed, why)),
        Found::Nothing => {
            return (Opened::default(), Prediction::new(Verdict::Failed, "it cannot be read"));
        }
    };
    let Ok(opened) = process.open(&module.path, file, files);
    let foretold = predict(process, &opened);
    (opened, foretold)
}

fn static_host(host: &Path) -> String {
    format!(
        "{} is linked statically: it has no dynamic loader (PT_INTERP), so it can load no module",
        host.display()
    )
}
