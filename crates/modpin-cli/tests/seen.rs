//! Options seen by C (row B3), at random: options and files change in turns, and each build compiles exactly what a model says that
//! knows which file mentions what, and links exactly where an object is another one then. What comes out is what a clean build makes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use modpin_test::skip::is_long;
use modpin_test::{Random, Said, World, reliability};

use crate::outputs::outputs_of;
use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "options": [
    { "name": "O0", "kind": "bool" }, { "name": "O1", "kind": "tristate" }, { "name": "O2", "kind": "bool" },
    { "name": "O3", "kind": "tristate" }, { "name": "O4", "kind": "int", "default": 1 },
    { "name": "O5", "kind": "string" }
  ],
  "autoconf": { "zero_or_one": ["ENABLE_{}"] },
  "cflags": ["-g0", "-Wno-unused-macros"],
  "targets": [
    { "kind": "library", "name": "a", "sources": ["s*.c"] },
    { "kind": "module", "name": "m", "sources": ["m.c"], "link": ["a"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["a"], "loads": ["m"] }
  ]
}
"#;

const SOURCES: usize = 5;
const HEADERS: usize = 4;
const OPTIONS: usize = 6;

/// A line of a file.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    /// Something follows from an option.
    Mention(usize),
    /// A header is read in any case, or where an option is on.
    Include(usize, Option<usize>),
}

/// The files that a source reads and the options that are mentioned in them, as they are.
type Reads = (BTreeMap<usize, Vec<Line>>, BTreeMap<usize, String>);

/// What an object holds of the options: which of its variables are one, and which are nought.
type Holds = Vec<(usize, bool)>;

/// What has the objects of the library in it.
const LINKED: [&str; 4] = [".modpin/pic-archives/liba.a", "liba.a", "m.so", "tool"];

/// What a build has done: sources that were compiled, archives and files that were linked.
#[derive(Debug, Default, PartialEq)]
struct Ran {
    compiled: BTreeSet<String>,
    linked: BTreeSet<String>,
}

/// The files and options, and what they were when each source was compiled last.
struct History {
    world: World,
    random: Random,
    /// Sources first, headers behind them. A header includes only those behind it.
    files: Vec<Vec<Line>>,
    values: Vec<String>,
    compiled: BTreeMap<usize, Reads>,
    linked: Vec<Holds>,
}

impl History {
    fn new(seed: u64) -> History {
        let world = World::new(&[("demo.json", PROJECT), ("main.c", "int main(void) { return 0; }\n")]);
        world.write("m.c", "int s0(void); int m(void) { return s0(); }\n");
        let values = ["n", "n", "n", "n", "1", ""].map(str::to_owned).to_vec();
        let files = vec![Vec::new(); SOURCES + HEADERS];
        let (compiled, linked) = (BTreeMap::new(), Vec::new());
        let mut history = History { world, random: Random::new(seed), files, values, compiled, linked };
        (0..SOURCES + HEADERS).for_each(|at| history.change_file(at));
        history
    }

    fn change_file(&mut self, at: usize) {
        let count = 1 + self.random.below(3);
        let first = if at < SOURCES { 0 } else { at - SOURCES + 1 };
        let line = |random: &mut Random| {
            let option = random.below(OPTIONS);
            match first + random.below(HEADERS + 1) {
                header if header < HEADERS && random.once_in(2) => {
                    Line::Include(header, random.once_in(2).then_some(option))
                }
                _ => Line::Mention(option),
            }
        };
        self.files[at] = (0..count).map(|_| line(&mut self.random)).collect();
        self.write(at);
    }

    fn write(&self, at: usize) {
        let mut text =
            String::from(if at < SOURCES { "#include \"autoconf.h\"\n" } else { "#pragma once\n" });
        for (number, line) in self.files[at].iter().enumerate() {
            let _ = match line {
                Line::Mention(option) => match at < SOURCES {
                    true => writeln!(text, "int v{at}_{number} = ENABLE_O{option};"),
                    false => writeln!(text, "#ifdef CONFIG_O{option}\n#define H{at}_{number} 1\n#endif"),
                },
                Line::Include(header, None) => writeln!(text, "#include \"h{header}.h\""),
                Line::Include(header, Some(option)) => {
                    writeln!(text, "#if ENABLE_O{option}\n#include \"h{header}.h\"\n#endif")
                }
            };
        }
        if at < SOURCES {
            let _ = writeln!(text, "int s{at}(void) {{ return {at}; }}");
        }
        self.world.write(&name(at), text);
    }

    fn change(&mut self) -> String {
        if self.random.once_in(3) {
            let at = self.random.below(SOURCES + HEADERS);
            self.change_file(at);
            return format!("{} changes", name(at));
        }
        let at = self.random.below(OPTIONS);
        let values: &[&str] = match at {
            0 | 2 => &["n", "y"],
            1 | 3 => &["n", "m", "y"],
            4 => &["1", "2", "3"],
            _ => &["", "a", "a \"b\""],
        };
        self.values[at] = values[self.random.below(values.len())].to_owned();
        let lines = self.values.iter().enumerate().map(|(at, value)| match at {
            5 => format!("CONFIG_O5=\"{}\"\n", value.replace('"', "\\\"")),
            _ => format!("CONFIG_O{at}={value}\n"),
        });
        self.world.write(".config", lines.collect::<String>());
        format!("O{at}={}", self.values[at])
    }

