//! Who may include what is made: those who wait for it. A clean build of anything else would depend on luck.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::project::Project;
use crate::tests::toy::Toy;

impl Project {
    /// A generated file is included only by those who wait for it: a clean build of anything else would
    /// depend on luck.
    pub fn declare_what_is_included(&mut self) {
        let sources = self.sources.iter().map(|source| (source.clone(), self.lines(source)));
        let texts: HashMap<String, Vec<String>> = sources.collect();
        if !texts
            .values()
            .flatten()
            .any(|line| included(line).is_some_and(|path| path.starts_with("out/")))
        {
            return;
        }
        let (mut needs, mut waits_for) = (BTreeMap::new(), BTreeMap::<usize, BTreeSet<usize>>::new());
        let mut readers: HashMap<String, Vec<usize>> = HashMap::new();
        for (&rank, toy) in &self.actions {
            // Who has told what it reads waits for what it may read, but for nobody behind that who has told, too.
            let all = |paths: &mut dyn Iterator<Item = &String>, needs: &BTreeMap<_, BTreeSet<_>>| {
                let ranks: BTreeSet<usize> = paths.filter_map(|path| self.producer(path)).collect();
                let further = ranks.iter().flat_map(|rank| &needs[rank]).copied();
                further.chain(ranks.iter().copied()).collect::<BTreeSet<usize>>()
            };
            let strict = all(&mut toy.declared(), &needs);
            waits_for
                .insert(rank, all(&mut toy.before.iter(), &needs).union(&strict).copied().collect());
            needs.insert(rank, strict);
            for source in sources_of(toy, &texts) {
                readers.entry(source).or_default().push(rank);
            }
        }
        for (source, lines) in &texts {
            let fine = |line: &&String| match included(line) {
                Some(path) if path.starts_with("out/") => self.producer(path).is_some_and(|producer| {
                    readers
                        .get(source)
                        .into_iter()
                        .flatten()
                        .all(|reader| waits_for[reader].contains(&producer))
                }),
                _ => true,
            };
            let kept: Vec<String> = lines.iter().filter(fine).cloned().collect();
            if kept.len() != lines.len() {
                self.history.push((source.clone(), (kept.join("\n") + "\n").into_bytes()));
                self.disk.edit(source, (kept.join("\n") + "\n").as_bytes());
            }
        }
    }
}

fn included(line: &str) -> Option<&str> {
    line.strip_prefix("#include ").or(line.strip_prefix('?'))
}

/// The sources that an action reads, directly and through others.
fn sources_of(toy: &Toy, texts: &HashMap<String, Vec<String>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = toy.inputs.iter().map(String::as_str).collect();
    while let Some(path) = open.pop() {
        if texts.contains_key(path) && found.insert(path.to_owned()) {
            open.extend(texts[path].iter().filter_map(|line| included(line)));
        }
    }
    found
}
