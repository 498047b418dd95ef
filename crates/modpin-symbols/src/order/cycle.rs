//! Why no order of some archives works: the shortest chain of symbols that leads from an archive back to it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::link::site::Reference;
use crate::order::arrange::Stuck;
use crate::order::graph::Graph;
use crate::order::opening::{Opening, Scene, Step, opening};

/// Archives that no order satisfies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// Their numbers, as in [`Order::groups`](crate::Order).
    pub archives: Vec<usize>,
    /// The shortest way through symbols from an archive back to the same: through the fewest archives; of several such ways
    /// the one that seldomest goes on at another member than the one it came to; then the one with the fewest references.
    pub chain: Vec<Reference>,
    /// What alone keeps the cycle closed, if there is such a thing.
    pub opening: Option<Opening>,
}

/// Explains a cycle.
pub(crate) fn diagnose(scene: &Scene<'_, '_>, stuck: &Stuck) -> Cycle {
    let graph = scene.graph;
    let chain = stuck
        .archives
        .iter()
        .filter_map(|&archive| round_trip(graph, stuck, archive))
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, steps)| steps)
        .unwrap_or_default();
    let opening = opening(scene, stuck, &chain);
    let mut archives = stuck.archives.clone();
    archives.sort_unstable();
    let chain = chain.iter().map(|&(from, arc)| graph.reference(scene.laid, from, arc)).collect();
    Cycle { archives, chain, opening }
}

/// What a way costs: first archives entered, then changes to another member of the same archive, then references.
type Cost = (usize, usize, usize);

/// A place on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum At {
    /// In an archive, at no particular member.
    Archive(usize),
    /// At a member.
    Node(usize),
    /// Back where the way began.
    Home,
}

/// How each place is reached: the cost, the place before, and the arc between.
type Best = HashMap<At, (Cost, Option<(At, Option<Step>)>)>;

/// The cheapest way from an archive back into it, over arcs to units that come too late.
fn round_trip(graph: &Graph<'_>, stuck: &Stuck, start: usize) -> Option<(Cost, Vec<Step>)> {
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
        for (next, step, price) in ways(graph, stuck, at, start) {
            let cost = (cost.0 + price.0, cost.1 + price.1, cost.2 + price.2);
            if best.get(&next).is_none_or(|known| cost < known.0) {
                best.insert(next, (cost, Some((at, step))));
                queue.push(Reverse((cost, next)));
            }
        }
    }
    None
}

/// Where one can go from here, over which arc, and what it costs.
fn ways(graph: &Graph<'_>, stuck: &Stuck, at: At, start: usize) -> Vec<(At, Option<Step>, Cost)> {
    let node = match at {
        At::Home => return Vec::new(),
        At::Archive(archive) => {
            let members = graph.members[archive].iter();
            return members.map(|&node| (At::Node(node), None, (0, 0, 0))).collect();
        }
        At::Node(node) => node,
    };
    let mut ways = Vec::new();
    for (arc, &(to, _)) in graph.arcs[node].iter().enumerate() {
        let step = Some((node, arc));
        match graph.crosses(node, to) {
            false => ways.push((At::Node(to), step, (0, 0, 1))),
            true if stuck.late.binary_search(&to).is_err() => {}
            true if graph.nodes[to].archive == Some(start) => ways.push((At::Home, step, (1, 0, 1))),
            true => ways.push((At::Node(to), step, (1, 0, 1))),
        }
    }
    ways.extend(graph.nodes[node].archive.map(|home| (At::Archive(home), None, (0, 1, 0))));
    ways
}

fn retrace(best: &Best) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = At::Home;
    while let Some((_, Some((before, step)))) = best.get(&at) {
        steps.extend(*step);
        at = *before;
    }
    steps.reverse();
    steps
}
