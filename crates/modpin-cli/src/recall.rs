//! How a verb gets what it asks for: with nothing at all, when everything is as its last build left it; with what changed
//! files touch; or with a plan. Which of them is decided before anything is planned.

use std::time::Duration;

use modpin::Project;
use modpin::layout::{Goal, Layout, Workspace};
use modpin::session::{PlanInputs, Session};
use modpin_engine::state::snapshot::Difference;
use modpin_engine::{FileId, Graph, Outcome, Selection};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::command::args::{Running, Setup};
use crate::command::exit::Stop;
use crate::configured::layout;
use crate::context::{Context, Planned};
use crate::run::{Ran, Task};
use crate::say::summary::{self, Counts, Summary};
use crate::source::{Description, Source};

/// What a verb asks for.
pub struct BuildRequest<'a> {
    /// What it is for.
    pub goal: Goal,
    /// What decides what a build makes and where.
    pub setup: &'a Setup,
    /// How a build goes about it.
    pub running: &'a Running,
    /// How long a module may take to load.
    pub timeout: Duration,
    /// What else the user said about what there is to do.
    pub words: String,
}

/// What became of it.
pub struct Built<T> {
    /// Where its files lie.
    pub layout: Layout,
    /// What the build came to.
    pub ran: Ran,
    /// What the verb noted of the plan.
    pub note: T,
}

/// What a build leaves for the next one of its kind.
#[derive(Serialize, Deserialize)]
struct Note<T> {
    warnings: Vec<String>,
    of_verb: T,
}

/// What to do next.
enum Next<T> {
    /// Nothing.
    UpToDate(Layout, Note<T>),
    /// What changed files touch, and no more.
    Part(Box<Part<T>>),
    /// Everything is to be planned and looked at.
    Plan(Box<Start>),
}

/// The part of the last plan that changed files touch, in a build directory that is ours.
struct Part<T> {
    layout: Layout,
    session: Session,
    jobs: usize,
    graph: Graph,
    selection: Selection,
    difference: Difference,
    plan_inputs: PlanInputs,
    note: Note<T>,
}

/// A project that is to be planned, and what the plan will rest on.
struct Start {
    project: Project,
    workspace: Workspace,
    plan_inputs: PlanInputs,
}

/// Brings up to date what a verb asks for. Of a plan, `wanted` says which files that are, and what the verb wants to know of
/// the plan when there will be none.
pub fn build<T: Serialize + DeserializeOwned>(
    context: &mut Context<'_>,
    asked: &BuildRequest<'_>,
    wanted: impl FnOnce(&Planned) -> Result<(Vec<FileId>, T), Stop>,
) -> Result<Built<T>, Stop> {
    context.jobs = asked.running.jobs;
    if let Source::Cargo(_) = context.source {
        // cargo knows whether anything changed, and has just said so.
        let planned = context.plan(asked.setup, asked.timeout)?;
        let (files, note) = wanted(&planned)?;
        let ran = context.run(&planned, &files, asked.running)?;
        return Ok(Built { layout: planned.layout, ran, note });
    }
    match next(context, asked)? {
        Next::UpToDate(layout, Note { warnings, of_verb }) => {
            if !asked.running.dry_run && !asked.running.caching.no_cache {
                // Nobody asks it anything, but what was said of it must make sense.
                asked.running.remote.server().find()?;
            }
            context.warn_all(&warnings);
            say_nothing_to_do(context, asked);
            Ok(Built { layout, ran: Ran::nothing(), note: of_verb })
        }
        Next::Part(part) => part.build(context, asked),
        Next::Plan(start) => start.build(context, asked, wanted),
    }
}

