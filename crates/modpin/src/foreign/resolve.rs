//! Would these modules load into this host? Answered from the files alone, for every machine whose files can be read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_loader::{
    Found, LoaderEnvironment, Opened, Prediction, Process, Report, Verdict, predict, predict_start,
    unseen_in_host,
};
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
    resolve_files_after(host, &[], modules, sysroot)
}

/// The same when other modules were loaded first, in that order and with RTLD_GLOBAL.
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
    let [first, known] = [first, modules].map(NamedModule::read_all);
    let (first, known) = (first?, known?);
    let predicted = predict_all(host, program, &first, &known, loader_environment(sysroot), &mut files)?;
    Ok(known.iter().zip(predicted).map(|(module, predicted)| module.report(host, predicted)).collect())
}

/// What becomes of each module, in order. What the host brings with it is read once.
pub(super) fn predict_all(
    host: &Path,
    program: Arc<Loadable>,
    first: &[NamedModule],
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
    let trouble = predict_start(&process).or_else(|| load_first(&mut process, files, first));
    let content = read(host)?;
    let mut predicted: Vec<Prediction> = Vec::new();
    for module in modules {
        let mut prediction = match &trouble {
            Some(trouble) => trouble.clone(),
            None => load(&mut process, files, module),
        };
        unseen_in_host(&shown(host), &content, &mut prediction.missing);
        predicted.push(prediction);
    }
    let mut others = Others::named(modules, &predicted);
    let mut misses = |files: &mut Files, path: &str, file| {
        let found = Found::File(file);
        load(&mut process, files, &NamedModule { name: path.to_owned(), path: path.to_owned(), found })
            .missing
    };
    let with_needs = modules.iter().zip(predicted).map(|(module, mut prediction)| {
        let needs = others.before(module, &mut prediction.missing, files, &mut misses);
        PredictedModule { prediction, needs }
    });
    Ok(with_needs.collect())
}

/// Loads modules with RTLD_GLOBAL. Answers what becomes of everybody else when one of them does not load.
fn load_first(process: &mut Process, files: &mut Files, first: &[NamedModule]) -> Option<Prediction> {
    first.iter().find_map(|module| {
        let (opened, predicted) = open(process, files, module);
        process.publish(&opened);
        (predicted.verdict != Verdict::Loads).then(|| {
            let detail =
                format!(
                    "{}, which is loaded first, does not load: {}",
                    modpin_symbols::shown::line(&module.name),
                    predicted.detail
                );
            Prediction { detail, ..predicted }
        })
    })
}

/// Loads a module into a process and takes it out again.
fn load(process: &mut Process, files: &mut Files, module: &NamedModule) -> Prediction {
    let before = process.files.len();
    let (_, predicted) = open(process, files, module);
    process.forget(before);
    predicted
}

fn open(process: &mut Process, files: &mut Files, module: &NamedModule) -> (Opened, Prediction) {
    let file = match &module.found {
        Found::File(file) => file.clone(),
        Found::Broken(why) => return (Opened::default(), Prediction::new(Verdict::Failed, why)),
        Found::Nothing => {
            return (Opened::default(), Prediction::new(Verdict::Failed, "it cannot be read"));
        }
    };
    let Ok(opened) = process.open(&module.path, file, files);
    let predicted = predict(process, &opened);
    (opened, predicted)
}

fn static_host(host: &Path) -> String {
    format!(
        "{} is linked statically: it has no dynamic loader (PT_INTERP), so it can load no module",
        modpin_symbols::shown::line(&host.to_string_lossy())
    )
}
