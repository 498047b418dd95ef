//! Builds that are killed (`kill -9`) at any moment, between edits: the next build makes what a clean build makes, and
//! the one after that has nothing to do, whether it recalls the last one or plans anew. The real compiler.
//!
//! `MODPIN_KILLS` (12) says how many.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

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

struct World {
    root: tempfile::TempDir,
    random: u64,
}

impl World {
    fn new() -> World {
        let world = World { root: tempfile::tempdir().unwrap(), random: 0x9e37_79b9_7f4a_7c15 };
        world.write("demo.json", PROJECT);
        world.write("include/base.h", "#define STEP 1\n");
        for at in 0..5 {
            world.write(&format!("util/u{at}.c"), &util(at, 0));
            world.write(&format!("plug/p{at}.c"), &plug(at, at));
        }
        world.write("main.c", "int u0(int);\nint main(void) { return u0(0); }\n");
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % limit
    }

    fn edit(&mut self, number: u64) {
        let (what, at, other) = (self.below(4), self.below(5), self.below(5));
        match what {
            0 => self.write("include/base.h", &format!("#define STEP {number}\n")),
            1 => self.write(&format!("util/u{at}.c"), &util(at, number)),
            // Other pins than before.
            2 => self.write(&format!("plug/p{at}.c"), &plug(at, other)),
            _ => self
                .write("main.c", &format!("int u0(int);\nint main(void) {{ return u0({number}); }}\n")),
        }
    }

    fn command(&self, target_dir: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-modpin"));
        command.args(["modpin", "--project", "demo.json", "build", "-j2", "--target-dir", target_dir]);
        command.current_dir(self.root.path());
        command
    }

    fn build(&self, target_dir: &str) -> String {
        let Output { status, stderr, .. } = self.command(target_dir).output().unwrap();
        let said = String::from_utf8_lossy(&stderr).into_owned();
        assert!(status.success(), "{said}");
        said
    }

    fn build_and_kill(&mut self) {
        let mut command = self.command("out");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(self.below(300_000)));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// What was built to be used, with its content.
    fn made(&self, target_dir: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut made = BTreeMap::new();
        let dir = self.path(target_dir).join("modpin/debug");
        collect(&dir, &dir, &mut made);
        made
    }
}

fn util(at: u64, number: u64) -> String {
    format!("#include \"base.h\"\nint u{at}(int x) {{ return x * STEP + {number}; }}\n")
}

fn plug(at: u64, used: u64) -> String {
    format!("int u{used}(int);\nint p{at}(int x) {{ return u{used}(x); }}\n")
}

fn collect(root: &Path, dir: &Path, made: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name();
        if entry.file_type().unwrap().is_dir() {
            if name != ".modpin" {
                collect(root, &path, made);
            }
        } else if name != "compile_commands.json" {
            made.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
        }
    }
}

#[test]
fn what_is_built_after_a_kill_is_what_a_clean_build_makes() {
    let kills = std::env::var("MODPIN_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let mut world = World::new();
    for number in 0..kills {
        for _ in 0..=world.below(2) {
            world.edit(number);
        }
        if world.below(3) > 0 {
            // Something to recall.
            world.build("out");
            world.edit(number + 1);
        }
        world.build_and_kill();
        world.build("out");
        assert!(world.build("out").contains("nothing to do"), "kill {number}");
        fs::remove_file(world.path("out/modpin/debug/.modpin/build.snapshot")).unwrap();
        assert!(world.build("out").contains("nothing to do"), "kill {number}, planned anew");
        let fresh = format!("fresh{number}");
        world.build(&fresh);
        assert_eq!(names(&world, "out"), names(&world, &fresh), "kill {number}");
        assert!(world.made("out") == world.made(&fresh), "kill {number}: other content");
        fs::remove_dir_all(world.path(&fresh)).unwrap();
    }
    println!("{kills} kills, all as a clean build");
}

fn names(world: &World, target_dir: &str) -> Vec<PathBuf> {
    world.made(target_dir).into_keys().collect()
}
