//! The units of a link as nodes, and which of them needs which: what an order is worked out from.

use std::collections::HashMap;
use std::ops::{Index, IndexMut};

use crate::link::closure::closure;
use crate::link::scope::UnitId;
use crate::order::ordered_link::OrderedLink;
use crate::order::request::{ArchiveId, Users};

/// The units that count.
pub(crate) struct Graph<'a> {
    nodes: Vec<Node>,
    /// For each node what it cannot do without. Objects answer without being asked, so nothing leads to them.
    arcs: Vec<Vec<Arc<'a>>>,
    /// The nodes of each archive.
    members: Vec<Vec<NodeId>>,
}

/// A node, by its number in the graph. In a pair, the first needs the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(usize);

/// A unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub unit: UnitId,
    /// Its archive; `None` for an object, which is there from the start.
    pub archive: Option<ArchiveId>,
    /// Taken as soon as its archive is looked at: named with `-u`, or in an archive that is linked whole.
    pub root: bool,
}

/// A need: the node that answers it, and the name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arc<'a> {
    pub to: NodeId,
    pub symbol: &'a str,
}

/// An arc, by the node that needs and the number among its arcs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ArcId {
    pub from: NodeId,
    number: usize,
}

/// A value for each node of a graph.
#[derive(Debug, Clone)]
pub(crate) struct PerNode<T>(Vec<T>);

