//! From arguments to a plan: what every verb has at hand, and the way from a project to what there is to do. Says what the
//! project says.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use modpin::layout::Layout;
use modpin::layout::Workspace;
use modpin::plan::{CheckConfig, Plan};
use modpin::timings::Timings;
use modpin::toolchain::Toolchain;
use modpin::{Problem, Project, Resolved};

use crate::cargo_build::CargoHosts;
use crate::command::args::{Jobs, Junit, Setup};
use crate::command::exit::Stop;
use crate::configured::{Ask, Configured, FILE, has_file};
use crate::say::junit::{self, Case};
use crate::say::parts::Parts;
use crate::say::terminal::Terminal;
use crate::slots::Parent;
use crate::source::Source;

/// What every verb has at hand.
pub struct Context<'a> {
    /// Where to speak.
    pub terminal: &'a mut Terminal,
    /// Where the project comes from.
    pub source: Source<'a>,
    /// When we were started.
    pub started: Instant,
    /// Who started us, and may decide how many actions run at once.
    pub parent: Parent,
    /// What was typed about how much may be done at once.
    pub jobs: Jobs,
    /// What is being done, for whoever wants to know how long it takes.
    pub parts: Parts,
    /// How long a build took, not yet written down: it is not over.
    pub timed: Option<TimedBuild>,
    /// What was checked, for test reporters: of all projects of a workspace, one after the other.
    pub cases: Vec<Case>,
    /// What is done now is the rest of what a verb does: it has told its warnings, and how it ended.
    pub is_rest: bool,
}

/// A build that was timed, and where that is written.
pub struct TimedBuild {
    /// As it was recorded.
    pub timings: Timings,
    /// The directory of what only the build needs.
    pub state_dir: PathBuf,
}

/// A project with all that follows from it.
pub struct Planned {
    /// As declared.
    pub project: Project,
    /// With everything looked up.
    pub resolved: Resolved,
    /// What the machine has.
    pub toolchain: Toolchain,
    /// Where its files lie.
    pub layout: Layout,
    /// What there is to do.
    pub plan: Plan,
    /// `debug` or `release`.
    pub profile: &'static str,
}

impl Context<'_> {
    /// What is done from now on, in a word.
    pub fn begin(&mut self, part: &'static str) {
        if !self.is_rest {
            self.parts.begin(part, self.started.elapsed());
        }
    }

    /// Everything up to the graph. Warnings of the project are said.
    pub fn plan(&mut self, setup: &Setup, timeout: Duration) -> Result<Planned, Stop> {
        if let Source::Cargo(hosts) = &self.source {
            return linked_by_cargo(hosts, setup);
        }
        let (project, workspace) = self.source.project()?;
        self.plan_project(project, workspace, setup, timeout)
    }

    /// The same for a project that is known already.
    pub fn plan_project(
        &mut self,
        project: Project,
        workspace: Workspace,
        setup: &Setup,
        timeout: Duration,
    ) -> Result<Planned, Stop> {
        let configured = self.with_answers(project, workspace, setup, false)?;
        self.begin("looking up targets and sources");
        let mut resolved = modpin::resolve(&configured.project, &configured.config, &configured.root)?;
        if let Some(host) = resolved.executables.iter().find(|host| host.cargo.is_some()) {
            return Err(Stop::usage(
                format!("executable {:?}: cargo links it, and its build script declares it", host.name),
                "move the declaration to build.rs, where modpin::embed(declare) takes it; this program finds it there",
            ));
        }
        let Configured { project, notes, mut toolchain, request, layout, asked, .. } = configured;
        asked.note(&mut resolved.looked_up);
        if has_file(&project) {
            resolved.looked_up.is_file(&resolved.root, Path::new(FILE));
        }
        resolved.warnings.splice(0..0, notes.into_iter().map(|note| Problem::new(note, "")));
        self.warn_all(&resolved.warnings);
        toolchain.find_cxx(&request, &resolved)?;
        toolchain.find_archives(&mut resolved)?;
        toolchain.look_up_arguments(&mut resolved)?;
        self.begin("planning");
        let plan = modpin::plan::plan(&resolved, &toolchain, &layout, &CheckConfig { timeout })?;
        let profile = setup.profile();
        Ok(Planned { project, resolved, toolchain, layout, plan, profile })
    }

    /// The project with what is set, for verbs that plan nothing.
    pub fn configured(&mut self, setup: &Setup) -> Result<Configured, Stop> {
        self.configured_again(setup, false)
    }

    /// The same; with `again`, whatever its probes were answered before.
    pub fn configured_again(&mut self, setup: &Setup, again: bool) -> Result<Configured, Stop> {
        let (project, workspace) = self.source.project()?;
        self.with_answers(project, workspace, setup, again)
    }

    /// The same for a project that is known. That probes were asked is said.
    fn with_answers(
        &mut self,
        project: Project,
        workspace: Workspace,
        setup: &Setup,
        again: bool,
    ) -> Result<Configured, Stop> {
        self.begin("asking the machine");
        let (jobs, jobserver) = self.parent.width(self.jobs);
        let ask = Ask { jobs, jobserver, again };
        let configured = Configured::of(project, workspace, setup, ask)?;
        if configured.asked.fresh > 0 {
            let (fresh, asked) = (configured.asked.fresh, &configured.asked);
            let all = configured.project.probes.len() + asked.there.len();
            self.terminal.status("Probed", format_args!("{fresh} of {all} questions to the machine"));
        }
        Ok(configured)
    }

    /// Says warnings, to people and programs.
    pub fn warn_all(&mut self, warnings: &[impl ToString]) {
        if !self.is_rest {
            warnings.iter().for_each(|warning| self.warn(&warning.to_string()));
        }
    }

    /// Writes down for test reporters what was checked, if that is wanted.
    pub fn report(&mut self, wanted: &Junit, cases: impl IntoIterator<Item = Case>) -> Result<(), Stop> {
        self.cases.extend(cases);
        wanted.junit.as_ref().map_or(Ok(()), |path| junit::write(path, &self.cases))
    }

    /// Says a warning, to people and programs.
    pub fn warn(&mut self, text: &str) {
        self.terminal.warn(text);
    }
}

/// What a build script has built, with the programs that cargo linked.
fn linked_by_cargo(hosts: &CargoHosts, setup: &Setup) -> Result<Planned, Stop> {
    let CargoHosts { embedded, programs } = hosts;
    let (project, resolved, plan) = embedded.plan(programs.clone())?;
    let (layout, toolchain) = (embedded.layout(), embedded.toolchain.clone());
    Ok(Planned { project, resolved, toolchain, layout, plan, profile: setup.profile() })
}
