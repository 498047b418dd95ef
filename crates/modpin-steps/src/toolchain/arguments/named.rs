//! The files that arguments name and that no depfile tells of: response files, specs, configuration, profiles, lists for
//! sanitizers, scripts and lists for linkers, plugins.
//!
//! Options that read a file are listed here, so that a file counts that is not there yet. Beside these, any value that names a
//! file which is there counts, unless its option writes it: a list of options is never complete.

use super::dirs::program_dirs;
use super::words::{Answers, Arguments};

/// What the value of an option names, and where that is looked for.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    /// Where the command runs.
    Here,
    /// Where the driver finds start files; specs, which may include others.
    Specs,
    /// Beside the driver as well; its words are arguments.
    Config,
    /// In a directory, all files in it may be meant.
    Profile,
}

/// Options of drivers and compilers that read a file.
const OF_DRIVERS: [(&str, Meaning); 26] = [
    ("specs", Meaning::Specs),
    ("config", Meaning::Config),
    ("fprofile-use", Meaning::Profile),
    ("fprofile-instr-use", Meaning::Profile),
    ("fprofile-instr-use-path", Meaning::Profile),
    ("fprofile-sample-use", Meaning::Here),
    ("fauto-profile", Meaning::Here),
    ("fprofile-list", Meaning::Here),
    ("fprofile-remapping-file", Meaning::Here),
    ("fsanitize-blacklist", Meaning::Here),
    ("fsanitize-ignorelist", Meaning::Here),
    ("fsanitize-system-ignorelist", Meaning::Here),
    ("fsanitize-coverage-allowlist", Meaning::Here),
    ("fsanitize-coverage-ignorelist", Meaning::Here),
    ("fsanitize-coverage-whitelist", Meaning::Here),
    ("fsanitize-coverage-blacklist", Meaning::Here),
    ("fxray-always-instrument", Meaning::Here),
    ("fxray-never-instrument", Meaning::Here),
    ("fxray-attr-list", Meaning::Here),
    ("fplugin", Meaning::Here),
    ("fpass-plugin", Meaning::Here),
    ("fmodule-map-file", Meaning::Here),
    ("ivfsoverlay", Meaning::Here),
    ("frandomize-layout-seed-file", Meaning::Here),
    ("fthinlto-index", Meaning::Here),
    ("ld-path", Meaning::Here),
];

/// Options of linkers that read a file.
const OF_LINKERS: [&str; 20] = [
    "T",
    "script",
    "dT",
    "default-script",
    "version-script",
    "dynamic-list",
    "retain-symbols-file",
    "export-dynamic-symbol-list",
    "just-symbols",
    "R",
    "symbol-ordering-file",
    "section-ordering-file",
    "call-graph-ordering-file",
    "remap-inputs-file",
    "lto-sample-profile",
    "lto-cs-profile-file",
    "mri-script",
    "plugin",
    "order-file",
    "dynamic-list-file",
];

/// How options end whose values are names for what is written into outputs.
const NAMES: [&str; 3] = ["-prefix-map", "-compilation-dir", "-pwd"];

/// How options begin that write the file which they name.
const WRITES: [&str; 31] = [
    "o",
    "Map",
    "MF",
    "MT",
    "MQ",
    "MJ",
    "aux-info",
    "dump",
    "fdump-",
    "fopt-info",
    "foptimization-record-file",
    "fsave-optimization-record",
    "ftime-trace",
    "fprofile-generate",
    "fprofile-instr-generate",
    "fcs-profile-generate",
    "fprofile-dir",
    "fprofile-note",
    "fproc-stat-report",
    "save-stats",
    "gen-cdb-fragment-path",
    "fdiagnostics-",
    "serialize-diagnostics",
    "save-temps",
    "out-implib",
    "output",
    "dependency-file",
    "reproduce",
    "why-extract",
    "print-",
    "a",
];

/// Programs that drivers start; where there is a directory for them, one that is not there yet counts.
const PROGRAMS: [&str; 12] = [
    "cc1",
    "cc1plus",
    "as",
    "collect2",
    "ld",
    "ld.bfd",
    "ld.gold",
    "ld.lld",
    "ld.mold",
    "lto1",
    "lto-wrapper",
    "specs",
];

/// The files that a command with these arguments reads because they name them, each once. `library_dirs` are the driver's;
/// `driver_dir` is where it lies.
pub fn named_files(
    arguments: &Arguments,
    library_dirs: &[String],
    driver_dir: &str,
    answers: &mut dyn Answers,
) -> Vec<String> {
    let mut named = Named { library_dirs, driver_dir, answers, files: arguments.files.clone() };
    named.driver(&arguments.driver);
    named.linker(&arguments.linker);
    named.any(&arguments.assembler);
    let Named { mut files, .. } = named;
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    files
}

struct Named<'a> {
    library_dirs: &'a [String],
    driver_dir: &'a str,
    answers: &'a mut dyn Answers,
    files: Vec<String>,
}

