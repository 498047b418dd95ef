//! What would have to go so that archives which need each other have an order: one reference, or the one edge.
//!
//! A reference that is on the way round need not open anything, because there may be another way; and one that is not may do
//! so, because without it a member is asked for earlier, or not linked at all. So each is taken out, and the order worked out
//! again.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::link::site::{Reference, Site};
use crate::order::arrange::{Component, arrange};
use crate::order::edges::Edges;
use crate::order::graph::{ArcId, Graph, NodeId};
use crate::order::ordered_link::OrderedLink;
use crate::order::request::{ArchiveId, OrderRequest};

/// A link that has a cycle.
pub(crate) struct CycleInput<'s, 'a> {
    pub request: &'s OrderRequest<'a>,
    pub link: &'s OrderedLink<'a>,
    pub graph: &'s Graph<'a>,
    pub declared: &'s [(ArchiveId, ArchiveId)],
    /// Between archives, through all members.
    pub all: &'s Edges,
}

/// Something whose removal opens a cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opening {
    /// What one member needs of another.
    References {
        /// The member that needs.
        from: Site,
        /// The symbols.
        symbols: Vec<String>,
        /// The member that defines them.
        to: Site,
    },
    /// All that one member needs of other archives.
    Member {
        /// The member.
        site: Site,
    },
    /// All that the members of one archive need of another archive.
    Archives {
        /// The archive that needs.
        from: String,
        /// The archive that has it.
        to: String,
        /// How many references there are.
        references: usize,
    },
}

/// How many references are taken out at most: each costs as much as an order, so in a link of thousands of members only the
/// likeliest are.
fn tries(members: usize) -> usize {
    (200_000 / members.max(1)).clamp(40, 400)
}

/// What alone keeps the cycle closed: if it can be what one member needs of another, else what one member needs, else what
/// one archive needs of another. Of several what lies on the way round before what does not, what is not declared before what
/// is, then what joins two archives with the fewest references, then what leads back to the archive given first.
pub(crate) fn opening(
    input: &CycleInput<'_, '_>,
    component: &Component,
    chain: &[ArcId],
) -> Option<Opening> {
    let graph = input.graph;
    let across = across(input, component, chain);
    let opens = |gone: &dyn Fn(NodeId, NodeId) -> bool| opens(input, component, gone);
    let pair = across.iter().find(|&&pair| opens(&|from, to| (from, to) == pair));
    if let Some(&(from, to)) = pair {
        return Some(input.references(from, to));
    }
    let member = first_of_each(across.iter().map(|&(from, _)| from))
        .find(|&one| opens(&|from, to| from == one && graph.crosses(from, to).is_some()));
    if let Some(one) = member {
        return Some(Opening::Member { site: input.site(one) });
    }
    let edges = across.iter().filter_map(|&(from, to)| graph.crosses(from, to));
    let edge =
        first_of_each(edges).find(|&edge| opens(&|from, to| graph.crosses(from, to) == Some(edge)));
    edge.map(|edge| input.archives(edge))
}

/// Members of different archives of which one needs the other, in the order in which they are tried. What has to do with the
/// cycle begins or ends in it.
fn across(input: &CycleInput<'_, '_>, component: &Component, chain: &[ArcId]) -> Vec<(NodeId, NodeId)> {
    let graph = input.graph;
    let ours = |archive: &ArchiveId| component.archives.contains(archive);
    let crossing = |from: NodeId, to: NodeId| Some((graph.crosses(from, to)?, (from, to)));
    let on_the_way = chain.iter().filter_map(|&id| crossing(id.from, graph.arc(id).to));
    // Of equals the one that leads back to where the chain began, which is the archive that was given first.
    let on_the_way: Vec<_> = on_the_way.rev().collect();
    let all = graph.all_arcs().filter_map(|(id, arc)| crossing(id.from, arc.to));
    let others = all.filter(|((from, to), _)| ours(from) || ours(to)).collect();
    let sorted = |mut pairs: Vec<((ArchiveId, ArchiveId), (NodeId, NodeId))>| {
        pairs.sort_by_key(|(edge, _)| (input.declared.contains(edge), input.all.references(*edge)));
        pairs
    };
    let pairs = [sorted(on_the_way), sorted(others)].concat();
    first_of_each(pairs.into_iter().map(|(_, nodes)| nodes)).take(tries(graph.ids().count())).collect()
}

/// Each thing once, where it comes first.
fn first_of_each<T: Copy + Ord>(things: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let mut seen = BTreeSet::new();
    things.filter(move |&thing| seen.insert(thing))
}

/// Whether these archives stand without a group when some arcs are taken out.
fn opens(
    input: &CycleInput<'_, '_>,
    component: &Component,
    gone: &dyn Fn(NodeId, NodeId) -> bool,
) -> bool {
    let reduced = input.graph.without(gone, input.request.users);
    let given: Vec<ArchiveId> = input.request.ids().collect();
    let arranged = arrange(&reduced, input.request, &given);
    let ours = |at: &ArchiveId| component.archives.contains(at);
    let closed = arranged.components.iter().any(|left| left.archives.iter().any(ours));
    !closed && arranged.backward.is_empty()
}

impl CycleInput<'_, '_> {
    fn site(&self, node: NodeId) -> Site {
        self.link.site(self.graph[node].unit)
    }

    /// The reference behind an arc, in words.
    pub fn reference(&self, id: ArcId) -> Reference {
        let arc = self.graph.arc(id);
        self.link.reference(self.graph[id.from].unit, arc.symbol, self.graph[arc.to].unit)
    }

    fn references(&self, from: NodeId, to: NodeId) -> Opening {
        let arcs = self.graph.arcs(from).iter().filter(|arc| arc.to == to);
        let symbols = arcs.map(|arc| arc.symbol.to_owned()).collect();
        Opening::References { from: self.site(from), symbols, to: self.site(to) }
    }

    fn archives(&self, (from, to): (ArchiveId, ArchiveId)) -> Opening {
        let file = |archive| {
            let first = self.graph.members(archive).first();
            first.map(|&node| self.site(node).file).unwrap_or_default()
        };
        let between =
            |id: &ArcId| self.graph.crosses(id.from, self.graph.arc(*id).to) == Some((from, to));
        let references = self.graph.all_arcs().map(|(id, _)| id).filter(between).count();
        Opening::Archives { from: file(from), to: file(to), references }
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Opening::References { from, symbols, to } => {
                write!(f, "{from} needing {} of {to}", symbols.join(", "))
            }
            Opening::Member { site } => write!(f, "what {site} needs of other archives"),
            Opening::Archives { from, to, references: 1 } => {
                write!(f, "the one symbol that {from} needs of {to}")
            }
            Opening::Archives { from, to, references } => {
                write!(f, "the {references} needs of {from} for symbols of {to}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tries;

    #[test]
    fn the_larger_a_link_the_fewer_references_are_tried() {
        assert_eq!([0, 7, 500, 1_000, 5_000, 1_000_000].map(tries), [400, 400, 400, 200, 40, 40]);
    }
}
