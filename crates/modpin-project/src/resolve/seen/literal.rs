//! Texts as C writes them.

use std::fmt::Write as _;

/// A text between quotes, so that C reads the same text: quotes, backslashes, control characters and trigraphs are escaped.
pub(crate) fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // Two in a row may begin a trigraph.
            '?' if before == '?' => quoted.push_str("\\?"),
            // Three digits always, so that a digit behind it is none of them.
            c if c.is_ascii_control() => _ = write!(quoted, "\\{:03o}", u32::from(c)),
            c => quoted.push(c),
        }
        before = c;
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_c_would_read_otherwise_is_escaped() {
        for (text, expected) in [
            ("", r#""""#),
            ("a b", r#""a b""#),
            (r#"a "b" \n"#, r#""a \"b\" \\n""#),
            ("tab\t1\n", r#""tab\0111\012""#),
            ("what??/", r#""what?\?/""#),
            ("grün %s", "\"grün %s\""),
        ] {
            assert_eq!(literal(text), expected);
        }
    }
}
