//! The files that arguments name and that no depfile tells of: response files, specs, configuration, profiles, lists for
//! sanitizers, scripts and lists for linkers, plugins.
//!
//! Any value that names a file which is there counts, unless its option writes it: a list of options is never complete. Listed are
//! those that are content with a file that is not there yet, or look for it in more than one place.

use super::dirs::{below_prefix, program_dirs};
use super::words::{Answers, Arguments};
use crate::toolchain::Toolchain;

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

/// Options of drivers and compilers. With others, a file that is missing is an error, and who mends it is seen then.
const OF_DRIVERS: [(&str, Meaning); 6] = [
    ("specs", Meaning::Specs),
    ("config", Meaning::Config),
    ("fprofile-use", Meaning::Profile),
    ("fprofile-instr-use", Meaning::Profile),
    ("fprofile-instr-use-path", Meaning::Profile),
    ("fprofile-remapping-file", Meaning::Here),
];

/// The same of linkers: what is no file is a directory of a run path to them.
const OF_LINKERS: [&str; 2] = ["just-symbols", "R"];

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

/// Programs that drivers start, and what these load; where there is a place for them, one that is not there yet counts.
const PROGRAMS: [&str; 14] = [
    "cc1",
    "cc1plus",
    "as",
    "collect2",
    "real-ld",
    "collect-ld",
    "ld",
    "ld.bfd",
    "ld.gold",
    "ld.lld",
    "ld.mold",
    "lto1",
    "lto-wrapper",
    "liblto_plugin.so",
];

/// The files that a command with these arguments reads because they name them, each once.
pub fn named_files(arguments: &Arguments, tools: &Toolchain, answers: &mut dyn Answers) -> Vec<String> {
    let mut named = Named { tools, prefixes: Vec::new(), answers, files: arguments.files.clone() };
    named.driver(&arguments.driver);
    named.linker(&arguments.linker);
    named.any(&arguments.assembler);
    let Named { mut files, .. } = named;
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    files
}

struct Named<'a> {
    tools: &'a Toolchain,
    /// Directories of `-B`, as the driver looks there.
    prefixes: Vec<String>,
    answers: &'a mut dyn Answers,
    files: Vec<String>,
}

