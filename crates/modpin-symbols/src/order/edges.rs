//! Which archive needs which, with a reference that shows it: the arcs between units, seen from further away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::link::site::Reference;
use crate::order::graph::{Graph, Laid};

/// One archive needs another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// A reference from the one to the other: the first.
    pub example: Reference,
    /// How many there are.
    pub references: usize,
}

/// All edges by the numbers of the archives.
#[derive(Debug, Default)]
pub(crate) struct Edges(BTreeMap<(usize, usize), Edge>);

impl Edges {
    /// Through the units of a graph.
    pub fn of_graph(laid: &Laid<'_>, graph: &Graph<'_>) -> Edges {
        let mut edges = Edges::default();
        for (from, arcs) in graph.arcs.iter().enumerate() {
            for (arc, &(to, _)) in arcs.iter().enumerate() {
                let (Some(one), Some(other)) = (graph.nodes[from].archive, graph.nodes[to].archive)
                else {
                    continue;
                };
                if one != other {
                    let new = || Edge { example: graph.reference(laid, from, arc), references: 0 };
                    edges.0.entry((one, other)).or_insert_with(new).references += 1;
                }
            }
        }
        edges
    }

    /// Through all units, whether somebody takes them or not.
    pub fn of_all_members(laid: &Laid<'_>) -> Edges {
        Edges::of_graph(laid, &Graph::of_all(laid))
    }

    /// Pairs of a user and what it uses.
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        self.0.keys().copied().collect()
    }

    /// How many references join a user with what it uses.
    pub fn references(&self, pair: (usize, usize)) -> usize {
        self.0.get(&pair).map_or(0, |edge| edge.references)
    }

    /// With the numbers of the user and of what it uses.
    pub fn list(&self) -> Vec<(usize, usize, Edge)> {
        self.iter().map(|(from, to, edge)| (from, to, edge.clone())).collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = (usize, usize, &Edge)> {
        self.0.iter().map(|(&(from, to), edge)| (from, to, edge))
    }
}
