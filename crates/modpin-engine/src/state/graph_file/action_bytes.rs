//! An action byte by byte, as it stands in a graph file. What it has in common with others it names by number.

use std::sync::Arc;

use crate::graph::stage::Stage;
use crate::graph::step::StepDecoder;
use crate::graph::{Action, Arg, Command, Elsewhere, FileId, Graph, Response, Scan, Search, Then, Work};
use crate::state::fields::{Fields, put_number, put_text};
use crate::state::graph_file::shared::{Shared, SharedReader};
use modpin_budget::{Budget, grown};

/// Adds an action.
pub fn put_action(to: &mut Vec<u8>, graph: &Graph, action: &Action, shared: &mut Shared) {
    put_text(to, action.verb);
    put_text(to, &action.label);
    put_option(to, action.depfile.as_deref());
    for files in [&action.inputs, &action.outputs] {
        put_all(to, files, |to, &file| put_text(to, graph.path(file)));
    }
    match &action.work {
        Work::Command(command) => {
            to.push(0);
            put_command(to, command, shared);
            put_all(to, &command.before, |to, &file| put_text(to, graph.path(file)));
            put_elsewhere(to, &command.elsewhere);
        }
        Work::Step(step) => match step.encoded() {
            Some(bytes) => {
                to.push(1);
                put_number(to, step.shared().map_or(NONE, |bytes| shared.number(&bytes)));
                to.extend(bytes);
            }
            None => to.push(2),
        },
    }
}

/// The number of nothing.
const NONE: u32 = u32::MAX;

fn put_command(to: &mut Vec<u8>, command: &Command, shared: &mut Shared) {
    put_text(to, &command.program);
    put_option(to, command.launcher.as_deref());
    put_all(to, &command.args, put_arg);
    put_env(to, &command.env);
    put_all(to, &command.then, |to, Then { name, program, args, env }| {
        put_text(to, name);
        put_text(to, program);
        put_all(to, args, put_arg);
        put_env(to, env);
    });
    put_option(to, command.response.as_ref().map(|response| response.path.as_str()));
    put_text(to, command.response.as_ref().map_or("", |response| &response.text));
    put_number(to, command.search.as_ref().map_or(NONE, |search| shared.search(search)));
    put_all(to, &command.later, |to, path| put_text(to, path));
    to.push(command.stage.is_some().into());
    if let Some(Stage { dir, stdin, stdout, own_dirs }) = command.stage.as_deref() {
        put_option(to, dir.as_deref());
        put_option(to, stdin.as_deref());
        put_number(to, stdout.map_or(NONE, |index| index as u32));
        put_all(to, own_dirs, |to, dir| put_text(to, dir));
    }
}

fn put_elsewhere(to: &mut Vec<u8>, elsewhere: &Elsewhere) {
    match elsewhere {
        Elsewhere::No => to.push(0),
        Elsewhere::Declared => to.push(1),
        Elsewhere::Scanned(scan) => {
            to.push(2);
            put_number(to, scan.first as u32);
            put_all(to, &scan.behind, put_arg);
        }
        Elsewhere::Here(why) => {
            to.push(3);
            put_text(to, why);
        }
    }
}

fn put_env(to: &mut Vec<u8>, env: &[(String, Option<String>)]) {
    put_all(to, env, |to, (name, value)| {
        put_text(to, name);
        put_option(to, value.as_deref());
    });
}

fn put_arg(to: &mut Vec<u8>, arg: &Arg) {
    match arg {
        Arg::Text(text) => {
            to.push(0);
            put_text(to, text);
        }
        Arg::Output { prefix, index } => {
            to.push(1);
            put_text(to, prefix);
            put_number(to, *index as u32);
        }
        Arg::Depfile { prefix } => {
            to.push(2);
            put_text(to, prefix);
        }
        Arg::Further => to.push(3),
        Arg::OwnDir(dir) => {
            to.push(4);
            put_text(to, dir);
        }
        Arg::Joined(parts) => {
            to.push(5);
            put_all(to, parts, put_arg);
        }
        Arg::Aside(text) => {
            to.push(6);
            put_text(to, text);
        }
    }
}

fn put_option(to: &mut Vec<u8>, text: Option<&str>) {
    to.push(text.is_some().into());
    put_text(to, text.unwrap_or_default());
}

fn put_all<T>(to: &mut Vec<u8>, all: &[T], mut put: impl FnMut(&mut Vec<u8>, &T)) {
    put_number(to, all.len() as u32);
    all.iter().for_each(|one| put(to, one));
}

/// The bytes of an action, and the memory that it may take.
struct Source<'a> {
    fields: Fields<'a>,
    budget: Budget,
}

