//! Would these modules load into this host? Answered from the files alone, for every machine whose files can be read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_loader::{
    Found, LoaderEnvironment, Opened, Prediction, Process, Report, Satisfied, Verdict, predict,
    predict_start, unbound_calls, unseen_in_host,
};
use modpin_project::{Binding, OpenScope, Opening};
use modpin_symbols::{Loadable, shown as visible};

use super::files::{Files, OfMachine, full_table, loader_environment, real, shown};
use super::module::{NamedModule, PredictedModule};
use super::others::Others;
use crate::error::Result;

/// The answer for each module, in order: what a load check would say if no constructor interfered. For a host of another
/// machine, `sysroot` is the directory that has its loader and libraries, as its own root.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that is not there and for a host that is no program.
pub fn resolve_files(host: &Path, modules: &[PathBuf], sysroot: Option<&Path>) -> Result<Vec<Report>> {
    let of_machine = OfMachine { sysroot: sysroot.map(Path::to_owned), levels: None };
    resolve_files_opened(host, modules, &OpenedFiles::default(), &of_machine)
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
    of_machine: &OfMachine,
) -> Result<Vec<Report>> {
    let mut files = Files::default();
    let program = files.program(host)?;
    let known = NamedModule::all_at(modules)?;
    let others = OtherModules::read(opened)?;
    let predicted =
        predict_all(host, program, &others, &known, loader_environment(of_machine), &mut files)?;
    Ok(known.iter().zip(predicted).map(|(module, predicted)| module.report(host, predicted)).collect())
}

/// The files that an answer about these modules rests on: host, modules, and the libraries that the loader would map or look
/// at. Sorted.
///
/// # Errors
/// As [`resolve_files`].
pub fn files_of_process(host: &Path, modules: &[PathBuf], opened: &OpenedFiles) -> Result<Vec<String>> {
    let mut files = Files::default();
    let program = files.program(host)?;
    let (known, others) = (NamedModule::all_at(modules)?, OtherModules::read(opened)?);
    let environment = loader_environment(&OfMachine::default());
    predict_all(host, program, &others, &known, environment, &mut files)?;
    let named = [&others.first, &others.later, &known].into_iter().flatten();
    let named = named.map(|module| module.path.clone());
    let all: BTreeSet<String> = files.found().map(str::to_owned).chain(named).collect();
    Ok(all.into_iter().collect())
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
            first: NamedModule::all_at(&opened.first)?,
            later: NamedModule::all_at(&opened.later)?,
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
    let path = real(host)?;
    let Ok(process) = match program.interp {
        Some(_) => loader_environment.start(&path, program, files),
        None => loader_environment.start_static(&path, program, files),
    };
    let Some(process) = process else {
        let prediction = Prediction::new(Verdict::StaticHost, static_host(host));
        let same = || PredictedModule { prediction: prediction.clone(), needs: Vec::new() };
        return Ok(modules.iter().map(|_| same()).collect());
    };
    let mut host_process = HostProcess { process, satisfied: Satisfied::default() };
    let trouble =
        predict_start(&host_process.process).or_else(|| host_process.load_first(files, others));
    let mut table = None;
    let mut predicted: Vec<Prediction> = Vec::new();
    for module in modules {
        let mut prediction = match &trouble {
            Some(trouble) => trouble.clone(),
            None => host_process.load(files, module, others),
        };
        if host_process.process.is_static {
            let seen = format!(
                "{} (if it has it: it is linked statically, and no module sees what is in it)",
                shown(host)
            );
            prediction.missing.iter_mut().for_each(|lost| lost.found_in.push(seen.clone()));
        } else if !prediction.missing.is_empty() {
            // Read for the first that misses something.
            let table = match &mut table {
                Some(table) => table,
                none => none.insert(full_table(host)?),
            };
            unseen_in_host(&shown(host), table, &mut prediction.missing);
        }
        predicted.push(prediction);
    }
    let mut helpful = Others::named(modules, &predicted);
    let mut misses = |files: &mut Files, path: &str| {
        let module = NamedModule { name: path.to_owned(), path: path.to_owned() };
        host_process.load(files, &module, others).missing
    };
    let with_needs = modules.iter().zip(predicted).map(|(module, mut prediction)| {
        let needs = helpful.before(module, &mut prediction.missing, files, &mut misses);
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
    fn load_first(&mut self, files: &mut Files, others: &OtherModules) -> Option<Prediction> {
        self.load_global(files, &others.first, others.lazy, "loaded first")
    }

    /// Loads a module, with what comes after it, and takes it out again.
    fn load(&mut self, files: &mut Files, module: &NamedModule, others: &OtherModules) -> Prediction {
        let before = self.process.files.len();
        let (opened, mut predicted) = self.open(files, module, others.lazy);
        if predicted.verdict == Verdict::Loads {
            if others.global {
                self.process.publish(&opened);
            }
            match self.load_global(files, &others.later, others.lazy, "loaded after it") {
                Some(trouble) => predicted = trouble,
                None => predicted.unbound = unbound_calls(&self.process, &opened),
            }
        }
        let paths: Vec<&str> = self.process.files.iter().map(|mapped| mapped.path.as_str()).collect();
        files.make_room(&paths);
        self.process.forget(before);
        predicted
    }

    /// Loads modules for all to see, up to one that does not load: what that means for the others.
    fn load_global(
        &mut self,
        files: &mut Files,
        modules: &[NamedModule],
        lazy: bool,
        when: &str,
    ) -> Option<Prediction> {
        modules.iter().find_map(|module| {
            let (opened, predicted) = self.open(files, module, lazy);
            self.process.publish(&opened);
            (predicted.verdict != Verdict::Loads).then(|| {
                let name = visible::line(&module.name);
                let detail = format!("{name}, which is {when}, does not load: {}", predicted.detail);
                Prediction { detail, ..predicted }
            })
        })
    }

    fn open(&mut self, files: &mut Files, module: &NamedModule, lazy: bool) -> (Opened, Prediction) {
        let failed = |why: &str| (Opened::default(), Prediction::new(Verdict::Failed, why));
        let file = match module.read() {
            Found::File(file) => file,
            Found::Broken(why) => return failed(&why),
            Found::Nothing => return failed("it cannot be read"),
        };
        let Ok(opened) = self.process.open(&module.path, file, files);
        let opened = Opened { lazy, ..opened };
        let predicted = predict(&self.process, &opened, &mut self.satisfied);
        (opened, predicted)
    }
}

/// Why nothing is known of what a static program would load.
fn static_host(host: &Path) -> String {
    format!(
        "{} is linked statically, and not with glibc: there is no loader whose rules are known (musl's dlopen loads nothing in \
         such a program)",
        visible::line(&host.to_string_lossy())
    )
}
