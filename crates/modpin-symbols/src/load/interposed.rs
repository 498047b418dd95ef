//! Symbols that a file defines for itself, and that another file takes from it.

use crate::facts::offers::{Offer, Wanted};
use crate::load::scope::{InScope, Rules, definer};

/// A symbol that a file defines for itself, and that it gets from another file all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InterposedSymbol {
    /// The symbol.
    pub symbol: String,
    /// The file of the scope whose definition counts.
    pub by: String,
}

/// Symbols that a file defines strongly and uses, and for which the loader takes another file's definition. That is no
/// error for the loader, and seldom what was meant. `file` is its position in the scope.
pub fn interposed(scope: &[InScope<'_>], file: usize, rules: Rules) -> Vec<InterposedSymbol> {
    let Some(of) = scope.get(file) else { return Vec::new() };
    let is_strong = |offer: &Offer<'_>| !offer.is_vague();
    let own = of
        .file
        .asks
        .iter()
        .filter(|ask| ask.own && of.file.offers.any(Wanted::new(ask.name), is_strong));
    let taken = own.filter_map(|ask| {
        let by = definer(&scope[..file], &ask, rules)?;
        Some(InterposedSymbol {
            symbol: ask.name.text().into_owned(),
            by: scope.get(by)?.name.to_owned(),
        })
    });
    let mut taken: Vec<InterposedSymbol> = taken.collect();
    taken.sort_unstable();
    taken.dedup();
    taken
}
