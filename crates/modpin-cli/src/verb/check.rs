//! `check`: a checker looks at sources, with the flags of their objects. It looks again only where something changed; what it found
//! before is said again.

use std::collections::{BTreeMap, BTreeSet};

use modpin::explain;
use modpin::plan::{Checker, CheckerRun, ObjectCommand, check_graph};
use modpin::session::Session;
use modpin::steps::SourceFinding;
use modpin::{Error, did_you_mean, shown};
use modpin_engine::{FileId, Graph, Hash};

use crate::command::args::Limit;
use crate::command::exit::{Ended, Exit, Stop};
use crate::command::source_args::Check;
use crate::context::{Context, Planned};
use crate::run::Task;
use crate::say::message::Message;

/// Checks sources.
pub fn run(context: &mut Context<'_>, args: &Check) -> Result<Ended, Stop> {
    context.jobs = args.running.jobs;
    let planned = context.plan(&args.setup, Limit::default().timeout)?;
    let checker = args.checker.map_or_else(|| usual(&planned), Checker::from);
    let program = program(&planned, checker)?;
    let all = sources_in_c(&planned);
    let commands = chosen(&planned, &all, &args.files)?;
    // What a source reads is known when it has been compiled.
    let objects = commands.iter().filter_map(|command| planned.plan.graph.find(&command.object));
    let (ran, session) =
        context.run_and_stay(&planned, &objects.collect::<Vec<FileId>>(), &args.running)?;
    if ran.ended.exit != Exit::Done {
        return Ok(ran.ended);
    }
    let read =
        commands.iter().map(|command| (command.object.clone(), read_by(&session, &command.object)));
    let read: BTreeMap<String, Vec<String>> = read.collect();
    drop(session);
    let checks = planned.layout.checks(checker.name());
    let checking = CheckerRun { checker, program: &program, read: &read };
    // All of them: what nobody asks for now stays as it is.
    let (graph, reports) = check_graph(&planned.layout, &checks, &checking, &all)?;
    let reports = all.iter().zip(reports).filter(|(command, _)| commands.contains(command));
    let reports: Vec<FileId> = reports.map(|(_, report)| report).collect();
    let (jobs, jobserver) = context.parent.slots(args.running.jobs, context.terminal)?;
    let mut session = context.open(&checks, jobserver)?;
    let task =
        Task { layout: &checks, profile: planned.profile, running: &args.running, jobs, timings: None };
    let selection = session.select(&graph, &reports)?;
    let checked = context.run_graph(&task, &graph, &selection, &mut session)?;
    if args.running.dry_run {
        return Ok(checked.ended);
    }
    let ran_now: BTreeSet<FileId> =
        checked.outcome.ran.iter().flat_map(|&action| graph.action(action).outputs.clone()).collect();
    let wanted = reports.iter().filter(|report| !args.changed || ran_now.contains(report));
    let there = wanted.filter(|&&report| checked.has(graph.path(report)));
    let found = findings(&planned, &graph, there)?;
    say(context, checker, &found);
    let exit = match checked.ended.exit {
        Exit::Done if !found.is_empty() => Exit::Failed,
        exit => exit,
    };
    Ok(Ended { exit, commands: ran.ended.commands + checked.ended.commands })
}

fn usual(planned: &Planned) -> Checker {
    if planned.toolchain.kind == "clang" { Checker::ClangTidy } else { Checker::GccAnalyzer }
}

fn program(planned: &Planned, checker: Checker) -> Result<String, Stop> {
    if checker == Checker::GccAnalyzer {
        if planned.toolchain.kind != "gcc" {
            let text = format!("gcc-analyzer is gcc's, and the compiler is {}", planned.toolchain.kind);
            return Err(Stop::usage(text, "choose another one: --checker clang-tidy"));
        }
        return Ok(planned.toolchain.compiler.clone());
    }
    modpin::toolchain::find_program(checker.name()).ok_or_else(|| {
        let text = format!("there is no program {:?}", checker.name());
        Stop::usage(text, "install it, or choose another one: --checker")
    })
}

/// The sources. An assembler file has nothing that a checker of C reads.
fn sources_in_c(planned: &Planned) -> Vec<ObjectCommand> {
    let is_c =
        |command: &ObjectCommand| !command.source.ends_with(".s") && !command.source.ends_with(".S");
    planned.plan.object_commands().into_iter().filter(is_c).collect()
}

/// Those that the words mean.
fn chosen(
    planned: &Planned,
    all: &[ObjectCommand],
    words: &[String],
) -> Result<Vec<ObjectCommand>, Stop> {
    if words.is_empty() {
        return Ok(all.to_vec());
    }
    let dir = std::env::current_dir().unwrap_or_default();
    let mut chosen: Vec<ObjectCommand> = Vec::new();
    for word in words {
        let names = explain::names(&planned.layout, word.trim_end_matches('/'), &dir);
        let fits = |command: &&ObjectCommand| {
            let below =
                |name: &String| name.is_empty() || command.source.starts_with(&format!("{name}/"));
            names.contains(&command.source) || (word.ends_with('/') && names.iter().any(below))
        };
        let found: Vec<ObjectCommand> = all.iter().filter(fits).cloned().collect();
        if found.is_empty() {
            let known = all.iter().map(|command| command.source.as_str());
            let help = did_you_mean(word, known, "a directory has a slash behind it: DIR/");
            return Err(Stop::usage(format!("no source is named {word:?}"), help));
        }
        let is_new = |command: &ObjectCommand| !chosen.contains(command);
        let new: Vec<ObjectCommand> = found.into_iter().filter(is_new).collect();
        chosen.extend(new);
    }
    Ok(chosen)
}

/// What the compilation of an object has read.
fn read_by(session: &Session, object: &str) -> Vec<String> {
    let store = session.store();
    let record = store.find(object).and_then(|id| store.action(id));
    let found = record.map(|record| record.discovered.as_slice()).unwrap_or_default();
    let was_there =
        |hash: &Hash| !matches!(*hash, Hash::MISSING | Hash::PRESENT | Hash::NOT_A_FILE | Hash::IN_PART);
    found.iter().filter(|(_, hash)| was_there(hash)).map(|&(id, _)| store.path(id).to_owned()).collect()
}

/// What is found, each once, by file and line: a header is read for many sources.
fn findings<'a>(
    planned: &Planned,
    graph: &Graph,
    reports: impl Iterator<Item = &'a FileId>,
) -> Result<BTreeSet<SourceFinding>, Stop> {
    let mut all = BTreeSet::new();
    for &report in reports {
        let path = planned.layout.absolute(graph.path(report));
        let bytes =
            std::fs::read(&path).map_err(|error| Error::io(&path, "read what was found", error))?;
        let found: Vec<SourceFinding> = serde_json::from_slice(&bytes)
            .map_err(|error| Error::io(&path, "read what was found", error.into()))?;
        all.extend(found);
    }
    Ok(all)
}

fn say(context: &mut Context<'_>, checker: Checker, found: &BTreeSet<SourceFinding>) {
    let terminal = &mut *context.terminal;
    for finding in found {
        let SourceFinding { file, line, column, severity, message } = finding;
        if terminal.json() {
            let checker = checker.name();
            terminal.message(&Message::Finding { checker, finding });
            continue;
        }
        let column = column.map(|column| format!(":{column}")).unwrap_or_default();
        let text = format!("{file}:{line}{column}: {severity}: {message}");
        terminal.print(&format!("{}\n", shown::line(&text)));
    }
    let count =
        if found.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", found.len()) };
    terminal.status("Checked", format_args!("by {}: {count}", checker.name()));
}
