//! Reads depfiles: which files a compiler or a linker says it read, in make's syntax.

use std::collections::{HashSet, VecDeque};

use crate::world::hash::Hash;
use modpin_budget::{Budget, grown};

/// The prerequisites of all rules in a depfile, each once, in order of appearance.
///
/// As gcc, clang and lld write them: a space in a name is `\ `, `#` is `\#`, `$` is `$$`; backslashes before an escaped
/// space are doubled; any other backslash is itself; a backslash at the end of a line continues it. Rules without
/// prerequisites (`-MP`) name nothing new.
///
/// Some texts can be read in more than one way: nobody escapes a backslash at the end of a name, or a carriage return, so
/// `x\ y.h` is one name or two; and bfd, gold and mold escape nothing at all. Then the names are those of files that are
/// there, which `is_there` tells.
///
/// # Errors
/// A text that names more than fits into 48 MiB and three times its length, which nobody's does. The error says so.
pub fn prerequisites(text: &str, is_there: &dyn Fn(&str) -> bool) -> Result<Vec<String>, &'static str> {
    let mut reader = DepfileReader {
        is_there,
        // Linkers write rules without prerequisites. Of compilers, each name would cost a look for nothing.
        perhaps_raw: text.lines().any(|line| line.ends_with(':')),
        targets: true,
        word: Word::default(),
        missing: Vec::new(),
        starts: VecDeque::new(),
        found: Found { paths: Vec::new(), seen: HashSet::new(), budget: Budget::of(text.len()) },
    };
    for line in text.split('\n') {
        let (line, returned) = match line.strip_suffix('\r') {
            Some(line) => (line, true),
            None => (line, false),
        };
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        let continues = backslashes % 2 == 1;
        reader.line(if continues { &line[..line.len() - 1] } else { line })?;
        let end = [if continues { "\\" } else { "" }, if returned { "\r" } else { "" }].concat();
        reader.end_of_line(line, end)?;
        reader.targets |= !continues;
    }
    Ok(reader.found.paths)
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

/// A name while it is read.
#[derive(Default)]
struct Word {
    text: String,
    /// Where it begins in its line.
    start: usize,
    /// Where it could be two names: a blank behind an odd number of backslashes.
    joints: Vec<Joint>,
}

/// A blank in a name, and how many backslashes were written before it.
#[derive(Clone, Copy)]
struct Joint {
    at: usize,
    backslashes: usize,
}

impl Joint {
    /// The two names, if there are two.
    fn split<'a>(&self, text: &'a str) -> (String, &'a str) {
        let name = &text[..self.at - self.backslashes / 2];
        (format!("{name}{}", "\\".repeat(self.backslashes)), &text[self.at + 1..])
    }
}

/// Further blanks in a name are taken as they are written.
const BLANKS: usize = 32;

struct DepfileReader<'a> {
    is_there: &'a dyn Fn(&str) -> bool,
    /// Whether names may stand as they are, without escapes.
    perhaps_raw: bool,
    /// Whether the rule's colon is still to come.
    targets: bool,
    word: Word,
    /// Words of this line that name nothing, with their beginnings.
    missing: Vec<(usize, String)>,
    /// Where the last words of this line begin.
    starts: VecDeque<usize>,
    found: Found,
}

