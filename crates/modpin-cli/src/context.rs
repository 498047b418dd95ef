//! From arguments to a plan, and from a plan to what is built: the way that every verb goes, each as far
//! as it needs. Says on the way what the project and the build say; decides nothing about targets.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use modpin::layout::Layout;
use modpin::layout::Workspace;
use modpin::plan::{CheckConfig, Plan};
use modpin::session::PlanInputs;
use modpin::session::{RunConfig, Session};
use modpin::timings::Timings;
use modpin::toolchain::{Request, Toolchain};
use modpin::{Config, Error, Project, Resolved};
use modpin_engine::{ActionId, Event, FileId, Graph, Outcome};

use crate::args::{ProjectFile, Running, Setup, Switch};
use crate::bug;
use crate::display::{Display, Telling};
use crate::exit::{Ended, Exit, Stop};
use crate::message::Message;
use crate::places::Parent;
use crate::recorder::{self, Recorder, Written};
use crate::report::{self, Summary};
use crate::terminal::Terminal;

/// What declares a project in Rust.
pub type Declare<'a> = &'a dyn Fn(&mut Project) -> modpin::Result<()>;

/// Where the project comes from.
pub enum Source<'a> {
    /// A function of the program that we are in.
    Declared(Declare<'a>),
    /// A file that the user names.
    File(ProjectFile),
}

/// What every verb has at hand.
pub struct Context<'a> {
    /// Where to speak.
    pub terminal: &'a mut Terminal,
    /// Where the project comes from.
    pub source: Source<'a>,
    /// What the user typed to start us: `cargo xtask`.
    pub program: &'a str,
    /// When that was.
    pub started: Instant,
    /// Who started us, and may decide how many actions run at once.
    pub parent: Parent,
    /// The project, when it was looked at before a plan was needed.
    pub known: Option<(Project, Workspace)>,
    /// What the plan rests on, when a build that finds nothing to do is to be remembered.
    pub premises: Option<PlanInputs>,
}

/// A project with all that follows from it.
pub struct Planned {
    /// As declared.
    pub project: Project,
    /// The choices of this build.
    pub config: Config,
    /// With everything looked up.
    pub resolved: Resolved,
    /// Where its files lie.
    pub layout: Layout,
    /// What there is to do.
    pub plan: Plan,
    /// `debug` or `release`.
    pub profile: &'static str,
}

/// How a graph is to be run.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// Where its files lie.
    pub layout: &'a Layout,
    /// `debug` or `release`.
    pub profile: &'static str,
    /// What the user said about running.
    pub running: &'a Running,
    /// How many actions may run at once.
    pub jobs: usize,
    /// The project's name, when times are to be written down.
    pub timings: Option<&'a str>,
    /// It is a part of what was built there.
    pub part: bool,
}

/// What a build came to.
pub struct Ran {
    /// How the verb ends, unless it finds something else.
    pub ended: Ended,
    /// What the engine answers.
    pub outcome: Outcome,
    done: HashSet<ActionId>,
}

impl Ran {
    /// Whether a file is as it should be.
    pub fn has(&self, planned: &Planned, file: FileId) -> bool {
        let producer = planned.plan.graph.file_at(file).producer;
        producer.is_none_or(|producer| self.done.contains(&producer))
    }
}

