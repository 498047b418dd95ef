//! `build`: which files the names on the command line stand for. Without names, everything.

use std::path::Path;

use modpin::layout::Goal;
use modpin_engine::FileId;

use super::{goal, reads};
use crate::command::args::{Build, Limit, Running, Setup};
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::{Context, Planned};
use crate::recall::{self, BuildRequest};

/// Builds targets.
pub fn run(context: &mut Context<'_>, args: &Build) -> Result<Ended, Stop> {
    let Build { targets, check_reads, setup, running } = args;
    let ended = build(context, targets, setup, running)?;
    if !check_reads || ended.exit != Exit::Done {
        return Ok(ended);
    }
    let checked = reads::check(context, setup, running)?;
    Ok(Ended { commands: ended.commands + checked.commands, ..checked })
}

/// What a build of everything makes besides what was made just now. Small steps: only what is wrong is told.
pub fn rest(context: &mut Context<'_>, setup: &Setup, running: &Running) -> Result<Ended, Stop> {
    let running = Running { timings: false, ..running.clone() };
    context.begin("the rest of the build");
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
    // Goals may be paths from where the user stands.
    let dir = std::env::current_dir().unwrap_or_default();
    let words = if targets.is_empty() { String::new() } else { format!("{targets:?} in {dir:?}") };
    let (goal, timeout) = (Goal::Build, Limit::default().timeout);
    let asked = BuildRequest { goal, setup, running, timeout, words };
    let built = recall::build(context, &asked, |planned| Ok((wanted(planned, targets, &dir)?, ())))?;
    Ok(built.ran.ended)
}

fn wanted(planned: &Planned, goals: &[String], dir: &Path) -> Result<Vec<FileId>, Stop> {
    if goals.is_empty() {
        return Ok(planned.plan.default.clone());
    }
    let files = goals.iter().map(|goal| goal::files(planned, goal, dir));
    Ok(files.collect::<Result<Vec<_>, Stop>>()?.concat())
}
