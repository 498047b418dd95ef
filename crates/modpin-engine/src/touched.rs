//! What a change of some files touches: the actions that have read or written them, and those that read what
//! these write, and so on. Looks at what was recorded only, and at no file.

use crate::disk::Disk;
use crate::frozen::{self, Thaw};
use crate::graph::Graph;
use crate::store::{PathId, Store};

/// The part of a frozen graph that a change touches: all the rest is as it was. `None` when that cannot be told, and
/// everything must be planned and looked at.
pub fn touched(
    disk: &dyn Disk,
    frozen: &str,
    store: &Store,
    changed: &[String],
    from: &dyn Thaw,
) -> Option<Graph> {
    let mut marked = vec![false; store.paths()];
    let changed: Vec<PathId> = changed.iter().map(|path| store.find(path)).collect::<Option<_>>()?;
    changed.iter().for_each(|id| marked[id.at()] = true);
    let keys: Vec<&str> = close(store, &mut marked).into_iter().map(|key| store.path(key)).collect();
    let graph = frozen::thaw(disk, frozen, &keys, from)?;
    explains(store, &graph, &changed).then_some(graph)
}

/// Marks everything that is written from what is marked; answers who writes it.
fn close(store: &Store, marked: &mut [bool]) -> Vec<PathId> {
    let mut touched = Vec::new();
    let mut rest: Vec<_> = store.links().collect();
    loop {
        let before = touched.len();
        // Most actions are numbered after those whose outputs they read: the second time is the last.
        rest.retain(|(key, links)| {
            let hit = links.any(marked);
            if hit {
                touched.push(*key);
                links.mark_written(marked);
            }
            !hit
        });
        if touched.len() == before {
            return touched;
        }
    }
}

/// Whether each changed file is one that an action of the graph has read or written: of others nobody knows what
/// they are for.
fn explains(store: &Store, graph: &Graph, changed: &[PathId]) -> bool {
    let mut open: Vec<PathId> = changed.to_vec();
    let mut marked = vec![false; store.paths()];
    for (_, action) in graph.actions() {
        let key = store.find(graph.path(action.outputs[0]));
        let Some(record) = key.and_then(|key| store.action(key)) else { return false };
        let named = [&record.inputs, &record.discovered, &record.outputs];
        named.into_iter().flatten().for_each(|&(id, _)| marked[id.at()] = true);
    }
    open.retain(|id| !marked[id.at()]);
    open.is_empty()
}
