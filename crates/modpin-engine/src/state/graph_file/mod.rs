//! The graph file: a graph on disk, each action by itself. A build that knows what changed reads the actions that it
//! needs, and leaves the rest. What many actions have in common stands there once, and is read once.
//!
//! A frame with the index, then one for each thing that is shared, then one for each action. The index says where the
//! shared things stand, then lists keys (the first output's path) in their order, each with the digest of its recipe and
//! where its action's frame stands, counted from the end of the index. Little-endian, lengths before texts. Whatever is
//! odd, it is as if nothing were there.

mod shared;
mod action_bytes;

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::error::Result;
use crate::graph::step::StepDecoder;
use crate::graph::{Action, ActionId, Graph};
use crate::state::fields::{Fields, put_hash, put_number, put_text};
use crate::state::frame::{self, FRAME, Frames, Framing};
use crate::state::graph_file::action_bytes::{put_action, take_action};
use crate::state::graph_file::shared::{Shared, SharedReader};
use crate::world::disk::{Disk, replace};
use crate::world::hash::Hash;

/// The header of such a file.
pub const GRAPH: Framing = Framing("graph", 11);

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
    let (mut shared, mut bodies, mut entries) = (Shared::default(), Vec::new(), Vec::new());
    for action in sorted {
        let (key, start) = (graph.path(action.outputs[0]), bodies.len());
        frame::put(&mut bodies, seed(key), |to| put_action(to, graph, action, &mut shared));
        entries.push((key, start..bodies.len()));
    }
    let (mut index, mut things) = (Vec::new(), Vec::new());
    put_number(&mut index, shared.all().len() as u32);
    for (number, bytes) in shared.all().enumerate() {
        let start = things.len();
        frame::put(&mut things, number as u64, |to| to.extend_from_slice(bytes));
        put_range(&mut index, start..things.len());
    }
    for (key, Range { start, end }) in entries {
        put_text(&mut index, key);
        put_hash(&mut index, digest(key));
        put_range(&mut index, start + things.len()..end + things.len());
    }
    replace(disk, path, &[GRAPH.wrap(&index), things, bodies].concat())
}

/// A graph file that is open: its index was read, and no action yet.
pub struct GraphFile<'a> {
    disk: &'a dyn Disk,
    path: &'a str,
    /// The file up to the end of its index.
    head: Vec<u8>,
    /// Where the shared things stand.
    shared: Vec<Range<u64>>,
    /// Where in `head` the list of keys begins.
    keys: usize,
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
        let start = (header.len() + FRAME) as u64;
        let bytes = disk.read_part(path, 0..start).ok()?;
        let (length, _) = frame::head(bytes.strip_prefix(header.as_bytes())?.first_chunk()?).ok()?;
        let head = disk.read_part(path, 0..start.checked_add(length as u64)?).ok()?;
        let mut index = Fields(GRAPH.payload(&head)?);
        let count = index.u32().ok()? as usize;
        // As many as there are bytes for.
        let count =
            Some(count).filter(|count| count.checked_mul(16).is_some_and(|all| all <= length))?;
        let shared = (0..count).map(|_| take_range(&mut index, head.len())).collect::<Option<_>>()?;
        let keys = head.len() - index.0.len();
        Some(GraphFile { disk, path, head, shared, keys })
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
        let mut graph = Graph::new();
        if keys.is_empty() {
            return Some(graph);
        }
        let found = self.find(keys)?;
        let runs = joined(found.iter().map(|entry| &entry.range))?;
        let read = self.disk.read_parts(self.path, &runs).ok()?;
        let mut runs = runs.iter().zip(&read).peekable();
        let mut shared = SharedReader::new(|number| {
            let range = self.shared.get(number as usize)?.clone();
            let bytes = self.disk.read_part(self.path, range).ok()?;
            payload(&bytes, number.into()).map(<[u8]>::to_vec)
        });
        for Indexed { key, range, .. } in &found {
            while runs.next_if(|(run, _)| run.end <= range.start).is_some() {}
            let (run, bytes) = runs.peek()?;
            let place = (range.start - run.start) as usize..(range.end - run.start) as usize;
            let action = payload(bytes.get(place)?, seed(key))?;
            let action = take_action(action, &mut graph, &mut shared, decoder)?;
            graph.add(action).ok()?;
        }
        Some(graph)
    }

    /// Those of some keys that are there, in their order.
    fn find(&self, keys: &[&str]) -> Option<Vec<Indexed<'_>>> {
        let mut keys: Vec<&str> = keys.to_vec();
        keys.sort_unstable();
        let mut keys = keys.iter().peekable();
        let mut found = Vec::new();
        for entry in self.entries() {
            let entry = entry?;
            while keys.next_if(|&&wanted| wanted < entry.key).is_some() {}
            if keys.next_if(|&&wanted| wanted == entry.key).is_some() {
                found.push(entry);
            }
            if keys.peek().is_none() {
                break;
            }
        }
        Some(found)
    }

    /// Every entry of the index; `None` for one that is odd, which is the last then.
    fn entries(&self) -> impl Iterator<Item = Option<Indexed<'_>>> {
        let mut rest = Some(Fields(&self.head[self.keys..])).filter(|fields| !fields.0.is_empty());
        std::iter::from_fn(move || {
            let mut fields = rest.take()?;
            let entry = take_indexed(&mut fields, self.head.len());
            rest = Some(fields).filter(|fields| entry.is_some() && !fields.0.is_empty());
            Some(entry)
        })
    }
}

