//! An order in which every unit is asked for before its archive has passed, found by walking as a linker would.
//!
//! An archive may come when all of its units that the link takes are asked for by then, by what was taken before or by each
//! other. More units taken means more asked for, so taking any archive that may come is never wrong. When none may, those
//! that wait for nobody but each other are a cycle, and go together.

use crate::order::graph::{ArcId, Graph, NodeId, PerNode};
use crate::order::prefer::components;
use crate::order::request::{ArchiveId, OrderRequest, Users};

/// Archives in an order that works.
#[derive(Debug, Default)]
pub(crate) struct Arranged {
    /// From left to right; more than one together where no order works.
    pub groups: Vec<Vec<ArchiveId>>,
    /// The groups of more than one archive.
    pub components: Vec<Component>,
    /// Arcs from a higher layer to a unit that nobody asks for before.
    pub backward: Vec<ArcId>,
}

/// Archives of which each waits for another.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    /// In the order of preference.
    pub archives: Vec<ArchiveId>,
    /// The units that nobody asks for before their archive has passed. Sorted.
    pub late: Vec<NodeId>,
}

/// Takes archives one by one: the first in the order of preference that may come. Lower layers come first.
pub(crate) fn arrange(
    graph: &Graph<'_>,
    request: &OrderRequest<'_>,
    preferred: &[ArchiveId],
) -> Arranged {
    let layer = |archive| request.archive(archive).layer;
    let mut walk = Walk::new(graph, request.users);
    let mut arranged = Arranged::default();
    let mut waiting = preferred.to_vec();
    while let Some(lowest) = waiting.iter().map(|&archive| layer(archive)).min() {
        let near: Vec<ArchiveId> = waiting.iter().copied().filter(|&at| layer(at) == lowest).collect();
        let free = near.iter().find(|&&archive| walk.late(&[archive]).is_empty());
        let group = match free {
            Some(&archive) => vec![archive],
            None => first_component(&walk, &near, &mut arranged),
        };
        walk.pass(&group);
        waiting.retain(|archive| !group.contains(archive));
        arranged.groups.push(group);
    }
    arranged
}

/// The first archives that wait only for each other.
fn first_component(walk: &Walk<'_, '_>, near: &[ArchiveId], arranged: &mut Arranged) -> Vec<ArchiveId> {
    let graph = walk.graph;
    let mut late = PerNode::new(graph, false);
    near.iter().flat_map(|&archive| walk.late(&[archive])).for_each(|node| late[node] = true);
    let to_late = graph.all_arcs().filter(|(_, arc)| late[arc.to]);
    let pairs: Vec<_> = to_late.filter_map(|(id, arc)| graph.crosses(id.from, arc.to)).collect();
    // Users come first, so the first component waits for none of the others.
    let mut first = components(near, &pairs).into_iter().next().unwrap_or_default();
    first.sort_by_key(|archive| near.iter().position(|at| at == archive));
    let beyond = walk.late(&first);
    let is_ahead = |at: ArchiveId| !first.contains(&at) && !walk.passed[at.0];
    let from_ahead = graph.all_arcs().filter(|(id, _)| graph[id.from].archive.is_some_and(is_ahead));
    let to_beyond = from_ahead.filter(|(_, arc)| beyond.contains(&arc.to));
    arranged.backward.extend(to_beyond.map(|(id, _)| id));
    if first.len() > 1 {
        let mut late: Vec<NodeId> = first.iter().flat_map(|&archive| walk.late(&[archive])).collect();
        late.sort_unstable();
        arranged.components.push(Component { archives: first.clone(), late });
    }
    first
}

/// A link under way.
struct Walk<'g, 'a> {
    graph: &'g Graph<'a>,
    users: Users,
    /// For each archive, whether it is behind us.
    passed: Vec<bool>,
    /// Whether a unit is taken.
    taken: PerNode<bool>,
    /// Whether somebody asks for a unit.
    asked: PerNode<bool>,
    /// Who needs a unit.
    users_of: PerNode<Vec<NodeId>>,
}

impl<'g, 'a> Walk<'g, 'a> {
    fn new(graph: &'g Graph<'a>, users: Users) -> Walk<'g, 'a> {
        let mut users_of = PerNode::new(graph, Vec::new());
        graph.all_arcs().for_each(|(id, arc)| users_of[arc.to].push(id.from));
        let nothing = PerNode::new(graph, false);
        let passed = graph.archives().map(|_| false).collect();
        let mut walk = Walk { graph, users, passed, taken: nothing.clone(), asked: nothing, users_of };
        graph.ids().for_each(|node| walk.asked[node] = graph[node].root);
        let objects = graph.ids().filter(|&node| graph[node].archive.is_none());
        objects.for_each(|object| walk.take(object));
        walk
    }

    /// The units of these archives that the link takes and would not take if they came now, searched as one.
    fn late(&self, archives: &[ArchiveId]) -> Vec<NodeId> {
        let members = self.graph.members_of(archives);
        match self.users {
            Users::ThisLink => {
                let reached = self.reached(archives);
                members.filter(|&node| !reached[node]).collect()
            }
            // Whoever needs a unit must be behind us, because somebody might take it.
            Users::Anyone => {
                let ahead = |&user: &NodeId| {
                    let of = self.graph[user].archive;
                    of.is_some_and(|archive| !self.passed[archive.0] && !archives.contains(&archive))
                };
                members.filter(|&node| self.users_of[node].iter().any(ahead)).collect()
            }
        }
    }

    /// All units that are taken after a look at these archives.
    fn reached(&self, archives: &[ArchiveId]) -> PerNode<bool> {
        let mut taken = self.taken.clone();
        let members = self.graph.members_of(archives);
        let mut stack: Vec<NodeId> = members.filter(|&node| self.asked[node]).collect();
        while let Some(node) = stack.pop() {
            if std::mem::replace(&mut taken[node], true) {
                continue;
            }
            let inside = |&to: &NodeId| self.graph[to].archive.is_some_and(|at| archives.contains(&at));
            stack.extend(self.graph.arcs(node).iter().map(|arc| arc.to).filter(inside));
        }
        taken
    }

    /// Puts archives behind us. What could not be taken counts as taken, so that the walk goes on.
    fn pass(&mut self, archives: &[ArchiveId]) {
        for &archive in archives {
            self.passed[archive.0] = true;
            for &node in self.graph.members(archive) {
                self.take(node);
            }
        }
    }

    fn take(&mut self, node: NodeId) {
        self.taken[node] = true;
        self.graph.arcs(node).iter().for_each(|arc| self.asked[arc.to] = true);
    }
}
