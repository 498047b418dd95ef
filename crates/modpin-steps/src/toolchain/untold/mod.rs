//! What compilers and assemblers read, or look for in vain, and write into no depfile. It is found in the texts that they
//! have read: most of these mention nothing of the kind, and each is looked through once in a build.

mod mentions;
mod options;
mod seen;

pub use seen::{PastedNames, SeenOptions};

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use modpin_engine::{Arg, Command, Discovered, Disk, How, Told, Untold};

use self::mentions::{Header, Mentions, TIMESTAMP, defined, literals, tells_clock};
use self::options::OptionMentions;
use self::seen::{OptionFinder, writes_macros};
use super::arguments::{Answers, Arguments};

/// What was found in texts so far, by their paths.
#[derive(Debug)]
pub struct Texts {
    known: Mutex<HashMap<String, Text>>,
    /// Where the build writes how C sees options. Commands for which that matters have it among their inputs.
    seen_path: String,
    seen: OnceLock<Option<OptionFinder>>,
}

/// What was found in one text.
#[derive(Clone, Debug, Default)]
struct Text {
    mentions: Option<Arc<Mentions>>,
    options: Options,
}

/// The options that a text mentions.
#[derive(Clone, Debug, Default)]
enum Options {
    /// Nobody wanted to know.
    #[default]
    NotAsked,
    None,
    Some(Arc<OptionMentions>),
}

impl Untold for Texts {
    fn beyond(&self, told: &Told<'_>, disk: &dyn Disk) -> Vec<Discovered> {
        let Some(search) = told.command.search.as_ref().filter(|search| search.beside) else {
            return Vec::new();
        };
        let mut found = self.seen_options(told, disk);
        found.extend(self.files(told, &search.dirs, disk));
        found
    }

    fn fleeting(&self, told: &Told<'_>, disk: &dyn Disk) -> Option<String> {
        told.command.search.as_ref().filter(|search| search.beside)?;
        // Set for the command, it is part of what the command is (the specification of reproducible-builds.org).
        let is_epoch =
            |(name, value): &(String, Option<String>)| name == "SOURCE_DATE_EPOCH" && value.is_some();
        let told_by_clock = !told.command.env.iter().any(is_epoch);
        let said = told.command.args.iter().any(|arg| match arg {
            Arg::Text(text) => text.contains(TIMESTAMP) || (told_by_clock && tells_clock(text)),
            _ => false,
        });
        if said {
            return Some("an argument tells the time of the compilation".to_owned());
        }
        for (at, path) in told.read.iter().enumerate() {
            // A header of C++ may have no ending; a program among the inputs has none either.
            if !is_text(path) && (at < told.declared || ending(path).is_some()) {
                continue;
            }
            let Some(mentions) = self.text(path, None, disk).mentions else { continue };
            if mentions.timestamp || (mentions.clock && told_by_clock) {
                return Some(format!("{path} tells the time of the compilation"));
            }
            if mentions.unnamed && told.further.is_none() {
                return Some(format!("{path} makes the assembler read files whose names are not known"));
            }
        }
        None
    }
}

impl Texts {
    /// Nothing was found yet. `seen_path` is where the build writes how C sees options.
    pub fn new(seen_path: String) -> Texts {
        Texts { known: Mutex::default(), seen_path, seen: OnceLock::new() }
    }

    /// Which options count of the header in which C sees them; nothing where all of it does.
    fn seen_options(&self, told: &Told<'_>, disk: &dyn Disk) -> Vec<Discovered> {
        if !told.read[..told.declared].contains(&self.seen_path.as_str()) {
            return Vec::new();
        }
        let Some(seen) = self.seen.get_or_init(|| OptionFinder::read(disk, &self.seen_path)) else {
            return Vec::new();
        };
        if !seen.is_read(told) {
            return Vec::new();
        }
        let words = words_of(told.command, disk);
        let in_arguments = seen.mentions(&words.driver.join("\n"));
        if in_arguments.pasted || words.driver.iter().any(|word| writes_macros(word)) {
            return Vec::new();
        }
        let mut names: BTreeSet<String> = in_arguments.names;
        for (at, path) in told.read.iter().enumerate().filter(|(_, path)| seen.may_mention(path)) {
            if matches!(ending(path), Some("gch" | "pch" | "pcm")) {
                // Nobody tells what a precompiled header was made from.
                return Vec::new();
            }
            // Of what was declared, a file without ending is a program; of what was included, a header of C++.
            if !is_text(path) && (at < told.declared || ending(path).is_some()) {
                continue;
            }
            let Options::Some(mentions) = self.text(path, Some(seen), disk).options else { continue };
            match (mentions.pasted, seen.pasted_in(path)) {
                (true, None) => return Vec::new(),
                (true, Some(options)) => names.extend(options.iter().cloned()),
                (false, _) => {}
            }
            names.extend(mentions.names.iter().cloned());
        }
        seen.in_part(names.iter().map(String::as_str))
    }

    /// Files that were read, or looked for in vain.
    fn files(&self, told: &Told<'_>, search: &[String], disk: &dyn Disk) -> Vec<Discovered> {
        let texts = told.read.iter().filter(|path| is_text(path));
        let mentions = texts.filter_map(|path| Some((*path, self.text(path, None, disk).mentions?)));
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
        let mut asked = Inquiry { disk, read: told.read, search, found: Vec::new() };
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

    /// What a text holds; with the options that it mentions, if they matter.
    fn text(&self, path: &str, seen: Option<&OptionFinder>, disk: &dyn Disk) -> Text {
        let lock = || self.known.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(known) = lock().get(path)
            && (seen.is_none() || !matches!(known.options, Options::NotAsked))
        {
            return known.clone();
        }
        let bytes = disk.read(path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let options = seen.map_or(Options::NotAsked, |seen| match seen.mentions(&text) {
            mentions if mentions.is_empty() => Options::None,
            mentions => Options::Some(Arc::new(mentions)),
        });
        let found = Text { mentions: Mentions::of(&text).map(Arc::new), options };
        lock().insert(path.to_owned(), found.clone());
        found
    }
}

/// What compilers read besides, programs among them, mentions nothing.
fn is_text(path: &str) -> bool {
    let is_none = |ending| matches!(ending, "o" | "a" | "so" | "gch" | "pch" | "gcda" | "profdata");
    ending(path).is_some_and(|ending| !is_none(ending))
}

fn ending(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map(|(_, ending)| ending)
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
                && is_text(&path)
                && let Some(nested) = texts.text(&path, None, self.disk).mentions
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
