//! Which actions a build looks at, and which of them must wait for which. Either somebody wants files: then the walk goes
//! back, to all that they are made from. Or some files changed: then it goes forward, to all that is made from them.
//!
//! A file that an action was found to read, and that another action makes, is an edge like a declared one.

use std::collections::HashSet;

use foldhash::{HashMap, HashMapExt};

use crate::check::appeared::Appeared;
use crate::check::vouched::Vouched;
use crate::error::Result;
use crate::graph::step::StepDecoder;
use crate::graph::{ActionId, FileId, Graph};
use crate::state::Store;
use crate::state::graph_file::GraphFile;
use crate::state::links::{Links, Marks};
use crate::state::log::ActionRecord;
use crate::state::paths::PathId;
use crate::state::snapshot::Difference;
use crate::world::hash::Hash;

/// The actions of a graph that a build looks at.
#[derive(Debug, Default)]
pub struct Selection {
    /// The actions, declared edges first: each comes after those whose outputs it declares to read.
    pub(crate) actions: Vec<ActionId>,
    /// An action, and one that makes a file which it read last time without declaring it.
    pub(crate) discovered: Vec<(ActionId, ActionId)>,
    /// An action, and one whose outputs must be there before it, because it may read them.
    pub(crate) firm: Vec<(ActionId, ActionId)>,
    /// An action that has told what it reads, and one whose outputs it does not read: if it must run, it waits for the end of that one.
    pub(crate) loose: Vec<(ActionId, ActionId)>,
    /// Such a pair was left out because the graph says the reverse.
    pub(crate) reversed: bool,
    /// The graph is not all that there is: what it does not know is left alone.
    pub(crate) part: bool,
    /// What of it need not be looked at.
    pub(crate) vouched: Option<Vouched>,
    wanted: Vec<FileId>,
}

impl Selection {
    /// What `wanted` files are made from, by what the graph declares and by what earlier runs found out.
    ///
    /// # Errors
    /// [`GraphError::Cycle`](crate::GraphError::Cycle) when files need each other.
    pub fn from_wanted(graph: &Graph, wanted: &[FileId], store: &Store) -> Result<Selection> {
        let actions = graph.needed_for(wanted)?;
        let mut selection = Selection { actions, wanted: wanted.to_vec(), ..Selection::default() };
        let producers = producers(graph, store);
        let mut known = vec![false; graph.actions().len()];
        selection.actions.iter().for_each(|action| known[action.at()] = true);
        let mut next = 0;
        while let Some(&action) = selection.actions.get(next) {
            next += 1;
            for before in undeclared(graph, action, &producers, store) {
                if reaches(graph, &selection.discovered, before, action) {
                    selection.reversed = true;
                    continue;
                }
                selection.discovered.push((action, before));
                for further in graph.needed_for(&graph.action(before).outputs[..1])? {
                    if !std::mem::replace(&mut known[further.at()], true) {
                        selection.actions.push(further);
                    }
                }
            }
        }
        selection.sort_before(graph, store);
        Ok(selection)
    }

    /// Tells of whatever must be there before an action whether it is needed, or may be.
    fn sort_before(&mut self, graph: &Graph, store: &Store) {
        let mut known: HashMap<FileId, bool> = HashMap::new();
        for &id in &self.actions {
            let action = graph.action(id);
            if action.before().is_empty() {
                continue;
            }
            let tells = kept(graph, id, store).is_some();
            for &file in action.before() {
                let Some(before) = graph.file_at(file).producer else { continue };
                let is_old = *known.entry(file).or_insert_with(|| is_as_it_was(graph, before, store));
                let pairs = if tells && is_old { &mut self.loose } else { &mut self.firm };
                pairs.push((id, before));
            }
        }
    }

