//! What compilers and assemblers read, or look for in vain, and write into no depfile. It is found in the texts that they
//! have read: most of these mention nothing of the kind, and each is looked through once in a build.

mod mentions;
mod inquiry;
mod options;
mod seen;

pub use seen::{PastedNames, SeenOptions};

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use modpin_engine::{Arg, Command, Discovered, Disk, Told, Untold};

use self::inquiry::{Inquiry, ending, is_text};
use self::mentions::{Mentions, TIMESTAMP, tells_clock};
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
        // A header of C++ may have no ending; a program among the inputs has none either.
        let may_be =
            |at: usize, path: &str| is_text(path) || (at >= told.declared && ending(path).is_none());
        let texts = told.read.iter().enumerate().filter(|(at, path)| may_be(*at, path));
        let mentions =
            texts.filter_map(|(_, path)| Some((*path, self.text(path, None, disk).mentions?)));
        let mentions: Vec<(&str, Arc<Mentions>)> = mentions.collect();
        // Line markers tell assemblers of sources and headers as well.
        let assembled = told.further.map(|files| {
            let files = files.iter().filter(|path| !told.read.contains(path));
            files.copied().collect::<Vec<&str>>()
        });
        let has_modules = told.command.args.iter().any(|arg| *arg == Arg::from("-fmodules"));
        if mentions.is_empty() && assembled.as_ref().is_none_or(Vec::is_empty) && !has_modules {
            return Vec::new();
        }
        let words = words_of(told.command, disk);
        let mut asked = Inquiry { disk, read: told.read, search, found: Vec::new() };
        if has_modules {
            asked.module_maps();
        }
        for (path, mentions) in &mentions {
            asked.headers(path, mentions, &words);
        }
        let dirs = assembler_dirs(&words);
        match assembled {
            Some(files) => files.iter().for_each(|path| asked.in_front(path, &dirs)),
            None => {
                let mentions = mentions.iter().map(|(_, mentions)| &**mentions);
                let nested = |path: &str| self.text(path, None, disk).mentions;
                asked.assembled(mentions.collect(), (&dirs, &words), &nested);
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
    let named = named.into_iter().flat_map(|words| {
        ["-I", "--include-directory="].into_iter().flat_map(|option| Arguments::values(words, option))
    });
    std::iter::once(String::new()).chain(named.map(str::to_owned)).collect()
}