    fn is_on(&self, option: usize) -> bool {
        self.values[option] != "n"
    }

    /// What a source reads now, and the options that are mentioned there.
    fn reads(&self, source: usize) -> Reads {
        let (mut files, mut options, mut open) = (BTreeMap::new(), BTreeMap::new(), vec![source]);
        while let Some(at) = open.pop() {
            if files.insert(at, self.files[at].clone()).is_some() {
                continue;
            }
            for line in &self.files[at] {
                let (Line::Mention(option) | Line::Include(_, Some(option))) = line else {
                    let Line::Include(header, _) = line else { continue };
                    open.push(SOURCES + header);
                    continue;
                };
                options.insert(*option, self.values[*option].clone());
                if let Line::Include(header, _) = line
                    && self.is_on(*option)
                {
                    open.push(SOURCES + header);
                }
            }
        }
        (files, options)
    }

    fn holds(&self, source: usize) -> Holds {
        let lines = self.files[source].iter().enumerate();
        let mentions = lines.filter_map(|(number, line)| match line {
            Line::Mention(option) => Some((number, self.is_on(*option))),
            Line::Include(..) => None,
        });
        mentions.collect()
    }

    /// What a build has to do.
    fn expected(&mut self) -> Ran {
        let mut expected = Ran::default();
        for source in 0..SOURCES {
            let is_fresh = self.compiled.get(&source).is_some_and(|(files, options)| {
                files.iter().all(|(&at, lines)| self.files[at] == *lines)
                    && options.iter().all(|(&at, value)| self.values[at] == *value)
            });
            if !is_fresh {
                let reads = self.reads(source);
                self.compiled.insert(source, reads);
                expected.compiled.insert(name(source));
            }
        }
        let objects: Vec<Holds> = (0..SOURCES).map(|source| self.holds(source)).collect();
        if objects != self.linked {
            expected.linked = LINKED.map(str::to_owned).into();
            self.linked = objects;
        }
        expected
    }

    fn build(&self, target_dir: &str) -> Ran {
        let verb = format!("build --message-format json --target-dir {target_dir}");
        let said = Said::of(&mut self.world.project(&verb));
        assert!(said.success(), "{}", said.text());
        let started = said.objects_of("started");
        let of = |verbs: &[&str]| {
            let of_these = started.iter().filter(|line| verbs.iter().any(|verb| line["verb"] == *verb));
            let labels = of_these.map(|line| line["label"].as_str().expect("a label"));
            let name = |label: &str| label.split("/modpin/debug/").last().unwrap_or_default().to_owned();
            labels.map(name).collect::<BTreeSet<_>>()
        };
        let mut compiled = of(&["Compiling"]);
        compiled.retain(|label| label.starts_with('s'));
        Ran { compiled, linked: of(&["Archiving", "Linking"]) }
    }
}

fn name(at: usize) -> String {
    if at < SOURCES { format!("s{at}.c") } else { format!("h{}.h", at - SOURCES) }
}

#[test]
fn random_options_compile_what_mentions_them() {
    if is_long("seen::random_options_compile_what_mentions_them") {
        return;
    }
    let (histories, steps) = (reliability::count(1, 8), reliability::count(12, 40));
    let (mut compiled, mut kept, mut linked) = (0, 0, 0);
    for seed in 0..histories {
        let mut history = History::new(seed as u64);
        let mut story = String::new();
        for step in 0..steps {
            let expected = history.expected();
            let ran = history.build("out");
            assert_eq!(ran, expected, "history {seed}, step {step}\n{story}");
            compiled += ran.compiled.len();
            kept += SOURCES - ran.compiled.len();
            linked += usize::from(!ran.linked.is_empty());
            if history.random.once_in(4) {
                // Whatever is recalled, a look at everything says the same. There may be nothing to recall.
                let _ = fs::remove_file(history.world.path("out/modpin/debug/.modpin/build.snapshot"));
                assert_eq!(history.build("out"), Ran::default(), "history {seed}, step {step}\n{story}");
            }
            if step % 4 == 3 {
                history.build("clean");
                let made = |dir: &str| {
                    let mut made = outputs_of(&history.world.path(dir).join("modpin/debug"));
                    // Where the build directory is stands in the others.
                    made.retain(|path, _| {
                        !path.ends_with(".rsp") && path != ".modpin/seen/options.json"
                    });
                    made
                };
                assert_eq!(made("out"), made("clean"), "history {seed}, step {step}\n{story}");
                fs::remove_dir_all(history.world.path("clean")).expect("it is there");
            }
            for _ in 0..=history.random.below(2) {
                let change = history.change();
                let _ = writeln!(story, "{step}: {change}");
            }
        }
        let said = Said::of(&mut history.world.project("clean --target-dir out"));
        let stays = |dir: &str| history.world.path(&format!("out/modpin/debug/.modpin/{dir}")).exists();
        assert!(said.success() && !stays("include") && !stays("seen"), "{}", said.text());
    }
    let builds = histories * steps;
    println!("{compiled} compilations had to be, {kept} had not, in {builds} builds; {linked} linked");
    assert!(compiled > 0 && kept > compiled / 2 && linked > 1 && linked < builds);
}