/// Ranges one after the other, with those that meet as one; `None` when they are out of order.
fn joined<'a>(ranges: impl Iterator<Item = &'a Range<u64>>) -> Option<Vec<Range<u64>>> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        let end = runs.last().map_or(0, |run| run.end);
        if range.start < end || range.end < range.start {
            return None;
        }
        match runs.last_mut() {
            Some(run) if run.end == range.start => run.end = range.end,
            _ => runs.push(range.clone()),
        }
    }
    Some(runs)
}

/// An action that stands in the place of another shows.
fn seed(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

fn payload(frame: &[u8], seed: u64) -> Option<&[u8]> {
    Frames::of(frame, seed).next_payload().ok()?
}

fn put_range(to: &mut Vec<u8>, range: Range<usize>) {
    to.extend((range.start as u64).to_le_bytes());
    to.extend((range.end as u64).to_le_bytes());
}

/// A range that is counted from `start`.
fn take_range(from: &mut Fields<'_>, start: usize) -> Option<Range<u64>> {
    let at = |place: u64| place.checked_add(start as u64);
    Some(at(from.u64().ok()?)?..at(from.u64().ok()?)?)
}

fn take_indexed<'a>(from: &mut Fields<'a>, start: usize) -> Option<Indexed<'a>> {
    let (key, digest) = (from.short_text().ok()?, from.hash().ok()?);
    Some(Indexed { key, digest, range: take_range(from, start)? })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fake::FakeDisk;
    use crate::graph::stage::Stage;
    use crate::graph::step::Step;
    use crate::graph::{Arg, Command, Then, Work};

    struct OneVerb;

    impl StepDecoder for OneVerb {
        fn step(&self, _: &[u8], _: Option<Arc<[u8]>>) -> Option<Arc<dyn Step>> {
            None
        }

        fn verb(&self, text: &str) -> Option<&'static str> {
            (text == "Making").then_some("Making")
        }
    }

    fn action(graph: &mut Graph, output: &str) -> ActionId {
        let command = Command { program: "ld".to_owned(), ..Command::default() };
        let outputs = vec![graph.file(output)];
        let (verb, work) = ("Making", Work::Command(command));
        let action =
            Action { verb, label: "it".to_owned(), work, inputs: vec![], outputs, depfile: None };
        graph.add(action).unwrap()
    }

    #[test]
    fn a_tool_is_read_as_it_was_written() {
        let (disk, mut graph) = (FakeDisk::new(), Graph::new());
        let stage = Stage {
            dir: Some("gen/d".to_owned()),
            stdin: Some("in".to_owned()),
            stdout: Some(1),
            own_dirs: vec!["gen/d/".to_owned()],
        };
        let output = Arg::Output { prefix: "/r/".to_owned(), index: 0 };
        let args = vec![Arg::Joined(vec![Arg::from("-o"), output]), Arg::OwnDir("gen/d".to_owned())];
        let program = "tool".to_owned();
        let then = Then { name: "look".to_owned(), program: "o".to_owned(), ..Then::default() };
        let (stage, then) = (Some(Box::new(stage)), vec![then]);
        let command = Command { program, args, stage, then, ..Command::default() };
        let outputs = vec![graph.file("gen/d/a"), graph.file("gen/b")];
        let (verb, work) = ("Making", Work::Command(command.clone()));
        let made = Action { verb, label: "it".to_owned(), work, inputs: vec![], outputs, depfile: None };
        let action = graph.add(made).unwrap();
        write(&disk, "graph", &graph, &[action], |_| Hash::UNKNOWN).unwrap();
        let read = GraphFile::open(&disk, "graph").unwrap().read(&["gen/d/a"], &OneVerb).unwrap();
        let (_, action) = read.actions().next().unwrap();
        assert!(matches!(&action.work, Work::Command(again) if *again == command));
    }

    #[test]
    fn ranges_that_meet_are_one_and_those_out_of_order_are_none() {
        let check = |ranges: &[Range<u64>]| joined(ranges.iter());
        assert_eq!(check(&[0..2, 2..5, 7..7, 7..9]), Some(vec![0..5, 7..9]));
        let backwards = Range { start: 5, end: 4 };
        for odd in [[2..5, 0..2], [0..3, 2..5], [0..2, backwards]] {
            assert_eq!(check(&odd), None);
        }
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
        let file = GraphFile::open(&disk, "graph").unwrap();
        let start = file.entries().flatten().map(|entry| entry.range.start).min().unwrap() as usize;
        let length = (bytes.len() - start) / 2;
        bytes[start..].rotate_left(length);
        disk.edit("graph", &bytes);
        assert!(!reads(&disk, "out/a") && !reads(&disk, "out/b"));
    }
}