    /// What is made from files that differ, or that may not be found any more where they were, by what was recorded, with the
    /// part of the graph in a graph file that does it: all the rest is as it was. `None` when that cannot be told, and everything must
    /// be planned and looked at.
    ///
    /// An action of the graph file that ran since as another graph has it, or that was forgotten, is part of it: what is
    /// recorded is not what it reads.
    pub(crate) fn from_changed(
        file: &GraphFile<'_>,
        store: &Store,
        difference: &Difference,
        decoder: &dyn StepDecoder,
    ) -> Option<(Graph, Selection)> {
        let mut marks = Marks::default();
        let changed = difference.changed.iter().map(|path| store.find(path));
        let changed = changed.collect::<Option<foldhash::HashSet<PathId>>>()?;
        changed.iter().for_each(|&id| marks.mark(id));
        let appeared = Appeared::new(&difference.new_names, &difference.endings);
        let ids = (0..store.paths()).map(|at| PathId(at as u32));
        ids.filter(|&id| appeared.may_lead_to(store.path(id))).for_each(|id| marks.mark(id));
        // Since nobody else has built, none has another recipe.
        let mut keys = match difference.untouched {
            true => Vec::new(),
            false => file.keys(|key, digest| store.digest(key) != Some(digest))?,
        };
        let others = file.read(&keys, decoder)?;
        let outputs = others.actions().flat_map(|(_, action)| &action.outputs);
        for output in outputs.filter_map(|&output| store.find(others.path(output))) {
            marks.mark(output);
        }
        let links: Vec<(PathId, Links<'_>)> = store.links().collect();
        keys.extend(close(store, &links, &mut marks).into_iter().map(|key| store.path(key)));
        let graph = file.read(&keys, decoder)?;
        let wanted: Vec<FileId> =
            graph.actions().flat_map(|(_, action)| &action.outputs).copied().collect();
        let selection = Selection::from_wanted(&graph, &wanted, store).ok()?;
        // To look at the files of a few actions takes less than to go through all records.
        let is_large = keys.len() * 64 > store.paths();
        let outputs = if is_large { written(&links) } else { Marks::default() };
        let vouched = difference.untouched.then_some(Vouched { changed, outputs });
        Some((graph, Selection { part: true, vouched, ..selection }))
    }

    /// These actions, by what their graph declares.
    #[cfg(test)]
    pub(crate) fn of(actions: Vec<ActionId>) -> Selection {
        Selection { actions, ..Selection::default() }
    }

    /// Whether the same question has the same answer now that more is known of what actions read.
    pub(crate) fn holds(&self, graph: &Graph, store: &Store) -> Result<bool> {
        let again = Selection::from_wanted(graph, &self.wanted, store)?;
        Ok(again.actions.len() == self.actions.len())
    }
}

/// The action that makes each path, by the store's numbers.
fn producers(graph: &Graph, store: &Store) -> Vec<Option<ActionId>> {
    let mut producers = vec![None; store.paths()];
    for (id, action) in graph.actions() {
        for path in action.outputs.iter().filter_map(|&output| store.find(graph.path(output))) {
            producers[path.at()] = Some(id);
        }
    }
    producers
}

/// The producers of files that an action read when it ran last, and that it does not declare.
fn undeclared(
    graph: &Graph,
    id: ActionId,
    producers: &[Option<ActionId>],
    store: &Store,
) -> Vec<ActionId> {
    let action = graph.action(id);
    let Some(record) = recorded(graph, id, store) else { return Vec::new() };
    let made = record.discovered.iter().filter_map(|(path, _)| producers[path.at()]);
    let mut found: Vec<ActionId> = made.filter(|&producer| producer != id).collect();
    found.sort();
    found.dedup();
    if !found.is_empty() {
        let declared = action.inputs.iter().filter_map(|&input| graph.file_at(input).producer);
        let declared: HashSet<ActionId> = declared.collect();
        found.retain(|producer| !declared.contains(producer));
    }
    found
}

fn recorded<'a>(graph: &Graph, id: ActionId, store: &'a Store) -> Option<&'a ActionRecord> {
    store.action(store.find(graph.path(graph.action(id).outputs[0]))?)
}