impl DepfileReader<'_> {
    /// Takes the prerequisites out of one line; the last word stays open.
    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        let mut chars = line.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => {
                    let mut count = 1;
                    while chars.next_if(|&(_, c)| c == '\\').is_some() {
                        count += 1;
                    }
                    let next = chars.peek().map(|&(_, c)| c);
                    if self.backslashes(count, next) {
                        chars.next();
                    }
                }
                '$' => {
                    chars.next_if(|&(_, c)| c == '$');
                    self.word.text.push('$');
                }
                ':' if self.targets && chars.peek().is_none_or(|(_, next)| next.is_whitespace()) => {
                    self.targets = false;
                    self.word = Word { start: at + 1, ..Word::default() };
                }
                ' ' | '\t' => {
                    self.end_of_word(line, at, "")?;
                    self.word.start = at + 1;
                }
                c => self.word.text.push(c),
            }
        }
        Ok(())
    }

    /// What a run of backslashes means depends on what follows it. Says whether that is part of the word as well.
    fn backslashes(&mut self, count: usize, next: Option<char>) -> bool {
        let kept = match next {
            Some(' ' | '\t') if count % 2 == 1 => count / 2,
            Some('#') => count - 1,
            _ => count,
        };
        let Word { text, joints, .. } = &mut self.word;
        text.extend(std::iter::repeat_n('\\', kept));
        if kept < count {
            if next != Some('#') && joints.len() < BLANKS {
                joints.push(Joint { at: text.len(), backslashes: count });
            }
            text.extend(next);
        }
        kept < count
    }

    /// The word ends at `end` of its line. What was cut off at the end of the line may belong to it.
    fn end_of_word(&mut self, line: &str, end: usize, cut: &str) -> Result<(), &'static str> {
        let Word { text, start, joints } = std::mem::take(&mut self.word);
        if self.targets || text.is_empty() {
            return Ok(());
        }
        if self.perhaps_raw {
            self.starts.push_back(start);
            self.starts.drain(..self.starts.len().saturating_sub(BLANKS));
        }
        let clear = joints.is_empty() && cut.is_empty() && !self.perhaps_raw;
        if clear || (self.is_there)(&text) {
            return self.found.add(&text);
        }
        if let Some(names) = self.names(&text, cut, &joints) {
            return names.iter().try_for_each(|name| self.found.add(name));
        }
        if !self.perhaps_raw {
            return self.found.add(&text);
        }
        let raw = self.starts.iter().rev().find(|&&start| (self.is_there)(&line[start..end])).copied();
        match raw {
            Some(raw) => {
                self.missing.retain(|(start, _)| *start < raw);
                self.found.add(&line[raw..end])
            }
            None if self.missing.len() < BLANKS => {
                self.missing.push((start, text));
                Ok(())
            }
            None => self.found.add(&text),
        }
    }

    fn end_of_line(&mut self, line: &str, cut: String) -> Result<(), &'static str> {
        self.end_of_word(line, line.len() - usize::from(cut.starts_with('\\')), &cut)?;
        self.word.start = 0;
        self.starts.clear();
        let missing = std::mem::take(&mut self.missing);
        missing.iter().try_for_each(|(_, text)| self.found.add(text))
    }

    /// The names of files that are there; `None` when they cannot be read like that.
    fn names(&self, text: &str, cut: &str, joints: &[Joint]) -> Option<Vec<String>> {
        let whole = format!("{text}{cut}");
        for name in [whole.as_str(), text] {
            if name.is_empty() || (self.is_there)(name) {
                return Some(vec![name.to_owned()]);
            }
        }
        joints.iter().enumerate().rev().find_map(|(nth, joint)| {
            let (first, rest) = joint.split(text);
            if !(self.is_there)(&first) {
                return None;
            }
            let moved = joints[nth + 1..].iter();
            let moved = moved.map(|later| Joint { at: later.at - joint.at - 1, ..*later });
            let rest = self.names(rest, cut, &moved.collect::<Vec<_>>())?;
            Some([vec![first], rest].concat())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        check_there(text, &[], expect);
    }

    /// With these files on the disk.
    fn check_there(text: &str, files: &[&str], expect: Expect) {
        let found = prerequisites(text, &|path| files.contains(&path)).expect("few names");
        expect.assert_eq(&found.join("|").replace('\r', "<r>").replace('\u{c}', "<f>"));
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

    #[test]
    fn odd_blanks_are_part_of_a_name() {
        check("a.o: x\r.c \\\n x\u{c}.h y\u{b}.h\n", expect!["x<r>.c|x<f>.h|y\u{b}.h"]);
        // At the end of a line, what is there decides.
        check_there("a.o: x.h\r\n", &["x.h"], expect!["x.h"]);
        check_there("a.o: x.h\r\n", &["x.h\r"], expect!["x.h<r>"]);
        check_there("a.o: x.h\r \\\n y.h\r\n", &["x.h\r", "y.h"], expect!["x.h<r>|y.h"]);
    }

    #[test]
    fn a_backslash_at_the_end_of_a_name() {
        let both = &["x\\", "y.h"][..];
        check_there(r"a.o: x\ y.h", &["x y.h"], expect!["x y.h"]);
        check_there(r"a.o: x\ y.h", both, expect![[r"x\|y.h"]]);
        check_there(r"a.o: x\ y.h", &["y.h"], expect!["x y.h"]);
        check_there("a.o: y.h x\\\n", both, expect![[r"y.h|x\"]]);
        check_there("a.o: x\\ \\\n y.h\n", both, expect![[r"x\|y.h"]]);
        check_there(r"a.o: x\\\ y.h", &[r"x\ y.h"], expect![[r"x\ y.h"]]);
        check_there(r"a.o: x\\\ y.h", &[r"x\\\", "y.h"], expect![[r"x\\\|y.h"]]);
        check_there(r"a.o: x\ y\ z", &[r"x\", "y z"], expect![[r"x\|y z"]]);
        check_there(r"a.o: x\ y\ z", &["x y\\", "z"], expect![[r"x y\|z"]]);
        check_there(r"a.o: x\ y\ z", &["x\\", "y\\", "z"], expect![[r"x\|y\|z"]]);
    }

    #[test]
    fn names_that_nobody_escaped() {
        let files = ["a b.o", "t\tt.o", r"f\ g.o", "d$$d.o", "e\\", "a", "z.o"];
        let rules = files.map(|file| format!("{file}:\n")).concat();
        // A name a line, as bfd and gold write them; all in one, as mold does.
        for between in [" \\\n  ", " "] {
            let text = format!("o: {}\n{rules}", files.join(between));
            let found = prerequisites(&text, &|path| files.contains(&path)).expect("few names");
            let mut expected = files.to_vec();
            expected.sort();
            let mut sorted = found.clone();
            sorted.sort();
            assert_eq!(sorted, expected, "{text}");
        }
        check_there("o: a b.o none.o\nnone.o:\n", &["a b.o"], expect!["a b.o|none.o"]);
    }
}
