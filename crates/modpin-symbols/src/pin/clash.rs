//! Names that a host would define twice because of its pins.
//!
//! The first archive wins a name, and the linker takes nothing for it from a later one; but a pin of *another* symbol may
//! take the losing member all the same, and then both definitions meet. Knows which members are linked with the pins and
//! without; whether the linker minds (`-z muldefs`) it does not know.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::link::closure::{Closure, Why, closure};
use crate::link::scope::{Scope, UnitId};
use crate::link::site::Site;

/// A name with two definitions that meet in the host only because of a pin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Clash {
    /// The name defined twice.
    pub symbol: String,
    /// The pins that bring the definitions together.
    pub pins: Vec<String>,
    /// The units that define it.
    pub sites: Vec<Site>,
}

/// Clashes that the link would not have without the pins.
pub(crate) fn clashes<'a>(scope: &Scope<'a>, linked: &impl Deref<Target = Closure<'a>>) -> Vec<Clash> {
    let duplicates = scope.duplicates();
    if duplicates.is_empty() {
        return Vec::new();
    }
    let with = linked.clashes(&duplicates);
    if with.is_empty() {
        return Vec::new();
    }
    let without = closure(scope, &[]).clashes(&duplicates);
    let added = with.into_iter().filter(|(symbol, units)| without.get(symbol) != Some(units));
    added
        .map(|(symbol, units)| Clash {
            symbol: symbol.to_owned(),
            pins: units
                .iter()
                .filter_map(|&id| root(linked, id))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            sites: units.iter().map(|&id| Site::of(scope, id)).collect(),
        })
        .collect()
}

/// The name given with `-u` that led to this unit, if one did.
fn root(linked: &Closure<'_>, mut id: UnitId) -> Option<String> {
    loop {
        match linked.why(id)? {
            Why::Given => return None,
            Why::Asked { symbol, by: None } => return Some(symbol.to_owned()),
            Why::Asked { by: Some(asker), .. } => id = asker,
        }
    }
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sites: Vec<String> = self.sites.iter().map(Site::to_string).collect();
        let verb = if self.pins.len() == 1 { "is" } else { "are" };
        let (sites, pins) = (sites.join(" and "), self.pins.join(" and "));
        write!(
            f,
            "{}: defined in {sites}, which meet in the host because {pins} {verb} pinned",
            self.symbol
        )
    }
}
