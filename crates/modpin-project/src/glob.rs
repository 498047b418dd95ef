//! Globs as users know them from ripgrep: which texts one means.
//!
//! `?` is one character and `*` any number of them, none of which is a slash; `[a-z]` and `[!a-z]` are one of these characters,
//! or one of all others; `{a,b}` is one of both, and may stand in itself. `**` as a whole part of a path is any number of parts:
//! `**/x`, `x/**`, `a/**/b`. A backslash takes the meaning from the character behind it.
//!
//! A glob becomes a short program whose steps take characters or go on at several places. No place of the program is
//! tried twice at one place of the text, so no glob takes longer than its length times that of the text.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

/// A glob that can be compared with texts.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    program: Vec<Op>,
}

/// Why a text is no glob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoGlob {
    UnclosedClass,
    InvalidRange(char, char),
    UnopenedAlternates,
    UnclosedAlternates,
    DanglingEscape,
}

impl fmt::Display for NoGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoGlob::InvalidRange(first, last) => {
                return write!(f, "invalid range; '{first}' > '{last}'");
            }
            NoGlob::UnclosedClass => "unclosed character class; missing ']'",
            NoGlob::UnopenedAlternates => {
                "unopened alternate group; missing '{' (maybe escape '}' with '[}]'?)"
            }
            NoGlob::UnclosedAlternates => {
                "unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)"
            }
            NoGlob::DanglingEscape => "dangling '\\'",
        })
    }
}

/// How many steps `**/` takes at the beginning.
const PREFIX: usize = 5;

/// What is done at one place of the program. What takes nothing goes on behind itself unless it says where.
#[derive(Clone, Debug)]
enum Op {
    /// Takes this character.
    Literal(char),
    /// Takes a character that is no slash.
    One,
    /// Takes a character that is in one of the ranges, or in none.
    Class { ranges: Vec<(char, char)>, negated: bool },
    /// Takes any number of characters that are no slash.
    Star,
    /// Takes any number of characters.
    Everything,
    /// Goes on at each of these places.
    Fork(Vec<usize>),
    /// Goes on there.
    Jump(usize),
}

impl Glob {
    /// Reads a glob.
    pub(crate) fn new(glob: &str) -> Result<Glob, NoGlob> {
        let mut text = GlobText {
            chars: glob.chars().peekable(),
            before: None,
            at: None,
            program: Vec::new(),
            groups: Vec::new(),
            branch: Branch::at(0),
        };
        text.read()?;
        if !text.groups.is_empty() {
            return Err(NoGlob::UnclosedAlternates);
        }
        // Nothing but `**/`.
        let anything = text.branch.last == Last::Prefix && text.program.len() == PREFIX;
        Ok(Glob { program: if anything { vec![Op::Everything] } else { text.program } })
    }

    /// Whether the glob means this text. A byte that is no text counts as a character that no glob names.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        let mut seen = Seen { bits: Vec::new(), width: text.len() + 1 };
        let mut todo = vec![(0, 0)];
        while let Some((mut step, mut place)) = todo.pop() {
            loop {
                let Some(op) = self.program.get(step) else {
                    if place == text.len() {
                        return true;
                    }
                    break;
                };
                let (next, length) = first(&text[place..]);
                let takes = match op {
                    Op::Literal(wanted) => next == Some(*wanted),
                    Op::One => next.is_some_and(|next| next != '/'),
                    Op::Class { ranges, negated } => next.is_some_and(|next| {
                        ranges.iter().any(|(first, last)| (first..=last).contains(&&next)) != *negated
                    }),
                    Op::Jump(to) => {
                        step = *to;
                        continue;
                    }
                    Op::Star | Op::Everything | Op::Fork(_) if seen.before(step, place) => break,
                    Op::Fork(to) => {
                        todo.extend(to.iter().map(|&to| (to, place)));
                        break;
                    }
                    Op::Star | Op::Everything => {
                        todo.push((step + 1, place));
                        let goes_on = |next: char| matches!(op, Op::Everything) || next != '/';
                        if !next.is_some_and(goes_on) {
                            break;
                        }
                        place += length;
                        continue;
                    }
                };
                if !takes {
                    break;
                }
                (step, place) = (step + 1, place + length);
            }
        }
        false
    }
}

/// The first character of a text, and how many bytes it takes.
fn first(text: &[u8]) -> (Option<char>, usize) {
    match text {
        [] => (None, 0),
        [ascii, ..] if ascii.is_ascii() => (Some(char::from(*ascii)), 1),
        _ => {
            let whole = (2..=text.len().min(4)).find_map(|end| str::from_utf8(&text[..end]).ok());
            let next = whole.and_then(|text| text.chars().next());
            next.map_or((Some(char::REPLACEMENT_CHARACTER), 1), |next| (Some(next), next.len_utf8()))
        }
    }
}

