//! The units of a link as numbers, and which of them needs which: what an order is worked out from.
//!
//! Knows who answers whom; knows nothing of who stands where.

use std::collections::HashMap;

use crate::link::closure::closure;
use crate::link::scope::{Link, Scope, UnitId};
use crate::link::site::{Reference, Site};
use crate::order::request::{Unordered, Users};

/// The files of a link with their archives in some order.
pub(crate) struct Laid<'a> {
    pub scope: Scope<'a>,
    /// Which archive each file is, in the order of the scope; `None` for an object.
    owner: Vec<Option<usize>>,
    /// How many archives there are.
    pub archives: usize,
}

/// The units that count.
pub(crate) struct Graph<'a> {
    pub nodes: Vec<Node>,
    /// For each node what it cannot do without: the node that answers, and the name. Objects answer without being asked,
    /// so nothing leads to them.
    pub arcs: Vec<Vec<(usize, &'a str)>>,
    /// The nodes of each archive.
    pub members: Vec<Vec<usize>>,
}

/// A unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub unit: UnitId,
    /// Its archive; `None` for an object, which is there from the start.
    pub archive: Option<usize>,
    /// Taken as soon as its archive is looked at: named with `-u`, or in an archive that is linked whole.
    pub root: bool,
}

impl<'a> Laid<'a> {
    /// Archives that are linked whole count as objects for who wins, wherever they stand.
    pub fn new(unordered: &Unordered<'a>, sequence: &[usize]) -> Laid<'a> {
        let (whole, lazy): (Vec<usize>, Vec<usize>) =
            sequence.iter().partition(|&&archive| unordered.archives[archive].whole);
        let files = |archives: &[usize]| {
            archives.iter().map(|&archive| unordered.archives[archive].file).collect::<Vec<_>>()
        };
        let objects = [&unordered.objects[..], &files(&whole)].concat();
        let owner = unordered.objects.iter().map(|_| None);
        Laid {
            owner: owner.chain(whole.iter().chain(&lazy).map(|&archive| Some(archive))).collect(),
            scope: Scope::new(&Link { objects, archives: files(&lazy) }),
            archives: unordered.archives.len(),
        }
    }

    /// The archive that holds a unit.
    pub fn archive(&self, id: UnitId) -> Option<usize> {
        self.owner.get(id.file as usize).copied().flatten()
    }

    pub fn site(&self, id: UnitId) -> Site {
        Site::of(&self.scope, id)
    }
}

impl<'a> Graph<'a> {
    /// The units that a link takes.
    pub fn of_link(laid: &Laid<'a>, undefined: &[&'a str]) -> Graph<'a> {
        let closure = closure(&laid.scope, undefined);
        let mut graph = Graph::of_units(laid, closure.linked.iter().map(|linked| linked.unit));
        // Of two linked definitions the one that was there first answers.
        let number = graph.numbers();
        let answer = |name: &str, version: Option<&str>| {
            let definers = laid.scope.definers(name);
            let answers = definers.filter(|definer| definer.definition.answers(version));
            answers.filter_map(|definer| number.get(&definer.unit).copied()).min()
        };
        for node in undefined.iter().filter_map(|name| answer(name, None)) {
            graph.nodes[node].root = true;
        }
        graph.connect(laid, |_, name, version| answer(name, version));
        graph
    }

    /// All units. A name is answered by the archive that needs it if it can be, and else by the first archive that can.
    pub fn of_all(laid: &Laid<'a>) -> Graph<'a> {
        let mut graph = Graph::of_units(laid, laid.scope.unit_ids());
        let number = graph.numbers();
        graph.connect(laid, |from: UnitId, name, version| {
            let definers = laid.scope.definers(name);
            let mut answers: Vec<UnitId> = definers
                .filter(|definer| definer.definition.answers(version))
                .map(|definer| definer.unit)
                .collect();
            answers.sort_by_key(|id| (id.file != from.file, *id));
            answers.first().and_then(|id| number.get(id).copied())
        });
        graph
    }

    fn of_units(laid: &Laid<'a>, units: impl Iterator<Item = UnitId>) -> Graph<'a> {
        let node = |id| {
            let archive = laid.archive(id);
            Node { unit: id, archive, root: laid.scope.is_given(id) }
        };
        let nodes: Vec<Node> = units.map(node).collect();
        let mut members = vec![Vec::new(); laid.archives];
        for (number, archive) in nodes.iter().enumerate().filter_map(|(at, n)| Some((at, n.archive?))) {
            members[archive].push(number);
        }
        Graph { arcs: vec![Vec::new(); nodes.len()], nodes, members }
    }

    fn numbers(&self) -> HashMap<UnitId, usize> {
        self.nodes.iter().enumerate().map(|(number, node)| (node.unit, number)).collect()
    }

    fn connect(
        &mut self,
        laid: &Laid<'a>,
        answer: impl Fn(UnitId, &str, Option<&str>) -> Option<usize>,
    ) {
        for (from, node) in self.nodes.iter().enumerate() {
            let Some(object) = laid.scope.unit(node.unit).and_then(|unit| unit.object()) else {
                continue;
            };
            for need in object.table.needed.iter().filter(|need| !need.weak) {
                let to = answer(node.unit, &need.name, need.version.as_deref());
                let to = to.filter(|&to| to != from && self.nodes[to].archive.is_some());
                self.arcs[from].extend(to.map(|to| (to, &*need.name)));
            }
        }
    }

    /// The same without some arcs, and without what a link would not take then.
    pub fn without(&self, gone: impl Fn(usize, usize) -> bool, users: Users) -> Graph<'a> {
        let arcs: Vec<Vec<_>> = self
            .arcs
            .iter()
            .enumerate()
            .map(|(from, arcs)| arcs.iter().copied().filter(|&(to, _)| !gone(from, to)).collect())
            .collect();
        let mut graph = Graph { nodes: self.nodes.clone(), members: self.members.clone(), arcs };
        if users == Users::ThisLink {
            let there = graph.reached();
            graph.members.iter_mut().for_each(|members| members.retain(|&node| there[node]));
            graph
                .arcs
                .iter_mut()
                .zip(&there)
                .filter(|(_, there)| !**there)
                .for_each(|(arcs, _)| arcs.clear());
        }
        graph
    }

    /// The nodes that somebody asks for.
    fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let start = |node: &Node| node.root || node.archive.is_none();
        let mut stack: Vec<usize> = (0..self.nodes.len()).filter(|&at| start(&self.nodes[at])).collect();
        while let Some(node) = stack.pop() {
            if !std::mem::replace(&mut reached[node], true) {
                stack.extend(self.arcs[node].iter().map(|&(to, _)| to));
            }
        }
        reached
    }

    /// The reference behind an arc, in words.
    pub fn reference(&self, laid: &Laid<'_>, from: usize, arc: usize) -> Reference {
        let (to, symbol) = self.arcs[from][arc];
        Reference {
            from: laid.site(self.nodes[from].unit),
            symbol: symbol.to_owned(),
            to: laid.site(self.nodes[to].unit),
        }
    }

    /// Whether an arc leads from one archive to another.
    pub fn crosses(&self, from: usize, to: usize) -> bool {
        matches!((self.nodes[from].archive, self.nodes[to].archive), (Some(a), Some(b)) if a != b)
    }
}