/// The record of an action whose last result was kept.
fn kept<'a>(graph: &Graph, id: ActionId, store: &'a Store) -> Option<&'a ActionRecord> {
    recorded(graph, id, store).filter(|record| record.digest != Hash::UNKNOWN)
}

/// Whether an action has run for the inputs that it has now: none of them is new, so nobody can find anything that was
/// not there before.
fn is_as_it_was(graph: &Graph, id: ActionId, store: &Store) -> bool {
    let inputs = graph.action(id).inputs.iter().map(|&input| store.find(graph.path(input)));
    let is_same = |record: &ActionRecord| record.inputs.iter().map(|&(id, _)| Some(id)).eq(inputs);
    kept(graph, id, store).is_some_and(is_same)
}

/// Does `from` need `to`? What was found out last time may be the reverse of what is declared now; then
/// the declaration stands.
fn reaches(graph: &Graph, discovered: &[(ActionId, ActionId)], from: ActionId, to: ActionId) -> bool {
    let mut seen = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(action) = open.pop() {
        if action == to {
            return true;
        }
        let declared = graph.action(action).needs().filter_map(|file| graph.file_at(file).producer);
        let found = discovered.iter().filter(|(reader, _)| *reader == action);
        let before = declared.chain(found.map(|&(_, before)| before));
        open.extend(before.filter(|&before| seen.insert(before)));
    }
    false
}

/// Marks everything that is written from what is marked, or by an action whose last result was not kept; answers
/// who writes it.
fn close(store: &Store, links: &[(PathId, Links<'_>)], marks: &mut Marks) -> Vec<PathId> {
    let mut selected = Vec::new();
    let mut taken = vec![false; store.paths()];
    loop {
        let before = selected.len();
        store.spread(marks);
        // Most actions are numbered after those whose outputs they read: the second time is the last.
        for (key, links) in links {
            if !taken[key.at()] && (!links.kept() || links.any(marks)) {
                taken[key.at()] = true;
                selected.push(*key);
                links.mark_written(marks);
            }
        }
        if selected.len() == before {
            return selected;
        }
    }
}

/// All that actions have written.
fn written(links: &[(PathId, Links<'_>)]) -> Marks {
    let mut outputs = Marks::default();
    links.iter().for_each(|(_, links)| links.written().for_each(|id| outputs.mark(id)));
    outputs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;

    fn all(store: &Store) -> Vec<(PathId, Links<'_>)> {
        store.links().collect()
    }

    #[test]
    fn a_change_reaches_the_end_of_a_chain_whatever_the_numbers_are() {
        let disk = FakeDisk::new();
        let (mut store, _) = Store::open(&disk, "state").unwrap();
        // The later an action comes, the smaller its number.
        let [last, middle, first, source] =
            ["last", "middle", "first", "source"].map(|path| store.id(path));
        for (output, input) in [(last, middle), (middle, first), (first, source)] {
            // Whoever reads it has read what was there before.
            let (inputs, outputs) = (vec![(input, Hash::of(b"old"))], vec![(output, Hash::of(b"new"))]);
            let record = ActionRecord {
                digest: Hash::of(b""),
                inputs,
                outputs,
                ..ActionRecord::without_result(0)
            };
            store.set_action(output, record).unwrap();
        }
        let mut marks = Marks::default();
        assert_eq!(close(&store, &all(&store), &mut marks), []);
        marks.mark(source);
        assert_eq!(close(&store, &all(&store), &mut marks), [first, middle, last]);
        // The same, as it is read.
        let (store, _) = Store::open(&disk, "state").unwrap();
        let mut marks = Marks::default();
        marks.mark(source);
        assert_eq!(close(&store, &all(&store), &mut marks), [first, middle, last]);
    }
}
