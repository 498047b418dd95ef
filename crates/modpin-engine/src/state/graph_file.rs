//! The graph file: a graph on disk, each action by itself. A build that knows what changed reads the actions that it
//! needs, and leaves the rest.
//!
//! A frame with the index, then one for each action. The index is a list of keys (the first output's path) in their
//! order, each with the digest of its recipe and where its action's frame stands, counted from the end of the index.
//! Little-endian, lengths before texts. Whatever is odd, it is as if nothing were there.

use std::ops::Range;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::error::Result;
use crate::graph::step::StepDecoder;
use crate::graph::{Action, ActionId, Arg, Command, Graph, Response, Search, Work};
use crate::state::frame::{self, FRAME, Frames, Framing};
use crate::state::log::{Fields, put_text};
use crate::world::disk::{Disk, replace};
use crate::world::hash::Hash;
use modpin_budget::{Budget, grown};

const GRAPH: Framing = Framing("graph", 5);

/// Writes actions of a graph; `digest` tells that of the recipe with this key.
///
/// # Errors
/// The disk's.
pub fn write(
    disk: &dyn Disk,
    path: &str,
    graph: &Graph,
    actions: &[ActionId],
    digest: impl Fn(&str) -> Hash,
) -> Result<()> {
    let mut sorted: Vec<&Action> = actions.iter().map(|&action| graph.action(action)).collect();
    sorted.sort_by_key(|action| graph.path(action.outputs[0]));
    let (mut index, mut bodies) = (Vec::new(), Vec::new());
    for action in sorted {
        let start = bodies.len() as u64;
        let key = graph.path(action.outputs[0]);
        frame::put(&mut bodies, seed(key), |to| put_action(to, graph, action));
        put_text(&mut index, key);
        index.extend(digest(key).to_bits().to_le_bytes());
        index.extend(start.to_le_bytes());
        index.extend((bodies.len() as u64).to_le_bytes());
    }
    let mut bytes = GRAPH.wrap(&index);
    bytes.append(&mut bodies);
    replace(disk, path, &bytes)
}

/// A graph file that is open: its index was read, and no action yet.
pub struct GraphFile<'a> {
    disk: &'a dyn Disk,
    path: &'a str,
    index: Vec<u8>,
    /// Where the actions begin.
    start: u64,
}

/// Where an action stands.
struct Indexed<'a> {
    key: &'a str,
    digest: Hash,
    range: Range<u64>,
}

impl<'a> GraphFile<'a> {
    /// Reads the index. `None` when there is none that is in order.
    pub fn open(disk: &'a dyn Disk, path: &'a str) -> Option<GraphFile<'a>> {
        let header = GRAPH.header();
        let head = (header.len() + FRAME) as u64;
        let bytes = disk.read_part(path, 0..head).ok()?;
        let (length, _) = frame::head(bytes.strip_prefix(header.as_bytes())?.first_chunk()?).ok()?;
        let start = head.checked_add(length as u64)?;
        let bytes = disk.read_part(path, 0..start).ok()?;
        let index = GRAPH.payload(&bytes)?.to_vec();
        Some(GraphFile { disk, path, index, start })
    }

    /// The keys of those actions that are `wanted`, by key and by the digest of the recipe.
    pub fn keys(&self, wanted: impl Fn(&str, Hash) -> bool) -> Option<Vec<&str>> {
        let mut keys = Vec::new();
        for entry in self.entries() {
            let Indexed { key, digest, .. } = entry?;
            keys.extend(Some(key).filter(|key| wanted(key, digest)));
        }
        Some(keys)
    }

    /// A graph of those of some actions that are there, by their keys. `None` when one of them cannot be made again.
    pub fn read(&self, keys: &[&str], decoder: &dyn StepDecoder) -> Option<Graph> {
        let mut keys: Vec<&str> = keys.to_vec();
        keys.sort_unstable();
        let mut keys = keys.iter().peekable();
        let mut graph = Graph::new();
        for entry in self.entries() {
            let entry = entry?;
            while keys.next_if(|&&wanted| wanted < entry.key).is_some() {}
            if keys.next_if(|&&wanted| wanted == entry.key).is_some() {
                let bytes = self.bytes(&entry)?;
                let payload = Frames::of(&bytes, seed(entry.key)).next_payload().ok()??;
                let mut source = Source { fields: Fields(payload), budget: Budget::of(payload.len()) };
                let action = take_action(&mut source, &mut graph, decoder)?;
                graph.add(action).ok()?;
            }
        }
        Some(graph)
    }

    /// Every entry of the index; `None` for one that is odd, which is the last then.
    fn entries(&self) -> impl Iterator<Item = Option<Indexed<'_>>> {
        let mut rest = Some(Fields(&self.index)).filter(|fields| !fields.0.is_empty());
        std::iter::from_fn(move || {
            let mut fields = rest.take()?;
            let entry = take_indexed(&mut fields);
            rest = Some(fields).filter(|fields| entry.is_some() && !fields.0.is_empty());
            Some(entry)
        })
    }

    fn bytes(&self, entry: &Indexed<'_>) -> Option<Vec<u8>> {
        let (start, end) =
            (self.start.checked_add(entry.range.start)?, self.start.checked_add(entry.range.end)?);
        if start <= end { self.disk.read_part(self.path, start..end).ok() } else { None }
    }
}

