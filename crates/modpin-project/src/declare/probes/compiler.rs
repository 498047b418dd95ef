//! What a probe may ask of the compiler itself: `gcc >= 12.2`, `clang`, `>= 12`.

use crate::declare::condition::version::version;
use crate::declare::condition::words::{Relation, Token, next};

/// A kind of compiler, a version, or both.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Requirement {
    kind: Option<&'static str>,
    version: Option<(Relation, String)>,
}

impl Requirement {
    /// The requirement that a text means; `None` for a text that is none.
    pub(crate) fn of(text: &str) -> Option<Requirement> {
        let text = text.trim();
        let kind = ["gcc", "clang"].into_iter().find(|kind| text.starts_with(kind));
        let rest = text[kind.map_or(0, str::len)..].trim();
        if rest.is_empty() {
            return kind.map(|_| Requirement { kind, version: None });
        }
        let Ok(Some((Token::Compare(relation), number))) = next(rest) else { return None };
        let number = number.trim();
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_version = number.split('.').all(is_part);
        is_version.then(|| Requirement { kind, version: Some((relation, number.to_owned())) })
    }

    fn holds(&self, kind: &str, found: &str) -> bool {
        let fits = |(relation, wanted): &(Relation, String)| {
            relation.holds(version(found).cmp(&version(wanted)))
        };
        self.kind.is_none_or(|wanted| wanted == kind) && self.version.as_ref().is_none_or(fits)
    }
}

/// Whether a compiler of some kind and version is what a requirement such as `gcc >= 12.2` asks for. No for a text that is no
/// requirement.
pub fn compiler_fits(requirement: &str, kind: &str, version: &str) -> bool {
    Requirement::of(requirement).is_some_and(|requirement| requirement.holds(kind, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_versions() {
        let gcc = |requirement| compiler_fits(requirement, "gcc", "12.2.0");
        for yes in ["gcc", "gcc >= 12.2", "gcc>=12", ">= 9", "< 13", "gcc != 11", "= 12.2"] {
            assert!(gcc(yes), "{yes}");
        }
        for no in ["clang", "clang >= 5", "gcc > 12.2", "gcc < 9.10", ">= 12.10"] {
            assert!(!gcc(no), "{no}");
        }
        for text in ["", "tcc", "gcc 12", "gcc >=", "gcc >= x", ">= 12 || <= 9", "gcc >= 12.", "&& 1"] {
            assert_eq!(Requirement::of(text), None, "{text}");
        }
    }
}
