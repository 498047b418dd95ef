//! One run of a build script: declares, builds, tells cargo.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use modpin_engine::state::snapshot::{Difference, Entry};
use modpin_engine::{ActionId, Event, Jobserver, Outcome};
use modpin_project::{
    BuildMachine, Config, KnownProbe, LookedUp, PackageFlags, Probed, Project, Resolved, resolve,
};
use rustix::process::{Signal, set_parent_process_death_signal};

use super::cargo::CargoFacts;
use super::crt_static;
use super::diagnostics::Diagnostics;
use super::lines;
use super::record::Embedded;
use super::times::make_old;
use super::watched::{Dirs, Looked, variables, watched};
use crate::error::{Error, Result};
use crate::layout::{Goal, Layout};
use crate::plan::{CargoBuild, CheckConfig, Plan, TargetKind, plan_with_cargo};
use crate::session::{KeepResults, PlanInputs, RunConfig, Session};
use crate::toolchain::{Request, Toolchain, readable};
use crate::trial::{ProbeRequest, ask_probes};

/// The whole of a build script (`build.rs`) for programs that cargo links: builds the archives and modules that `declare` adds to
/// a project in cargo's directory for this script, and tells cargo how to link the programs.
///
/// ```no_run
/// use modpin::{Library, Module, Project, RustHost};
///
/// fn main() {
///     modpin::embed(declare);
/// }
///
/// fn declare(p: &mut Project) -> modpin::Result<()> {
///     let core = p.add(Library::new("core").sources("c/core/*.c"));
///     p.add(Module::new("hello").sources("c/hello.c"));
///     p.host(RustHost::new("app").link(core).loads("*"));
///     Ok(())
/// }
/// ```
///
/// Relative paths start at the package's directory. Programs and tests that cargo runs find the modules, and `modules.json`, in
/// the directory that the environment variable `MODPIN_MODULES` names; `env!("MODPIN_MODULES")` is the same when they are
/// compiled.
///
/// What goes wrong is told to cargo, which fails then; this function always returns. docs/rust-hosts.md says what is linked into
/// which targets, and what is not.
pub fn embed(declare: impl FnOnce(&mut Project) -> Result<()>) {
    // Before any descriptor is opened.
    let jobserver = Jobserver::of_parent();
    // A cargo that is killed takes nobody along, so we go when it goes; the children's guard ends them.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let mut said = Diagnostics::default();
    let text = match Script::new(declare) {
        Ok(script) => script.run(jobserver.ok().flatten(), &mut said),
        Err(error) => Err(error),
    };
    let text = text.unwrap_or_else(|error| lines::error(&readable(&error.to_string())));
    // Whoever does not listen any more is cargo, and it is gone.
    let _ = std::io::stdout().write_all((said.text + &text).as_bytes());
}

/// What is to be built, and where.
struct Script {
    cargo: CargoFacts,
    project: Project,
    layout: Layout,
    words: String,
}

/// A project with everything looked up.
struct Prepared {
    resolved: Resolved,
    toolchain: Toolchain,
    /// What conditions know besides options.
    words: BTreeMap<String, String>,
    /// The answers of probes.
    answers: BTreeMap<String, (String, PackageFlags)>,
    /// Those of the build machine, if it was asked as well.
    answers_there: Option<BTreeMap<String, (String, PackageFlags)>>,
}

fn answers_of(probes: &Probed) -> BTreeMap<String, (String, PackageFlags)> {
    let answer = |probe: &KnownProbe| (probe.text().to_owned(), probe.flags.clone());
    probes.iter().map(|probe| (probe.name.clone(), answer(probe))).collect()
}

impl Script {
    fn new(declare: impl FnOnce(&mut Project) -> Result<()>) -> Result<Script> {
        let cargo = CargoFacts::of_environment()?;
        let mut project = Project::new(&cargo.package, &cargo.manifest_dir);
        declare(&mut project)?;
        let dir = cargo.out_dir.join("modpin").to_string_lossy().into_owned();
        let layout = Layout { root: cargo.manifest_dir.clone(), dir };
        let CargoFacts { target, tuning, crt_static, .. } = &cargo;
        let version = env!("CARGO_PKG_VERSION");
        let words = format!("{version} {target} {tuning:?} {crt_static}\n{}", project.to_json()?);
        Ok(Script { cargo, project, layout, words })
    }

