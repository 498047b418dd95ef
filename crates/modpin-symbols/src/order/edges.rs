//! Which archive needs which, with a reference that shows it: the arcs between units, seen from further away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::link::site::Reference;
use crate::order::graph::Graph;
use crate::order::ordered_link::OrderedLink;
use crate::order::request::ArchiveId;

/// One archive needs another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// A reference from the one to the other: the first.
    pub example: Reference,
    /// How many there are.
    pub references: usize,
}

/// All edges by their archives.
#[derive(Debug, Default)]
pub(crate) struct Edges(BTreeMap<(ArchiveId, ArchiveId), Edge>);

impl Edges {
    /// Through the units of a graph.
    pub fn of_graph(link: &OrderedLink<'_>, graph: &Graph<'_>) -> Edges {
        let mut edges = Edges::default();
        for (id, arc) in graph.all_arcs() {
            let Some(pair) = graph.crosses(id.from, arc.to) else { continue };
            let example = || link.reference(graph[id.from].unit, arc.symbol, graph[arc.to].unit);
            let new = || Edge { example: example(), references: 0 };
            edges.0.entry(pair).or_insert_with(new).references += 1;
        }
        edges
    }

    /// Through all units, whether somebody takes them or not.
    pub fn of_all_members(link: &OrderedLink<'_>) -> Edges {
        Edges::of_graph(link, &Graph::of_all(link))
    }

    /// Pairs of a user and what it uses.
    pub fn pairs(&self) -> Vec<(ArchiveId, ArchiveId)> {
        self.0.keys().copied().collect()
    }

    /// How many references join a user with what it uses.
    pub fn references(&self, pair: (ArchiveId, ArchiveId)) -> usize {
        self.0.get(&pair).map_or(0, |edge| edge.references)
    }

    /// With the user and what it uses.
    pub fn list(&self) -> Vec<(ArchiveId, ArchiveId, Edge)> {
        self.iter().map(|(from, to, edge)| (from, to, edge.clone())).collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = (ArchiveId, ArchiveId, &Edge)> {
        self.0.iter().map(|(&(from, to), edge)| (from, to, edge))
    }
}
