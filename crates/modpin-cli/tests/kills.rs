//! Builds that are killed (`kill -9`) at any moment, between edits: the next build makes what a clean build makes, and
//! the one after that has nothing to do, whether it recalls the last one or plans anew. The real compiler.
//!
//! `MODPIN_KILLS` (6) says how many.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use modpin_engine::Hash;
use modpin_test::skip::is_long;
use modpin_test::{Random, Said, World};

use crate::outputs::outputs_of;
use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 1,
  "name": "demo",
  "includes": ["include"],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util/*.c"] },
    { "kind": "module", "name": "plug", "sources": ["plug/*.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["plug"],
      "system_libraries": ["dl"] }
  ]
}
"#;

/// The project, and what decides what happens to it.
struct Fate {
    world: World,
    random: Random,
}

impl Fate {
    fn new() -> Fate {
        let world = World::new(&[("demo.json", PROJECT), ("include/base.h", "#define STEP 1\n")]);
        for at in 0..5 {
            world.write(&format!("util/u{at}.c"), util(at, 0));
            world.write(&format!("plug/p{at}.c"), plug(at, at));
        }
        world.write("main.c", "int u0(int);\nint main(void) { return u0(0); }\n");
        Fate { world, random: Random::new(1) }
    }

    fn edit(&mut self, number: usize) {
        let [what, at, other] = [4, 5, 5].map(|end| self.random.below(end));
        let world = &self.world;
        match what {
            0 => world.write("include/base.h", format!("#define STEP {number}\n")),
            1 => world.write(&format!("util/u{at}.c"), util(at, number)),
            // Other pins than before.
            2 => world.write(&format!("plug/p{at}.c"), plug(at, other)),
            _ => {
                let text = format!("int u0(int);\nint main(void) {{ return u0({number}); }}\n");
                world.write("main.c", &text);
            }
        }
    }

    fn command(&self, target_dir: &str) -> Command {
        self.world.project(&format!("build -j2 --target-dir {target_dir}"))
    }

    fn build(&self, target_dir: &str) -> String {
        let said = Said::of(&mut self.command(target_dir));
        assert!(said.success(), "{}", said.err);
        said.err
    }

    fn build_and_kill(&mut self) {
        let mut command = self.command("out");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Whatever it comes to in that time: every moment is one to be killed in.
        std::thread::sleep(Duration::from_micros(self.random.below(300_000) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// What was built to be used.
    fn made(&self, target_dir: &str) -> BTreeMap<String, Hash> {
        let mut made = outputs_of(&self.world.path(target_dir).join("modpin/debug"));
        made.retain(|path, _| !path.starts_with(".modpin/"));
        made
    }
}

fn util(at: usize, number: usize) -> String {
    format!("#include \"base.h\"\nint u{at}(int x) {{ return x * STEP + {number}; }}\n")
}

fn plug(at: usize, used: usize) -> String {
    format!("int u{used}(int);\nint p{at}(int x) {{ return u{used}(x); }}\n")
}

#[test]
fn what_is_built_after_a_kill_is_what_a_clean_build_makes() {
    if is_long("kills::what_is_built_after_a_kill_is_what_a_clean_build_makes") {
        return;
    }
    let kills = std::env::var("MODPIN_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let mut fate = Fate::new();
    for number in 0..kills {
        for _ in 0..=fate.random.below(2) {
            fate.edit(number);
        }
        if fate.random.below(3) > 0 {
            // Something to recall.
            fate.build("out");
            fate.edit(number + 1);
        }
        fate.build_and_kill();
        fate.build("out");
        assert!(fate.build("out").contains("nothing to do"), "kill {number}");
        fs::remove_file(fate.world.path("out/modpin/debug/.modpin/build.snapshot")).unwrap();
        assert!(fate.build("out").contains("nothing to do"), "kill {number}, planned anew");
        let fresh = format!("fresh{number}");
        fate.build(&fresh);
        assert_eq!(fate.made("out"), fate.made(&fresh), "kill {number}");
        fs::remove_dir_all(fate.world.path(&fresh)).unwrap();
    }
    println!("{kills} kills, all as a clean build");
}
