//! Random histories of a project with rules: one with several outputs and a depfile, one for each of several files, one that reads what
//! others make. Whatever was edited, the build gives what a new one would give, and the next one does nothing.

use std::fmt::Write as _;

use modpin::{Executable, Library, Project, Rule, depfile, each, input, output};
use modpin_test::skip::is_long;
use modpin_test::{Random, World, reliability};

/// Writes `pair.h` and `pair.c` of the files that its input names, and tells which it has read.
const PAIR: &str = "#!/bin/sh\n\
    sum=VERSION; read=$1\n\
    for name in `cat $1`; do sum=$((sum + `cat $name`)); read=\"$read $name\"; done\n\
    echo \"#define PAIR $sum\" > $2\n\
    printf '#include \"pair.h\"\\nint pair(void) { return PAIR; }\\n' > $3\n\
    echo \"$2: $read\" > $4\n";

/// Prints a header of the sum of some files.
const ALL: &str = "#!/bin/sh\necho \"#define ALL (0\" `cat \"$@\"` \")\"\n";

const PARTS: [&str; 4] = ["one", "two", "three", "four"];
const HEADERS: [&str; 3] = ["", "pair.h", "all.h"];

/// What the files say.
#[derive(Clone)]
struct State {
    /// The values of parts that are there.
    parts: Vec<Option<usize>>,
    /// Which parts the pair is made of.
    named: Vec<bool>,
    /// Which header each source includes.
    includes: [usize; 3],
    version: usize,
}

impl State {
    fn change(&mut self, random: &mut Random) -> String {
        let part = random.below(PARTS.len());
        match random.below(5) {
            0 => self.parts[part] = Some(random.below(9)),
            1 if self.parts.iter().flatten().count() > 1 => {
                (self.parts[part], self.named[part]) = (None, false);
            }
            2 => self.named[part] = self.parts[part].is_some() && !self.named[part],
            3 => self.includes[random.below(3)] = random.below(HEADERS.len()),
            _ => self.version = random.below(3),
        }
        format!("{:?} {:?} {:?} {}", self.parts, self.named, self.includes, self.version)
    }

    fn write(&self, world: &World) {
        for (name, value) in PARTS.iter().zip(&self.parts) {
            let path = format!("parts/{name}.t");
            match value {
                Some(value) => world.write(&path, format!("{value}\n")),
                None => _ = std::fs::remove_file(world.path(&path)),
            }
        }
        let named = PARTS.iter().zip(&self.named).filter(|(_, named)| **named);
        let named: String = named.map(|(name, _)| format!("parts/{name}.t\n")).collect();
        world.write("pair.in", named);
        let mut main = "#include <stdio.h>\nint pair(void)".to_owned();
        for (at, &header) in self.includes.iter().enumerate() {
            let include = match HEADERS[header] {
                "" => String::new(),
                header => format!("#include <{header}>\n"),
            };
            let value = ["7", "PAIR", "ALL"][header];
            world
                .write(&format!("s{at}.c"), format!("{include}int s{at}(void) {{ return {value}; }}\n"));
            let _ = write!(main, ", s{at}(void)");
        }
        main += ";\nint main(void) { printf(\"%d %d %d %d\", pair(), s0(), s1(), s2()); return 0; }\n";
        world.write("main.c", main);
        let script = PAIR.replace("VERSION", &self.version.to_string());
        if std::fs::read_to_string(world.path("mkpair")).ok().as_ref() != Some(&script) {
            world.script("mkpair", &script);
        }
    }

    /// What the program must print.
    fn expected(&self) -> String {
        let named = self.parts.iter().zip(&self.named).filter(|(_, named)| **named);
        let pair = self.version + named.filter_map(|(value, _)| *value).sum::<usize>();
        let all: usize = self.parts.iter().flatten().sum();
        let [a, b, c] = self.includes.map(|header| [7, pair, all][header]);
        format!("{pair} {a} {b} {c}")
    }
}

fn declare(p: &mut Project) {
    p.include(".");
    let args =
        [input("mkpair"), input("pair.in"), output("pair.h"), output("pair.c"), depfile("pair.d")];
    let pair = p.add(Rule::new("pair").run(args));
    let value = Rule::new("value").each("parts/*.t").run(["sed", "-e", "s/.*/+&/"]).stdin(each());
    let value = p.add(value.stdout(output("{dir}/{stem}.v")));
    let all = Rule::new("all").run(input("mkall")).run(input(&value)).stdout(output("all.h"));
    let all = p.add(all);
    let library = Library::new("s").sources(["s0.c", "s1.c", "s2.c"]).sources(pair.output("pair.c"));
    let library = p.add(library.generated_headers(&all));
    p.add(Executable::new("host").sources("main.c").link(library));
}

/// What rules have made, with its content.
fn made(world: &World) -> Vec<(String, String)> {
    let dir = world.built(".modpin/gen");
    let (mut found, mut open) = (Vec::new(), vec![dir.clone()]);
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).expect("a directory").flatten() {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path => {
                    let name = path.strip_prefix(&dir).expect("below").to_string_lossy().into_owned();
                    found.push((name, std::fs::read_to_string(&path).expect("text")));
                }
            }
        }
    }
    found.sort();
    found
}

fn history(seed: u64, steps: usize) {
    let mut random = Random::new(seed);
    let mut state = State {
        parts: vec![Some(1), Some(2), None, Some(3)],
        named: vec![true, false, false, true],
        includes: [0, 1, 2],
        version: 0,
    };
    let world = World::new(&[]);
    world.script("mkall", ALL);
    state.write(&world);
    world.build(declare).expect_success();
    for step in 0..steps {
        let said = format!("seed {seed}, step {step}: {}", state.change(&mut random));
        state.write(&world);
        if random.once_in(6) {
            // Somebody takes an output away.
            let _ = std::fs::remove_file(world.built(".modpin/gen/pair.h"));
        }
        let build = world.build(declare);
        assert!(build.outcome.success(), "{said}: {}", build.said);
        assert_eq!(world.printed("host", &[]), state.expected(), "{said}: {:?}", build.reasons);
        assert_eq!(world.build(declare).ran, [""; 0], "{said}");
        if step + 1 == steps || random.once_in(8) {
            let new = World::new(&[]);
            new.script("mkall", ALL);
            state.write(&new);
            new.build(declare).expect_success();
            assert_eq!(made(&world), made(&new), "{said}");
        }
    }
}

#[test]
fn a_build_after_edits_is_as_good_as_a_new_one() {
    if is_long("history::a_build_after_edits_is_as_good_as_a_new_one") {
        return;
    }
    for seed in 0..reliability::count(1, 60) {
        history(seed, reliability::count(8, 40));
    }
}