impl Context<'_> {
    /// The project, and where it lies.
    pub fn project(&self) -> Result<(Project, Workspace), Stop> {
        match &self.source {
            Source::Declared(declare) => declared(*declare),
            Source::File(file) => self.read(file),
        }
    }

    /// Where the project lies, whatever it declares.
    pub fn place(&self) -> Result<Workspace, Stop> {
        match &self.source {
            Source::Declared(_) => workspace(),
            Source::File(file) => match crate::recall::place_of(file)? {
                Some((place, path)) => match std::fs::metadata(&path) {
                    Ok(_) => Ok(place),
                    Err(error) => Err(Stop::usage(
                        Error::io(path, "look at the project file", error).to_string(),
                        "",
                    )),
                },
                None => Err(self.unnamed()),
            },
        }
    }

    fn unnamed(&self) -> Stop {
        let help = format!("write {} --project FILE.json VERB", self.program);
        Stop::usage("no project is named", help)
    }

    /// Everything up to the graph. Warnings of the project are said.
    pub fn plan(&mut self, setup: &Setup, timeout: Duration) -> Result<Planned, Stop> {
        let (project, mut place) = match self.known.take() {
            Some(known) => known,
            None => self.project()?,
        };
        if let Some(dir) = &setup.target_dir {
            place.target_dir = absolute(dir)?;
        }
        let config = config(&project, setup)?;
        let mut resolved = modpin::resolve(&project, &config, &place.root)?;
        for warning in &resolved.warnings {
            self.warn(&warning.to_string());
        }
        let layout = Layout::new(&place, setup.target.as_deref(), setup.release);
        let toolchain = Toolchain::detect(&Request {
            target: setup.target.clone(),
            release: setup.release,
            root: place.root,
            cache: layout.absolute(&format!("{}/toolchain.json", layout.state_dir())),
        })?;
        toolchain.find_archives(&mut resolved)?;
        if let Some(premises) = &mut self.premises {
            premises.looked_up(&resolved, &toolchain);
        }
        let plan = modpin::plan::plan(&resolved, &toolchain, &layout, &CheckConfig { timeout })?;
        let profile = setup.profile();
        Ok(Planned { project, config, resolved, layout, plan, profile })
    }

    /// Brings files up to date, and says what happens and how it ended.
    pub fn run(&mut self, planned: &Planned, wanted: &[FileId], running: &Running) -> Result<Ran, Stop> {
        let (jobs, jobserver) = self.places(running.jobs)?;
        let (layout, profile) = (&planned.layout, planned.profile);
        let timings = running.timings.then_some(planned.project.name.as_str());
        let whole = Task { layout, profile, running, jobs, timings, part: false };
        let graph = &planned.plan.graph;
        self.run_graph(&whole, graph, wanted, |telling| Session::open(layout, jobserver, telling))
    }

    /// The same for any graph, in the session that `open` gives.
    pub fn run_graph(
        &mut self,
        task: &Task<'_>,
        graph: &Graph,
        wanted: &[FileId],
        open: impl FnOnce(&mut dyn FnMut(Event<'_>)) -> modpin::Result<Session>,
    ) -> Result<Ran, Stop> {
        let Task { layout, profile, running, jobs, timings, part } = *task;
        let elsewhere = std::env::current_dir().is_ok_and(|dir| dir != layout.root);
        let dir = elsewhere.then(|| layout.root.to_string_lossy().into_owned());
        let telling = Telling { explain: running.explain, dir };
        let mut display = Display::new(self.terminal, graph, telling);
        let Running { link_jobs: links, keep_going, dry_run, .. } = *running;
        let config = RunConfig { jobs, links, keep_going, dry_run, part };
        let mut recorder = timings.map(|_| Recorder::new(graph, self.started));
        let outcome = open(&mut |event| display.hear(event)).and_then(|mut session| {
            session.run(graph, wanted, config, &mut |event| {
                recorder.iter_mut().for_each(|recorder| recorder.hear(&event));
                display.hear(event);
            })
        });
        let counts = display.counts();
        let done = display.into_done();
        let commands = counts.commands;
        let outcome = outcome.map_err(|error| Stop { commands, ..Stop::from(error) })?;
        if let (Some(recorder), Some(project)) = (recorder, timings) {
            let trouble = report::trouble(&outcome, counts);
            let timings = recorder.into_timings(project, profile, jobs, trouble);
            self.say_timings(layout, &timings).map_err(|stop| Stop { commands, ..stop })?;
        }
        let (dry_run, elapsed) = (running.dry_run, self.started.elapsed());
        report::say(self.terminal, &Summary { outcome: &outcome, counts, elapsed, profile, dry_run });
        let ended = Ended { exit: Exit::of(&outcome), commands };
        Ok(Ran { ended, done, outcome })
    }

    fn say_timings(&mut self, layout: &Layout, timings: &Timings) -> Result<(), Stop> {
        let dir = format!("{}/timings", layout.state_dir());
        let Written { page, trace } = recorder::write(timings, &layout.absolute(&dir))?;
        let (page, trace) = (page.display().to_string(), trace.display().to_string());
        self.terminal.status("Timing", format_args!("report saved to {page}"));
        self.terminal.message(&Message::Timings { page: &page, trace: &trace });
        Ok(())
    }

    /// Says a warning, to people and programs.
    pub fn warn(&mut self, text: &str) {
        self.terminal.warn(text);
    }

    fn read(&self, file: &ProjectFile) -> Result<(Project, Workspace), Stop> {
        let Some(path) = &file.project else { return Err(self.unnamed()) };
        let project = match &file.root {
            None => Project::from_file(path),
            Some(root) => project_below(path, &absolute(root)?),
        };
        match project {
            Ok(project) => {
                let place = Workspace::at(project.root());
                Ok((project, place))
            }
            Err(error @ Error::Io { .. }) => Err(Stop::usage(error.to_string(), "")),
            Err(error) => Err(error.into()),
        }
    }
}

/// The workspace of the program that we are in.
fn workspace() -> Result<Workspace, Stop> {
    let dir = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    Ok(Workspace::of_workspace(&dir)?)
}

fn declared(declare: Declare<'_>) -> Result<(Project, Workspace), Stop> {
    let place = workspace()?;
    let name =
        place.root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut project = Project::new(name, &place.root);
    call(declare, &mut project)?;
    Ok((project, place))
}

/// A panic of the user's own code is no bug of ours.
fn call(declare: Declare<'_>, project: &mut Project) -> Result<(), Stop> {
    match bug::catch(|| declare(project)) {
        Ok(result) => Ok(result?),
        Err(words) => Err(Stop::usage(format!("the project's declaration panicked: {words}"), "")),
    }
}

fn project_below(path: &Path, root: &Path) -> modpin::Result<Project> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::io(path, "read the project file", error))?;
    Project::from_json(&text, &path.display().to_string(), root)
}

