//! Builds of a world in this process: by the real engine with the real compiler, linker and loader.

use modpin::layout::{Layout, Workspace};
use modpin::load_check::Report;
use modpin::plan::{CheckConfig, Plan, plan};
use modpin::session::{RunConfig, Session};
use modpin::steps::{BuildStep, Candidates, LoadCheck, Opens, StartHost, Verb};
use modpin::toolchain::{Request, Runner, Toolchain, Tuning};
use modpin::{AskedProbes, Config, ProbeRequest, Probed, Project, ask_probes, resolve};
use modpin_engine::{Action, Event, FileId, Outcome};

use crate::World;

/// A build, and what it did.
#[derive(Debug)]
pub struct Build {
    /// What there was to do.
    pub plan: Plan,
    /// How it ended.
    pub outcome: Outcome,
    /// What ran, as `Compiling a.c`, sorted.
    pub ran: Vec<String>,
    /// What ran, with the reason for each.
    pub reasons: Vec<String>,
    /// What was printed by actions, and their failures.
    pub said: String,
    /// Files that nobody makes any more, and that are gone now.
    pub removed: Vec<String>,
}

impl World {
    /// Where everything lies.
    pub fn layout(&self) -> Layout {
        Layout::new(&Workspace::at(self.root()), None, false)
    }

    /// What is declared, planned.
    pub fn plan(&self, declare: impl Fn(&mut Project)) -> modpin::Result<Plan> {
        let mut project = Project::new("world", self.root());
        declare(&mut project);
        let mut toolchain = self.toolchain()?;
        toolchain.find_declared(&self.toolchain_request(), &project)?;
        let words = toolchain.words(&self.toolchain_request());
        let mut config = Config { words, ..self.config.clone() };
        config.build_machine.words = toolchain.words_of_build_machine();
        let asked = self.ask(&project, &mut config, &toolchain)?;
        let mut resolved = resolve(&project, &config, self.root())?;
        asked.note(&mut resolved.looked_up);
        toolchain.find_cxx(&self.toolchain_request(), &resolved)?;
        toolchain.find_archives(&mut resolved)?;
        toolchain.look_up_arguments(&mut resolved)?;
        plan(&resolved, &toolchain, &self.layout(), &CheckConfig { timeout: self.timeout })
    }

    /// The compiler of this machine, as this world asks for it.
    pub fn toolchain(&self) -> modpin::Result<Toolchain> {
        Toolchain::detect(&self.toolchain_request())
    }

    /// The answers of a project's probes; those that are in `config` already are believed.
    pub fn ask(
        &self,
        project: &Project,
        config: &mut Config,
        toolchain: &Toolchain,
    ) -> modpin::Result<AskedProbes> {
        if config.probes.iter().next().is_none() {
            config.probes = Probed::of(&project.probes);
        }
        let layout = self.layout();
        let (request, kept) = (&self.toolchain_request(), layout.absolute(&layout.probes()));
        let request = ProbeRequest {
            toolchain,
            request,
            kept,
            jobs: 2,
            jobserver: None,
            again: false,
            is_beside_target: false,
        };
        ask_probes(project, config, &request)
    }

    /// What is asked of it.
    pub fn toolchain_request(&self) -> Request {
        let layout = self.layout();
        let cache = layout.absolute(&layout.state_dir()).join("toolchain");
        let (tuning, root) = (Tuning::of_release(false), self.root().to_owned());
        Request { target: None, tuning, launcher: None, root, cache }
    }

    /// Builds everything.
    pub fn build(&self, declare: impl Fn(&mut Project)) -> Build {
        let plan = self.plan(declare).unwrap_or_else(|error| panic!("{error}"));
        let wanted = plan.default.clone();
        self.run(plan, &wanted)
    }

    /// Loads every module, and answers the reports; the build that made them comes along.
    pub fn check_load(&self, declare: impl Fn(&mut Project)) -> (Vec<Report>, Build) {
        let plan = self.plan(declare).unwrap_or_else(|error| panic!("{error}"));
        let wanted: Vec<FileId> = plan.loads.iter().map(|load| load.report).collect();
        let build = self.run(plan, &wanted);
        let loads = build.plan.loads.iter();
        let read = |file| std::fs::read(self.root().join(build.plan.graph.path(file))).ok();
        let reports =
            loads.filter_map(|load| serde_json::from_slice(&read(load.report)?).ok()).collect();
        (reports, build)
    }