fn next<T: DeserializeOwned>(
    context: &mut Context<'_>,
    asked: &BuildRequest<'_>,
) -> Result<Next<T>, Stop> {
    let (description, workspace) = context.source.description()?;
    let layout = layout(&workspace, asked.setup)?;
    let mut plan_inputs = PlanInputs::new(&layout, asked.goal, &all_words(&description, asked)?);
    if let Description::File(path) = &description {
        plan_inputs.there(path);
    }
    // Timings show even that nothing was to be done, and how long it took to find that out.
    if !asked.running.timings
        && let Some(difference) = plan_inputs.compare()
        && let Ok(note) = serde_json::from_str(&difference.note)
    {
        if difference.is_empty() {
            return Ok(Next::UpToDate(layout, note));
        }
        let (jobs, jobserver) = context.parent.slots(asked.running.jobs, context.terminal)?;
        let session = context.open(&layout, jobserver)?;
        if let Some((graph, selection)) = plan_inputs.part(&session, &difference) {
            let part = Part { layout, session, jobs, graph, selection, difference, plan_inputs, note };
            return Ok(Next::Part(Box::new(part)));
        }
    }
    plan_inputs.begin();
    let (project, workspace) = match description {
        Description::Declared(project) => (*project, workspace),
        Description::File(_) => context.source.project()?,
    };
    Ok(Next::Plan(Box::new(Start { project, workspace, plan_inputs })))
}

/// All that the user said about what there is to do.
fn all_words(description: &Description, asked: &BuildRequest<'_>) -> Result<String, Stop> {
    let project = match description {
        Description::Declared(project) => project.to_json()?,
        Description::File(path) => format!("{path:?}"),
    };
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!("{version} {:?} {}\n{project}", asked.setup, asked.words))
}

/// The words of a build that did nothing.
fn say_nothing_to_do(context: &mut Context<'_>, asked: &BuildRequest<'_>) {
    if context.is_rest {
        return;
    }
    let summary = Summary {
        outcome: &Outcome::default(),
        counts: Counts::default(),
        elapsed: context.started.elapsed(),
        profile: asked.setup.profile(),
        dry_run: asked.running.dry_run,
    };
    summary::say(context.terminal, &summary);
}

impl<T> Part<T> {
    fn build(self, context: &mut Context<'_>, asked: &BuildRequest<'_>) -> Result<Built<T>, Stop> {
        let Part { layout, mut session, jobs, graph, selection, difference, plan_inputs, note } = self;
        context.warn_all(&note.warnings);
        let (running, profile) = (asked.running, asked.setup.profile());
        let task = Task { layout: &layout, profile, running, jobs, timings: None };
        let ran = context.run_graph(&task, &graph, &selection, &mut session)?;
        if !running.dry_run {
            // Without it, the next build plans.
            let _ = plan_inputs.renew(&difference, &graph, &ran.outcome);
        }
        // The process ends soon.
        std::mem::forget((graph, selection));
        Ok(Built { layout, ran, note: note.of_verb })
    }
}

impl Start {
    fn build<T: Serialize>(
        self,
        context: &mut Context<'_>,
        asked: &BuildRequest<'_>,
        wanted: impl FnOnce(&Planned) -> Result<(Vec<FileId>, T), Stop>,
    ) -> Result<Built<T>, Stop> {
        let Start { project, workspace, mut plan_inputs } = self;
        let planned = context.plan_project(project, workspace, asked.setup, asked.timeout)?;
        let (files, of_verb) = wanted(&planned)?;
        let (ran, session) = context.run_and_stay(&planned, &files, asked.running)?;
        plan_inputs.looked_up(&planned.resolved, &planned.toolchain);
        let warnings = planned.resolved.warnings.iter().map(ToString::to_string).collect();
        let note = Note { warnings, of_verb };
        if let Ok(text) = serde_json::to_string(&note) {
            // Without it, the next build takes longer; no more.
            let _ = plan_inputs.remember(&session, &text, &planned.plan.graph, &ran.outcome);
        }
        let Planned { layout, plan, .. } = planned;
        // The process ends soon. To free a plan piece by piece is a twentieth of a look at everything.
        std::mem::forget(plan);
        Ok(Built { layout, ran, note: note.of_verb })
    }
}
