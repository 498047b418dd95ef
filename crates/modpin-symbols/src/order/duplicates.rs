//! Symbols that two archives define, and which definition wins.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use crate::link::scope::UnitId;
use crate::link::site::Site;
use crate::order::graph::{Graph, Laid};

/// A symbol with definitions in two archives that may not meet in one link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twice {
    /// The symbol.
    pub symbol: String,
    /// The definition that the link takes; where it takes none, the one that it would take if somebody asked.
    pub wins: Site,
    /// The other definitions, in link order.
    pub others: Vec<Site>,
    /// Whether somebody in this link asks for it.
    pub asked: bool,
    /// Whether an archive that was given before the winner's has a definition, too: needs between archives made the later
    /// one win.
    pub later_wins: bool,
}

/// All such symbols by name. Without a graph it is not known who is linked.
pub(crate) fn twice(laid: &Laid<'_>, graph: Option<&Graph<'_>>, undefined: &[&str]) -> Vec<Twice> {
    let nodes = graph.map(|graph| graph.nodes.as_slice()).unwrap_or_default();
    let linked: HashSet<UnitId> = nodes.iter().map(|node| node.unit).collect();
    let asked = asked(laid, nodes.iter().map(|node| node.unit), undefined);
    let mut found = Vec::new();
    for (symbol, units) in laid.scope.duplicates() {
        let archives: HashSet<usize> = units.iter().filter_map(|&id| laid.archive(id)).collect();
        let first = units.iter().find(|id| linked.contains(id)).or(units.first());
        let (Some(&wins), true) = (first, archives.len() > 1) else { continue };
        let winner = laid.archive(wins);
        found.push(Twice {
            symbol: symbol.to_owned(),
            wins: laid.site(wins),
            others: units.iter().filter(|&&at| at != wins).map(|&at| laid.site(at)).collect(),
            asked: asked.contains(symbol),
            later_wins: winner.is_some_and(|winner| archives.iter().any(|&other| other < winner)),
        });
    }
    found
}

/// Pairs of archives of which the first has the definition that answers a need of this link and the second another one,
/// weak ones included: while the first stands first, every linker takes the same.
pub(crate) fn firsts(laid: &Laid<'_>, graph: &Graph<'_>) -> Vec<(usize, usize)> {
    let mut pairs = BTreeSet::new();
    for &(to, symbol) in graph.arcs.iter().flatten() {
        let Some(wins) = graph.nodes[to].archive else { continue };
        let others = laid.scope.definers(symbol).filter_map(|definer| laid.archive(definer.unit));
        pairs.extend(others.filter(|&other| other != wins).map(|other| (wins, other)));
    }
    pairs.into_iter().collect()
}

/// The names that these units cannot do without.
fn asked<'a>(
    laid: &Laid<'a>,
    units: impl Iterator<Item = UnitId>,
    undefined: &[&'a str],
) -> HashSet<&'a str> {
    let objects = units.filter_map(|id| laid.scope.unit(id)?.object());
    let needs = objects.flat_map(|object| &object.table.needed).filter(|need| !need.weak);
    needs.map(|need| &*need.name).chain(undefined.iter().copied()).collect()
}
