//! What would have to go so that archives which need each other have an order: one reference, or the one edge.
//!
//! A reference that is on the way round need not open anything, because there may be another way; and one that is not may do
//! so, because without it a member is asked for earlier, or not linked at all. So each is taken out, and the order worked out
//! again.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::link::site::Site;
use crate::order::arrange::{Stuck, arrange};
use crate::order::edges::Edges;
use crate::order::graph::{Graph, Laid};
use crate::order::request::Users;

/// An arc: a node, and which of its arcs.
pub(crate) type Step = (usize, usize);

/// What is known of a link that has a cycle.
pub(crate) struct Scene<'s, 'a> {
    pub laid: &'s Laid<'a>,
    pub graph: &'s Graph<'a>,
    pub users: Users,
    pub declared: &'s [(usize, usize)],
    /// The layer of each archive.
    pub layers: &'s [u32],
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
pub(crate) fn opening(scene: &Scene<'_, '_>, stuck: &Stuck, chain: &[Step]) -> Option<Opening> {
    let graph = scene.graph;
    let across = across(scene, stuck, chain);
    let archive = |node: usize| graph.nodes[node].archive.unwrap_or_default();
    let pair = across.iter().find(|&&pair| opens(scene, stuck, |from, to| (from, to) == pair));
    if let Some(&(from, to)) = pair {
        return Some(references(scene, from, to));
    }
    let member = first_of_each(across.iter().map(|&(from, _)| from))
        .find(|&one| opens(scene, stuck, |from, to| from == one && graph.crosses(from, to)));
    if let Some(one) = member {
        return Some(Opening::Member { site: scene.laid.site(graph.nodes[one].unit) });
    }
    let edge =
        first_of_each(across.iter().map(|&(from, to)| (archive(from), archive(to)))).find(|&pair| {
            opens(scene, stuck, |from, to| {
                graph.crosses(from, to) && (archive(from), archive(to)) == pair
            })
        });
    edge.map(|edge| archives(scene, edge))
}

/// Members of different archives of which one needs the other, in the order in which they are tried. What has to do with the
/// cycle begins or ends in it.
fn across(scene: &Scene<'_, '_>, stuck: &Stuck, chain: &[Step]) -> Vec<(usize, usize)> {
    let graph = scene.graph;
    let archive = |node: usize| graph.nodes[node].archive.unwrap_or_default();
    let ours = |node: usize| stuck.archives.contains(&archive(node));
    let arcs = chain.iter().map(|&(from, arc)| (from, graph.arcs[from][arc].0));
    // Of equals the one that leads back to where the chain began, which is the archive that was given first.
    let chained: Vec<(usize, usize)> =
        arcs.filter(|&(from, to)| graph.crosses(from, to)).rev().collect();
    let all = graph
        .arcs
        .iter()
        .enumerate()
        .flat_map(|(from, arcs)| arcs.iter().map(move |&(to, _)| (from, to)));
    let others = all.filter(|&(from, to)| graph.crosses(from, to) && (ours(from) || ours(to)));
    let weight = |&(from, to): &(usize, usize)| {
        let pair = (archive(from), archive(to));
        (scene.declared.contains(&pair), scene.all.references(pair))
    };
    let sorted = |mut pairs: Vec<(usize, usize)>| {
        pairs.sort_by_key(weight);
        pairs
    };
    let pairs = [sorted(chained), sorted(others.collect())].concat();
    first_of_each(pairs.into_iter()).take(tries(graph.nodes.len())).collect()
}

/// Each thing once, where it comes first.
fn first_of_each<T: Copy + Ord>(things: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let mut seen = BTreeSet::new();
    things.filter(move |&thing| seen.insert(thing))
}

fn references(scene: &Scene<'_, '_>, from: usize, to: usize) -> Opening {
    let graph = scene.graph;
    let site = |node: usize| scene.laid.site(graph.nodes[node].unit);
    let arcs = graph.arcs[from].iter().filter(|arc| arc.0 == to);
    let symbols = arcs.map(|(_, symbol)| (*symbol).to_owned()).collect();
    Opening::References { from: site(from), symbols, to: site(to) }
}

fn archives(scene: &Scene<'_, '_>, (from, to): (usize, usize)) -> Opening {
    let graph = scene.graph;
    let file = |archive: usize| {
        let first = graph.members[archive].first();
        first.map(|&node| scene.laid.site(graph.nodes[node].unit).file).unwrap_or_default()
    };
    let of = |archive: usize, node: usize| graph.nodes[node].archive == Some(archive);
    let mine = graph.arcs.iter().enumerate().filter(|(node, _)| of(from, *node));
    let references = mine.flat_map(|(_, arcs)| arcs).filter(|arc| of(to, arc.0)).count();
    Opening::Archives { from: file(from), to: file(to), references }
}

/// Whether these archives stand without a group when some arcs are taken out.
fn opens(scene: &Scene<'_, '_>, stuck: &Stuck, without: impl Fn(usize, usize) -> bool) -> bool {
    let reduced: Graph<'_> = scene.graph.without(without, scene.users);
    let given: Vec<usize> = (0..reduced.members.len()).collect();
    let arranged = arrange(&reduced, scene.users, &given, scene.layers);
    let closed =
        arranged.stuck.iter().any(|left| left.archives.iter().any(|at| stuck.archives.contains(at)));
    !closed && arranged.backward.is_empty()
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
