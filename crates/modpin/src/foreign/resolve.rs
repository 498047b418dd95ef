//! Would these modules load into this host? Answered from the files alone, for every machine whose files can be read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_loader::{Advice, LoaderEnvironment, Prediction, Report, Verdict, unseen_in_host};
use modpin_symbols::{Loadable, shown as visible};

use super::files::{Files, OfMachine, full_table, loader_environment, shown};
use super::host_process::HostProcess;
use super::module::{NamedModule, OpenedFiles, OtherModules, PredictedModule};
use super::ways::{HostAtWork, Ways, WaysOut};
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

/// What becomes of each module, in order. What the host brings with it is read once.
pub(super) fn predict_all(
    host: &Path,
    program: Arc<Loadable>,
    others: &OtherModules,
    modules: &[NamedModule],
    loader_environment: LoaderEnvironment,
    files: &mut Files,
) -> Result<Vec<PredictedModule>> {
    let process = HostProcess::start(host, program.clone(), &loader_environment, files)?;
    let Some(mut host_process) = process else {
        let prediction = Prediction::new(Verdict::StaticHost, static_host(host));
        let same = || PredictedModule::of(prediction.clone());
        return Ok(modules.iter().map(|_| same()).collect());
    };
    let trouble = host_process.begin(files, others);
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
    let mut ways = Ways::of(modules, &predicted);
    let fresh = match trouble {
        Some(_) => HostProcess::start(host, program, &loader_environment, files)?,
        None => None,
    };
    let before_others = fresh.is_some();
    let mut scene = HostAtWork {
        name: host,
        host: &mut fresh.unwrap_or(host_process),
        files,
        opened: others,
        environment: &loader_environment,
    };
    // Where one of those does not load that are loaded first, it is the one to be helped.
    let blocking = if before_others { scene.first_that_fails() } else { None };
    let with_ways = modules.iter().zip(predicted).map(|(module, mut prediction)| {
        let WaysOut { first, mut advice } = match (&blocking, before_others) {
            (None, true) => WaysOut::default(),
            (blocking, _) => ways.out(blocking.unwrap_or(module), &mut prediction, &mut scene),
        };
        advice.extend(relative(&prediction.relative, module));
        PredictedModule { prediction, needs: first, advice }
    });
    Ok(with_ways.collect())
}

/// What is said of libraries whose place depends on where the program runs.
fn relative<'a>(
    named: &'a [(String, String)],
    module: &'a NamedModule,
) -> impl Iterator<Item = Advice> + 'a {
    named.iter().map(|(library, by)| {
        let needed_by = if *by == module.path { module.name.clone() } else { by.clone() };
        Advice::Directory { library: library.clone(), needed_by }
    })
}

/// Why nothing is known of what a static program would load.
fn static_host(host: &Path) -> String {
    format!(
        "{} is linked statically, and not with glibc: there is no loader whose rules are known (musl's dlopen loads nothing in \
         such a program)",
        visible::line(&host.to_string_lossy())
    )
}
