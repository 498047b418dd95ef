//! Which files a compiler or a linker says it read, in make's syntax. Knows no disk: whether a file is
//! still there is somebody else's question.

/// The prerequisites of all rules in a depfile, each once, in order of appearance.
///
/// As gcc, clang, bfd, gold, lld and mold write them: a space in a name is `\ `, `#` is `\#`, `$` is
/// `$$`; backslashes before an escaped space are doubled; any other backslash is itself; a backslash at
/// the end of a line continues it. Rules without prerequisites (`-MP`) name nothing new.
pub fn prerequisites(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for rule in logical_lines(text) {
        let words = words(&rule);
        let Some(colon) = words.iter().position(|word| word.ends_target) else { continue };
        for word in &words[colon + 1..] {
            if !word.text.is_empty() && seen.insert(word.text.clone()) {
                found.push(word.text.clone());
            }
        }
    }
    found
}

struct Word {
    text: String,
    /// A colon followed this word directly: what comes next are prerequisites.
    ends_target: bool,
}

fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for line in text.lines() {
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        let continues = backslashes % 2 == 1;
        let content = if continues { &line[..line.len() - 1] } else { line };
        if let Some(last) = lines.last_mut() {
            last.push_str(content);
            last.push(' ');
        }
        if !continues {
            lines.push(String::new());
        }
    }
    lines
}

fn words(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut text = String::new();
    let mut targets = true;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut count = 1;
                while chars.next_if_eq(&'\\').is_some() {
                    count += 1;
                }
                backslashes(count, &mut chars, &mut text);
            }
            '$' => {
                chars.next_if_eq(&'$');
                text.push('$');
            }
            ':' if targets && chars.peek().is_none_or(|next| next.is_whitespace()) => {
                targets = false;
                words.push(Word { text: std::mem::take(&mut text), ends_target: true });
            }
            c if c.is_ascii_whitespace() => {
                if !text.is_empty() {
                    words.push(Word { text: std::mem::take(&mut text), ends_target: false });
                }
            }
            c => text.push(c),
        }
    }
    words
}

/// What a run of backslashes means depends on what follows it.
fn backslashes(count: usize, rest: &mut std::iter::Peekable<std::str::Chars<'_>>, text: &mut String) {
    match rest.peek() {
        Some(' ' | '\t') if count % 2 == 1 => {
            text.extend(std::iter::repeat_n('\\', count / 2));
            text.extend(rest.next());
        }
        Some('#') => {
            text.extend(std::iter::repeat_n('\\', count - 1));
            text.extend(rest.next());
        }
        _ => text.extend(std::iter::repeat_n('\\', count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        expect.assert_eq(&prerequisites(text).join("|"));
    }

    #[test]
    fn one_rule() {
        check("a.o: a.c a.h\n", expect!["a.c|a.h"]);
        check("a.o:a.c", expect![""]);
        check("a.o : a.c", expect!["a.c"]);
        check("", expect![""]);
    }

    #[test]
    fn continued_lines_and_carriage_returns() {
        check("a.o: a.c \\\n  b.h \\\r\n c.h\n", expect!["a.c|b.h|c.h"]);
        check("a.o: a.c \\", expect!["a.c"]);
    }

    #[test]
    fn several_targets_and_rules_and_phony_headers() {
        check("a.o a.d: a.c\nb.o: a.c b.c\nb.h:\n", expect!["a.c|b.c"]);
    }

    #[test]
    fn escapes_as_compilers_write_them() {
        check(r"a.o: with\ space.c a\#b.h $$x.h", expect!["with space.c|a#b.h|$x.h"]);
        check(r"a.o: a\\\ b.h c\d.h", expect![r"a\ b.h|c\d.h"]);
        check(r"a.o: a\\ b.h", expect![r"a\\|b.h"]);
        check("a.o: c:/x.h d:e", expect!["c:/x.h|d:e"]);
    }
}