/// An action that stands in the place of another shows.
fn seed(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

fn take_indexed<'a>(from: &mut Fields<'a>) -> Option<Indexed<'a>> {
    let (key, digest) = (from.short_text().ok()?, from.hash().ok()?);
    Some(Indexed { key, digest, range: from.u64().ok()?..from.u64().ok()? })
}

fn put_action(to: &mut Vec<u8>, graph: &Graph, action: &Action) {
    put_text(to, action.verb);
    put_text(to, &action.label);
    put_option(to, action.depfile.as_deref());
    for files in [&action.inputs, &action.outputs] {
        put_all(to, files, |to, &file| put_text(to, graph.path(file)));
    }
    match &action.work {
        Work::Command(command) => {
            to.push(0);
            put_command(to, command);
        }
        Work::Step(step) => match step.encoded() {
            Some(bytes) => {
                to.push(1);
                to.extend(bytes);
            }
            None => to.push(2),
        },
    }
}

fn put_command(to: &mut Vec<u8>, command: &Command) {
    put_text(to, &command.program);
    put_all(to, &command.args, |to, arg| match arg {
        Arg::Text(text) => {
            to.push(0);
            put_text(to, text);
        }
        Arg::Output { prefix, index } => {
            to.push(1);
            put_text(to, prefix);
            to.extend((*index as u32).to_le_bytes());
        }
        Arg::Depfile { prefix } => {
            to.push(2);
            put_text(to, prefix);
        }
        Arg::Further => to.push(3),
    });
    put_all(to, &command.env, |to, (name, value)| {
        put_text(to, name);
        put_option(to, value.as_deref());
    });
    put_option(to, command.response.as_ref().map(|response| response.path.as_str()));
    put_text(to, command.response.as_ref().map_or("", |response| &response.text));
    to.push(command.search.is_some().into());
    if let Some(Search { beside, dirs, endings }) = command.search.as_deref() {
        to.push((*beside).into());
        put_all(to, dirs, |to, dir| put_text(to, dir));
        put_all(to, endings, |to, ending| put_text(to, ending));
    }
}

fn put_option(to: &mut Vec<u8>, text: Option<&str>) {
    to.push(text.is_some().into());
    put_text(to, text.unwrap_or_default());
}

fn put_all<T>(to: &mut Vec<u8>, all: &[T], mut put: impl FnMut(&mut Vec<u8>, &T)) {
    to.extend((all.len() as u32).to_le_bytes());
    all.iter().for_each(|one| put(to, one));
}

