//! What there is to say of a file: who makes it, out of what, for whom, whether it is up to date, and why it was made
//! last. From the graph and what the engine remembers; knows no symbol.

use std::collections::{HashMap, VecDeque};

use modpin_engine::{Action, ActionId, FileId, Graph, Hash, Store, Work, value_of};
use serde::Serialize;

use super::arguments::Compilation;
use super::linkage::Linkage;
use crate::plan::{Plan, PlannedTarget, TargetKind};

/// A file that the build reads or writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileAnswer {
    /// Relative to the project's root, or absolute.
    pub path: String,
    /// Whether it is as it should be.
    pub state: Freshness,
    /// How it is made; none for a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by: Option<MadeBy>,
    /// What would run to bring it up to date, in order: empty when it is.
    pub outdated: Vec<Outdated>,
    /// How it was made last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Last>,
    /// How it is compiled: an object, or each object of a source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compiled: Vec<Compilation>,
    /// How it is linked: a program, a module, a shared library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked: Option<Linkage>,
    /// What it is made of.
    pub inputs: Vec<Input>,
    /// What was found to be read as well: headers, libraries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub discovered: Vec<String>,
    /// The options of which the values were found to count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// What reads it.
    pub read_by: Vec<Reader>,
    /// The targets that need it, each with the shortest way.
    pub needed_for: Vec<Way>,
}

/// Whether a file is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    /// Nobody makes it.
    Source,
    /// A build would leave it as it is.
    UpToDate,
    /// A build would make it again.
    Outdated,
    /// It was not built yet.
    NeverBuilt,
}

/// How a file is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MadeBy {
    /// What is done: `Compiling`.
    pub verb: &'static str,
    /// To what.
    pub label: String,
    /// The command line, quoted for a POSIX shell; none when modpin does the work itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What is made together with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub together_with: Vec<String>,
}

/// An action that would run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outdated {
    /// What it does.
    pub verb: &'static str,
    /// To what.
    pub label: String,
    /// Why.
    pub why: String,
}

/// How a file was made last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Last {
    /// Why it was made then.
    pub why: String,
    /// How long that took.
    pub elapsed_ms: u32,
    /// That it came from the cache, and from where it came there; or why it is not kept there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<String>,
}

/// A file that another is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    /// Its path.
    pub path: String,
    /// `source`, `built`, or `tool` for a program that takes part.
    pub what: &'static str,
}

/// An action that reads a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reader {
    /// What it does.
    pub verb: &'static str,
    /// To what.
    pub label: String,
    /// What it makes.
    pub makes: String,
}

/// From a file to a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    /// The target.
    pub target: String,
    /// `library`, `module` or `executable`.
    pub target_kind: TargetKind,
    /// The files on the way, this one and the target's included.
    pub files: Vec<String>,
}

/// What was remembered of earlier builds, and what a dry run said.
pub struct Memory<'a> {
    /// The engine's records.
    pub store: &'a Store,
    /// Actions that would run for this file, in order, each with its reason.
    pub would_run: &'a [(ActionId, String)],
    /// How a file is compiled.
    pub compiled: &'a dyn Fn(&str) -> Vec<Compilation>,
    /// How a file is linked.
    pub linked: &'a dyn Fn(&str) -> Option<Linkage>,
    /// How a command is written for people.
    pub command: &'a dyn Fn(&Action, &modpin_engine::Command) -> String,
}

/// Everything about a file; `None` when neither the graph nor an earlier build knows it.
pub fn explain(plan: &Plan, path: &str, memory: &Memory<'_>) -> Option<FileAnswer> {
    let file = plan.graph.find(path);
    let read_by = readers(&plan.graph, path, memory.store);
    if file.is_none() && read_by.is_empty() {
        return None;
    }
    let producer = file.and_then(|file| plan.graph.file_at(file).producer);
    let record = producer.and_then(|producer| record(&plan.graph, producer, memory.store));
    let would_run = match producer {
        Some(_) => memory.would_run.iter().map(|(id, why)| outdated(&plan.graph, *id, why)).collect(),
        None => Vec::new(),
    };
    let state = match (producer, record) {
        (None, _) => Freshness::Source,
        (Some(_), None) => Freshness::NeverBuilt,
        (Some(own), Some(_)) if memory.would_run.iter().any(|(id, _)| *id == own) => Freshness::Outdated,
        (Some(_), Some(_)) => Freshness::UpToDate,
    };
    let action = producer.map(|producer| plan.graph.action(producer));
    let found = record.map(|record| record.discovered.as_slice()).unwrap_or_default();
    let there =
        || found.iter().filter(|(_, hash)| was_read(*hash)).map(|&(id, _)| memory.store.path(id));
    let files = there().filter(|path| value_of(path).is_none());
    let options = there().filter_map(|path| Some(value_of(path)?.1.to_owned()));
    let starts: Vec<ActionId> = read_by.iter().map(|(id, _)| *id).collect();
    Some(FileAnswer {
        path: path.to_owned(),
        state,
        made_by: action.map(|action| made_by(&plan.graph, action, path, memory)),
        outdated: would_run,
        last: record.filter(|record| !record.reason.is_empty()).map(|record| Last {
            why: record.reason.clone(),
            elapsed_ms: record.millis,
            cache: Some(record.cache.clone()).filter(|cache| !cache.is_empty()),
        }),
        compiled: (memory.compiled)(path),
        linked: (memory.linked)(path),
        inputs: action.map(|action| inputs(&plan.graph, action)).unwrap_or_default(),
        discovered: files.map(str::to_owned).collect(),
        options: options.collect(),
        read_by: read_by.into_iter().map(|(_, reader)| reader).collect(),
        needed_for: ways(plan, path, file, &starts),
    })
}

