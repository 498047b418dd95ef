//! Which actions a build has to look at, and which of them must wait for which: what the graph declares,
//! and what earlier runs found out. A header that another action makes is an edge, declared or not.
//! Knows no disk.

use crate::error::Result;
use crate::graph::{ActionId, FileId, Graph};
use crate::state::Store;

/// What there is to look at.
#[derive(Debug, Default)]
pub struct Needed {
    /// The actions.
    pub actions: Vec<ActionId>,
    /// An action, and one that makes a file which it read last time without declaring it.
    pub later: Vec<(ActionId, ActionId)>,
    /// Such a pair was left out because the graph says the reverse.
    pub against: bool,
}

/// The actions that `wanted` needs.
pub fn needed(graph: &Graph, wanted: &[FileId], store: &mut Store) -> Result<Needed> {
    let mut needed = Needed { actions: graph.needed_for(wanted)?, ..Needed::default() };
    let producers = producers(graph, store);
    let mut known = vec![false; graph.actions().len()];
    needed.actions.iter().for_each(|action| known[action.at()] = true);
    let mut next = 0;
    while let Some(&action) = needed.actions.get(next) {
        next += 1;
        for before in undeclared(graph, action, &producers, store) {
            if reaches(graph, &needed.later, before, action) {
                needed.against = true;
                continue;
            }
            needed.later.push((action, before));
            for further in graph.needed_for(&graph.action(before).outputs[..1])? {
                if !std::mem::replace(&mut known[further.at()], true) {
                    needed.actions.push(further);
                }
            }
        }
    }
    Ok(needed)
}

/// The action that makes each path, by the store's numbers.
fn producers(graph: &Graph, store: &mut Store) -> Vec<Option<ActionId>> {
    let mut producers = Vec::new();
    for (id, action) in graph.actions() {
        for &output in &action.outputs {
            let path = store.id(graph.path(output)).at();
            if producers.len() <= path {
                producers.resize(path + 1, None);
            }
            producers[path] = Some(id);
        }
    }
    producers
}

/// The producers of files that an action read when it ran last, and that it does not declare.
fn undeclared(
    graph: &Graph,
    id: ActionId,
    producers: &[Option<ActionId>],
    store: &mut Store,
) -> Vec<ActionId> {
    let action = graph.action(id);
    let key = store.id(graph.path(action.outputs[0]));
    let Some(record) = store.action(key) else { return Vec::new() };
    let made =
        record.discovered.iter().filter_map(|(path, _)| producers.get(path.at()).copied().flatten());
    let mut found: Vec<ActionId> = made.filter(|&producer| producer != id).collect();
    found.sort();
    found.dedup();
    if !found.is_empty() {
        let declared = action.inputs.iter().filter_map(|&input| graph.file_at(input).producer);
        let declared: std::collections::HashSet<ActionId> = declared.collect();
        found.retain(|producer| !declared.contains(producer));
    }
    found
}

/// Does `from` need `to`? What was found out last time may be the reverse of what is declared now; then
/// the declaration stands.
fn reaches(graph: &Graph, later: &[(ActionId, ActionId)], from: ActionId, to: ActionId) -> bool {
    let mut seen = std::collections::HashSet::from([from]);
    let mut open = vec![from];
    while let Some(action) = open.pop() {
        if action == to {
            return true;
        }
        let inputs = graph.action(action).inputs.iter();
        let declared = inputs.filter_map(|&input| graph.file_at(input).producer);
        let found = later.iter().filter(|(reader, _)| *reader == action).map(|&(_, before)| before);
        open.extend(declared.chain(found).filter(|&before| seen.insert(before)));
    }
    false
}
