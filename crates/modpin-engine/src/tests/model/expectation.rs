//! What a build must do, worked out from contents alone: no hash, no time, no thread.

use std::collections::{BTreeMap, BTreeSet};

use super::project::Project;
use crate::fake::FakeDisk;
use crate::tests::toy::Toy;
use crate::tests::toy_texts::value_in;
use crate::world::values::value_of;

/// What lies at a path.
pub type Content = Option<Vec<u8>>;

/// How an action ran last.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    toy: Toy,
    read: BTreeMap<String, Content>,
    wrote: BTreeMap<String, Content>,
}

impl Record {
    /// A run that has read this, and has left these outputs.
    pub fn new(toy: &Toy, read: BTreeMap<String, Content>, disk: &FakeDisk) -> Record {
        let all = toy.outputs.iter().cloned().chain(toy.beside());
        let wrote = all.map(|path| (path.clone(), disk.peek(&path))).collect();
        Record { toy: toy.clone(), read, wrote }
    }

    /// Whether the result is never kept.
    pub fn is_for_once(&self) -> bool {
        let first = self.wrote.get(&self.toy.outputs[0]);
        self.toy.is_for_once(first.and_then(Option::as_deref).unwrap_or_default())
    }

    /// Whether it has read a file.
    pub fn has_read(&self, path: &str) -> bool {
        self.read.keys().any(|read| read == path || value_of(read).is_some_and(|(file, _)| file == path))
    }
}

/// What is known from build to build, by first output.
#[derive(Clone, Default)]
pub struct Memory {
    /// The last runs whose results were kept.
    pub records: BTreeMap<String, Record>,
    /// All outputs that an action may have left.
    pub known: BTreeMap<String, BTreeSet<String>>,
}

/// What a build must do.
#[derive(Default)]
pub struct Expectation {
    /// Actions that are looked at.
    pub needed: BTreeSet<usize>,
    /// First outputs of the actions that must run, with what is remembered then.
    pub ran: BTreeMap<String, Record>,
    /// First outputs of those that fail.
    pub failed: BTreeSet<String>,
    /// How many cannot be reached because of that.
    pub unreached: usize,
}

/// What a build of `wanted` must do when `failing` commands fail.
pub fn expect(
    project: &Project,
    disk: &FakeDisk,
    memory: &Memory,
    wanted: &[String],
    failing: &BTreeSet<String>,
) -> Expectation {
    let mut expected = Expectation { needed: needed(project, memory, wanted), ..Default::default() };
    let mut made: BTreeMap<String, Content> = BTreeMap::new();
    let mut lost: BTreeSet<usize> = BTreeSet::new();
    for (&rank, toy) in &project.actions {
        if !expected.needed.contains(&rank) {
            continue;
        }
        let key = toy.outputs[0].clone();
        let mut needs = before(project, memory, toy).chain(firm(project, memory, toy));
        if needs.any(|producer| lost.contains(&producer)) {
            lost.insert(rank);
            expected.unreached += 1;
            continue;
        }
        let file = |path: &str| match made.get(path) {
            Some(content) => content.clone(),
            None if project.producer(path).is_some() || path.ends_with(".side") => disk.peek(path),
            None => source(project, path),
        };
        let view = |path: &str| match value_of(path) {
            Some((values, name)) => file(values).and_then(|content| value_in(&content, name)),
            None => file(path),
        };
        if memory.records.get(&key).is_some_and(|record| is_fresh(record, toy, &view)) {
            continue;
        }
        let mut read = BTreeMap::new();
        let result = toy.make(&mut |path| {
            let content = view(path);
            read.insert(path.to_owned(), content.clone());
            content
        });
        match result {
            Ok(contents) if toy.step || !(failing.contains(&key) || toy.is_untidy()) => {
                let contents = contents.into_iter().map(|content| Some(content.into_bytes()));
                let mut wrote: BTreeMap<_, _> = toy.outputs.iter().cloned().zip(contents).collect();
                if let (Some(path), Some(Some(first))) = (toy.beside(), wrote.get(&key)) {
                    wrote.insert(path, Some([b"beside ", &first[..]].concat()));
                }
                made.extend(wrote.clone());
                expected.ran.insert(key, Record { toy: toy.clone(), read, wrote });
            }
            _ => {
                lost.insert(rank);
                expected.failed.insert(key);
            }
        }
    }
    expected
}

/// The content of a file in a clean build.
pub fn clean(project: &Project, path: &str, done: &mut BTreeMap<String, Content>) -> Content {
    if let Some((file, name)) = value_of(path) {
        return clean(project, file, done).and_then(|content| value_in(&content, name));
    }
    if let Some(content) = done.get(path) {
        return content.clone();
    }
    let Some(rank) = project.producer(path) else { return source(project, path) };
    let toy = &project.actions[&rank];
    let contents = toy.make(&mut |path| clean(project, path, done)).unwrap_or_default();
    let contents = contents.into_iter().map(|content| Some(content.into_bytes()));
    done.extend(toy.outputs.iter().cloned().zip(contents));
    done.get(path).cloned().flatten()
}

/// What nobody makes and lies where outputs lie is no source.
fn source(project: &Project, path: &str) -> Content {
    if path.starts_with("out/") { None } else { project.read(path) }
}

fn is_fresh(record: &Record, toy: &Toy, view: &dyn Fn(&str) -> Content) -> bool {
    let same = |contents: &BTreeMap<String, Content>| {
        contents.iter().all(|(path, content)| view(path) == *content)
    };
    record.toy.recipe() == toy.recipe() && same(&record.read) && same(&record.wrote)
}

fn needed(project: &Project, memory: &Memory, wanted: &[String]) -> BTreeSet<usize> {
    let mut needed = BTreeSet::new();
    let mut open: Vec<usize> = wanted.iter().filter_map(|path| project.producer(path)).collect();
    while let Some(rank) = open.pop() {
        if needed.insert(rank) {
            let toy = &project.actions[&rank];
            open.extend(before(project, memory, toy));
            open.extend(toy.before.iter().filter_map(|path| project.producer(path)));
        }
    }
    needed
}

/// The producers of what an action declares, and of what it has read last time.
fn before<'a>(project: &'a Project, memory: &'a Memory, toy: &'a Toy) -> impl Iterator<Item = usize> {
    let record = memory.records.get(&toy.outputs[0]);
    let found = record.into_iter().flat_map(|record| record.read.keys());
    // What was an input once is not found out: only what was never declared.
    let declared = |record: &Record, path: &String| record.toy.declared().any(|known| known == path);
    let found = found.filter(move |path| record.is_some_and(|record| !declared(record, path)));
    toy.declared().chain(found).filter_map(|path| project.producer(path))
}

/// The producers of what must be there because nobody knows yet whether it is read, or what else is there now.
fn firm<'a>(project: &'a Project, memory: &'a Memory, toy: &'a Toy) -> impl Iterator<Item = usize> {
    let tells = memory.records.contains_key(&toy.outputs[0]);
    let producers = toy.before.iter().filter_map(|path| project.producer(path));
    producers.filter(move |rank| {
        let before = &project.actions[rank];
        let record = memory.records.get(&before.outputs[0]);
        let is_old = record.is_some_and(|record| record.toy.declared().eq(before.declared()));
        !(tells && is_old)
    })
}
