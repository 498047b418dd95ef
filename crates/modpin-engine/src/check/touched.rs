//! What a change of some files touches: the actions that have read or written them, and those that read what
//! these write, and so on. Looks at what was recorded only, and at no file.

use crate::graph::Graph;
use crate::graph::step::StepDecoder;
use crate::state::Store;
use crate::state::graph_file;
use crate::state::paths::PathId;
use crate::world::disk::Disk;

/// The part of a frozen graph that a change touches: all the rest is as it was. `None` when that cannot be told, and
/// everything must be planned and looked at.
pub fn touched(
    disk: &dyn Disk,
    frozen: &str,
    store: &Store,
    changed: &[String],
    from: &dyn StepDecoder,
) -> Option<Graph> {
    let mut marked = vec![false; store.paths()];
    for path in changed {
        marked[store.find(path)?.at()] = true;
    }
    let keys: Vec<&str> = close(store, &mut marked).into_iter().map(|key| store.path(key)).collect();
    graph_file::read(disk, frozen, &keys, from)
}

/// Marks everything that is written from what is marked, or by an action whose last result was not kept; answers
/// who writes it.
fn close(store: &Store, marked: &mut [bool]) -> Vec<PathId> {
    let mut touched = Vec::new();
    let mut rest: Vec<_> = store.links().collect();
    loop {
        let before = touched.len();
        // Most actions are numbered after those whose outputs they read: the second time is the last.
        rest.retain(|(key, links)| {
            let hit = !links.kept() || links.any(marked);
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
