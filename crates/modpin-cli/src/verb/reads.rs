//! `build --check-reads`: each rule's tool runs once more under strace, and what it reads of the project without saying so is told. Such
//! a file may change, and nobody runs the rule again.

use std::collections::BTreeSet;

use modpin::plan::{Traced, traced_graph};
use modpin::toolchain::find_program;
use modpin::{Error, Problem};
use modpin_engine::{FileId, Graph};

use crate::command::args::{Limit, Running, Setup};
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::{Context, Planned};
use crate::run::Task;
use crate::say::trace::read_in;

/// Checks all rules of a project that was built.
pub fn check(context: &mut Context<'_>, setup: &Setup, running: &Running) -> Result<Ended, Stop> {
    let strace = find_program("strace").ok_or_else(|| {
        let text =
            "--check-reads runs the tools of rules under strace, and there is no program \"strace\"";
        Stop::usage(text, "install it (apt-get install strace)")
    })?;
    let planned = context.plan(setup, Limit::default().timeout)?;
    let traces = planned.layout.checks("reads");
    let (graph, traced) = traced_graph(&planned.plan, &planned.layout, &traces, &strace)?;
    let wanted: Vec<FileId> = traced.iter().map(|traced| traced.trace).collect();
    let (jobs, jobserver) = context.parent.slots(running.jobs, context.terminal)?;
    let mut session = context.open(&traces, jobserver)?;
    let task = Task { layout: &traces, profile: planned.profile, running, jobs, timings: None };
    let selection = session.select(&graph, &wanted)?;
    let ran = context.run_graph(&task, &graph, &selection, &mut session)?;
    if ran.ended.exit != Exit::Done || running.dry_run {
        return Ok(ran.ended);
    }
    let root = std::fs::canonicalize(&planned.layout.root)
        .map_err(|error| Error::io(&planned.layout.root, "look at", error))?;
    let root = format!("{}/", root.display());
    // A rule that runs on many objects reads the same for each.
    let mut problems = BTreeSet::new();
    for traced in &traced {
        let declared = declared(&graph, session.store(), traced);
        let read = undeclared(&planned, &graph, traced, &root)?;
        problems.extend(read.difference(&declared).map(|path| (&traced.title, path.clone())));
    }
    for (title, path) in &problems {
        let text = format!("{title} reads {path}, which it does not declare");
        let help = format!("name it: an input(), .reads({path:?}), or in its depfile");
        context.terminal.error(Problem::new(text, help));
    }
    let count = traced.len();
    context.terminal.status("Checked", format_args!("what {count} commands of rules read"));
    let exit = if problems.is_empty() { Exit::Done } else { Exit::Failed };
    Ok(Ended { exit, commands: ran.ended.commands })
}

/// What a rule says that it reads, before and after.
fn declared(graph: &Graph, store: &modpin_engine::Store, traced: &Traced) -> BTreeSet<String> {
    let producer = graph.file_at(traced.key).producer;
    let inputs = producer.map(|action| &graph.action(action).inputs[..]).unwrap_or_default();
    let record = store.find(graph.path(traced.key)).and_then(|id| store.action(id));
    let told = record.map(|record| &record.discovered[..]).unwrap_or_default();
    let told = told.iter().map(|&(id, _)| store.path(id).to_owned());
    inputs.iter().map(|&input| graph.path(input).to_owned()).chain(told).collect()
}

/// The files of the project that it has read, and that are none of its own.
fn undeclared(
    planned: &Planned,
    graph: &Graph,
    traced: &Traced,
    root: &str,
) -> Result<BTreeSet<String>, Stop> {
    let path = planned.layout.absolute(graph.path(traced.trace));
    let bytes = std::fs::read(&path).map_err(|error| Error::io(&path, "read what was traced", error))?;
    let dir = format!("{root}{}", traced.dir);
    let own = format!("{}/", planned.layout.checks("reads").dir);
    let read = read_in(&String::from_utf8_lossy(&bytes), dir.trim_end_matches('/'));
    let inside =
        read.iter().filter_map(|path| path.strip_prefix(root)).filter(|path| !path.starts_with(&own));
    let files = inside.filter(|path| planned.layout.absolute(path).is_file());
    Ok(files.map(str::to_owned).collect())
}
