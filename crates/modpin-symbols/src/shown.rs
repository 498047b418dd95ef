//! Text of others as it may be shown: names out of files, what a loader or a compiler says. What a terminal, a page or a
//! reader of lines would obey (controls, line breaks, marks that turn the direction of writing) becomes visible instead.
//!
//! Names are made visible where they are read from bytes, so every sentence that holds one is safe. Two names never look
//! alike because of it: where anything is escaped, backslashes are doubled.
//!
//! ```
//! use modpin_symbols::shown;
//!
//! assert_eq!(shown::line("a\u{1b}[2K\nb: ok"), r"a\x1B[2K\nb: ok");
//! assert_eq!(shown::lines("one\n\ttwo\u{202e}"), "one\n\ttwo\\u{202e}");
//! ```

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character is obeyed rather than shown: controls (C0, DEL, C1), separators of lines, and marks of direction.
pub fn is_obeyed(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name or a sentence of others inside one line of ours. What is visible already stays as it is.
pub fn line(text: &str) -> Cow<'_, str> {
    visible(text, is_obeyed)
}

/// What others say in lines of their own: those stay, and tabs.
pub fn lines(text: &str) -> Cow<'_, str> {
    visible(text, |char| !matches!(char, '\n' | '\t') && is_obeyed(char))
}

/// What a compiler says, as it may reach a terminal: lines, tabs and colours stay. Colours end where it ends.
pub fn colored(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return lines(text);
    }
    let (mut out, mut rest, mut left_on) = (String::with_capacity(text.len()), text, false);
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&lines(&rest[..at]));
        let length = color(&rest[at..]);
        match length {
            0 => out.push_str("\\x1B"),
            length => out.push_str(&rest[at..at + length]),
        }
        left_on = match &rest[at..at + length] {
            RESET | "\x1b[0m" => false,
            sequence => left_on || sequence.ends_with('m'),
        };
        rest = &rest[at + length.max(1)..];
    }
    out.push_str(&lines(rest));
    if left_on {
        out.push_str(RESET);
    }
    Cow::Owned(out)
}

/// Bytes of others as text: each that is no UTF-8 as `\xHH`.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        // Writing to a String cannot fail.
        chunk.invalid().iter().for_each(|byte| _ = write!(out, "\\x{byte:02X}"));
    }
    Cow::Owned(out)
}

/// JSON, which says the same to a program and is obeyed by nobody.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_odd = |char| char != '\n' && is_obeyed(char);
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match is_odd(char) {
            true => _ = write!(out, "\\u{:04x}", u32::from(char)),
            false => out.push(char),
        }
    }
    Cow::Owned(out)
}

/// JSON for a page that shows its texts: line breaks in them stay.
pub fn json_of_page(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|char: char| char == '\\' || is_obeyed(char)) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, char) = escaped(rest);
        match char.filter(|&char| char != '\n' && is_obeyed(char)) {
            Some(char) => {
                out.push('\\');
                push(&mut out, char);
            }
            None => out.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    out + rest
}

/// How long the character is with which JSON begins here, and which one it is if it is a control.
fn escaped(json: &str) -> (usize, Option<char>) {
    match json.as_bytes() {
        [b'\\', b'u', ..] if json.len() >= 6 => {
            let code = json.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            (6, code.and_then(char::from_u32))
        }
        [b'\\', b'b', ..] => (2, Some('\u{8}')),
        [b'\\', b'f', ..] => (2, Some('\u{c}')),
        [b'\\', b'r', ..] => (2, Some('\r')),
        [b'\\', ..] => (1 + json[1..].chars().next().map_or(0, char::len_utf8), None),
        _ => {
            let char = json.chars().next();
            (char.map_or(0, char::len_utf8), char)
        }
    }
}

const RESET: &str = "\x1b[m";

/// The length of a sequence that sets colours (SGR), or that fills a line with the one that was set, as gcc writes it
/// behind each; 0 for every other.
fn color(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\x1b[") else { return 0 };
    let end = rest.find(|char: char| !(char.is_ascii_digit() || matches!(char, ';' | ':')));
    match end.map(|end| (end, rest.as_bytes()[end])) {
        Some((end, b'm')) => 2 + end + 1,
        Some((0, b'K')) => 3,
        _ => 0,
    }
}

fn visible(text: &str, is_odd: impl Fn(char) -> bool) -> Cow<'_, str> {
    if is_plain(text.as_bytes()) || !text.contains(&is_odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match is_odd(char) {
            true => push(&mut out, char),
            false => out.push(char),
        }
    }
    Cow::Owned(out)
}

