//! An order in which every unit is asked for before its archive has passed, found by walking as a linker would.
//!
//! An archive may come when all of its units that the link takes are asked for by then, by what was taken before or by each
//! other. More units taken means more asked for, so taking any archive that may come is never wrong. When none may, those
//! that wait for nobody but each other are a cycle, and go together.

use crate::order::graph::Graph;
use crate::order::prefer::components;
use crate::order::request::Users;

/// Archives in an order that works.
#[derive(Debug, Default)]
pub(crate) struct Arranged {
    /// From left to right; more than one together where no order works.
    pub groups: Vec<Vec<usize>>,
    /// The groups of more than one archive.
    pub stuck: Vec<Stuck>,
    /// Arcs (a node, and which of its arcs) from a higher layer to a unit that nobody asks for before.
    pub backward: Vec<(usize, usize)>,
}

/// Archives of which each waits for another.
#[derive(Debug, Clone)]
pub(crate) struct Stuck {
    /// In the order of preference.
    pub archives: Vec<usize>,
    /// The units that nobody asks for before their archive has passed. Sorted.
    pub late: Vec<usize>,
}

/// Takes archives one by one: the first in the order of preference that may come. Lower layers come first.
pub(crate) fn arrange(graph: &Graph<'_>, users: Users, preferred: &[usize], layers: &[u32]) -> Arranged {
    let mut walk = Walk::new(graph, users);
    let mut arranged = Arranged::default();
    let mut waiting = preferred.to_vec();
    while let Some(layer) = waiting.iter().map(|&archive| layers[archive]).min() {
        let near: Vec<usize> = waiting.iter().copied().filter(|&at| layers[at] == layer).collect();
        let free = near.iter().find(|&&archive| walk.late(&[archive]).is_empty());
        let group = match free {
            Some(&archive) => vec![archive],
            None => knot(&walk, &near, &mut arranged),
        };
        walk.pass(&group);
        waiting.retain(|archive| !group.contains(archive));
        arranged.groups.push(group);
    }
    arranged
}

/// The first archives that wait only for each other.
fn knot(walk: &Walk<'_, '_>, near: &[usize], arranged: &mut Arranged) -> Vec<usize> {
    let graph = walk.graph;
    let mut late = vec![false; graph.nodes.len()];
    near.iter().flat_map(|&archive| walk.late(&[archive])).for_each(|node| late[node] = true);
    let mut pairs = Vec::new();
    for (from, arcs) in graph.arcs.iter().enumerate() {
        let Some(one) = graph.nodes[from].archive else { continue };
        let others =
            arcs.iter().filter(|&&(to, _)| late[to]).filter_map(|&(to, _)| graph.nodes[to].archive);
        pairs.extend(others.filter(|&other| other != one).map(|other| (one, other)));
    }
    // Users come first, so the first component waits for none of the others.
    let mut first = components(near, &pairs).into_iter().next().unwrap_or_default();
    first.sort_by_key(|archive| near.iter().position(|at| at == archive));
    let beyond = walk.late(&first);
    for (from, arcs) in graph.arcs.iter().enumerate() {
        let there = graph.nodes[from].archive.is_some_and(|at| !first.contains(&at) && !walk.passed[at]);
        let to_late = arcs.iter().enumerate().filter(|(_, (to, _))| there && beyond.contains(to));
        arranged.backward.extend(to_late.map(|(arc, _)| (from, arc)));
    }
    if first.len() > 1 {
        let mut late: Vec<usize> = first.iter().flat_map(|&archive| walk.late(&[archive])).collect();
        late.sort_unstable();
        arranged.stuck.push(Stuck { archives: first.clone(), late });
    }
    first
}

/// A link under way.
struct Walk<'g, 'a> {
    graph: &'g Graph<'a>,
    users: Users,
    /// Archives that are behind us.
    passed: Vec<bool>,
    /// Units that are taken.
    taken: Vec<bool>,
    /// Units that are asked for.
    asked: Vec<bool>,
    /// For each unit, who needs it.
    users_of: Vec<Vec<usize>>,
}

impl<'g, 'a> Walk<'g, 'a> {
    fn new(graph: &'g Graph<'a>, users: Users) -> Walk<'g, 'a> {
        let count = graph.nodes.len();
        let mut users_of = vec![Vec::new(); count];
        for (from, arcs) in graph.arcs.iter().enumerate() {
            arcs.iter().for_each(|&(to, _)| users_of[to].push(from));
        }
        let asked = graph.nodes.iter().map(|node| node.root).collect();
        let passed = vec![false; graph.members.len()];
        let mut walk = Walk { graph, users, passed, taken: vec![false; count], asked, users_of };
        let objects = (0..count).filter(|&node| graph.nodes[node].archive.is_none());
        objects.for_each(|object| walk.take(object));
        walk
    }

    /// The units of these archives that the link takes and would not take if they came now, searched as one.
    fn late(&self, archives: &[usize]) -> Vec<usize> {
        let members = archives.iter().flat_map(|&archive| &self.graph.members[archive]).copied();
        match self.users {
            Users::ThisLink => {
                let reached = self.reached(archives);
                members.filter(|&node| !reached[node]).collect()
            }
            // Whoever needs a unit must be behind us, because somebody might take it.
            Users::Anyone => {
                let ahead = |user: &usize| {
                    let of = self.graph.nodes[*user].archive;
                    of.is_some_and(|archive| !self.passed[archive] && !archives.contains(&archive))
                };
                members.filter(|&node| self.users_of[node].iter().any(ahead)).collect()
            }
        }
    }

    /// All units that are taken after a look at these archives.
    fn reached(&self, archives: &[usize]) -> Vec<bool> {
        let mut taken = self.taken.clone();
        let members = archives.iter().flat_map(|&archive| &self.graph.members[archive]).copied();
        let mut stack: Vec<usize> = members.filter(|&node| self.asked[node]).collect();
        while let Some(node) = stack.pop() {
            if std::mem::replace(&mut taken[node], true) {
                continue;
            }
            let inside =
                |to: &usize| self.graph.nodes[*to].archive.is_some_and(|at| archives.contains(&at));
            stack.extend(self.graph.arcs[node].iter().map(|&(to, _)| to).filter(inside));
        }
        taken
    }

    /// Puts archives behind us. What could not be taken counts as taken, so that the walk goes on.
    fn pass(&mut self, archives: &[usize]) {
        for &archive in archives {
            self.passed[archive] = true;
            for &node in &self.graph.members[archive] {
                self.take(node);
            }
        }
    }

    fn take(&mut self, node: usize) {
        self.taken[node] = true;
        self.graph.arcs[node].iter().for_each(|&(to, _)| self.asked[to] = true);
    }
}
