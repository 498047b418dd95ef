//! A generator and what it makes, at random: a host program of a source and of a library that the target links, too, a rule with two
//! outputs, a depfile and an option. Each build runs exactly what a model says, and what comes out is what a clean build makes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use modpin_test::skip::{is_long, is_missing};
use modpin_test::{Random, Said, World, reliability};

use crate::outputs::outputs_of;
use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "options": [{ "name": "TWICE", "kind": "bool" }],
  "cflags": ["-g0"],
  "targets": [
    { "kind": "library", "name": "shared", "sources": ["shared.c"] },
    { "kind": "host-program", "name": "gen", "sources": ["gen.c"], "link": ["shared"] },
    { "kind": "rule", "name": "made", "depfile": "made.d", "run": [
      { "target": "gen" }, { "input": "in.def" }, { "output": "made.c" }, { "output": "made.h" }, { "depfile": "made.d" },
      { "value": "TWICE" }] },
    { "kind": "executable", "name": "tool", "sources": ["main.c", "{rule:made:made.c}"], "link": ["shared"],
      "generated_headers": ["made"] }
  ]
}
"#;

const GEN: &str = r##"
#include <stdio.h>
int shared(void);
static int number(const char *path)
{
    FILE *file = fopen(path, "r");
    int found = -1;
    return file && fscanf(file, "%d", &found) == 1 && fclose(file) == 0 ? found : -1;
}
int main(int count, char **args)
{
    FILE *c = fopen(args[2], "w"), *h = fopen(args[3], "w"), *d = fopen(args[4], "w");
    fprintf(c, "int made(void) { return %d; }\n", shared() * 10 + number("more.inc"));
    fprintf(h, "#define MADE %d\n", (number(args[1]) + OWN) * (*args[5] == 'y' ? 2 : 1));
    fprintf(d, "%s: more.inc\n", args[2]);
    return count != 6 || fclose(c) || fclose(h) || fclose(d);
}
"##;

/// What can change.
const FILES: [&str; 5] = ["shared.c", "gen.c", "in.def", "more.inc", "main.c"];

/// What the files and the option say, and what was so when each thing ran last.
struct History {
    world: World,
    random: Random,
    /// The number that each file says.
    numbers: [usize; 5],
    /// How often its text was written anew without another meaning.
    remarks: [usize; 5],
    twice: bool,
    ran: BTreeMap<&'static str, Vec<usize>>,
}

impl History {
    fn new(seed: u64) -> History {
        let world = World::new(&[("demo.json", PROJECT)]);
        let (numbers, remarks, ran) = ([0; 5], [0; 5], BTreeMap::new());
        let history =
            History { world, random: Random::new(seed + 1), numbers, remarks, twice: false, ran };
        (0..FILES.len()).for_each(|at| history.write(at));
        history
    }

    fn write(&self, at: usize) {
        let number = self.numbers[at];
        let text = match at {
            0 => format!("int shared(void) {{ return {number}; }}"),
            1 => format!("#define OWN {number}{GEN}"),
            2 | 3 => format!("{number}\n"),
            _ => format!(
                "#include <stdio.h>\n#include \"made.h\"\nint made(void), shared(void);\nint main(void) {{ printf(\"%d %d %d %d\\n\", made(), MADE, shared(), {number}); return 0; }}"
            ),
        };
        // Who reads a number does not read on.
        let remark = self.remarks[at];
        let text = if at == 2 || at == 3 { text } else { format!("{text} /* {remark} */\n") };
        self.world.write(FILES[at], text);
    }

    fn change(&mut self) -> String {
        let at = self.random.below(FILES.len() + 1);
        if at == FILES.len() {
            self.twice = !self.twice;
            let line = if self.twice { "CONFIG_TWICE=y\n" } else { "# CONFIG_TWICE is not set\n" };
            self.world.write(".config", line);
            return format!("TWICE={}", self.twice);
        }
        match self.random.once_in(3) {
            true => self.remarks[at] += 1,
            false => self.numbers[at] = self.random.below(3),
        }
        self.write(at);
        format!("{} says {}, {}", FILES[at], self.numbers[at], self.remarks[at])
    }

    /// What a build has to run.
    fn expected(&mut self) -> BTreeSet<String> {
        let [shared, own, input, more, main] = self.numbers;
        let [of_shared, of_own, _, _, of_main] = self.remarks;
        let made_h = (input + own) * (1 + usize::from(self.twice));
        let reads = [
            ("shared.c", vec![shared, of_shared]),
            ("shared.c (build machine)", vec![shared, of_shared]),
            ("gen.c (build machine)", vec![own, of_own]),
            ("made", vec![shared, own, input, more, usize::from(self.twice)]),
            ("gen/made.c", vec![shared * 10 + more]),
            ("main.c", vec![main, of_main, made_h]),
        ];
        let fresh = reads.into_iter().filter(|(what, read)| {
            self.ran.insert(what, read.clone()).is_none_or(|before| before != *read)
        });
        fresh.map(|(what, _)| what.to_owned()).collect()
    }

    fn build(&self, target_dir: &str) -> BTreeSet<String> {
        let verb = format!("build -j2 --message-format json --target-dir {target_dir}");
        let said = Said::of(&mut self.world.project(&verb));
        assert!(said.success(), "{}", said.text());
        let is_told = |verb: &str| verb == "Compiling" || verb == "Generating";
        let started = said.objects_of("started");
        let started = started.iter().filter(|line| line["verb"].as_str().is_some_and(is_told));
        started.map(|line| line["label"].as_str().expect("a label").to_owned()).collect()
    }

    fn printed(&self, target_dir: &str) -> String {
        let tool = self.world.path(&format!("{target_dir}/modpin/debug/tool"));
        Said::of(&mut self.world.command(tool)).out
    }
}

#[test]
fn random_changes_run_what_they_reach() {
    if is_long("generators::random_changes_run_what_they_reach") {
        return;
    }
    if is_missing("cc", "generators::random_changes_run_what_they_reach") {
        return;
    }
    let (histories, steps) = (reliability::count(1, 8), reliability::count(10, 60));
    let (mut did, mut all) = (0, 0);
    for seed in 0..histories {
        let mut history = History::new(seed as u64);
        let mut story = String::new();
        for step in 0..steps {
            let expected = history.expected();
            let ran = history.build("out");
            assert_eq!(ran, expected, "history {seed}, step {step}\n{story}");
            (did, all) = (did + ran.len(), all + 6);
            let [shared, own, input, more, main] = history.numbers;
            let made_h = (input + own) * (1 + usize::from(history.twice));
            let printed = format!("{} {made_h} {shared} {main}\n", shared * 10 + more);
            assert_eq!(history.printed("out"), printed, "history {seed}, step {step}\n{story}");
            if step % 5 == 4 {
                history.build("clean");
                let made = |dir: &str| {
                    let mut made = outputs_of(&history.world.path(dir).join("modpin/debug"));
                    // Where the build directory is stands in the others.
                    made.retain(|path, _| !path.ends_with(".rsp"));
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
    }
    println!("{did} of {all} commands had to run in {} builds", histories * steps);
    assert!(did > 0 && did < all * 2 / 3, "{did} of {all}");
}