    /// What cargo is told.
    fn run(self, jobserver: Option<Jobserver>, said: &mut Diagnostics) -> Result<String> {
        let inputs = PlanInputs::new(&self.layout, Goal::Build, &self.words);
        if let Some(last) = inputs.compare().filter(Difference::is_empty) {
            return Ok(last.note);
        }
        let prepared = self.resolve(jobserver.as_ref())?;
        self.refuse_static(&prepared)?;
        for warning in &prepared.resolved.warnings {
            said.text += &lines::warning(&warning.to_string());
        }
        self.build(inputs, &prepared, jobserver, said)
    }

    fn resolve(&self, jobserver: Option<&Jobserver>) -> Result<Prepared> {
        let root = &self.cargo.manifest_dir;
        let request = Request {
            target: Some(self.cargo.target.clone()),
            tuning: self.cargo.tuning.clone(),
            launcher: None,
            root: root.clone(),
            cache: self.layout.absolute(&self.layout.state_dir()).join("toolchain"),
        };
        let mut toolchain = Toolchain::detect(&request)?;
        let probes = Probed::of(&self.project.probes);
        toolchain.find_declared(&request, &self.project)?;
        let words = toolchain.words_of_build_machine();
        let build_machine = BuildMachine { words, ..BuildMachine::default() };
        let words = toolchain.words(&request);
        let mut config = Config { words, probes, build_machine, ..Config::default() };
        let asking = ProbeRequest {
            toolchain: &toolchain,
            request: &request,
            kept: self.layout.absolute(&self.layout.probes()),
            jobs: self.cargo.jobs,
            jobserver,
            again: false,
            is_beside_target: false,
        };
        let asked = ask_probes(&self.project, &mut config, &asking)?;
        let mut resolved = resolve(&self.project, &config, root)?;
        asked.note(&mut resolved.looked_up);
        // Programs in Rust can be loaded at any address, whatever the compiler makes by itself.
        toolchain.find_cxx(&request, &resolved)?;
        toolchain.first_args.push("-fPIE".to_owned());
        toolchain.cxx.iter_mut().for_each(|cxx| cxx.first_args.push("-fPIE".to_owned()));
        toolchain.find_archives(&mut resolved)?;
        toolchain.look_up_arguments(&mut resolved)?;
        let answers = answers_of(&config.probes);
        let answers_there = config.build_machine.probes.as_ref().map(answers_of);
        Ok(Prepared { resolved, toolchain, answers, answers_there, words: config.words })
    }

    /// A program with its C library inside has no loader.
    fn refuse_static(&self, prepared: &Prepared) -> Result<()> {
        let mut hosts = prepared.resolved.executables.iter().filter(|host| host.cargo.is_some());
        let Some(host) = hosts.find(|host| !host.modules.is_empty()) else { return Ok(()) };
        if !self.cargo.crt_static && !crt_static::is_default() {
            return Ok(());
        }
        Err(Error::Toolchain {
            text: format!(
                "executable {:?} loads modules, and for {} it would be linked statically (crt-static): such a program has no \
                 dynamic loader",
                host.name, self.cargo.target
            ),
            help: "add -Ctarget-feature=-crt-static to RUSTFLAGS (rustflags in .cargo/config.toml), or build the modules in: \
                   .builds_in(\"*\")"
                .to_owned(),
        })
    }