/// At which places of the text which steps were tried. Most globs ask seldom.
struct Seen {
    bits: Vec<u64>,
    width: usize,
}

impl Seen {
    fn before(&mut self, step: usize, place: usize) -> bool {
        let at = step * self.width + place;
        let (word, bit) = (at / 64, 1 << (at % 64));
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        let seen = self.bits[word] & bit != 0;
        self.bits[word] |= bit;
        seen
    }
}

/// The text of a glob as it is read.
struct GlobText<'a> {
    chars: Peekable<Chars<'a>>,
    /// The character before the one that is read.
    before: Option<char>,
    at: Option<char>,
    program: Vec<Op>,
    /// The groups that are open, the outermost first, each with the branch that it stands in.
    groups: Vec<(Group, Branch)>,
    branch: Branch,
}

/// `{` and what was read of it.
struct Group {
    fork: usize,
    /// Where its branches begin.
    starts: Vec<usize>,
    /// Where they end.
    jumps: Vec<usize>,
}

/// What stands between two commas, or the whole glob.
struct Branch {
    start: usize,
    /// Nothing stands in it so far.
    fresh: bool,
    last: Last,
}

/// What stands last in a branch, as far as `**` asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// `**/` at its beginning.
    Prefix,
    /// `/**/`, from this step on.
    Middle(usize),
    Other,
}

impl Branch {
    fn at(start: usize) -> Branch {
        Branch { start, fresh: true, last: Last::Other }
    }
}

impl GlobText<'_> {
    fn bump(&mut self) -> Option<char> {
        self.before = self.at;
        self.at = self.chars.next();
        self.at
    }

    fn push(&mut self, op: Op) {
        self.program.push(op);
        (self.branch.fresh, self.branch.last) = (false, Last::Other);
    }

    fn read(&mut self) -> Result<(), NoGlob> {
        while let Some(next) = self.bump() {
            match next {
                '?' => self.push(Op::One),
                '*' => self.star(),
                '[' => self.class()?,
                '{' => self.open(),
                '}' => self.close()?,
                ',' if !self.groups.is_empty() => {
                    self.end_branch();
                    self.branch = Branch::at(self.program.len());
                }
                '\\' => {
                    let meant = self.bump().ok_or(NoGlob::DanglingEscape)?;
                    self.push(Op::Literal(meant));
                }
                literal => self.push(Op::Literal(literal)),
            }
        }
        Ok(())
    }

    fn open(&mut self) {
        let fork = self.program.len();
        self.program.push(Op::Fork(Vec::new()));
        let group = Group { fork, starts: Vec::new(), jumps: Vec::new() };
        let outer = std::mem::replace(&mut self.branch, Branch::at(fork + 1));
        self.groups.push((group, outer));
    }

    /// What stands in a branch becomes a way through its group. An empty branch is none.
    fn end_branch(&mut self) {
        let (start, end) = (self.branch.start, self.program.len());
        if let Some((group, _)) = self.groups.last_mut().filter(|_| start < end) {
            group.starts.push(start);
            group.jumps.push(end);
            self.program.push(Op::Jump(end));
        }
    }

    fn close(&mut self) -> Result<(), NoGlob> {
        self.end_branch();
        let (group, outer) = self.groups.pop().ok_or(NoGlob::UnopenedAlternates)?;
        match group.starts.is_empty() {
            true => self.program.truncate(group.fork),
            false => self.program[group.fork] = Op::Fork(group.starts),
        }
        let end = self.program.len();
        group.jumps.into_iter().for_each(|jump| self.program[jump] = Op::Jump(end));
        self.branch = Branch { fresh: false, last: Last::Other, ..outer };
        Ok(())
    }

    fn star(&mut self) {
        let before = self.before;
        if self.chars.peek() != Some(&'*') {
            return self.push(Op::Star);
        }
        self.bump();
        let at_end = match self.chars.peek() {
            None => true,
            Some(',' | '}') => !self.groups.is_empty(),
            Some(_) => false,
        };
        let slash = self.chars.peek() == Some(&'/');
        if self.branch.fresh && (slash || self.chars.peek().is_none()) {
            self.bump();
            self.prefix();
        } else if !self.branch.fresh && before == Some('/') && (slash || at_end) {
            if slash {
                self.bump();
            }
            self.parts(at_end);
        } else {
            // As two of them.
            self.push(Op::Star);
        }
    }

    /// `**/`: nothing, a slash, or anything up to one.
    fn prefix(&mut self) {
        let at = self.program.len();
        self.program.extend([
            Op::Fork(vec![at + 1, at + 3, at + PREFIX]),
            Op::Literal('/'),
            Op::Jump(at + PREFIX),
            Op::Everything,
            Op::Literal('/'),
        ]);
        (self.branch.fresh, self.branch.last) = (false, Last::Prefix);
    }

    /// `**` behind a slash: that slash, and any number of parts.
    fn parts(&mut self, at_end: bool) {
        let start = match self.branch.last {
            Last::Prefix => return,
            Last::Middle(start) => start,
            Last::Other => self.program.len() - 1,
        };
        self.program.truncate(start);
        self.program.push(Op::Literal('/'));
        if at_end {
            return self.push(Op::Everything);
        }
        self.program.extend([Op::Fork(vec![start + 2, start + 4]), Op::Everything, Op::Literal('/')]);
        self.branch.last = Last::Middle(start);
    }

    fn class(&mut self) -> Result<(), NoGlob> {
        let negated = self.chars.next_if(|next| matches!(next, '!' | '^')).is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut in_range = false;
        loop {
            match self.bump().ok_or(NoGlob::UnclosedClass)? {
                ']' if !ranges.is_empty() => break,
                '-' if !in_range && !ranges.is_empty() => in_range = true,
                last if in_range => {
                    let range = ranges.last_mut().ok_or(NoGlob::UnclosedClass)?;
                    range.1 = last;
                    if last < range.0 {
                        return Err(NoGlob::InvalidRange(range.0, last));
                    }
                    in_range = false;
                }
                one => ranges.push((one, one)),
            }
        }
        // At the end it means itself.
        ranges.extend(in_range.then_some(('-', '-')));
        self.push(Op::Class { ranges, negated });
        Ok(())
    }
}