/// An action of a graph, from its bytes.
pub fn take_action(
    bytes: &[u8],
    graph: &mut Graph,
    shared: &mut SharedReader<'_>,
    decoder: &dyn StepDecoder,
) -> Option<Action> {
    let from = &mut Source { fields: Fields(bytes), budget: Budget::of(bytes.len()) };
    let (verb, label) = (decoder.verb(take(from)?)?, take(from)?.to_owned());
    let depfile = take_option(from)?;
    let inputs = take_all(from, |from| take_file(from, graph))?;
    let outputs = take_all(from, |from| take_file(from, graph))?;
    let work = match from.fields.u8().ok()? {
        0 => Work::Command(take_command(from, graph, shared)?),
        1 => {
            let known = match from.fields.u32().ok()? {
                NONE => None,
                number => Some(shared.bytes(number)?),
            };
            Work::Step(decoder.step(from.fields.0, known)?)
        }
        _ => return None,
    };
    Some(Action { verb, label, work, inputs, outputs, depfile })
}

fn take_command(
    from: &mut Source<'_>,
    graph: &mut Graph,
    shared: &mut SharedReader<'_>,
) -> Option<Command> {
    let (program, launcher) = (take(from)?.to_owned(), take_option(from)?);
    let args = take_all(from, |from| take_arg(from, true))?;
    let env = take_env(from)?;
    let then = take_all(from, |from| {
        let (name, program) = (take(from)?.to_owned(), take(from)?.to_owned());
        let args = take_all(from, |from| take_arg(from, true))?;
        Some(Then { name, program, args, env: take_env(from)? })
    })?;
    let (path, text) = (take_option(from)?, take(from)?.to_owned());
    let response = path.map(|path| Box::new(Response { path, text }));
    let search: Option<Arc<Search>> = match from.fields.u32().ok()? {
        NONE => None,
        number => Some(shared.search(number)?),
    };
    let later = take_all(from, |from| Some(take(from)?.to_owned()))?;
    let stage = match from.fields.u8().ok()? {
        0 => None,
        _ => Some(Box::new(take_stage(from)?)),
    };
    let before = take_all(from, |from| take_file(from, graph))?;
    let elsewhere = match from.fields.u8().ok()? {
        0 => Elsewhere::No,
        1 => Elsewhere::Declared,
        2 => {
            let first = from.fields.u32().ok()? as usize;
            let behind = take_all(from, |from| take_arg(from, true))?;
            Elsewhere::Scanned(Box::new(Scan { first, behind }))
        }
        3 => Elsewhere::Here(take(from)?.into()),
        _ => return None,
    };
    Some(Command {
        program,
        launcher,
        args,
        env,
        response,
        search,
        later,
        stage,
        then,
        before,
        elsewhere,
    })
}

fn take_env(from: &mut Source<'_>) -> Option<Vec<(String, Option<String>)>> {
    take_all(from, |from| Some((take(from)?.to_owned(), take_option(from)?)))
}

/// Arguments are joined once, not in each other.
fn take_arg(from: &mut Source<'_>, may_join: bool) -> Option<Arg> {
    Some(match from.fields.u8().ok()? {
        0 => Arg::Text(take(from)?.to_owned()),
        1 => Arg::Output { prefix: take(from)?.to_owned(), index: from.fields.u32().ok()? as usize },
        2 => Arg::Depfile { prefix: take(from)?.to_owned() },
        3 => Arg::Further,
        4 => Arg::OwnDir(take(from)?.to_owned()),
        5 if may_join => Arg::Joined(take_all(from, |from| take_arg(from, false))?),
        6 => Arg::Aside(take(from)?.to_owned()),
        _ => return None,
    })
}

fn take_stage(from: &mut Source<'_>) -> Option<Stage> {
    let (dir, stdin) = (take_option(from)?, take_option(from)?);
    let stdout = Some(from.fields.u32().ok()?).filter(|index| *index != NONE);
    let stdout = stdout.map(|index| index as usize);
    Some(Stage { dir, stdin, stdout, own_dirs: take_all(from, |from| Some(take(from)?.to_owned()))? })
}

/// Most files are named by many actions.
fn take_file(from: &mut Source<'_>, graph: &mut Graph) -> Option<FileId> {
    let path = take(from)?;
    Some(graph.find(path).unwrap_or_else(|| graph.file(path)))
}

fn take<'a>(from: &mut Source<'a>) -> Option<&'a str> {
    from.fields.short_text().ok()
}

fn take_option(from: &mut Source<'_>) -> Option<Option<String>> {
    let there = from.fields.u8().ok()? != 0;
    let text = take(from)?;
    Some(there.then(|| text.to_owned()))
}

fn take_all<'a, T>(
    from: &mut Source<'a>,
    mut one: impl FnMut(&mut Source<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = from.fields.u32().ok()?;
    let mut all = Vec::new();
    for _ in 0..count {
        from.budget.take(grown::<T>())?;
        all.push(one(from)?);
    }
    Some(all)
}