/// Adds a character that is not to be obeyed.
pub(crate) fn push(out: &mut String, char: char) {
    // Writing to a String cannot fail.
    let _ = match char {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\0'..='\x7f' => write!(out, "\\x{:02X}", u32::from(char)),
        char => write!(out, "\\u{{{:x}}}", u32::from(char)),
    };
}

/// How long that is.
pub(crate) fn pushed_length(char: char) -> usize {
    match char {
        '\n' | '\r' | '\t' => 2,
        '\0'..='\x7f' => 4,
        '\u{80}'..='\u{ff}' => 6,
        '\u{100}'..='\u{fff}' => 7,
        '\u{1000}'..='\u{ffff}' => 8,
        '\u{10000}'.. => 10,
    }
}

/// Whether these bytes are printable ASCII, as nearly all names are. Looks at all of them: that is done many at a time.
#[inline]
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    !bytes.iter().fold(false, |odd, byte| odd | !matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_obeyed_is_shown() {
        assert_eq!(line("plain, größe, 名"), "plain, größe, 名");
        assert_eq!(line("a\r\n\tb"), r"a\r\n\tb");
        assert_eq!(line("\u{1b}]0;x\u{7}"), r"\x1B]0;x\x07");
        assert_eq!(line("\u{9b}2J\u{7f}"), r"\u{9b}2J\x7F");
        assert_eq!(line("\u{202e}a\u{2066}b\u{200f}c\u{61c}\u{2028}"), {
            r"\u{202e}a\u{2066}b\u{200f}c\u{61c}\u{2028}"
        });
        assert_eq!(line(r"a\x0Ab"), r"a\x0Ab");
        assert_eq!(lines("a\n\tb\rc"), "a\n\tb\\rc");
    }

    #[test]
    fn what_was_shown_is_not_shown_again() {
        let once = line("a\u{1b}\n\\b\u{202e}").into_owned();
        assert_eq!(line(&once), once);
    }

    #[test]
    fn colours_of_a_compiler_stay_and_end_with_it() {
        let gcc = "\x1b[01m\x1b[Ka.c:1:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kno\n";
        assert_eq!(colored(gcc), gcc);
        let clang = "\x1b[1ma.c:1: \x1b[0m\x1b[0;1;31merror: \x1b[0mno\n";
        assert_eq!(colored(clang), clang);
        assert_eq!(colored("\x1b[38;5;1mred"), "\x1b[38;5;1mred\x1b[m");
        assert_eq!(colored("\x1b[2Ka\x1b[1A\x1bc\x1b"), r"\x1B[2Ka\x1B[1A\x1Bc\x1B");
        assert_eq!(colored("\x1b]8;;x\x07y\u{9b}1A"), r"\x1B]8;;x\x07y\u{9b}1A");
        assert_eq!(colored("plain\u{7}"), r"plain\x07");
    }

    #[test]
    fn json_says_the_same() {
        let text = "{\n  \"a\": \"b\u{7f}\u{9b}\u{202e}\\u001b\"\n}";
        assert_eq!(json(text), "{\n  \"a\": \"b\\u007f\\u009b\\u202e\\u001b\"\n}");
        assert_eq!(json("[\"a\"]"), "[\"a\"]");
    }

    #[test]
    fn a_page_shows_what_its_data_would_make_it_obey() {
        let page = |text: &str| json_of_page(text);
        assert_eq!(page(r#""a\u001bb\r\b\n\"\\u001b""#), r#""a\\x1Bb\\r\\x08\n\"\\u001b""#);
        assert_eq!(page("\"\u{202e}\u{7f}\""), r#""\\u{202e}\\x7F""#);
        assert_eq!(page(r#"{"a":1}"#), r#"{"a":1}"#);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown() {
        assert_eq!(text(b"a\x9b2J\xff"), r"a\x9B2J\xFF");
        assert_eq!(text("größe\n".as_bytes()), "größe\n");
    }

    #[test]
    fn the_length_is_known_before() {
        for char in ('\0'..='\u{10ffff}').filter(|&char| is_obeyed(char)) {
            let mut out = String::new();
            push(&mut out, char);
            assert_eq!(out.len(), pushed_length(char), "{char:?}");
        }
    }
}
