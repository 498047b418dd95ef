//! From arguments to a plan: what every verb has at hand, and the way from a project to what there is to do. Says what the
//! project says.

use std::time::{Duration, Instant};

use modpin::layout::Layout;
use modpin::layout::Workspace;
use modpin::plan::{CheckConfig, Plan};
use modpin::toolchain::{Request, Toolchain, Tuning};
use modpin::{Config, Error, Project, ProjectError, Resolved};

use crate::command::args::{Setup, Switch};
use crate::command::exit::Stop;
use crate::say::terminal::Terminal;
use crate::slots::Parent;
use crate::source::{Source, absolute};

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
    /// What is done now is the rest of what a verb does: it has told its warnings, and how it ended.
    pub is_rest: bool,
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
    /// Everything up to the graph. Warnings of the project are said.
    pub fn plan(&mut self, setup: &Setup, timeout: Duration) -> Result<Planned, Stop> {
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
        let layout = layout(&workspace, setup)?;
        let mut config = config(&project, setup)?;
        let request = Request {
            target: setup.target.clone(),
            tuning: Tuning::of_release(setup.release),
            root: workspace.root,
            cache: layout.absolute(&format!("{}/toolchain", layout.state_dir())),
        };
        let toolchain = Toolchain::detect(&request)?;
        config.words = toolchain.words(&request);
        let mut resolved = modpin::resolve(&project, &config, &request.root)?;
        self.warn_all(&resolved.warnings);
        toolchain.find_archives(&mut resolved)?;
        toolchain.look_up_arguments(&mut resolved);
        let plan = modpin::plan::plan(&resolved, &toolchain, &layout, &CheckConfig { timeout })?;
        let profile = setup.profile();
        Ok(Planned { project, resolved, toolchain, layout, plan, profile })
    }

    /// Says warnings, to people and programs.
    pub fn warn_all(&mut self, warnings: &[impl ToString]) {
        if !self.is_rest {
            warnings.iter().for_each(|warning| self.warn(&warning.to_string()));
        }
    }

    /// Says a warning, to people and programs.
    pub fn warn(&mut self, text: &str) {
        self.terminal.warn(text);
    }
}

/// Where the files of a build lie.
pub fn layout(workspace: &Workspace, setup: &Setup) -> Result<Layout, Stop> {
    let mut workspace = workspace.clone();
    if let Some(dir) = &setup.target_dir {
        workspace.target_dir = absolute(dir)?;
    }
    Ok(Layout::new(&workspace, setup.target.as_deref(), setup.release))
}

fn config(project: &Project, setup: &Setup) -> Result<Config, Stop> {
    let mut config = Config { modules: setup.modules == Switch::On, ..Config::default() };
    let mut problems = Vec::new();
    for text in &setup.define {
        match config.set_from_text(&project.options, text) {
            Err(ProjectError::Declaration(found)) => problems.extend(found),
            other => other?,
        }
    }
    if problems.is_empty() { Ok(config) } else { Err(Error::Declaration(problems).into()) }
}

#[cfg(test)]
mod tests {
    use modpin::Opt;

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
        assert_eq!(
            modpin::configure(&project.options, &good).unwrap().options[0].text,
            "y",
            "there are none"
        );
        let texts = config(Switch::On, &["NET=q", "NTE=y"]).unwrap_err().texts();
        assert_eq!(texts.len(), 2, "{texts:?}");
    }
}
