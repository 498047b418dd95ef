//! Would these modules load into this host? Answered from the files alone, for every machine whose files can be read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_loader::{
    Found, LoaderEnvironment, Opened, Prediction, Process, Report, Verdict, predict, predict_start,
    unbound, unseen_in_host,
};
use modpin_project::{Binding, OpenScope, Opening};
use modpin_symbols::Loadable;

use super::files::{Files, loader_environment, read, real, shown};
use super::module::{NamedModule, PredictedModule};
use super::others::Others;
use crate::error::Result;

/// The answer for each module, in order: what a load check would say if no constructor interfered. For a host of another
/// machine, `sysroot` is the directory that has its loader and libraries, as its own root.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that is not there and for a host that is no program.
pub fn resolve_files(host: &Path, modules: &[PathBuf], sysroot: Option<&Path>) -> Result<Vec<Report>> {
    resolve_files_opened(host, modules, &OpenedFiles::default(), sysroot)
}

/// How a host opens modules, and what else it loads, in that order and with RTLD_GLOBAL. All are opened alike.
#[derive(Clone, Debug, Default)]
pub struct OpenedFiles {
    /// Modules that are loaded before each of the others.
    pub first: Vec<PathBuf>,
    /// Modules that are loaded after each of the others.
    pub later: Vec<PathBuf>,
    /// When calls are bound, and who sees the module in question.
    pub opening: Opening,
}

/// The same for a host that opens them so.
///
/// # Errors
/// As [`resolve_files`].
pub fn resolve_files_opened(
    host: &Path,
    modules: &[PathBuf],
    opened: &OpenedFiles,
    sysroot: Option<&Path>,
) -> Result<Vec<Report>> {
    let mut files = Files::default();
    let program = files.program(host)?;
    let known = NamedModule::read_all(modules)?;
    let others = OtherModules::read(opened)?;
    let predicted =
        predict_all(host, program, &others, &known, loader_environment(sysroot), &mut files)?;
    Ok(known.iter().zip(predicted).map(|(module, predicted)| module.report(host, predicted)).collect())
}

/// What is loaded besides the modules in question.
#[derive(Default)]
pub(super) struct OtherModules {
    pub first: Vec<NamedModule>,
    pub later: Vec<NamedModule>,
    lazy: bool,
    global: bool,
}

impl OtherModules {
    pub fn read(opened: &OpenedFiles) -> Result<OtherModules> {
        Ok(OtherModules {
            first: NamedModule::read_all(&opened.first)?,
            later: NamedModule::read_all(&opened.later)?,
            lazy: opened.opening.binding == Binding::Lazy,
            global: opened.opening.scope == OpenScope::Global,
        })
    }
}

/// What becomes of each module, in order. What the host brings with it is read once.
pub(super) fn predict_all(
    host: &Path,
    program: Arc<Loadable>,
    others: &OtherModules,
    modules: &[NamedModule],
    loader_environment: LoaderEnvironment,
    files: &mut Files,
) -> Result<Vec<PredictedModule>> {
    let Ok(process) = loader_environment.start(&real(host)?, program, files);
    let Some(mut process) = process else {
        let prediction = Prediction::new(Verdict::StaticHost, static_host(host));
        let same = || PredictedModule { prediction: prediction.clone(), needs: Vec::new() };
        return Ok(modules.iter().map(|_| same()).collect());
    };
    let trouble = predict_start(&process).or_else(|| load_first(&mut process, files, others));
    let content = read(host)?;
    let mut predicted: Vec<Prediction> = Vec::new();
    for module in modules {
        let mut prediction = match &trouble {
            Some(trouble) => trouble.clone(),
            None => load(&mut process, files, module, others),
        };
        unseen_in_host(&shown(host), &content, &mut prediction.missing);
        predicted.push(prediction);
    }
    let mut helpful = Others::named(modules, &predicted);
    let mut misses = |files: &mut Files, path: &str, file| {
        let found = Found::File(file);
        let module = NamedModule { name: path.to_owned(), path: path.to_owned(), found };
        load(&mut process, files, &module, others).missing
    };
    let with_needs = modules.iter().zip(predicted).map(|(module, mut prediction)| {
        let needs = helpful.before(module, &mut prediction.missing, files, &mut misses);
        PredictedModule { prediction, needs }
    });
    Ok(with_needs.collect())
}

/// Loads modules with RTLD_GLOBAL. Answers what becomes of everybody else when one of them does not load.
fn load_first(process: &mut Process, files: &mut Files, others: &OtherModules) -> Option<Prediction> {
    others.first.iter().find_map(|module| {
        let (opened, predicted) = open(process, files, module, others.lazy);
        process.publish(&opened);
        (predicted.verdict != Verdict::Loads).then(|| {
            let detail = format!(
                "{}, which is loaded first, does not load: {}",
                modpin_symbols::shown::line(&module.name),
                predicted.detail
            );
            Prediction { detail, ..predicted }
        })
    })
}

/// Loads a module into a process, with what comes after it, and takes it out again.
fn load(
    process: &mut Process,
    files: &mut Files,
    module: &NamedModule,
    others: &OtherModules,
) -> Prediction {
    let before = process.files.len();
    let (opened, mut predicted) = open(process, files, module, others.lazy);
    if predicted.verdict == Verdict::Loads {
        if others.global {
            process.publish(&opened);
        }
        match load_later(process, files, others) {
            Some(trouble) => predicted = trouble,
            None => predicted.unbound = unbound(process, &opened),
        }
    }
    process.forget(before);
    predicted
}

/// Loads what comes after a module. Answers what becomes of it when one of them does not load.
fn load_later(process: &mut Process, files: &mut Files, others: &OtherModules) -> Option<Prediction> {
    others.later.iter().find_map(|module| {
        let (opened, predicted) = open(process, files, module, others.lazy);
        process.publish(&opened);
        (predicted.verdict != Verdict::Loads).then(|| {
            let name = modpin_symbols::shown::line(&module.name);
            let detail =
                format!("{name}, which is loaded after it, does not load: {}", predicted.detail);
            Prediction { detail, ..predicted }
        })
    })
}

fn open(
    process: &mut Process,
    files: &mut Files,
    module: &NamedModule,
    lazy: bool,
) -> (Opened, Prediction) {
    let file = match &module.found {
        Found::File(file) => file.clone(),
        Found::Broken(why) => return (Opened::default(), Prediction::new(Verdict::Failed, why)),
        Found::Nothing => {
            return (Opened::default(), Prediction::new(Verdict::Failed, "it cannot be read"));
        }
    };
    let Ok(opened) = process.open(&module.path, file, files);
    let opened = Opened { lazy, ..opened };
    let predicted = predict(process, &opened);
    (opened, predicted)
}

fn static_host(host: &Path) -> String {
    format!(
        "{} is linked statically: it has no dynamic loader (PT_INTERP), so it can load no module",
        modpin_symbols::shown::line(&host.to_string_lossy())
    )
}
