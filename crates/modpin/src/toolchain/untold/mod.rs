//! What compilers and assemblers read, or look for in vain, and write into no depfile. It is found in the texts that they
//! have read: most of these mention nothing of the kind, and each is looked through once in a build.

mod mentions;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use modpin_engine::{Arg, Command, Discovered, Disk, How, Told, Untold};

use self::mentions::{Header, Mentions, defined, literals};
use super::arguments::{Answers, Arguments};

/// What was found in texts so far, by their paths.
#[derive(Debug, Default)]
pub struct Texts {
    known: Mutex<HashMap<String, Option<Arc<Mentions>>>>,
}

impl Untold for Texts {
    fn beyond(&self, told: &Told<'_>, disk: &dyn Disk) -> Vec<Discovered> {
        let Some(search) = told.command.search.as_ref().filter(|search| search.beside) else {
            return Vec::new();
        };
        let mentions = told.read.iter().filter_map(|path| Some((*path, self.mentions(path, disk)?)));
        let mentions: Vec<(&str, Arc<Mentions>)> = mentions.collect();
        // Line markers tell assemblers of sources and headers as well.
        let assembled = told.further.map(|files| {
            let files = files.iter().filter(|path| !told.read.contains(path));
            files.copied().collect::<Vec<&str>>()
        });
        if mentions.is_empty() && assembled.as_ref().is_none_or(Vec::is_empty) {
            return Vec::new();
        }
        let words = words_of(told.command, disk);
        let mut asked = Inquiry { disk, read: told.read, search: &search.dirs, found: Vec::new() };
        for (path, mentions) in &mentions {
            asked.headers(path, mentions, &words);
        }
        let dirs = assembler_dirs(&words);
        match assembled {
            Some(files) => files.iter().for_each(|path| asked.in_front(path, &dirs)),
            None => {
                let mentions = mentions.iter().map(|(_, mentions)| &**mentions);
                asked.assembled(mentions.collect(), &dirs, self);
            }
        }
        asked.found
    }
}

impl Texts {
    fn mentions(&self, path: &str, disk: &dyn Disk) -> Option<Arc<Mentions>> {
        let lock = || self.known.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(known) = lock().get(path) {
            return known.clone();
        }
        let bytes = if is_text(path) { disk.read(path).ok() } else { None };
        let found = bytes.and_then(|bytes| Mentions::of(&String::from_utf8_lossy(&bytes)));
        let found = found.map(Arc::new);
        lock().insert(path.to_owned(), found.clone());
        found
    }
}

/// What compilers read besides, programs among them, mentions nothing.
fn is_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending
        .is_some_and(|ending| !matches!(ending, "o" | "a" | "so" | "gch" | "pch" | "gcda" | "profdata"))
}

fn words_of(command: &Command, disk: &dyn Disk) -> Arguments {
    let texts = command.args.iter().filter_map(|arg| match arg {
        Arg::Text(text) => Some(text),
        _ => None,
    });
    Arguments::of(texts, &mut OnDisk(disk))
}

/// Response files as they are on the disk.
struct OnDisk<'a>(&'a dyn Disk);

impl Answers for OnDisk<'_> {
    fn text(&mut self, path: &str) -> Option<String> {
        let is_file = self.is_file(path);
        let bytes = is_file.then(|| self.0.read(path).ok()).flatten()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn is_file(&mut self, path: &str) -> bool {
        self.0.stat(path).is_ok_and(|stat| stat.is_some_and(|stat| stat.regular))
    }

    fn is_dir(&mut self, _: &str) -> bool {
        false
    }

    fn below(&mut self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Where an assembler looks for what it includes: where it runs, then where it is told to.
fn assembler_dirs(words: &Arguments) -> Vec<String> {
    let named = [&words.driver, &words.assembler];
    let named = named.into_iter().flat_map(|words| Arguments::values(words, "-I"));
    std::iter::once(String::new()).chain(named.map(str::to_owned)).collect()
}

/// What one command was asked for.
struct Inquiry<'a> {
    disk: &'a dyn Disk,
    read: &'a [&'a str],
    search: &'a [String],
    found: Vec<Discovered>,
}

impl Inquiry<'_> {
    /// Headers that a text would do without. One that was read stands in the depfile, and what would be found in its place
    /// is known.
    fn headers(&mut self, path: &str, mentions: &Mentions, words: &Arguments) {
        let by_macro = mentions.macros.iter().flat_map(|name| self.defined(name, words));
        let headers: Vec<Header> = mentions.headers.iter().cloned().chain(by_macro).collect();
        for Header { name, quoted } in headers {
            let beside = quoted.then(|| path.rsplit_once('/').map_or("", |(dir, _)| dir));
            let dirs = beside.into_iter().chain(self.search.iter().map(String::as_str));
            let candidates: Vec<String> = dirs.map(|dir| join(dir, &name)).collect();
            self.first_of(&candidates);
        }
    }

    /// What a macro stands for, in the texts that were read and in arguments.
    fn defined(&self, name: &str, words: &Arguments) -> Vec<Header> {
        let texts = self.read.iter().filter_map(|path| self.disk.read(path).ok());
        let in_texts = texts.flat_map(|text| defined(&String::from_utf8_lossy(&text), name));
        let defines = Arguments::values(&words.driver, "-D").filter_map(|define| define.split_once('='));
        let defines = defines.map(|(name, value)| format!("#define {name} {value}"));
        let in_words: Vec<String> = defines.collect();
        let in_words = in_words.iter().flat_map(|text| defined(text, name)).collect::<Vec<_>>();
        in_texts.chain(in_words).collect()
    }

    /// Files that an assembler was told to read, and those that these include.
    fn assembled(&mut self, mentions: Vec<&Mentions>, dirs: &[String], texts: &Texts) {
        let mut open: Vec<String> = mentions.iter().flat_map(|found| found.assembled.clone()).collect();
        if mentions.iter().any(|found| found.unnamed) {
            // Any text in quotes that names a file which is there may be meant.
            let own = self.read.iter().filter(|path| !path.starts_with('/'));
            for text in own.filter_map(|path| self.disk.read(path).ok()) {
                let text = String::from_utf8_lossy(&text).into_owned();
                let there = |name: &&str| dirs.iter().any(|dir| self.is_file(&join(dir, name)));
                open.extend(literals(&text).into_iter().filter(there).map(str::to_owned));
            }
        }
        let mut seen = std::collections::HashSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let candidates: Vec<String> = dirs.iter().map(|dir| join(dir, &name)).collect();
            if let Some(path) = self.first_of(&candidates)
                && let Some(nested) = texts.mentions(&path, self.disk)
            {
                open.extend(nested.assembled.iter().cloned());
            }
        }
    }

    /// What an assembler would read in the place of a file that it has read.
    fn in_front(&mut self, path: &str, dirs: &[String]) {
        for (at, dir) in dirs.iter().enumerate().skip(1) {
            let Some(name) = path.strip_prefix(dir.as_str()).and_then(|rest| rest.strip_prefix('/'))
            else {
                continue;
            };
            let candidates = dirs[..at].iter().map(|dir| join(dir, name));
            let missing = candidates.filter(|path| matches!(self.disk.stat(path), Ok(None)));
            let missing: Vec<String> = missing.collect();
            self.found.extend(missing.into_iter().map(|path| Discovered { path, how: How::LookedFor }));
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
