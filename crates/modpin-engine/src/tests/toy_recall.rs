//! What a toy build is asked for, in one digest; and what a build of a part says in the words of the whole.

use crate::graph::fingerprint;
use crate::graph::{FileId, Graph};
use crate::run::Outcome;
use crate::world::hash::Hash;

/// All that is asked for.
pub fn key(graph: &Graph, wanted: &[FileId]) -> Hash {
    let actions = graph.actions().map(|(_, action)| {
        let inputs = action.needs().map(|file| graph.path(file));
        fingerprint::text(graph, action, "") + &inputs.collect::<Vec<_>>().join("\t")
    });
    let wanted = wanted.iter().map(|&file| graph.path(file).to_owned());
    Hash::of(actions.chain(wanted).collect::<Vec<_>>().join("\n").as_bytes())
}

/// What became of a part, in the words of the whole.
pub fn outcome_in(graph: &Graph, part: &Graph, mut outcome: Outcome) -> Outcome {
    let same = |id| {
        let output = graph.find(part.path(part.action(id).outputs[0])).unwrap();
        graph.file_at(output).producer.unwrap()
    };
    outcome.ran.iter_mut().for_each(|id| *id = same(*id));
    outcome.failed.iter_mut().for_each(|(id, _)| *id = same(*id));
    outcome.selected.iter_mut().for_each(|id| *id = same(*id));
    outcome
}
