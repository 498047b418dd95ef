//! Symbols that nobody in the scope offers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::facts::asks::Ask;
use crate::facts::offers::Wanted;
use crate::load::scope::{InScope, Rules};

/// A symbol that the loader would not find.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingSymbol {
    /// The symbol.
    pub symbol: String,
    /// The version asked for.
    pub version: Option<String>,
    /// The files of the scope that ask for it.
    pub asked_by: BTreeSet<String>,
}

/// All strong symbols that nobody in the scope offers to a file that is bound now, sorted.
pub fn missing(scope: &[InScope<'_>], rules: Rules) -> Vec<MissingSymbol> {
    let bound: Vec<_> = (0..scope.len()).map(|at| (at, bind(scope, at, rules))).collect();
    unbound(scope, &bound)
}

/// What becomes of the symbols that one file asks for.
#[derive(Debug, Default)]
pub struct Bound<'a> {
    /// Those that nobody offers.
    pub missing: Vec<Ask<'a>>,
    /// Who gives the others: positions in the scope. Wherever these are, they offer them.
    pub givers: BTreeSet<usize>,
}

/// Looks up what a file of the scope asks for. Anybody who offers it will do: the file itself, and the file that was to define
/// its version, are asked first.
pub fn bind<'a>(scope: &[InScope<'a>], asker: usize, rules: Rules) -> Bound<'a> {
    let mut bound = Bound::default();
    let mut called: HashMap<&str, Option<usize>> = HashMap::new();
    for ask in scope[asker].asks().filter(|ask| !ask.weak) {
        let wanted = Wanted::new(ask.name);
        let takes = |at: &usize| scope[*at].offers(wanted, &ask, rules);
        let of = ask.version_of.and_then(|of| {
            *called.entry(of).or_insert_with(|| scope.iter().position(|file| file.is_called(of)))
        });
        let likely = if ask.own { Some(asker) } else { of };
        match likely.filter(takes).or_else(|| (0..scope.len()).find(takes)) {
            Some(giver) => _ = bound.givers.insert(giver),
            None => bound.missing.push(ask),
        }
    }
    bound
}

/// All symbols that some files of the scope miss, sorted.
pub fn unbound(scope: &[InScope<'_>], bound: &[(usize, Bound<'_>)]) -> Vec<MissingSymbol> {
    let mut lost: BTreeMap<(Cow<'_, str>, Option<&str>), BTreeSet<String>> = BTreeMap::new();
    for (asker, bound) in bound {
        for ask in &bound.missing {
            let by = lost.entry((ask.name.text(), ask.version)).or_default();
            by.insert(scope[*asker].name.to_owned());
        }
    }
    let missing = |((symbol, version), asked_by): ((Cow<'_, str>, Option<&str>), _)| MissingSymbol {
        symbol: symbol.into_owned(),
        version: version.map(str::to_owned),
        asked_by,
    };
    lost.into_iter().map(missing).collect()
}
