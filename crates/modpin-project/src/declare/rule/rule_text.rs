//! How a text of a declaration means what a rule makes: `{rule:table:table.c}` is one file, `{rule:table:*.c}` are those that fit,
//! `{rule:table}` is all of them. So lists of texts, sources or arguments, can name files that are not there yet.

/// How such a text begins.
const START: &str = "{rule:";

/// What such a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RuleText<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// A path as the rule says it, or a glob over these; all of them if there is none.
    pub file: Option<&'a str>,
}

impl<'a> RuleText<'a> {
    /// Reads a text that is nothing else.
    pub(crate) fn read(text: &'a str) -> Option<RuleText<'a>> {
        let inside = text.strip_prefix(START)?.strip_suffix('}')?;
        let (rule, file) = match inside.split_once(':') {
            Some((rule, file)) => (rule, Some(file)),
            None => (inside, None),
        };
        Some(RuleText { rule, file })
    }
}

/// Whether a text means what a rule makes, and is no path or glob.
pub(crate) fn is_made(text: &str) -> bool {
    text.starts_with(START)
}

/// A text for all files of a rule, or for one.
pub(crate) fn written(rule: &str, file: Option<&str>) -> String {
    match file {
        Some(file) => format!("{START}{rule}:{file}}}"),
        None => format!("{START}{rule}}}"),
    }
}

/// A piece of a longer text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Literally this.
    Text(&'a str),
    /// What a rule makes.
    Made(RuleText<'a>),
}

/// The pieces of a text in which such texts may stand.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(START) {
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        let (before, made) = (&rest[..at], &rest[at..end]);
        pieces.extend(Some(before).filter(|before| !before.is_empty()).map(Piece::Text));
        pieces.push(RuleText::read(made).map_or(Piece::Text(made), Piece::Made));
        rest = &rest[end..];
    }
    pieces.extend(Some(rest).filter(|rest| !rest.is_empty()).map(Piece::Text));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_written() {
        for (rule, file) in [("table", Some("table.c")), ("fs/t", Some("a/*.c")), ("t", None)] {
            assert_eq!(RuleText::read(&written(rule, file)), Some(RuleText { rule, file }));
        }
        for text in ["table.c", "rule:t", "{rule:t", "{a,b}.c"] {
            assert_eq!(RuleText::read(text), None);
        }
    }

    #[test]
    fn it_may_stand_inside_of_another() {
        let made = |rule, file| Piece::Made(RuleText { rule, file });
        let text = format!("-Wl,-T,{},{}", written("a", Some("a.lds")), written("b", None));
        let expected =
            [Piece::Text("-Wl,-T,"), made("a", Some("a.lds")), Piece::Text(","), made("b", None)];
        assert_eq!(pieces(&text), expected);
        assert_eq!(pieces("{archive}"), [Piece::Text("{archive}")]);
        assert_eq!(pieces("a{rule:"), [Piece::Text("a"), Piece::Text("{rule:")]);
        assert_eq!(pieces(""), []);
    }
}
