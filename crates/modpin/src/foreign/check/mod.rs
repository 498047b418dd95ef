//! Do these modules load into this host? The loader itself is asked, as for a project's own modules: a small graph in a
//! directory that is thrown away loads every module in a process of its own.

mod probe;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::shown as visible;
use modpin_engine::{Event, FileId, Graph, Jobserver};
use modpin_loader::{Advice, Prediction, Report, Verdict};
use modpin_project::Binding;
use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::foreign::files::{Files, OfMachine, input, loader_environment, real, shown};
use crate::foreign::module::{NamedModule, OpenedFiles, OtherModules, PredictedModule};
use crate::foreign::resolve::predict_all;
use crate::layout::Layout;
use crate::layout::own_dir::believed;
use crate::session::{RunConfig, Session};
use crate::steps::{BuildStep, Candidates, Foreknown, LoadCheck, Opens, StartHost, Verb};
use probe::{Kind, action, probe};

/// How to ask.
#[derive(Clone, Debug)]
pub struct CheckFiles {
    /// How the host opens them, and what else it loads.
    pub opened: OpenedFiles,
    /// How long one module may take to load.
    pub timeout: Duration,
    /// How many modules may be loaded at once.
    pub jobs: usize,
    /// The calling program is nobody's library: signals end the check, and children die with it.
    pub whole_program: bool,
    /// Who else decides how many run at once, for a whole program.
    pub jobserver: Option<Arc<Jobserver>>,
    /// A directory for what is compiled and can be used again; without one, where it cannot be written, and where others
    /// can write it too, that is thrown away with the answers.
    pub cache: Option<PathBuf>,
}

/// A static program obeys no LD_PRELOAD: its real main would run.
fn unseen_in_static(host: &Path, module: &NamedModule) -> Report {
    let detail = format!(
        "{} is linked statically: a load check cannot look into such a program\n  help: `resolve` reads from the files what its dlopen \
         would do",
        visible::line(&host.to_string_lossy())
    );
    let prediction = Prediction::new(Verdict::StaticHost, detail);
    module.report(host, PredictedModule::of(prediction))
}

/// The loader's answer for each module, in order. `say` hears what else there is to tell.
///
/// # Errors
/// [`Error::Input`] for a file that is not there and for a host that is no program; [`Error::Toolchain`] when there is no C
/// compiler for the probe; [`Error::Io`] for the directory that is thrown away; [`Error::Interrupted`] when a signal came.
pub fn check_load_files(
    host: &Path,
    modules: &[PathBuf],
    how: CheckFiles,
    say: &mut dyn FnMut(&str),
) -> Result<Vec<Report>> {
    let mut files = Files::default();
    let program = files.program(host)?;
    let (others, modules) = (OtherModules::read(&how.opened)?, NamedModule::all_at(modules)?);
    if program.interp.is_none() {
        return Ok(modules.iter().map(|module| unseen_in_static(host, module)).collect());
    }
    let environment = loader_environment(&OfMachine::default());
    let predicted = predict_all(host, program.clone(), &others, &modules, environment, &mut files)?;
    let opens = opens(&how.opened, others);
    let (scratch, layout) = scratch()?;
    let kind = Kind::of(&program.machine, program.interp.as_deref());
    let runner = kind.runner();
    let cache = how.cache.as_deref().and_then(believed);
    let keep = cache.and_then(|cache| probe(&cache, &kind).ok());
    let probe = keep.map_or_else(|| probe(scratch.path(), &kind), Ok)?;
    let mut graph = Graph::new();
    let host_path = real(host)?;
    let (host_file, probe) = (graph.file(&host_path), graph.file(probe));
    // One action for all modules.
    let start = graph.file(format!("{}/host.json", layout.dir));
    let step = StartHost {
        host: shown(host),
        timeout: how.timeout,
        library_dirs: Vec::new(),
        runner: runner.clone(),
        known: Some(program.clone()),
    };
    let work = BuildStep::StartHost(step).into_work();
    graph.add(action(Verb::Starting, work, vec![host_file, probe], start))?;
    let (mut wanted, mut ways) = (Vec::new(), Vec::new());
    for (module, predicted) in modules.iter().zip(predicted) {
        ways.push((predicted.needs, predicted.advice));
        let step = LoadCheck {
            host: shown(host),
            module: module.name.clone(),
            opens: opens.clone(),
            timeout: how.timeout,
            library_dirs: Vec::new(),
            runner: runner.clone(),
            known: Some(Foreknown { host: program.clone(), predicted: predicted.prediction }),
            candidates: Candidates::default(),
        };
        let mut inputs = vec![host_file, graph.file(&module.path), probe, start];
        inputs.extend(opens.before.iter().chain(&opens.after).map(|path| graph.file(path)));
        // Files may have one name, and one file may be named twice.
        let output = graph.file(format!("{}/{}.json", layout.dir, wanted.len()));
        graph.add(action(Verb::Checking, BuildStep::LoadCheck(step).into_work(), inputs, output))?;
        wanted.push(output);
    }
    run(&layout, &graph, &wanted, how, say)?;
    let mut reports = Vec::new();
    for ((module, &file), (needs, mut advice)) in modules.iter().zip(&wanted).zip(ways) {
        let mut report = report(&layout, &graph, file)?;
        as_named(&mut report, host, module);
        if report.verdict == Verdict::MissingSymbols {
            report.needs_modules = needs;
        } else {
            advice.retain(|advice| matches!(advice, Advice::Directory { .. }));
        }
        report.advice = advice;
        reports.push(report);
    }
    Ok(reports)
}