fn config(project: &Project, setup: &Setup) -> Result<Config, Stop> {
    let mut config = Config { modules: setup.modules == Switch::On, ..Config::default() };
    let mut problems = Vec::new();
    for text in &setup.define {
        match config.set_from_text(&project.options, text) {
            Err(Error::Declaration(found)) => problems.extend(found),
            other => other?,
        }
    }
    if problems.is_empty() { Ok(config) } else { Err(Error::Declaration(problems).into()) }
}

/// A path of the user's, as the system finds it.
pub fn absolute(path: &Path) -> Result<PathBuf, Stop> {
    Ok(std::path::absolute(path).map_err(|error| Error::io(path, "make it absolute", error))?)
}

#[cfg(test)]
mod tests {
    use modpin::{Opt, Problem};

    use super::*;

    fn setup(modules: Switch, define: &[&str]) -> Setup {
        let define = define.iter().map(|&text| text.to_owned()).collect();
        Setup { modules, define, ..Setup::default() }
    }

    #[test]
    fn settings_become_a_configuration() {
        let mut project = Project::new("p", "/nowhere");
        project.option(Opt::tristate("NET"));
        let config = |modules, define: &[&str]| config(&project, &setup(modules, define));
        let good = config(Switch::Off, &["CONFIG_NET=m"]).unwrap();
        assert!(!good.modules);
        assert_eq!(good.value(&project.options[0]).letter(), "m");
        let texts = config(Switch::On, &["NET=q", "NTE=y"]).unwrap_err().texts();
        assert_eq!(texts.len(), 2, "{texts:?}");
    }

    #[test]
    fn a_declaration_that_fails_or_panics_is_the_users() {
        let mut project = Project::new("p", "/nowhere");
        let said = |declare: Declare<'_>, project: &mut Project| {
            let stop = call(declare, project).unwrap_err();
            assert_eq!(stop.exit(), Exit::Wrong);
            stop.texts().concat()
        };
        let fails = |_: &mut Project| Err(Error::Declaration(vec![Problem::new("no", "")]));
        assert_eq!(said(&fails, &mut project), "no");
        let panicked = said(&|_| panic!("oh"), &mut project);
        assert!(panicked.starts_with("the project's declaration panicked: "), "{panicked}");
        assert!(panicked.ends_with("oh"), "{panicked}");
    }
}
