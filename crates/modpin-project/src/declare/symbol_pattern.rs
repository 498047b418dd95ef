//! What an entry of a list of symbols means: one symbol by its name, several by a glob over names, or all that a link keeps.
//! Knows no symbols.

use globset::{GlobBuilder, GlobMatcher};

/// The entry of [`Executable::exports`](crate::Executable::exports) that means whatever the program's link keeps. A symbol of
/// that name is written `[a]ll`.
pub const ALL_SYMBOLS: &str = "all";

/// A glob over names of symbols: `bdrv_*`.
#[derive(Debug, Clone)]
pub struct SymbolPattern {
    text: String,
    matcher: GlobMatcher,
}

impl SymbolPattern {
    /// Reads an entry; `None` for the name of one symbol, and for [`ALL_SYMBOLS`].
    ///
    /// # Errors
    /// What is wrong with a glob.
    pub fn read(text: &str) -> Result<Option<SymbolPattern>, String> {
        if !text.contains(WILD) {
            return Ok(None);
        }
        // Nothing of a symbol's name is a directory, and nothing of a glob over them means itself.
        let glob = GlobBuilder::new(text).literal_separator(false).backslash_escape(false).build();
        let matcher = glob.map_err(|error| error.kind().to_string())?.compile_matcher();
        Ok(Some(SymbolPattern { text: text.to_owned(), matcher }))
    }

    /// Whether it means this symbol.
    pub fn matches(&self, symbol: &str) -> bool {
        self.matcher.is_match(symbol)
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same glob with another beginning, for one that matches nothing: that of the names which is nearest to its own.
    pub fn nearest<'a>(&self, names: impl Iterator<Item = &'a str>) -> Option<String> {
        let at = self.text.find(WILD)?;
        let (start, rest) = self.text.split_at(at);
        let starts: Vec<&str> = names.filter_map(|name| name.get(..at)).collect();
        let nearest = crate::nearest(start, starts).filter(|nearest| *nearest != start)?;
        Some(format!("{nearest}{rest}"))
    }
}

const WILD: [char; 6] = ['*', '?', '[', ']', '{', '}'];

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> SymbolPattern {
        SymbolPattern::read(text).expect("a glob").expect("a pattern")
    }

    #[test]
    fn a_name_is_no_pattern_and_a_glob_is_one() {
        assert!(SymbolPattern::read("bdrv_open").unwrap().is_none());
        assert!(SymbolPattern::read(ALL_SYMBOLS).unwrap().is_none());
        assert!(pattern("bdrv_*").matches("bdrv_open") && !pattern("bdrv_*").matches("my_bdrv_open"));
        assert!(pattern("{a,b}_[0-9]").matches("b_7") && !pattern("{a,b}_[0-9]").matches("c_7"));
        assert!(pattern("[a]ll").matches("all"));
        assert!(SymbolPattern::read("a[").is_err());
    }

    #[test]
    fn the_nearest_beginning_is_offered() {
        let names = ["bdrv_open", "main", "x"];
        assert_eq!(pattern("bdrw_*").nearest(names.into_iter()).as_deref(), Some("bdrv_*"));
        assert_eq!(pattern("zzzzz*").nearest(names.into_iter()), None);
        assert_eq!(pattern("*_open").nearest(names.into_iter()), None);
    }
}
