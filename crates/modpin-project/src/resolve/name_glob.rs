//! Globs over names of targets: `block/*`. `*` and `?` stay within a part of a name, `**` crosses parts.

use globset::{GlobBuilder, GlobMatcher};

use crate::resolve::files::pattern::is_glob;

/// A glob over names of targets.
#[derive(Debug, Clone)]
pub struct NameGlob(GlobMatcher);

impl NameGlob {
    /// Reads one; `None` for a text without wildcards, which is a name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Option<NameGlob>, String> {
        if !is_glob(text) {
            return Ok(None);
        }
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        glob.map(|glob| Some(NameGlob(glob.compile_matcher()))).map_err(|error| error.kind().to_string())
    }

    /// Whether it means this name.
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_part_of_a_name() {
        let fits = |glob: &str, name: &str| NameGlob::read(glob).unwrap().unwrap().matches(name);
        assert!(fits("block/*", "block/crypt") && !fits("block/*", "block/deep/crypt"));
        assert!(fits("**", "block/deep/crypt") && fits("{a,b}?", "b1"));
        assert!(NameGlob::read("block/crypt").unwrap().is_none());
        assert!(NameGlob::read("block/[").is_err());
    }
}