    fn build(
        &self,
        mut inputs: PlanInputs,
        prepared: &Prepared,
        jobserver: Option<Jobserver>,
        said: &mut Diagnostics,
    ) -> Result<String> {
        let Prepared { resolved, toolchain, words, answers, answers_there } = prepared;
        let layout = &self.layout;
        let check = CheckConfig { timeout: std::time::Duration::from_secs(30) };
        let plan = plan_with_cargo(resolved, toolchain, layout, &check, &CargoBuild::default())?;
        let mut session = Session::open(layout, jobserver.map(Arc::new), &mut |event| {
            if let Event::Waiting { holder } = event {
                let holder =
                    holder.map_or_else(|| "another build".to_owned(), |pid| format!("PID {pid}"));
                said.text +=
                    &lines::warning(&format!("waited for {holder}, which worked in {}", layout.dir));
            }
        })?;
        // A build script writes into its own directory, unless somebody has asked for more.
        match KeepResults::IfSaid.open() {
            Ok(results) => session.keep_results(results),
            Err(error) => said.text += &lines::warning(&error.to_string()),
        }
        let selection = session.select(&plan.graph, &plan.default)?;
        let config = RunConfig { jobs: self.cargo.jobs, links: None, keep_going: true, dry_run: false };
        let mut heard = Vec::new();
        let mut outcome = session.run(&plan.graph, &selection, config, &mut |event| match event {
            Event::Finished { action, output, failure, .. } => {
                heard.push((action, output.to_vec(), failure.cloned()));
            }
            Event::Warning(text) => said.text += &lines::warning(text),
            _ => {}
        })?;
        // In the order of the plan, whoever was first.
        heard.sort_by_key(|(action, ..): &(ActionId, _, _)| *action);
        for (action, output, failure) in &heard {
            said.add(plan.graph.action(*action), output, failure.as_ref());
        }
        if let Some(signal) = outcome.interrupted {
            return Err(Error::Interrupted(signal));
        }
        if !outcome.success() {
            return Ok(String::new());
        }
        let made = self.made(&plan);
        if make_old(&made)? {
            // What was just touched is looked at again, so that the next run need not.
            outcome = session.run(&plan.graph, &selection, config, &mut |_| {})?;
        }
        let text = self.lines(&plan, resolved, &outcome, &made);
        let embedded = Embedded {
            project: self.project.to_json()?,
            root: layout.root.clone(),
            dir: layout.dir.clone(),
            words: words.clone(),
            answers: answers.clone(),
            answers_there: answers_there.clone(),
            toolchain: toolchain.clone(),
        };
        embedded.write()?;
        inputs.looked_up(resolved, toolchain);
        // Without it, the next run takes longer; no more.
        let _ = inputs.remember(&session, &text, &plan.graph, &outcome);
        Ok(text)
    }

    /// What programs read when they run: cargo is told, so that a lost one is made again.
    fn made(&self, plan: &Plan) -> Vec<PathBuf> {
        let is_loaded =
            |kind: TargetKind| matches!(kind, TargetKind::Module | TargetKind::SharedLibrary);
        let modules = plan.targets.iter().filter(|target| is_loaded(target.kind));
        let files =
            modules.flat_map(|target| &target.files).map(|&file| plan.graph.path(file).to_owned());
        let manifest = self.layout.manifest();
        let manifest = plan.graph.find(&manifest).map(|_| manifest);
        files.chain(manifest).map(|path| self.layout.absolute(&path)).collect()
    }

    fn lines(&self, plan: &Plan, resolved: &Resolved, outcome: &Outcome, made: &[PathBuf]) -> String {
        let codes = resolved.libraries.iter().map(|library| &library.code);
        let codes = codes.chain(resolved.modules.iter().map(|module| &module.code));
        let codes = codes.chain(resolved.shared_libraries.iter().map(|library| &library.code));
        let sources = codes.flat_map(|code| &code.sources).map(|source| source.path.clone().into());
        let read = outcome.seen.iter().flatten();
        let is_file = |file: &&Entry| file.stat.is_some_and(|stat| stat.regular);
        let read = read.filter(is_file).map(|file| PathBuf::from(&file.path));
        let read = read.chain(resolved.looked_up.read.iter().cloned());
        let LookedUp { there, dirs, .. } = &resolved.looked_up;
        let seen = Looked {
            looked_up: there.iter().chain(dirs).cloned().collect(),
            read: read.collect(),
            sources: sources.collect(),
        };
        let (root, out_dir) = (&self.cargo.manifest_dir, &self.cargo.out_dir);
        let (mut text, unwatched) = watched(&seen, Dirs { root, out_dir });
        for dir in unwatched {
            text += &lines::warning(&format!(
                "a new C source in {} is seen only when something else changes, because cargo's own files lie below it\n  \
                 help: put C sources into a directory of their own",
                dir.display()
            ));
        }
        text += &variables(&self.cargo.target);
        for path in made.iter().filter_map(|path| lines::as_line(path)) {
            text += &lines::watch(&path);
        }
        text += &lines::modules_dir(&self.layout);
        for link in &plan.cargo_links {
            text += &lines::link(link, &plan.graph, &self.layout);
        }
        text
    }
}
