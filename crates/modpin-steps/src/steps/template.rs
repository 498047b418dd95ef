//! A template of a header, filled in as autoconf (`#undef X`), Meson (`#mesondefine X`, `@X@`) and CMake (`#cmakedefine X`,
//! `#cmakedefine01 X`, `@X@`, `${X}`) do it. Which of them it is, its directives tell. Reads text, opens no file.

use modpin_project::HeaderValue;

/// Whose words a template uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Autoconf,
    Meson,
    CMake,
}

/// What is wrong with a template, by line.
#[derive(Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// Lines of two dialects.
    Mixed { first: usize, second: usize },
    /// Words that nothing is called, each with its first line.
    Unknown(Vec<(usize, String)>),
}

/// What a word stands for; `None` if nothing is called so.
pub type ValueOf<'a> = &'a dyn Fn(&str) -> Option<HeaderValue>;

/// The template with everything filled in.
pub fn filled(text: &str, value_of: ValueOf<'_>) -> Result<String, TemplateError> {
    let dialect = dialect(text)?;
    let mut unknown: Vec<(usize, String)> = Vec::new();
    let mut result = String::with_capacity(text.len());
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim_end_matches(['\n', '\r']);
        let mut look_up = |word: &str| {
            let value = value_of(word);
            if value.is_none() && !unknown.iter().any(|(_, known)| known == word) {
                unknown.push((at + 1, word.to_owned()));
            }
            value.unwrap_or(HeaderValue::Off)
        };
        result += &filled_line(dialect, content, &mut look_up);
        result += &line[content.len()..];
    }
    if unknown.is_empty() { Ok(result) } else { Err(TemplateError::Unknown(unknown)) }
}

/// Meson's is what has no directive: `@X@` means the same to CMake.
fn dialect(text: &str) -> Result<Dialect, TemplateError> {
    let mut found: Option<(usize, Dialect)> = None;
    let mut undefines = false;
    for (at, line) in text.lines().enumerate() {
        let Some((_, word, _)) = directive(line) else { continue };
        let dialect = match word {
            "mesondefine" => Dialect::Meson,
            "cmakedefine" | "cmakedefine01" => Dialect::CMake,
            _ => {
                undefines |= word == "undef";
                continue;
            }
        };
        match found {
            Some((first, other)) if other != dialect => {
                return Err(TemplateError::Mixed { first: first + 1, second: at + 1 });
            }
            Some(_) => {}
            None => found = Some((at, dialect)),
        }
    }
    let other = if undefines { Dialect::Autoconf } else { Dialect::Meson };
    Ok(found.map_or(other, |(_, dialect)| dialect))
}

/// What stands before a directive's word, up to and with blanks behind `#`; the word; what follows.
fn directive(line: &str) -> Option<(&str, &str, &str)> {
    let hash =
        line.find(|c: char| !c.is_ascii_whitespace()).filter(|&at| line[at..].starts_with('#'))?;
    let start = line[hash + 1..].find(|c: char| !matches!(c, ' ' | '\t'))? + hash + 1;
    let end = line[start..].find(|c: char| !is_part_of_word(c)).map_or(line.len(), |end| start + end);
    Some((&line[..start], &line[start..end], &line[end..]))
}

fn is_part_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn filled_line(dialect: Dialect, line: &str, look_up: &mut dyn FnMut(&str) -> HeaderValue) -> String {
    let Some((before, word, rest)) = directive(line) else {
        return substituted(dialect, line, look_up);
    };
    let name_end = |rest: &str| rest.find(|c: char| !is_part_of_word(c)).unwrap_or(rest.len());
    let behind = rest.trim_start();
    let (name, more) = behind.split_at(name_end(behind));
    match (dialect, word) {
        _ if name.is_empty() => substituted(dialect, line, look_up),
        (Dialect::Autoconf, "undef") => match look_up(name).in_c() {
            Some(value) => format!("{before}define {name} {value}").trim_end().to_owned(),
            None => format!("/* {before}undef {name} */"),
        },
        (Dialect::Meson, "mesondefine") => match look_up(name).in_c() {
            Some(value) => format!("#define {name} {value}").trim_end().to_owned(),
            None => format!("/* #undef {name} */"),
        },
        (Dialect::CMake, "cmakedefine") => match is_true(&look_up(name)) {
            true => substituted(dialect, &format!("{before}define {name}{more}"), look_up),
            false => format!("/* #undef {name} */"),
        },
        (Dialect::CMake, "cmakedefine01") => {
            format!("{before}define {name} {}", u8::from(is_true(&look_up(name))))
        }
        _ => substituted(dialect, line, look_up),
    }
}

/// What CMake takes for true.
fn is_true(value: &HeaderValue) -> bool {
    let text = value.bare().to_ascii_uppercase();
    let is_false =
        matches!(text.as_str(), "" | "0" | "OFF" | "NO" | "FALSE" | "N" | "IGNORE" | "NOTFOUND");
    *value != HeaderValue::Off && !is_false && !text.ends_with("-NOTFOUND")
}