impl Named<'_> {
    fn driver(&mut self, words: &[String]) {
        self.any(words);
        for dir in program_dirs(words).map(|dir| dir.trim_end_matches('/')) {
            PROGRAMS.iter().for_each(|program| self.add(&format!("{dir}/{program}")));
        }
        for (at, word) in words.iter().enumerate() {
            let Some(option) = option_of(word) else { continue };
            let next = words.get(at + 1).map(String::as_str);
            // The driver hands it to the linker.
            if let Some(script) = word.strip_prefix("-T") {
                self.add(if script.is_empty() { next.unwrap_or_default() } else { script });
            }
            for (name, place) in OF_DRIVERS {
                let Some(value) = value_of(option, name, next.filter(|_| has_value_apart(name))) else {
                    continue;
                };
                match place {
                    Meaning::Here => self.add(value),
                    Meaning::Specs => self.specs(value, 0),
                    Meaning::Config => self.config(value, 0),
                    Meaning::Profile => self.profile(value),
                }
            }
        }
    }

    fn linker(&mut self, words: &[String]) {
        self.any(words);
        for (at, word) in words.iter().enumerate() {
            let Some(option) = option_of(word) else { continue };
            let next = words.get(at + 1).map(String::as_str);
            let named = OF_LINKERS.iter().find_map(|name| value_of(option, name, next));
            // `-Ttext=0x1000` names no file.
            let joined = || {
                word.strip_prefix("-T").or(word.strip_prefix("-R")).filter(|value| !value.contains('='))
            };
            if let Some(value) = named.or_else(joined) {
                self.add(value);
            }
        }
    }

    /// Whatever names a file that is there.
    fn any(&mut self, words: &[String]) {
        for (at, word) in words.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| option_of(&words[before]));
            let value = match option_of(word) {
                Some(option) if writes(option) || word.starts_with("-D") => continue,
                Some(option) if names(option) => continue,
                Some(option) => option.split_once('=').map(|(_, value)| value),
                None if before.is_some_and(|before| !before.contains('=') && writes(before)) => continue,
                None => Some(word.as_str()),
            };
            // `-plugin-opt=sample-profile=FILE`
            for value in value
                .into_iter()
                .flat_map(|value| [Some(value), value.rsplit_once('=').map(|(_, value)| value)])
                .flatten()
            {
                if !value.is_empty() && self.answers.is_file(value) {
                    self.files.push(value.to_owned());
                }
            }
        }
    }

    /// A file that counts although it is not there; a directory is none.
    fn add(&mut self, path: &str) {
        if !path.is_empty() && (self.answers.is_file(path) || !self.answers.is_dir(path)) {
            self.files.push(path.to_owned());
        }
    }

    fn specs(&mut self, name: &str, depth: usize) {
        const INCLUDES: [&str; 2] = ["%include", "%include_noerr"];
        for path in self.beside(name, self.library_dirs.to_vec()) {
            let text = self.answers.text(&path).filter(|_| depth < DEEPEST).unwrap_or_default();
            self.add(&path);
            for line in text.lines() {
                let Some((word, rest)) = line.trim().split_once(char::is_whitespace) else { continue };
                if INCLUDES.contains(&word) {
                    self.specs(rest.trim().trim_matches(['<', '>']), depth + 1);
                }
            }
        }
    }

    fn config(&mut self, name: &str, depth: usize) {
        for path in self.beside(name, vec![self.driver_dir.to_owned()]) {
            let text = self.answers.text(&path).filter(|_| depth < DEEPEST).unwrap_or_default();
            self.add(&path);
            let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
            let words: Vec<String> = lines.flat_map(crate::toolchain::response_file::words_of).collect();
            let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
            for nested in words.iter().filter_map(|word| word.strip_prefix('@')) {
                let nested = if nested.starts_with('/') || dir.is_empty() {
                    nested.to_owned()
                } else {
                    format!("{dir}/{nested}")
                };
                self.config(&format!("./{nested}"), depth + 1);
            }
            let words: Vec<String> = words.into_iter().filter(|word| !word.starts_with('@')).collect();
            if depth < DEEPEST {
                self.driver(&words);
            }
        }
    }

    fn profile(&mut self, path: &str) {
        match self.answers.is_dir(path) {
            true => self.files.extend(self.answers.below(path)),
            false => self.add(path),
        }
    }

    /// Where a file of that name may be: here, or in one of the directories; only here if it is a path.
    fn beside(&self, name: &str, dirs: Vec<String>) -> Vec<String> {
        let named = name.trim_start_matches("./");
        let here = if name.starts_with("./") { named } else { name };
        let dirs = dirs.into_iter().filter(|_| !name.contains('/'));
        std::iter::once(here.to_owned()).chain(dirs.map(|dir| format!("{dir}/{name}"))).collect()
    }
}

/// How deep files that name files are read.
const DEEPEST: usize = 8;

/// A word without its dashes, if it is an option.
fn option_of(word: &str) -> Option<&str> {
    let option = word.strip_prefix('-')?;
    Some(option.strip_prefix('-').unwrap_or(option)).filter(|option| !option.is_empty())
}

fn value_of<'a>(option: &'a str, name: &str, next: Option<&'a str>) -> Option<&'a str> {
    match option.strip_prefix(name)? {
        "" => next,
        rest => rest.strip_prefix('='),
    }
}

/// Options of drivers whose value may be the next word.
fn has_value_apart(name: &str) -> bool {
    matches!(name, "specs" | "config" | "ivfsoverlay")
}

fn names(option: &str) -> bool {
    NAMES.iter().any(|end| name_of(option).ends_with(end))
}

fn name_of(option: &str) -> &str {
    option.split_once('=').map_or(option, |(name, _)| name)
}

fn writes(option: &str) -> bool {
    let name = name_of(option);
    WRITES.iter().any(|written| match written.len() {
        // Listings of the assembler have letters behind (`-adhln=FILE`).
        1 => name == *written || (*written == "a" && name.len() < 8 && name.starts_with('a')),
        _ => name.starts_with(written),
    })
}
