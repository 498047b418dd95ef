//! Why no order of some archives works: the shortest chain of symbols that leads from an archive back to it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::link::site::Reference;
use crate::order::arrange::Component;
use crate::order::graph::{ArcId, Graph, NodeId};
use crate::order::opening::{CycleInput, Opening, opening};
use crate::order::request::ArchiveId;

/// Archives that no order satisfies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// Sorted.
    pub archives: Vec<ArchiveId>,
    /// The shortest way through symbols from an archive back to the same: through the fewest archives; of several such ways
    /// the one that seldomest goes on at another member than the one it came to; then the one with the fewest references.
    pub chain: Vec<Reference>,
    /// What alone keeps the cycle closed, if there is such a thing.
    pub opening: Option<Opening>,
}

/// Explains a cycle.
pub(crate) fn diagnose(input: &CycleInput<'_, '_>, component: &Component) -> Cycle {
    let graph = input.graph;
    let chain = component
        .archives
        .iter()
        .filter_map(|&archive| round_trip(graph, component, archive))
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, arcs)| arcs)
        .unwrap_or_default();
    let opening = opening(input, component, &chain);
    let mut archives = component.archives.clone();
    archives.sort_unstable();
    let chain = chain.into_iter().map(|arc| input.reference(arc)).collect();
    Cycle { archives, chain, opening }
}

/// What a way costs: first archives entered, then changes to another member of the same archive, then references.
type Cost = (usize, usize, usize);

/// A point on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum At {
    /// In an archive, at no particular member.
    Archive(ArchiveId),
    /// At a member.
    Node(NodeId),
    /// Back where the way began.
    Home,
}

/// How each point is reached: the cost, the point before, and the arc between.
type Best = HashMap<At, (Cost, Option<(At, Option<ArcId>)>)>;

/// The cheapest way from an archive back into it, over arcs to units that come too late.
fn round_trip(graph: &Graph<'_>, component: &Component, start: ArchiveId) -> Option<(Cost, Vec<ArcId>)> {
    let begin = At::Archive(start);
    let mut best: Best = HashMap::from([(begin, ((0, 0, 0), None))]);
    let mut queue = BinaryHeap::from([Reverse(((0, 0, 0), begin))]);
    while let Some(Reverse((cost, at))) = queue.pop() {
        if at == At::Home {
            return Some((cost, retrace(&best)));
        }
        if best.get(&at).is_some_and(|known| known.0 < cost) {
            continue;
        }
        for (next, arc, price) in ways(graph, component, at, start) {
            let cost = (cost.0 + price.0, cost.1 + price.1, cost.2 + price.2);
            if best.get(&next).is_none_or(|known| cost < known.0) {
                best.insert(next, (cost, Some((at, arc))));
                queue.push(Reverse((cost, next)));
            }
        }
    }
    None
}

/// Where one can go from here, over which arc, and what it costs.
fn ways(
    graph: &Graph<'_>,
    component: &Component,
    at: At,
    start: ArchiveId,
) -> Vec<(At, Option<ArcId>, Cost)> {
    let node = match at {
        At::Home => return Vec::new(),
        At::Archive(archive) => {
            let members = graph.members(archive).iter();
            return members.map(|&node| (At::Node(node), None, (0, 0, 0))).collect();
        }
        At::Node(node) => node,
    };
    let mut ways = Vec::new();
    for (id, arc) in graph.arcs_from(node) {
        let over = Some(id);
        match graph.crosses(node, arc.to) {
            None => ways.push((At::Node(arc.to), over, (0, 0, 1))),
            Some(_) if component.late.binary_search(&arc.to).is_err() => {}
            Some((_, to)) if to == start => ways.push((At::Home, over, (1, 0, 1))),
            Some(_) => ways.push((At::Node(arc.to), over, (1, 0, 1))),
        }
    }
    ways.extend(graph[node].archive.map(|home| (At::Archive(home), None, (0, 1, 0))));
    ways
}

fn retrace(best: &Best) -> Vec<ArcId> {
    let mut arcs = Vec::new();
    let mut at = At::Home;
    while let Some((_, Some((before, arc)))) = best.get(&at) {
        arcs.extend(*arc);
        at = *before;
    }
    arcs.reverse();
    arcs
}
