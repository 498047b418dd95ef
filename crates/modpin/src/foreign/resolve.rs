//! Would these modules load into this host? Answered from the files alone, for every machine whose files can be read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_loader::{
    Found, LoaderEnvironment, Opened, Prediction, Process, Report, Satisfied, Verdict, predict,
    predict_start, unseen_in_host,
};
use modpin_symbols::{FullTable, Loadable};

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
    let [first, known] = [first, modules].map(NamedModule::all_at);
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
    let Some(process) = process else {
        let prediction = Prediction::new(Verdict::StaticHost, static_host(host));
        let same = || PredictedModule { prediction: prediction.clone(), needs: Vec::new() };
        return Ok(modules.iter().map(|_| same()).collect());
    };
    let mut host_process = HostProcess { process, satisfied: Satisfied::default() };
    let trouble = predict_start(&host_process.process).or_else(|| host_process.load_first(files, first));
    let mut table = None;
    let mut predicted: Vec<Prediction> = Vec::new();
    for module in modules {
        let mut prediction = match &trouble {
            Some(trouble) => trouble.clone(),
            None => host_process.load(files, module),
        };
        if !prediction.missing.is_empty() {
            // Read for the first that misses something.
            let table = match &mut table {
                Some(table) => table,
                none => none.insert(FullTable::read(&read(host)?).unwrap_or_default()),
            };
            unseen_in_host(&shown(host), table, &mut prediction.missing);
        }
        predicted.push(prediction);
    }
    let mut others = Others::named(modules, &predicted);
    let mut misses = |files: &mut Files, path: &str| {
        let module = NamedModule { name: path.to_owned(), path: path.to_owned() };
        host_process.load(files, &module).missing
    };
    let with_needs = modules.iter().zip(predicted).map(|(module, mut prediction)| {
        let needs = others.before(module, &mut prediction.missing, files, &mut misses);
        PredictedModule { prediction, needs }
    });
    Ok(with_needs.collect())
}

/// A host with its libraries, and what was found out of modules that it loads.
struct HostProcess {
    process: Process,
    satisfied: Satisfied,
}

impl HostProcess {
    /// Loads modules with RTLD_GLOBAL. Answers what becomes of everybody else when one of them does not load.
    fn load_first(&mut self, files: &mut Files, first: &[NamedModule]) -> Option<Prediction> {
        first.iter().find_map(|module| {
            let (opened, predicted) = self.open(files, module);
            self.process.publish(&opened);
            (predicted.verdict != Verdict::Loads).then(|| {
                let detail = format!(
                    "{}, which is loaded first, does not load: {}",
                    module.name, predicted.detail
                );
                Prediction { detail, ..predicted }
            })
        })
    }

    /// Loads a module and takes it out again.
    fn load(&mut self, files: &mut Files, module: &NamedModule) -> Prediction {
        let before = self.process.files.len();
        let (_, predicted) = self.open(files, module);
        let paths: Vec<&str> = self.process.files.iter().map(|mapped| mapped.path.as_str()).collect();
        files.make_room(&paths);
        self.process.forget(before);
        predicted
    }

    fn open(&mut self, files: &mut Files, module: &NamedModule) -> (Opened, Prediction) {
        let failed = |why: &str| (Opened::default(), Prediction::new(Verdict::Failed, why));
        let file = match module.read() {
            Found::File(file) => file,
            Found::Broken(why) => return failed(&why),
            Found::Nothing => return failed("it cannot be read"),
        };
        let Ok(opened) = self.process.open(&module.path, file, files);
        let predicted = predict(&self.process, &opened, &mut self.satisfied);
        (opened, predicted)
    }
}

fn static_host(host: &Path) -> String {
    format!(
        "{} is linked statically: it has no dynamic loader (PT_INTERP), so it can load no module",
        host.display()
    )
}