impl Named<'_> {
    fn driver(&mut self, words: &[String]) {
        self.any(words);
        for place in program_dirs(words) {
            let dir = place.trim_end_matches('/');
            for below in below_prefix(self.tools) {
                let dir = format!("{dir}/{below}");
                PROGRAMS.iter().for_each(|program| self.add(&format!("{dir}{program}")));
                self.specs_at(&format!("{dir}specs"), 0);
                self.prefixes.push(dir.trim_end_matches('/').to_owned());
            }
            if dir == place && !self.answers.is_dir(dir) {
                // The beginning of their names.
                PROGRAMS.iter().for_each(|program| self.add(&format!("{place}{program}")));
                self.specs_at(&format!("{place}specs"), 0);
            }
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
        for path in self.beside(name, [&self.prefixes[..], &self.tools.library_dirs].concat()) {
            self.specs_at(&path, depth);
        }
    }

    fn specs_at(&mut self, path: &str, depth: usize) {
        const INCLUDES: [&str; 2] = ["%include", "%include_noerr"];
        let text = self.answers.text(path).filter(|_| depth < DEEPEST).unwrap_or_default();
        self.add(path);
        for line in text.lines() {
            let Some((word, rest)) = line.trim().split_once(char::is_whitespace) else { continue };
            if INCLUDES.contains(&word) {
                self.specs(rest.trim().trim_matches(['<', '>']), depth + 1);
            }
        }
    }

    fn config(&mut self, name: &str, depth: usize) {
        for path in self.beside(name, vec![self.tools.driver_dir().to_owned()]) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::tests::toolchain;

    /// `none*` is nothing, `dir*` a directory, and everything else a file.
    struct Machine;

    impl Answers for Machine {
        fn text(&mut self, path: &str) -> Option<String> {
            let texts = [
                ("lib/my.specs", "%include <deep.specs>\n%include_noerr <other.specs>\n*cpp:\n+ %{x}\n"),
                ("bin/my.cfg", "# @nothing -ivfsoverlay commented\n-DZ @more.cfg\n"),
                ("bin/more.cfg", "-fmodule-map-file=map\n"),
            ];
            texts.into_iter().find(|(known, _)| *known == path).map(|(_, text)| text.to_owned())
        }

        fn is_file(&mut self, path: &str) -> bool {
            path != "dir" && !path.starts_with("none") && !path.contains('=')
        }

        fn is_dir(&mut self, path: &str) -> bool {
            path == "dir"
        }

        fn below(&mut self, dir: &str) -> Vec<String> {
            vec![format!("{dir}/x.gcda")]
        }
    }

    fn check(args: &str, expected: &str) {
        let words: Vec<String> = args.split(' ').map(str::to_owned).collect();
        let arguments = Arguments::of(&words, &mut Machine);
        let tools = Toolchain {
            compiler: "bin/gcc".to_owned(),
            library_dirs: vec!["lib".to_owned()],
            ..toolchain(None)
        };
        let files = named_files(&arguments, &tools, &mut Machine);
        assert_eq!(files.join(" "), expected, "{args}");
    }

    #[test]
    fn what_options_write_and_what_is_only_a_name_counts_for_nothing() {
        for args in [
            "-o f",
            "-MF f -MT f -MQ f -MJ f",
            "-aux-info f -dumpbase f -dumpdir f",
            "-fdump-tree-all=f -fopt-info-all=f -foptimization-record-file=f -fsave-optimization-record=f",
            "-ftime-trace=f -fprofile-generate=f -fprofile-instr-generate=f -fcs-profile-generate=f",
            "-fprofile-dir=f -fprofile-note=f -fproc-stat-report=f -save-stats=f -gen-cdb-fragment-path f",
            "-fdiagnostics-parseable-fixits=f --serialize-diagnostics f -save-temps=f --output=f",
            "-Wl,-Map,f -Wl,-Map=f -Wl,--out-implib,f -Wl,--dependency-file=f -Wl,--reproduce=f",
            "-Wl,--why-extract=f -Wl,--print-symbol-order=f",
            "-Wa,-adhln=f -Wa,-a=f",
            "-DX=f -ffile-prefix-map=f=f -fdebug-compilation-dir=f -frecord-pwd=f",
            "-Wl,-Ttext=none",
            "-I -Wl,-rpath,dir -L dir",
        ] {
            check(args, "");
        }
    }

    #[test]
    fn what_is_there_counts_whatever_the_option_is() {
        check("-fsanitize-blacklist=list -fplugin=p.so main.o", "list p.so main.o");
        check("-Xclang -load -Xclang p.so -Wl,-plugin-opt=sample-profile=prof", "p.so prof");
        check("-Wl,--version-script=v,--dynamic-list,d,-Tscript,-T,t -Tdriver", "driver v d t script");
        check("-Wa,--listing=l,m", "l m");
        check("-fsanitize-blacklist=none -Wl,--version-script=none", "");
    }

    #[test]
    fn what_may_come_later_or_elsewhere_counts_before_it_is_there() {
        check("-fprofile-use=none", "none");
        check("-fprofile-use=dir -fprofile-instr-use=none", "dir/x.gcda none");
        check(
            "-Xclang -fprofile-instr-use-path=none -fprofile-remapping-file=none-too",
            "none-too none",
        );
        check("-Wl,-R,none -Wl,-Rnone.d -Wl,--just-symbols=none.s -Wl,-R,dir", "none none.d none.s");
        check(
            "-specs=my.specs",
            "my.specs lib/my.specs deep.specs lib/deep.specs other.specs lib/other.specs",
        );
        check("-specs none/my.specs", "none/my.specs");
        check("--config my.cfg", "my.cfg bin/my.cfg bin/more.cfg map");
        check("--config=./my.cfg", "./my.cfg my.cfg");
    }

    #[test]
    fn programs_in_a_directory_or_with_a_beginning_of_their_names() {
        let all = |place: &str| PROGRAMS.map(|program| format!("{place}{program}")).join(" ");
        let one = |dir: String| format!("{} {dir}specs", all(&dir));
        let below =
            |dir: &str| ["arm/12/", "arm/", ""].map(|below| one(format!("{dir}{below}"))).join(" ");
        let specs = "dir/arm/12/my.specs dir/arm/my.specs dir/my.specs lib/my.specs";
        let deep = "deep.specs dir/arm/12/deep.specs dir/arm/deep.specs dir/deep.specs lib/deep.specs";
        let other = deep.replace("deep", "other");
        check("-specs=my.specs -Bdir", &format!("my.specs {} {specs} {deep} {other}", below("dir/")));
        check("-Bdir", &below("dir/"));
        check("-B none/", &below("none/"));
        check("-Bnone/arm-", &format!("{} {}", below("none/arm-/"), one("none/arm-".to_owned())));
    }
}