/// The bytes of an action, and the memory that it may take.
struct Source<'a> {
    fields: Fields<'a>,
    budget: Budget,
}

fn take_action(from: &mut Source<'_>, graph: &mut Graph, decoder: &dyn StepDecoder) -> Option<Action> {
    let (verb, label) = (decoder.verb(take(from)?)?, take(from)?.to_owned());
    let depfile = take_option(from)?;
    let inputs = take_all(from, |from| Some(graph.file(take(from)?)))?;
    let outputs = take_all(from, |from| Some(graph.file(take(from)?)))?;
    let work = match from.fields.u8().ok()? {
        0 => Work::Command(take_command(from)?),
        1 => Work::Step(decoder.step(from.fields.0)?),
        _ => return None,
    };
    Some(Action { verb, label, work, inputs, outputs, depfile })
}

fn take_command(from: &mut Source<'_>) -> Option<Command> {
    let program = take(from)?.to_owned();
    let args = take_all(from, |from| {
        Some(match from.fields.u8().ok()? {
            0 => Arg::Text(take(from)?.to_owned()),
            1 => Arg::Output { prefix: take(from)?.to_owned(), index: from.fields.u32().ok()? as usize },
            2 => Arg::Depfile { prefix: take(from)?.to_owned() },
            3 => Arg::Further,
            _ => return None,
        })
    })?;
    let env = take_all(from, |from| Some((take(from)?.to_owned(), take_option(from)?)))?;
    let (path, text) = (take_option(from)?, take(from)?.to_owned());
    let response = path.map(|path| Response { path, text });
    let searches = from.fields.u8().ok()? != 0;
    let search = if searches { Some(Arc::new(take_search(from)?)) } else { None };
    Some(Command { program, args, env, response, search })
}

fn take_search(from: &mut Source<'_>) -> Option<Search> {
    let beside = from.fields.u8().ok()? != 0;
    let dirs = take_all(from, |from| Some(take(from)?.to_owned()))?;
    Some(Search { beside, dirs, endings: take_all(from, |from| Some(take(from)?.to_owned()))? })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;
    use crate::graph::step::Step;

    struct OneVerb;

    impl StepDecoder for OneVerb {
        fn step(&self, _: &[u8]) -> Option<Arc<dyn Step>> {
            None
        }

        fn verb(&self, text: &str) -> Option<&'static str> {
            (text == "Making").then_some("Making")
        }
    }

    fn action(graph: &mut Graph, output: &str) -> ActionId {
        let command = Command {
            program: "ld".to_owned(),
            args: vec![],
            env: vec![],
            response: None,
            search: None,
        };
        let outputs = vec![graph.file(output)];
        let (verb, work) = ("Making", Work::Command(command));
        let action =
            Action { verb, label: "it".to_owned(), work, inputs: vec![], outputs, depfile: None };
        graph.add(action).unwrap()
    }

    fn reads(disk: &FakeDisk, key: &str) -> bool {
        let graph = GraphFile::open(disk, "graph").unwrap().read(&[key], &OneVerb);
        graph.is_some_and(|graph| graph.actions().count() == 1)
    }

    #[test]
    fn an_action_in_the_place_of_another_is_not_believed() {
        let (disk, mut graph) = (FakeDisk::new(), Graph::new());
        let actions = [action(&mut graph, "out/a"), action(&mut graph, "out/b")];
        write(&disk, "graph", &graph, &actions, |_| Hash::UNKNOWN).unwrap();
        assert!(reads(&disk, "out/a") && reads(&disk, "out/b"));
        // Both are of one length, and stand at the end.
        let mut bytes = disk.peek("graph").unwrap();
        let start = GraphFile::open(&disk, "graph").unwrap().start as usize;
        let length = (bytes.len() - start) / 2;
        bytes[start..].rotate_left(length);
        disk.edit("graph", &bytes);
        assert!(!reads(&disk, "out/a") && !reads(&disk, "out/b"));
    }
}
