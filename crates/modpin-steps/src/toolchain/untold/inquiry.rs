//! One command, and what it has read besides what it tells: each name that its texts mention is looked for where the command would have
//! looked.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use modpin_engine::{Discovered, Disk, How};

use super::mentions::{Header, Mentions, Operand, defined, given, literals, spliced, words};
use crate::toolchain::arguments::Arguments;

/// What one command was asked for.
pub struct Inquiry<'a> {
    pub disk: &'a dyn Disk,
    /// What it is known to have read.
    pub read: &'a [&'a str],
    /// Where it looks for headers.
    pub search: &'a [String],
    /// What was found out.
    pub found: Vec<Discovered>,
}

impl Inquiry<'_> {
    /// Headers that a text would do without. One that was read stands in the depfile, and what would be found in its place
    /// is known.
    pub fn headers(&mut self, path: &str, mentions: &Mentions, words: &Arguments) {
        for header in &mentions.headers {
            self.header(path, header);
        }
        if mentions.macros.is_empty() {
            return;
        }
        let texts: Vec<(&str, String)> = self.texts(self.read.iter().copied()).collect();
        let in_words = ("", defines(words));
        let mut open: Vec<(&str, Operand)> =
            mentions.macros.iter().map(|name| (path, Operand::Macro(name.clone()))).collect();
        for name in &mentions.asking {
            open.extend(
                texts.iter().flat_map(|(path, text)| {
                    given(text, name).into_iter().map(|operand| (*path, operand))
                }),
            );
        }
        let mut seen = HashSet::new();
        while let Some((path, operand)) = open.pop() {
            match operand {
                Operand::Header(header) => self.header(path, &header),
                Operand::Macro(name) if seen.insert(name.clone()) => {
                    let stands_for =
                        texts.iter().chain([&in_words]).flat_map(|(_, text)| defined(text, &name));
                    open.extend(stands_for.map(|operand| (path, operand)));
                }
                Operand::Macro(_) => {}
            }
        }
    }

    /// One header, asked for by the text at `path`.
    fn header(&mut self, path: &str, Header { name, quoted, next }: &Header) {
        let beside = quoted.then(|| path.rsplit_once('/').map_or("", |(dir, _)| dir));
        let dirs: Vec<&str> = beside.into_iter().chain(self.search.iter().map(String::as_str)).collect();
        let holds = |dir: &&str| path == join(dir, name) || path.starts_with(&join(dir, ""));
        let behind = dirs.iter().position(holds).filter(|_| *next).map_or(0, |at| at + 1);
        let candidates = dirs[behind..].iter().map(|dir| join(dir, name));
        let candidates: Vec<String> = candidates.filter(|found| !*next || found != path).collect();
        self.first_of(&candidates);
    }

    /// What tells clang that headers are modules: in their directories, in those above, and where headers are looked for.
    pub fn module_maps(&mut self) {
        let own = self.read.iter().filter(|path| !path.starts_with('/'));
        let above = own.flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]).chain([""]));
        let dirs: BTreeSet<&str> = above.chain(self.search.iter().map(String::as_str)).collect();
        for dir in dirs {
            for name in
                ["module.modulemap", "module.map", "module.private.modulemap", "module_private.map"]
            {
                self.first_of(&[join(dir, name)]);
            }
        }
    }

    /// Those that can be read, on one line what goes on in the next.
    fn texts<'b>(
        &self,
        paths: impl Iterator<Item = &'b str>,
    ) -> impl Iterator<Item = (&'b str, String)> {
        let texts = paths.filter_map(|path| Some((path, self.disk.read(path).ok()?)));
        texts.map(|(path, text)| (path, spliced(&String::from_utf8_lossy(&text)).into_owned()))
    }

    /// Files that an assembler was told to read, and those that these include.
    pub fn assembled(
        &mut self,
        mentions: Vec<&Mentions>,
        (dirs, args): (&[String], &Arguments),
        nested: &dyn Fn(&str) -> Option<Arc<Mentions>>,
    ) {
        let mut open: Vec<String> = mentions.iter().flat_map(|found| found.assembled.clone()).collect();
        if mentions.iter().any(|found| found.unnamed) {
            // Any text in quotes that names a file which is there may be meant, and of assembler any word.
            let own = self.read.iter().copied().filter(|path| !path.starts_with('/'));
            for (path, text) in self.texts(own).chain([("", defines(args))]) {
                let there = |name: &&str| dirs.iter().any(|dir| self.is_file(&join(dir, name)));
                let is_assembler =
                    !matches!(ending(path), Some("c" | "cc" | "cpp" | "cxx" | "C" | "h" | "hpp"));
                let bare = if is_assembler { words(&text) } else { Vec::new() };
                let names = literals(&text).into_iter().chain(bare);
                open.extend(names.filter(there).map(str::to_owned));
            }
        }
        let mut seen = HashSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let candidates: Vec<String> = dirs.iter().map(|dir| join(dir, &name)).collect();
            if let Some(path) = self.first_of(&candidates)
                && (is_text(&path) || ending(&path).is_none())
                && let Some(nested) = nested(&path)
            {
                open.extend(nested.assembled.iter().cloned());
            }
        }
    }

    /// What an assembler would read in the place of a file that it has read.
    pub fn in_front(&mut self, path: &str, dirs: &[String]) {
        for (at, dir) in dirs.iter().enumerate().skip(1) {
            let Some(name) = path.strip_prefix(dir.as_str()).and_then(|rest| rest.strip_prefix('/'))
            else {
                continue;
            };
            let candidates: Vec<String> = dirs[..at].iter().map(|dir| join(dir, name)).collect();
            self.first_of(&candidates);
        }
    }

    /// The first file of these that is there was read; those before it were looked for.
    fn first_of(&mut self, candidates: &[String]) -> Option<String> {
        for path in candidates {
            match self.disk.stat(path) {
                Ok(None) => self.found.push(Discovered { path: path.clone(), how: How::LookedFor }),
                Ok(Some(stat)) if stat.regular => {
                    self.found.push(Discovered { path: path.clone(), how: How::Read });
                    return Some(path.clone());
                }
                _ => {}
            }
        }
        None
    }

    fn is_file(&self, path: &str) -> bool {
        self.disk.stat(path).is_ok_and(|stat| stat.is_some_and(|stat| stat.regular))
    }
}

fn join(dir: &str, name: &str) -> String {
    match dir {
        _ if name.starts_with('/') => name.to_owned(),
        "" | "." => name.to_owned(),
        dir => format!("{}/{name}", dir.trim_end_matches('/')),
    }
}

/// The macros that arguments define, as a text would define them.
fn defines(words: &Arguments) -> String {
    let defines = Arguments::values(&words.driver, "-D").filter_map(|define| define.split_once('='));
    defines.map(|(name, value)| format!("#define {name} {value}\n")).collect()
}

/// What compilers read besides, programs among them, mentions nothing.
pub fn is_text(path: &str) -> bool {
    let is_none = |ending| matches!(ending, "o" | "a" | "so" | "gch" | "pch" | "gcda" | "profdata");
    ending(path).is_some_and(|ending| !is_none(ending))
}

pub fn ending(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map(|(_, ending)| ending)
}
