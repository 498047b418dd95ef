//! In which order the archives of a link must stand, so that a linker that looks at each of them once, from left to right,
//! finds everything: users before what they use.
//!
//! Which members count is the question. For one link ([`Users::ThisLink`]) those do that it really takes, pins included
//! ([`closure`](crate::closure())), so the answer is exact: archives go into a group if, and only if, no order of them can
//! work. What the other members need, and what is declared, only says how archives stand that could stand either way, so
//! that an edit seldom moves them. For archives alone ([`Users::Anyone`]) each member counts, because somebody may take it.
//!
//! The same input gives the same order. Where nothing else decides, the first given comes first; so does, where needs allow
//! it, the archive whose definition of a symbol comes before another's.

pub(crate) mod request;
mod ordered_link;
mod graph;
pub(crate) mod edges;
mod prefer;
mod arrange;
mod proof;
pub(crate) mod opening;
pub(crate) mod cycle;
pub(crate) mod declared;
pub(crate) mod duplicates;

use std::collections::BTreeMap;

use crate::link::site::Reference;
use crate::order::arrange::{Arranged, arrange};
use crate::order::cycle::{Cycle, diagnose};
use crate::order::declared::{Declared, compare};
use crate::order::duplicates::{Duplicate, duplicates, firsts};
use crate::order::edges::{Edge, Edges};
use crate::order::graph::Graph;
use crate::order::opening::CycleInput;
use crate::order::ordered_link::OrderedLink;
use crate::order::prefer::prefer;
use crate::order::proof::lacks;
use crate::order::request::{ArchiveId, OrderRequest, Users};

/// An order, and what was found on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// From left to right. More than one archive together: no order of these works, they must be searched again and again
    /// (`--start-group`).
    pub groups: Vec<Vec<ArchiveId>>,
    /// Why, for each group of more than one archive.
    pub cycles: Vec<Cycle>,
    /// References from a higher layer to a lower one, which no order can satisfy. Empty where the order is good.
    pub backward: Vec<Reference>,
    /// Set where the order could not be worked out, and all archives of a layer are one group: why.
    pub undecided: Option<String>,
    /// Which archive needs which, through the members that count; the user first.
    pub edges: Vec<(ArchiveId, ArchiveId, Edge)>,
    /// What declarations say, compared with what all members need.
    pub declared: Declared,
    /// Symbols that two archives define.
    pub duplicates: Vec<Duplicate>,
}

/// How often an order is worked out at most. Two are enough where no symbol is defined twice.
const ROUNDS: usize = 6;

/// Works out the order.
pub fn order(request: &OrderRequest<'_>) -> Order {
    let declared = request.declared();
    let as_given = OrderedLink::new(request, &request.ids().collect::<Vec<_>>());
    let all = Edges::of_all_members(&as_given);
    let mut found = match blind(request) {
        Some(why) => undecided(why, &as_given, &all, &declared, request),
        None => decided(request, &all, &declared),
    };
    found.declared = compare(&as_given, &all, &declared);
    found
}

/// The order, once it stays the same when it is worked out from itself: in another order another definition of a symbol may
/// win, and need other things.
fn decided(request: &OrderRequest<'_>, all: &Edges, declared: &[(ArchiveId, ArchiveId)]) -> Order {
    let given: Vec<ArchiveId> = request.ids().collect();
    let mut sequence = given.clone();
    let mut round = 0;
    loop {
        round += 1;
        let link = OrderedLink::new(request, &sequence);
        let graph = match request.users {
            Users::ThisLink => Graph::of_link(&link, &request.undefined),
            Users::Anyone => Graph::of_all(&link),
        };
        let edges = Edges::of_graph(&link, &graph);
        let opinions = [&edges.pairs(), &firsts(&link, &graph), declared, &all.pairs()];
        let arranged = arrange(&graph, request, &prefer(&given, &opinions));
        let next = arranged.groups.concat();
        if next == sequence || request.users == Users::Anyone || round == ROUNDS {
            let input = CycleInput { request, link: &link, graph: &graph, declared, all };
            return finished(&input, arranged, &edges);
        }
        sequence = next;
    }
}

fn finished(input: &CycleInput<'_, '_>, arranged: Arranged, edges: &Edges) -> Order {
    let Arranged { groups, components, backward } = arranged;
    let CycleInput { request, link, graph, .. } = *input;
    let undefined = &request.undefined;
    let lost = match request.users {
        Users::ThisLink if backward.is_empty() => lacks(link, &groups, undefined),
        _ => None,
    };
    let mut order = Order {
        cycles: components.iter().map(|component| diagnose(input, component)).collect(),
        backward: backward.into_iter().map(|arc| input.reference(arc)).collect(),
        edges: edges.list(),
        duplicates: duplicates(link, Some((graph, request.users)), undefined),
        groups,
        ..Order::default()
    };
    if let Some(symbol) = lost {
        let all = order.groups.concat();
        let apart = by_layer(&all, request);
        order.groups = if lacks(link, &apart, undefined).is_none() { apart } else { vec![all] };
        order.undecided = Some(format!("{symbol} is not found by looking at each archive once"));
    }
    order
}

/// A group for each layer, in the order that declarations and members suggest.
fn undecided(
    why: String,
    link: &OrderedLink<'_>,
    all: &Edges,
    declared: &[(ArchiveId, ArchiveId)],
    request: &OrderRequest<'_>,
) -> Order {
    let preferred = prefer(&request.ids().collect::<Vec<_>>(), &[declared, &all.pairs()]);
    let groups = by_layer(&preferred, request);
    let duplicates = duplicates(link, None, &request.undefined);
    Order { groups, undecided: Some(why), edges: all.list(), duplicates, ..Order::default() }
}

/// Archives of one layer together, and otherwise as they stand.
fn by_layer(archives: &[ArchiveId], request: &OrderRequest<'_>) -> Vec<Vec<ArchiveId>> {
    let mut groups: BTreeMap<u32, Vec<ArchiveId>> = BTreeMap::new();
    for &archive in archives {
        groups.entry(request.archive(archive).layer).or_default().push(archive);
    }
    groups.into_values().collect()
}

/// A unit whose needs are not known, in words.
fn blind(request: &OrderRequest<'_>) -> Option<String> {
    let archives = request.archives.iter().map(|archive| archive.file);
    request.objects.iter().copied().chain(archives).find_map(|file| {
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
