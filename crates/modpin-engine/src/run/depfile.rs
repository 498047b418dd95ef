//! Reads depfiles: which files a compiler or a linker says it read, in make's syntax.

use std::collections::HashSet;

use crate::world::hash::Hash;
use modpin_budget::{Budget, grown};

/// The prerequisites of all rules in a depfile, each once, in order of appearance.
///
/// As gcc, clang, bfd, gold, lld and mold write them: a space in a name is `\ `, `#` is `\#`, `$` is
/// `$$`; backslashes before an escaped space are doubled; any other backslash is itself; a backslash at
/// the end of a line continues it. Rules without prerequisites (`-MP`) name nothing new.
///
/// # Errors
/// A text that names more than fits into 48 MiB and three times its length, which nobody's does. The error says so.
pub fn prerequisites(text: &str) -> Result<Vec<String>, &'static str> {
    let mut found = Found { paths: Vec::new(), seen: HashSet::new(), budget: Budget::of(text.len()) };
    let mut targets = true;
    for line in text.lines() {
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        let continues = backslashes % 2 == 1;
        words(if continues { &line[..line.len() - 1] } else { line }, &mut targets, &mut found)?;
        targets |= !continues;
    }
    Ok(found.paths)
}

/// What was found so far.
struct Found {
    paths: Vec<String>,
    seen: HashSet<Hash>,
    budget: Budget,
}

impl Found {
    fn add(&mut self, path: &str) -> Result<(), &'static str> {
        /// What an entry takes in the list and in the set, while both grow.
        const ENTRY: usize = grown::<String>() + 4 * size_of::<Hash>();
        if !path.is_empty() && self.seen.insert(Hash::of(path.as_bytes())) {
            let taken = self.budget.take(ENTRY + path.len());
            taken.ok_or("it names more files than a text of its length can")?;
            self.paths.push(path.to_owned());
        }
        Ok(())
    }
}

/// Takes the prerequisites out of one line. `targets` is whether the rule's colon is still to come.
fn words(line: &str, targets: &mut bool, found: &mut Found) -> Result<(), &'static str> {
    let mut text = String::new();
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
            ':' if *targets && chars.peek().is_none_or(|next| next.is_whitespace()) => {
                *targets = false;
                text.clear();
            }
            c if c.is_ascii_whitespace() => {
                if !*targets {
                    found.add(&text)?;
                }
                text.clear();
            }
            c => text.push(c),
        }
    }
    if *targets { Ok(()) } else { found.add(&text) }
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
        expect.assert_eq(&prerequisites(text).expect("few names").join("|"));
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
    fn a_rule_over_several_lines_has_one_colon() {
        check(
            "a.o \\\n b.o: a.c\\\n: b.c c: \\\n d.h\ne.o f\ng.o: g.c",
            expect!["a.c|:|b.c|c:|d.h|g.c"],
        );
    }

    #[test]
    fn escapes_as_compilers_write_them() {
        check(r"a.o: with\ space.c a\#b.h $$x.h", expect!["with space.c|a#b.h|$x.h"]);
        check(r"a.o: a\\\ b.h c\d.h", expect![r"a\ b.h|c\d.h"]);
        check(r"a.o: a\\ b.h", expect![r"a\\|b.h"]);
        check("a.o: c:/x.h d:e", expect!["c:/x.h|d:e"]);
    }
}