/// The glob that means this very text.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for next in text.chars() {
        match next {
            '?' | '*' | '[' | ']' | '{' | '}' | '\\' => escaped.extend(['[', next, ']']),
            next => escaped.push(next),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn means(glob: &str, texts: &str, others: &str) {
        let glob = Glob::new(glob).unwrap();
        for text in texts.split_whitespace() {
            assert!(glob.matches(text.as_bytes()), "{text:?}");
        }
        for text in others.split_whitespace() {
            assert!(!glob.matches(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn characters() {
        means("main.c", "main.c", "main.cc xmain.c main,c main/c");
        means("?.c", "a.c ä.c 字.c", "ab.c .c /.c");
        means("[a-cx]?", "a1 b1 x1 cc", "d1 a a/ 1a");
        means("[!a-c]", "d ä", "a bb dd");
        means("[^]-]", "a [", "] -");
        means("[]a][a-][--0]", "]a- aa. a-0", "ba- ]ab");
        means("[?][*][[]\\?{\\,,x}\\\\", "?*[?,\\ ?*[?x\\", "a*[?,\\ ?*[x,\\ ?*[?,");
    }

    #[test]
    fn stars() {
        means("*.c", "a.c .c a.b.c", "a.h a/b.c a.c/");
        means("src/*/x*.c", "src/a/x.c src/b/xyz.c src//x.c", "src/x.c src/a/b/x.c");
        means("a**b", "ab axb axxb", "a/b axb/");
        means("**", "a a/b /", "");
        means("**/x.c", "x.c a/x.c a/b/x.c /x.c", "ax.c a/ax.c x.c/a");
        means("a/**", "a/b a/b/c a/", "a ab/c b/a/c");
        means("a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb ax/b a/b/x");
        means("**/a/**/**/b.{c,h}", "a/b.c x/a/y/z/b.h", "a/b.o b.c");
    }

    #[test]
    fn groups() {
        means("{a,b/*,}.c", "a.c b/x.c", ".c b.c b/x/y.c");
        means("x{a{b,c}d,{e,f}}y", "xabdy xacdy xey xfy", "xady xaby xy");
        means("x{}y{,}", "xy", "x{}y xy,");
        means("{**/a,b/**}", "a x/a b/c", "b xa");
    }

    #[test]
    fn what_is_no_glob() {
        let check = |text: &str, why| assert_eq!(Glob::new(text).unwrap_err(), why, "{text}");
        check("[a", NoGlob::UnclosedClass);
        check("[]", NoGlob::UnclosedClass);
        check("[z-a]", NoGlob::InvalidRange('z', 'a'));
        check("a}", NoGlob::UnopenedAlternates);
        check("{a,{b}", NoGlob::UnclosedAlternates);
        check("a\\", NoGlob::DanglingEscape);
    }

    /// A glob is what somebody typed, or made.
    #[test]
    fn no_glob_takes_long() {
        let text = "a".repeat(2000);
        for glob in ["*a".repeat(200) + "b", "{a,aa}".repeat(500) + "b", "**/".repeat(500) + "b"] {
            assert!(!Glob::new(&glob).unwrap().matches(text.as_bytes()));
        }
        assert!(Glob::new(&"{".repeat(100_000)).is_err());
        assert!(Glob::new(&("{".repeat(100_000) + &"}".repeat(100_000))).unwrap().matches(b""));
    }

    #[test]
    fn what_is_escaped_means_itself() {
        let odd = "a?*[x]{y,z}\\!-^";
        assert!(Glob::new(&escape(odd)).unwrap().matches(odd.as_bytes()));
    }
}