fn opens(opened: &OpenedFiles, others: OtherModules) -> Opens {
    let paths = |modules: Vec<NamedModule>| modules.into_iter().map(|module| module.path).collect();
    let (before, after): (Vec<String>, Vec<String>) = (paths(others.first), paths(others.later));
    let lazy = match opened.opening.binding {
        Binding::Lazy => before.iter().chain(&after).cloned().collect(),
        Binding::Now => Vec::new(),
    };
    Opens { opening: opened.opening, before, after, lazy }
}

/// A build directory that is thrown away.
fn scratch() -> Result<(TempDir, Layout)> {
    let temp = std::env::temp_dir();
    let scratch = tempfile::Builder::new().prefix("modpin-check-").tempdir();
    let scratch =
        scratch.map_err(|source| Error::io(&temp, "make a directory for the load check", source))?;
    let root = std::env::current_dir().map_err(|source| Error::io(".", "find it", source))?;
    let layout = Layout { root, dir: scratch.path().to_string_lossy().into_owned() };
    Ok((scratch, layout))
}

/// Calls host and module as the user did. The step knows them by where they really are.
fn as_named(report: &mut Report, host: &Path, module: &NamedModule) {
    (report.host, report.file) = (shown(host), module.name.clone());
    let lost = report.missing.iter_mut().chain(&mut report.unbound);
    let paths = lost.flat_map(|lost| &mut lost.asked_by);
    paths.filter(|path| **path == module.path).for_each(|path| path.clone_from(&module.name));
}

fn run(
    layout: &Layout,
    graph: &Graph,
    wanted: &[FileId],
    how: CheckFiles,
    say: &mut dyn FnMut(&str),
) -> Result<()> {
    let mut failures = Vec::new();
    let mut hear = |event: Event<'_>| {
        if let Event::Finished { output, failure, .. } = event {
            let said = String::from_utf8_lossy(output).trim().to_owned();
            match failure {
                Some(failure) => failures.push(format!("{}\n{said}", failure.message).trim().to_owned()),
                None if !said.is_empty() => say(&said),
                None => {}
            }
        }
    };
    let mut session = match how.whole_program {
        true => Session::open(layout, how.jobserver.clone(), &mut |_| {})?,
        false => Session::embedded(layout, &mut |_| {})?,
    };
    let config = RunConfig { jobs: how.jobs, links: None, keep_going: false, dry_run: false };
    let selection = session.select(graph, wanted)?;
    let outcome = session.run(graph, &selection, config, &mut hear)?;
    match (outcome.interrupted, failures.first()) {
        (Some(signal), _) => Err(Error::Interrupted(signal)),
        (None, Some(first)) => Err(input(Path::new("load check"), first)),
        (None, None) => Ok(()),
    }
}

fn report(layout: &Layout, graph: &Graph, file: FileId) -> Result<Report> {
    let path = layout.absolute(graph.path(file));
    let bytes = std::fs::read(&path).map_err(|source| Error::io(&path, "read the answer", source))?;
    serde_json::from_slice(&bytes).map_err(|error| input(&path, &error.to_string()))
}