/// A line with values in the place of `@X@`, and for CMake of `${X}`.
fn substituted(dialect: Dialect, line: &str, look_up: &mut dyn FnMut(&str) -> HeaderValue) -> String {
    let mut result = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['@', '$']).filter(|_| dialect != Dialect::Autoconf) {
        let (before, found) = rest.split_at(at);
        result += before;
        let escaped = before.ends_with('\\') && dialect == Dialect::Meson;
        let (name, behind) = match found.strip_prefix("${") {
            Some(inner) if dialect == Dialect::CMake => named(inner, "}"),
            _ if escaped => named(&found[1..], "\\@"),
            _ if found.starts_with('@') => named(&found[1..], "@"),
            _ => None,
        }
        .unwrap_or(("", ""));
        if name.is_empty() {
            result += &found[..1];
            rest = &found[1..];
        } else if escaped {
            // It is meant literally.
            result.pop();
            result += &format!("@{name}@");
            rest = behind;
        } else {
            result += look_up(name).bare();
            rest = behind;
        }
    }
    result + rest
}

/// A word up to what ends it, and what follows.
fn named<'a>(text: &'a str, end: &str) -> Option<(&'a str, &'a str)> {
    let (name, behind) = text.split_once(end)?;
    let is_name = !name.is_empty() && name.chars().all(|c| is_part_of_word(c) || c == '-');
    is_name.then_some((name, behind))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn meaning(word: &str) -> Option<HeaderValue> {
        Some(match word {
            "ON" => HeaderValue::On,
            "OFF" => HeaderValue::Off,
            "SIZE" => HeaderValue::Code("8".to_owned()),
            "ZERO" => HeaderValue::Code("0".to_owned()),
            "NOTHING" => HeaderValue::Code(String::new()),
            "NAME" => HeaderValue::Text("a \"b\"".to_owned()),
            _ => return None,
        })
    }

    fn check(template: &str, expected: Expect) {
        let said = filled(template, &meaning).unwrap_or_else(|error| format!("{error:?}\n"));
        expected.assert_eq(&said);
    }

    #[test]
    fn as_autoconf_does() {
        check(
            "/* @ON@ ${ON} */\n#undef ON\n# undef OFF\n  #\tundef SIZE\n#undef NAME /* a comment */\n#undef NOTHING\n\
             #define ON 7\n#ifndef ON\n# undef ON\n#endif\n",
            expect![[r##"
                /* @ON@ ${ON} */
                #define ON 1
                /* # undef OFF */
                  #	define SIZE 8
                #define NAME "a \"b\""
                #define NOTHING
                #define ON 7
                #ifndef ON
                # define ON 1
                #endif
            "##]],
        );
    }

    #[test]
    fn as_meson_does() {
        check(
            "#mesondefine ON\n  #mesondefine OFF\n#mesondefine NAME\n#undef ON\nx = \"@NAME@@SIZE@\" @ON@ \\@ON\\@ @ ON@ a@b ${ON}\n",
            expect![[r##"
                #define ON 1
                /* #undef OFF */
                #define NAME "a \"b\""
                #undef ON
                x = "a "b"8" 1 @ON@ @ ON@ a@b ${ON}
            "##]],
        );
    }

    #[test]
    fn as_cmake_does() {
        check(
            "#cmakedefine ON\n# cmakedefine OFF @ON@\n#cmakedefine SIZE @SIZE@\n#cmakedefine ZERO @ZERO@\n#cmakedefine01 ON\n\
             #  cmakedefine01 ZERO\n#cmakedefine NAME \"${NAME}\"\n#undef ON\nx @SIZE@ ${SIZE} $ { } @OFF@\nlast @ON@",
            expect![[r##"
                #define ON
                /* #undef OFF */
                #define SIZE 8
                /* #undef ZERO */
                #define ON 1
                #  define ZERO 0
                #define NAME "a "b""
                #undef ON
                x 8 8 $ { } 0
                last 1"##]],
        );
    }

    #[test]
    fn ends_of_lines_stay() {
        assert_eq!(
            filled("#undef ON\r\n\r\n#undef OFF", &meaning).unwrap(),
            "#define ON 1\r\n\r\n/* #undef OFF */"
        );
    }

    #[test]
    fn what_cannot_be_filled_in() {
        check(
            "#undef NOE\n#undef ON\n#undef TWO\n#undef NOE\n",
            expect![[r#"
            Unknown([(1, "NOE"), (3, "TWO")])
        "#]],
        );
        check(
            "@ON@\n#mesondefine ON\n#cmakedefine ON\n",
            expect![[r#"
            Mixed { first: 2, second: 3 }
        "#]],
        );
    }
}
