//! Symbols that two archives define, and which definition wins.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use crate::link::scope::UnitId;
use crate::link::site::Site;
use crate::order::graph::Graph;
use crate::order::ordered_link::OrderedLink;
use crate::order::request::{ArchiveId, Users};

/// A symbol with definitions in two archives that may not meet in one link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// The symbol.
    pub symbol: String,
    /// The definition that the link takes; where it takes none, the one that it would take if somebody asked.
    pub wins: Site,
    /// The other definitions, in link order.
    pub others: Vec<Site>,
    /// Whether somebody in this link asks for it.
    pub asked: bool,
    /// Whether the link takes another definition, too, so that a linker refuses it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clashes: bool,
    /// Whether an archive that was given before the winner's has a definition, too: needs between archives made the later
    /// one win.
    pub later_wins: bool,
}

/// All such symbols by name. Without a graph it is not known who is linked.
pub(crate) fn duplicates(
    link: &OrderedLink<'_>,
    graph: Option<(&Graph<'_>, Users)>,
    undefined: &[&str],
) -> Vec<Duplicate> {
    let linked: Vec<UnitId> =
        graph.iter().flat_map(|(graph, _)| graph.ids().map(|node| graph[node].unit)).collect();
    let asked = asked(link, &linked, undefined);
    let linked: HashSet<UnitId> = linked.into_iter().collect();
    // Who takes what of archives alone is not known.
    let is_one_link = graph.is_some_and(|(_, users)| users == Users::ThisLink);
    let meet = |id: &&UnitId| linked.contains(id) && link.archive(**id).is_some();
    let mut found = Vec::new();
    for (symbol, units) in link.scope.duplicates() {
        let archives: HashSet<ArchiveId> = units.iter().filter_map(|&id| link.archive(id)).collect();
        let first = units.iter().find(|id| linked.contains(id)).or(units.first());
        let (Some(&wins), true) = (first, archives.len() > 1) else { continue };
        let winner = link.archive(wins);
        found.push(Duplicate {
            symbol: symbol.to_owned(),
            wins: link.site(wins),
            others: units.iter().filter(|&&at| at != wins).map(|&at| link.site(at)).collect(),
            asked: asked.contains(symbol),
            clashes: is_one_link && units.iter().filter(meet).count() > 1,
            later_wins: winner.is_some_and(|winner| archives.iter().any(|&other| other < winner)),
        });
    }
    found
}

/// Pairs of archives of which the first has the definition that answers a need of this link and the second another one,
/// weak ones included: while the first stands first, every linker takes the same.
pub(crate) fn firsts(link: &OrderedLink<'_>, graph: &Graph<'_>) -> Vec<(ArchiveId, ArchiveId)> {
    let mut pairs = BTreeSet::new();
    for (_, arc) in graph.all_arcs() {
        let Some(wins) = graph[arc.to].archive else { continue };
        let others = link.scope.definers(arc.symbol).filter_map(|definer| link.archive(definer.unit));
        pairs.extend(others.filter(|&other| other != wins).map(|other| (wins, other)));
    }
    pairs.into_iter().collect()
}

/// The names that these units cannot do without.
fn asked<'a>(link: &OrderedLink<'a>, units: &[UnitId], undefined: &[&'a str]) -> HashSet<&'a str> {
    let objects = units.iter().filter_map(|&id| link.scope.unit(id)?.object());
    let needs = objects.flat_map(|object| &object.table.needed).filter(|need| !need.weak);
    needs.map(|need| &*need.name).chain(undefined.iter().copied()).collect()
}