    /// Loads a module into a program that does not declare it; some host of the project does.
    pub fn check_load_in(&self, declare: impl Fn(&mut Project), host: &str, module: &str) -> Report {
        let mut plan = self.plan(declare).unwrap_or_else(|error| panic!("{error}"));
        let (toolchain, layout) = (self.toolchain().expect("a compiler"), self.layout());
        let step = LoadCheck {
            host: host.to_owned(),
            module: module.to_owned(),
            timeout: self.timeout,
            library_dirs: toolchain.library_dirs.clone(),
            runner: Runner::default(),
            opens: Opens::default(),
            known: None,
            candidates: Candidates::default(),
        };
        let start = StartHost {
            host: host.to_owned(),
            timeout: self.timeout,
            library_dirs: toolchain.library_dirs,
            runner: Runner::default(),
            known: None,
        };
        let mut file = |path: String| plan.graph.file(path);
        let program = file(layout.executable(host));
        let probe = file(format!("{}/probe.so", layout.state_dir()));
        let started = file(layout.start(host));
        let (module_file, symbols) =
            (file(layout.module(module)), file(layout.link(&format!("{module}.mo"), "syms")));
        let report = file(layout.check(host, module, "loads.json"));
        let mut add = |verb: Verb, step: BuildStep, inputs: Vec<FileId>, output: FileId| {
            let (verb, label, work) = (verb.word(), format!("{module} in {host}"), step.into_work());
            let action = Action { verb, label, work, inputs, outputs: vec![output], depfile: None };
            plan.graph.add(action).expect("one more check");
        };
        add(Verb::Starting, BuildStep::StartHost(start), vec![program, probe], started);
        let inputs = vec![program, module_file, probe, started, symbols];
        add(Verb::Checking, BuildStep::LoadCheck(step), inputs, report);
        let build = self.run(plan, &[report]).expect_success();
        let path = self.root().join(build.plan.graph.path(report));
        serde_json::from_slice(&std::fs::read(path).expect("a report")).expect("a report")
    }

    /// Runs a plan for some files, without stopping at a failure.
    pub fn run(&self, plan: Plan, wanted: &[FileId]) -> Build {
        let mut session = Session::embedded(&self.layout(), &mut |_| {}).expect("a session");
        let (mut ran, mut reasons, mut said) = (Vec::new(), Vec::new(), String::new());
        let mut removed = Vec::new();
        let name = |action| {
            let action = plan.graph.action(action);
            format!("{} {}", action.verb, action.label)
        };
        let mut hear = |event: Event<'_>| match event {
            Event::Started(action, reason) => {
                ran.push(name(action));
                reasons.push(format!("{}: {reason}", name(action)));
            }
            Event::Finished { output, failure, .. } => {
                said += &String::from_utf8_lossy(output);
                failure.iter().for_each(|failure| said += &format!("{}\n", failure.message));
            }
            Event::Removed(path) => removed.push(path.to_owned()),
            Event::Warning(text) => said += &format!("warning: {text}\n"),
            _ => {}
        };
        let config = RunConfig { jobs: 2, links: None, keep_going: true, dry_run: false };
        let selection = session.select(&plan.graph, wanted);
        let outcome =
            selection.and_then(|selection| session.run(&plan.graph, &selection, config, &mut hear));
        let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
        ran.sort();
        Build { plan, outcome, ran, reasons, said, removed }
    }
}

impl Build {
    /// The build, if it did all that was wanted.
    ///
    /// # Panics
    /// When it did not.
    pub fn expect_success(self) -> Build {
        assert!(self.outcome.success(), "the build failed:\n{}", self.said);
        self
    }

    /// Whether an action ran whose name, as in [`Build::ran`], ends so.
    pub fn did(&self, what: &str) -> bool {
        self.ran.iter().any(|ran| ran.ends_with(what))
    }

    /// What ran, without the build directory in front of its files: `Linking host`.
    pub fn short(&self) -> Vec<String> {
        self.ran.iter().map(|ran| ran.replace("target/modpin/debug/", "")).collect()
    }
}
