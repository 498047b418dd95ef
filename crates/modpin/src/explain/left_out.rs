//! Sources that the configuration leaves out: of which targets, and what keeps them off. Such a source is compiled for nobody, so
//! whether it defines a symbol is not known; whether it mentions one is.

use std::collections::HashSet;
use std::path::Path;

use modpin_project::{LeftOut, Resolved};
use serde::Serialize;

use super::target::names;
use crate::layout::Layout;

/// A source that some targets leave out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOutAnswer {
    /// The source.
    pub path: String,
    /// Who would have it.
    pub targets: Vec<LeftOutOf>,
    /// The symbol that it mentions, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions: Option<String>,
}

/// A target that leaves a source out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOutOf {
    /// Its name.
    pub target: String,
    /// `library`, `module` or `executable`.
    pub target_kind: &'static str,
    /// What keeps the source off: `XATTR=n`.
    pub why: String,
}

/// What is known of a source that is left out, by a name that a user may type.
pub fn explain_left_out(
    resolved: &Resolved,
    layout: &Layout,
    typed: &str,
    dir: &Path,
) -> Option<LeftOutAnswer> {
    let paths = names(layout, typed, dir);
    let found = resolved.left_out.iter().find(|out| paths.contains(&out.path))?;
    Some(answer(resolved, &found.path, None))
}

/// Sources that are left out and mention a symbol.
pub fn left_out_with(resolved: &Resolved, symbol: &str) -> Vec<LeftOutAnswer> {
    let mut seen = HashSet::new();
    let each = resolved.left_out.iter().map(|out| out.path.as_str()).filter(|path| seen.insert(*path));
    let mentions = |path: &&str| {
        let text = std::fs::read(resolved.root.join(path)).unwrap_or_default();
        has_word(&String::from_utf8_lossy(&text), symbol)
    };
    each.filter(mentions).map(|path| answer(resolved, path, Some(symbol))).collect()
}

fn answer(resolved: &Resolved, path: &str, symbol: Option<&str>) -> LeftOutAnswer {
    let targets = resolved.left_out.iter().filter(|out| out.path == path);
    let target = |LeftOut { kind, target, why, .. }: &LeftOut| LeftOutOf {
        target: target.clone(),
        target_kind: kind,
        why: why.clone(),
    };
    let mentions = symbol.map(str::to_owned);
    LeftOutAnswer { path: path.to_owned(), targets: targets.map(target).collect(), mentions }
}

/// Whether a text has a name that is no part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let is_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
    text.match_indices(word).any(|(at, _)| {
        let after = text[at + word.len()..].chars().next();
        !word.is_empty() && !is_name(text[..at].chars().next_back()) && !is_name(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_no_part_of_another() {
        assert!(
            has_word("int open(void);", "open")
                && has_word("open", "open")
                && has_word("x;open", "open")
        );
        assert!(!has_word("reopen opened _open open_", "open") && !has_word("int x;", ""));
    }
}
