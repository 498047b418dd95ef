//! `build`: which files the names on the command line stand for. Without names, everything.

use modpin::Resolved;
use modpin::layout::Goal;
use modpin::plan::{Plan, PlannedTarget, TargetKind};
use modpin_engine::FileId;

use crate::command::args::{Build, Limit, Running, Setup};
use crate::command::exit::{Ended, Stop};
use crate::context::Context;
use crate::recall::{self, BuildRequest};
use crate::say::listing::hosts_with;

/// Builds targets.
pub fn run(context: &mut Context<'_>, args: &Build) -> Result<Ended, Stop> {
    let Build { targets, setup, running } = args;
    build(context, targets, setup, running)
}

/// What a build of everything makes besides what was made just now. Small steps: only what is wrong is told.
pub fn rest(context: &mut Context<'_>, setup: &Setup, running: &Running) -> Result<Ended, Stop> {
    let running = Running { timings: false, ..running.clone() };
    context.is_rest = true;
    let ended = build(context, &[], setup, &running);
    context.is_rest = false;
    ended
}

fn build(
    context: &mut Context<'_>,
    targets: &[String],
    setup: &Setup,
    running: &Running,
) -> Result<Ended, Stop> {
    let (goal, timeout, words) = (Goal::Build, Limit::default().timeout, format!("{targets:?}"));
    let asked = BuildRequest { goal, setup, running, timeout, words };
    let built = recall::build(context, &asked, |planned| {
        Ok((wanted(&planned.plan, &planned.resolved, targets)?, ()))
    })?;
    Ok(built.ran.ended)
}

fn wanted(plan: &Plan, resolved: &Resolved, names: &[String]) -> Result<Vec<FileId>, Stop> {
    if names.is_empty() {
        return Ok(plan.default.clone());
    }
    let mut files = Vec::new();
    for name in names {
        files.extend(target(plan, resolved, name)?);
    }
    Ok(files)
}

/// The files of every target of that name: a library and a program may share one. A module that is built
/// in has none of its own; its hosts have it.
fn target(plan: &Plan, resolved: &Resolved, name: &str) -> Result<Vec<FileId>, Stop> {
    let named: Vec<&PlannedTarget> = plan.targets.iter().filter(|target| target.name == name).collect();
    if named.is_empty() {
        return Err(unknown(plan, resolved, name));
    }
    let files = of_targets(&named);
    if !files.is_empty() {
        return Ok(files);
    }
    let hosts = hosts_with(resolved, name);
    let is_host = |target: &&PlannedTarget| {
        target.kind == TargetKind::Executable && hosts.contains(&&*target.name)
    };
    Ok(of_targets(&plan.targets.iter().filter(is_host).collect::<Vec<_>>()))
}

fn of_targets(targets: &[&PlannedTarget]) -> Vec<FileId> {
    targets.iter().flat_map(|target| target.files.iter().chain(&target.checks)).copied().collect()
}

fn unknown(plan: &Plan, resolved: &Resolved, name: &str) -> Stop {
    if let Some(disabled) = resolved.disabled.iter().find(|disabled| disabled.name == name) {
        let help = "give the option another value with -D";
        let text = format!("{} {name:?} is not built: {}", disabled.kind, disabled.why);
        return Stop::usage(text, help);
    }
    let text = format!("no target is named {name:?}");
    let names = plan.targets.iter().map(|target| target.name.as_str());
    let all = format!("the targets are {}", names.clone().collect::<Vec<_>>().join(", "));
    Stop::usage(text, modpin::did_you_mean(name, names, all))
}
