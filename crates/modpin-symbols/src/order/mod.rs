//! In which order the archives of a link must stand, so that a linker that looks at each of them once, from left to right,
//! finds everything: users before what they use.
//!
//! Which members count is the question. For one link ([`Users::ThisLink`]) those do that it really takes, pins included
//! ([`closure`](crate::closure())), so the answer is exact: archives go into a group if, and only if, no order of them can
//! work. What the other members need, and what is declared, only says how archives stand that could stand either way, so
//! that an edit seldom moves them. For archives alone ([`Users::Anyone`]) each member counts, because somebody may take it.
//!
//! The same input gives the same order. Where nothing else decides, the first given comes first; so does, where needs allow
//! it, the archive whose definition of a symbol comes before another's. Knows no paths and no arguments.

pub(crate) mod request;
mod graph;
pub(crate) mod edges;
mod prefer;
mod arrange;
mod proof;
pub(crate) mod cycle;
pub(crate) mod opening;
pub(crate) mod declared;
pub(crate) mod duplicates;

use std::collections::BTreeMap;

use crate::link::site::Reference;
use crate::order::arrange::{Arranged, arrange};
use crate::order::cycle::{Cycle, diagnose};
use crate::order::declared::{Between, between};
use crate::order::duplicates::{Twice, firsts, twice};
use crate::order::edges::{Edge, Edges};
use crate::order::graph::{Graph, Laid};
use crate::order::opening::Scene;
use crate::order::prefer::prefer;
use crate::order::proof::lacks;
use crate::order::request::{Unordered, Users};

/// An order, and what was found on the way. Archives are numbers: their places in [`Unordered::archives`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// From left to right. More than one archive together: no order of these works, they must be searched again and again
    /// (`--start-group`).
    pub groups: Vec<Vec<usize>>,
    /// Why, for each group of more than one archive.
    pub cycles: Vec<Cycle>,
    /// References from a higher layer to a lower one, which no order can satisfy. Empty where the order is good.
    pub backward: Vec<Reference>,
    /// Set where the order could not be worked out, and all archives of a layer are one group: why.
    pub undecided: Option<String>,
    /// Which archive needs which, through the members that count; the user's number first.
    pub edges: Vec<(usize, usize, Edge)>,
    /// What declarations say, compared with what all members need.
    pub between: Between,
    /// Symbols that two archives define.
    pub twice: Vec<Twice>,
}

/// How often an order is worked out at most. Two are enough where no symbol is defined twice.
const ROUNDS: usize = 6;

/// Works out the order.
pub fn order(unordered: &Unordered<'_>) -> Order {
    let count = unordered.archives.len();
    let declared: Vec<(usize, usize)> = unordered
        .declared
        .iter()
        .copied()
        .filter(|&(from, to)| from != to && from < count && to < count)
        .collect();
    let first = Laid::new(unordered, &(0..count).collect::<Vec<_>>());
    let all = Edges::of_all_members(&first);
    let mut found = match blind(unordered) {
        Some(why) => undecided(why, &first, &all, &declared, unordered),
        None => decided(unordered, &all, &declared),
    };
    found.between = between(&first, &all, &declared);
    found
}

/// The order, once it stays the same when it is worked out from itself: in another order another definition of a symbol may
/// win, and need other things.
fn decided(unordered: &Unordered<'_>, all: &Edges, declared: &[(usize, usize)]) -> Order {
    let layers: Vec<u32> = unordered.archives.iter().map(|archive| archive.layer).collect();
    let mut sequence: Vec<usize> = (0..layers.len()).collect();
    let mut round = 0;
    loop {
        round += 1;
        let laid = Laid::new(unordered, &sequence);
        let graph = match unordered.users {
            Users::ThisLink => Graph::of_link(&laid, &unordered.undefined),
            Users::Anyone => Graph::of_all(&laid),
        };
        let edges = Edges::of_graph(&laid, &graph);
        let opinions = [&edges.pairs(), &firsts(&laid, &graph), declared, &all.pairs()];
        let arranged = arrange(&graph, unordered.users, &prefer(layers.len(), &opinions), &layers);
        let next = arranged.groups.concat();
        if next == sequence || unordered.users == Users::Anyone || round == ROUNDS {
            let users = unordered.users;
            let scene = Scene { laid: &laid, graph: &graph, users, declared, layers: &layers, all };
            return finished(&scene, &unordered.undefined, arranged, &edges);
        }
        sequence = next;
    }
}

fn finished(scene: &Scene<'_, '_>, undefined: &[&str], arranged: Arranged, edges: &Edges) -> Order {
    let Arranged { groups, stuck, backward } = arranged;
    let Scene { laid, graph, users, .. } = *scene;
    let lost = match users {
        Users::ThisLink if backward.is_empty() => lacks(laid, &groups, undefined),
        _ => None,
    };
    let mut order = Order {
        cycles: stuck.iter().map(|stuck| diagnose(scene, stuck)).collect(),
        backward: backward.iter().map(|&(from, arc)| graph.reference(laid, from, arc)).collect(),
        edges: edges.list(),
        twice: twice(laid, Some(graph), undefined),
        groups,
        ..Order::default()
    };
    if let Some(symbol) = lost {
        let all = order.groups.concat();
        let apart = by_layer(&all, scene.layers);
        order.groups = if lacks(laid, &apart, undefined).is_none() { apart } else { vec![all] };
        order.undecided = Some(format!("{symbol} is not found by looking at each archive once"));
    }
    order
}

/// A group for each layer, in the order that declarations and members suggest.
fn undecided(
    why: String,
    laid: &Laid<'_>,
    all: &Edges,
    declared: &[(usize, usize)],
    unordered: &Unordered<'_>,
) -> Order {
    let preferred = prefer(unordered.archives.len(), &[declared, &all.pairs()]);
    let layers: Vec<u32> = unordered.archives.iter().map(|archive| archive.layer).collect();
    let groups = by_layer(&preferred, &layers);
    let twice = twice(laid, None, &unordered.undefined);
    Order { groups, undecided: Some(why), edges: all.list(), twice, ..Order::default() }
}

/// Archives of one layer together, and otherwise as they stand.
fn by_layer(archives: &[usize], layers: &[u32]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    archives.iter().for_each(|&archive| groups.entry(layers[archive]).or_default().push(archive));
    groups.into_values().collect()
}

/// A unit whose needs are not known, in words.
fn blind(unordered: &Unordered<'_>) -> Option<String> {
    let archives = unordered.archives.iter().map(|archive| archive.file);
    unordered.objects.iter().copied().chain(archives).find_map(|file| {
        let hidden = file.index.units.iter().find_map(|unit| {
            let lto = unit.object().filter(|object| object.hides_symbols())?.lto?;
            Some((unit.name.as_ref(), lto))
        });
        let (member, lto) = hidden?;
        let name = match member.is_empty() || member == file.name {
            true => file.name.to_owned(),
            false => format!("{}({member})", file.name),
        };
        Some(format!("{name} is {}, so what it needs is not known", lto.words()))
    })
}

#[cfg(test)]
mod tests;