/// The record of an action that has a result.
fn record<'a>(
    graph: &Graph,
    action: ActionId,
    store: &'a Store,
) -> Option<&'a modpin_engine::ActionRecord> {
    let path = graph.path(*graph.action(action).outputs.first()?);
    let record = store.action(store.find(path)?)?;
    (record.digest != Hash::UNKNOWN).then_some(record)
}

fn outdated(graph: &Graph, id: ActionId, why: &str) -> Outdated {
    let action = graph.action(id);
    Outdated { verb: action.verb, label: action.label.clone(), why: why.to_owned() }
}

fn made_by(graph: &Graph, action: &Action, path: &str, memory: &Memory<'_>) -> MadeBy {
    let command = match &action.work {
        Work::Command(command) => Some((memory.command)(action, command)),
        Work::Step(_) => None,
    };
    let others = action.outputs.iter().map(|&output| graph.path(output));
    let together_with = others.filter(|other| *other != path).map(str::to_owned).collect();
    MadeBy { verb: action.verb, label: action.label.clone(), command, together_with }
}

fn inputs(graph: &Graph, action: &Action) -> Vec<Input> {
    let what = |file: FileId| match graph.file_at(file).producer {
        Some(_) => "built",
        None if is_tool(graph.path(file)) => "tool",
        None => "source",
    };
    let input = |&file: &FileId| Input { path: graph.path(file).to_owned(), what: what(file) };
    action.inputs.iter().map(input).collect()
}

/// A program outside of the project: its name has no ending that a source would have.
fn is_tool(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_library = name.contains(".so") || name.ends_with(".a") || name.ends_with(".o");
    path.starts_with('/')
        && !is_library
        && !name.ends_with(".c")
        && !name.ends_with(".S")
        && !name.ends_with(".s")
}

/// Actions that name the file as an input, and those that were found to read it.
fn readers(graph: &Graph, path: &str, store: &Store) -> Vec<(ActionId, Reader)> {
    let file = graph.find(path);
    let known = store.find(path);
    let reads = |action: &Action| {
        if file.is_some_and(|file| action.inputs.contains(&file)) {
            return true;
        }
        let Some(known) = known else { return false };
        let first = action.outputs.first().and_then(|&output| store.find(graph.path(output)));
        let record = first.and_then(|first| store.action(first));
        record.is_some_and(|record| {
            record.discovered.iter().any(|&(id, hash)| id == known && was_read(hash))
        })
    };
    let reader = |action: &Action| Reader {
        verb: action.verb,
        label: action.label.clone(),
        makes: action.outputs.first().map(|&output| graph.path(output).to_owned()).unwrap_or_default(),
    };
    graph
        .actions()
        .filter(|(_, action)| reads(action))
        .map(|(id, action)| (id, reader(action)))
        .collect()
}

/// The targets above a file, nearest first, each with the shortest way to it.
fn ways(plan: &Plan, path: &str, file: Option<FileId>, starts: &[ActionId]) -> Vec<Way> {
    let graph = &plan.graph;
    let mut readers: HashMap<FileId, Vec<ActionId>> = HashMap::new();
    for (id, action) in graph.actions() {
        action.inputs.iter().for_each(|&input| readers.entry(input).or_default().push(id));
    }
    // From which file each file was reached.
    let mut from: HashMap<FileId, Option<FileId>> = HashMap::new();
    let mut queue = VecDeque::new();
    let mut reach = |file: FileId, by: Option<FileId>, queue: &mut VecDeque<FileId>| {
        from.entry(file).or_insert_with(|| {
            queue.push_back(file);
            by
        });
    };
    file.into_iter().for_each(|file| reach(file, None, &mut queue));
    for &start in starts {
        graph.action(start).outputs.iter().for_each(|&output| reach(output, file, &mut queue));
    }
    let mut order = Vec::new();
    while let Some(at) = queue.pop_front() {
        order.push(at);
        for &reader in readers.get(&at).into_iter().flatten() {
            graph.action(reader).outputs.iter().for_each(|&output| reach(output, Some(at), &mut queue));
        }
    }
    let mut found = Vec::new();
    for &at in &order {
        let is_made = |target: &&PlannedTarget| {
            target.kind != TargetKind::Group && target.files.first() == Some(&at)
        };
        for target in plan.targets.iter().filter(is_made) {
            let mut files: Vec<String> =
                std::iter::successors(Some(at), |at| from.get(at).copied().flatten())
                    .map(|file| graph.path(file).to_owned())
                    .collect();
            if file.is_none() {
                files.push(path.to_owned());
            }
            files.reverse();
            found.push(Way { target: target.name.clone(), target_kind: target.kind, files });
        }
    }
    found
}

/// It was there, and it was what was looked for.
fn was_read(hash: Hash) -> bool {
    !matches!(hash, Hash::MISSING | Hash::PRESENT)
}
