//! What a build does next, decided before anything is planned: nothing, when all that the last one looked at is as it was;
//! what changed files ask for; or everything.

use modpin::Project;
use modpin::layout::Layout;
use modpin::layout::Workspace;
use modpin::session::PlanInputs;
use modpin::session::Session;
use modpin_engine::state::snapshot::Difference;
use modpin_engine::{Graph, Outcome, Selection};

use crate::command::args::{Build, Limit, Setup};
use crate::command::exit::{Ended, Stop};
use crate::context::{Context, Planned, layout};
use crate::run::Task;
use crate::say::summary::{self, Counts, Summary};
use crate::source::Description;

/// What a build does next.
pub enum Next {
    /// Nothing.
    UpToDate(UpToDate),
    /// What changed files ask for, and no more.
    Part(Box<Part>),
    /// Everything is to be planned and looked at.
    Plan(Box<Start>),
}

/// A build that left everything as it should be, and everything is as it left it.
pub struct UpToDate {
    warnings: Vec<String>,
}

/// The part of the last plan that changed files ask for, in a build directory that is ours.
pub struct Part {
    layout: Layout,
    session: Session,
    jobs: usize,
    graph: Graph,
    selection: Selection,
    difference: Difference,
    plan_inputs: PlanInputs,
    warnings: Vec<String>,
}

/// A project that is to be planned, and what the plan will rest on.
pub struct Start {
    project: Project,
    workspace: Workspace,
    plan_inputs: PlanInputs,
}

/// What `args` does next.
pub fn next(context: &mut Context<'_>, args: &Build) -> Result<Next, Stop> {
    let (description, workspace) = context.source.description()?;
    let layout = layout(&workspace, &args.setup)?;
    let mut plan_inputs = PlanInputs::new(&layout, &asked(&description, args)?);
    if let Description::File(path) = &description {
        plan_inputs.there(path);
    }
    // Timings show even that nothing was to be done, and how long it took to find that out.
    if !args.running.timings
        && let Some(difference) = plan_inputs.compare()
        && let Ok(warnings) = serde_json::from_str(&difference.note)
    {
        if difference.changed.is_empty() {
            return Ok(Next::UpToDate(UpToDate { warnings }));
        }
        let (jobs, jobserver) = context.parent.slots(args.running.jobs, context.terminal)?;
        let session = context.open(&layout, jobserver)?;
        if let Some((graph, selection)) = plan_inputs.part(&session, &difference) {
            let part =
                Part { layout, session, jobs, graph, selection, difference, plan_inputs, warnings };
            return Ok(Next::Part(Box::new(part)));
        }
    }
    let (project, workspace) = match description {
        Description::Declared(project) => (project, workspace),
        Description::File(_) => context.source.project()?,
    };
    Ok(Next::Plan(Box::new(Start { project, workspace, plan_inputs })))
}

/// All that the user said about what there is to do.
fn asked(description: &Description, args: &Build) -> Result<String, Stop> {
    let text = match description {
        Description::Declared(project) => project.to_json()?,
        Description::File(path) => format!("{path:?}"),
    };
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!("{version} {:?} {:?}\n{text}", args.setup, args.targets))
}

/// Remembers a build. When that fails, the next one takes longer; no more.
pub fn remember(plan_inputs: &PlanInputs, planned: &Planned, outcome: &Outcome) {
    let warnings: Vec<String> = planned.resolved.warnings.iter().map(ToString::to_string).collect();
    if let Ok(note) = serde_json::to_string(&warnings) {
        let _ = plan_inputs.remember(&note, &planned.plan.graph, outcome);
    }
}

impl UpToDate {
    /// Says what the build would have said.
    pub fn say(&self, context: &mut Context<'_>, args: &Build) -> Ended {
        context.warn_all(&self.warnings);
        let summary = Summary {
            outcome: &Outcome::default(),
            counts: Counts::default(),
            elapsed: context.started.elapsed(),
            profile: args.setup.profile(),
            dry_run: args.running.dry_run,
        };
        summary::say(context.terminal, &summary);
        Ended::DONE
    }
}

impl Part {
    /// Builds it.
    pub fn build(self, context: &mut Context<'_>, args: &Build) -> Result<Ended, Stop> {
        let Part { layout, session, jobs, graph, selection, difference, plan_inputs, warnings } = self;
        context.warn_all(&warnings);
        let (running, profile) = (&args.running, args.setup.profile());
        let task = Task { layout: &layout, profile, running, jobs, timings: None };
        let ran = context.run_graph(&task, &graph, &selection, session)?;
        if !running.dry_run {
            // Without it, the next build plans.
            let _ = plan_inputs.renew(&difference, &graph, &ran.outcome);
        }
        Ok(ran.ended)
    }
}

impl Start {
    /// Plans, and notes what the plan rests on.
    pub fn plan(self, context: &mut Context<'_>, setup: &Setup) -> Result<(Planned, PlanInputs), Stop> {
        let Start { project, workspace, mut plan_inputs } = self;
        let planned = context.plan_project(project, workspace, setup, Limit::default().timeout)?;
        plan_inputs.looked_up(&planned.resolved, &planned.toolchain);
        Ok((planned, plan_inputs))
    }
}