impl<'a> Graph<'a> {
    /// The units that a link takes.
    pub fn of_link(link: &OrderedLink<'a>, undefined: &[&'a str]) -> Graph<'a> {
        let closure = closure(&link.scope, undefined);
        let mut graph = Graph::of_units(link, closure.linked.iter().map(|linked| linked.unit));
        // Of two linked definitions the one that was there first answers.
        let nodes = graph.by_unit();
        let answer = |name: &str, version: Option<&str>| {
            let definers = link.scope.definers(name);
            let answers = definers.filter(|definer| definer.definition.answers(version));
            answers.filter_map(|definer| nodes.get(&definer.unit).copied()).min()
        };
        for node in undefined.iter().filter_map(|name| answer(name, None)) {
            graph.nodes[node.0].root = true;
        }
        graph.connect(link, |_, name, version| answer(name, version));
        graph
    }

    /// All units. A name is answered by the archive that needs it if it can be, and else by the first archive that can.
    pub fn of_all(link: &OrderedLink<'a>) -> Graph<'a> {
        let mut graph = Graph::of_units(link, link.scope.unit_ids());
        let nodes = graph.by_unit();
        graph.connect(link, |from: UnitId, name, version| {
            let definers = link.scope.definers(name);
            let mut answers: Vec<UnitId> = definers
                .filter(|definer| definer.definition.answers(version))
                .map(|definer| definer.unit)
                .collect();
            answers.sort_by_key(|unit| (unit.file != from.file, *unit));
            answers.first().and_then(|unit| nodes.get(unit).copied())
        });
        graph
    }

    fn of_units(link: &OrderedLink<'a>, units: impl Iterator<Item = UnitId>) -> Graph<'a> {
        let node = |unit| {
            let archive = link.archive(unit);
            Node { unit, archive, root: link.scope.is_given(unit) }
        };
        let nodes: Vec<Node> = units.map(node).collect();
        let mut members = vec![Vec::new(); link.archives];
        for (number, archive) in nodes.iter().enumerate().filter_map(|(at, n)| Some((at, n.archive?))) {
            members[archive.0].push(NodeId(number));
        }
        Graph { arcs: vec![Vec::new(); nodes.len()], nodes, members }
    }

    fn by_unit(&self) -> HashMap<UnitId, NodeId> {
        self.ids().map(|id| (self[id].unit, id)).collect()
    }

    fn connect(
        &mut self,
        link: &OrderedLink<'a>,
        answer: impl Fn(UnitId, &str, Option<&str>) -> Option<NodeId>,
    ) {
        for from in self.ids() {
            let unit = self[from].unit;
            let Some(object) = link.scope.unit(unit).and_then(|unit| unit.object()) else {
                continue;
            };
            for need in object.table.needed.iter().filter(|need| !need.weak) {
                let to = answer(unit, &need.name, need.version.as_deref());
                let to = to.filter(|&to| to != from && self[to].archive.is_some());
                self.arcs[from.0].extend(to.map(|to| Arc { to, symbol: &need.name }));
            }
        }
    }

    /// The same without some arcs, and without what a link would not take then.
    pub fn without(&self, gone: impl Fn(NodeId, NodeId) -> bool, users: Users) -> Graph<'a> {
        let kept = |from| self.arcs(from).iter().copied().filter(|arc| !gone(from, arc.to)).collect();
        let arcs = self.ids().map(kept).collect();
        let mut graph = Graph { nodes: self.nodes.clone(), members: self.members.clone(), arcs };
        if users == Users::ThisLink {
            let there = graph.reached();
            graph.members.iter_mut().for_each(|members| members.retain(|&node| there[node]));
            for node in graph.ids().filter(|&node| !there[node]) {
                graph.arcs[node.0].clear();
            }
        }
        graph
    }

    /// The nodes that somebody asks for.
    fn reached(&self) -> PerNode<bool> {
        let mut reached = PerNode::new(self, false);
        let is_start = |node: &NodeId| self[*node].root || self[*node].archive.is_none();
        let mut stack: Vec<NodeId> = self.ids().filter(is_start).collect();
        while let Some(node) = stack.pop() {
            if !std::mem::replace(&mut reached[node], true) {
                stack.extend(self.arcs(node).iter().map(|arc| arc.to));
            }
        }
        reached
    }

    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId)
    }

    pub fn archives(&self) -> impl Iterator<Item = ArchiveId> + use<> {
        (0..self.members.len()).map(ArchiveId)
    }

    /// The nodes of an archive.
    pub fn members(&self, archive: ArchiveId) -> &[NodeId] {
        &self.members[archive.0]
    }

    /// The nodes of some archives.
    pub fn members_of(&self, archives: &[ArchiveId]) -> impl Iterator<Item = NodeId> {
        archives.iter().flat_map(|&archive| self.members(archive)).copied()
    }

    /// What a node needs.
    pub fn arcs(&self, from: NodeId) -> &[Arc<'a>] {
        &self.arcs[from.0]
    }

    /// All arcs of a node with their ids.
    pub fn arcs_from(&self, from: NodeId) -> impl Iterator<Item = (ArcId, Arc<'a>)> {
        let arcs = self.arcs(from).iter().copied().enumerate();
        arcs.map(move |(number, arc)| (ArcId { from, number }, arc))
    }

    /// All arcs with their ids.
    pub fn all_arcs(&self) -> impl Iterator<Item = (ArcId, Arc<'a>)> {
        self.ids().flat_map(|from| self.arcs_from(from))
    }

    pub fn arc(&self, id: ArcId) -> Arc<'a> {
        self.arcs[id.from.0][id.number]
    }

    /// The archives of two nodes, if they are in different ones.
    pub fn crosses(&self, from: NodeId, to: NodeId) -> Option<(ArchiveId, ArchiveId)> {
        self[from].archive.zip(self[to].archive).filter(|(from, to)| from != to)
    }
}

impl Index<NodeId> for Graph<'_> {
    type Output = Node;

    fn index(&self, node: NodeId) -> &Node {
        &self.nodes[node.0]
    }
}

impl<T: Clone> PerNode<T> {
    pub fn new(graph: &Graph<'_>, value: T) -> PerNode<T> {
        PerNode(vec![value; graph.nodes.len()])
    }
}

impl<T> Index<NodeId> for PerNode<T> {
    type Output = T;

    fn index(&self, node: NodeId) -> &T {
        &self.0[node.0]
    }
}

impl<T> IndexMut<NodeId> for PerNode<T> {
    fn index_mut(&mut self, node: NodeId) -> &mut T {
        &mut self.0[node.0]
    }
}
