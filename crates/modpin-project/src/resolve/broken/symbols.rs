//! Symbols that nothing can export.

use crate::declare::symbol_pattern::SymbolPattern;
use crate::problem::Problem;

pub(super) fn export(title: &str, symbol: &str) -> Option<Problem> {
    let fits = !symbol.is_empty() && symbol.chars().all(|c| c.is_alphanumeric() || "_$.".contains(c));
    let text = format!("{title}: it cannot export {symbol:?}");
    (!fits).then(|| Problem::new(text, "name one symbol, without version and without wildcards"))
}

/// An entry of a list that takes globs as well.
pub(super) fn exports(title: &str, entry: &str) -> Option<Problem> {
    match SymbolPattern::read(entry) {
        Ok(None) => export(title, entry).map(|problem| Problem {
            help: "name one symbol without version, a glob such as \"bdrv_*\", or \"all\"".to_owned(),
            ..problem
        }),
        Ok(Some(_)) => None,
        Err(why) => {
            let text = format!("{title}: {entry:?} is no glob over symbols: {why}");
            Some(Problem::new(text, "close what [ or { opens"))
        }
    }
}
