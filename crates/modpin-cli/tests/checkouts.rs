//! Checkouts of one project beside each other, with one directory of results for all of them.

use std::path::Path;
use std::process::Command;

use modpin_test::{Said, World};
use serde_json::Value;

use crate::outputs::outputs_of;
use crate::program::{finished, program_in};

/// The project.
pub const PROJECT: &str = r#"{
  "format": 2, "name": "demo", "includes": ["first", "include"], "cflags": ["-Wall"],
  "options": [{ "name": "FAST", "kind": "bool" }],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util/*.c"] },
    { "kind": "module", "name": "plug", "sources": ["plug.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["plug"],
      "defines": [{ "when": "FAST", "then": ["FAST=1"] }], "system_libraries": ["dl"] }
  ]
}"#;

/// Its files.
pub const FILES: [(&str, &str); 7] = [
    ("first/other.h", "#define OTHER\n"),
    ("demo.json", PROJECT),
    ("include/base.h", "int base(int);\n#define STEP 1\n"),
    ("util/base.c", "#include \"base.h\"\nint base(int x) { int odd; return x + STEP; }\n"),
    ("util/kept.c", "int kept(void) { return 7; }\n"),
    ("plug.c", "int kept(void);\nint plug(void) { return kept(); }\n"),
    (
        "main.c",
        "#include \"base.h\"\n#ifndef FAST\n#define FAST 0\n#endif\nint main(void) { return base(FAST); }\n",
    ),
];

/// Checkouts of one project beside each other, as `one`, `two`, and so on.
pub struct Checkouts(pub World);

impl Checkouts {
    /// With the files of the project.
    pub fn new(names: &[&str]) -> Checkouts {
        let checkouts = Checkouts(World::new(&[]));
        for name in names {
            FILES.iter().for_each(|(path, text)| checkouts.write(name, path, text));
        }
        checkouts
    }

    /// Writes a file of one of them.
    pub fn write(&self, checkout: &str, path: &str, text: &str) {
        self.0.write(&format!("{checkout}/{path}"), text);
    }

    /// The program in a checkout, with what is kept for all of them.
    pub fn command(&self, checkout: &str, args: &str) -> Command {
        let mut command =
            program_in(&self.0.path(checkout), &format!("modpin --project demo.json {args}"));
        command.env("MODPIN_CACHE", self.0.path("cache"));
        command
    }

    /// What it says there.
    pub fn run(&self, checkout: &str, args: &str) -> Said {
        Said::of(&mut self.command(checkout, args))
    }

    /// Builds; which actions ran, and how many came from the cache.
    pub fn build(&self, checkout: &str, args: &str) -> (Vec<String>, usize) {
        let said = self.run(checkout, &format!("build --json {args}"));
        assert!(said.success(), "{}", said.text());
        let ended = said.objects_of("action-finished");
        let (cached, ran): (Vec<Value>, Vec<Value>) =
            ended.into_iter().partition(|it| it["cached"] == true);
        let ran = ran.iter().map(|it| format!("{} {}", it["verb"], it["label"]).replace('"', ""));
        let mut ran: Vec<String> = ran.filter(|name| !name.ends_with("compile_commands.json")).collect();
        ran.sort();
        assert_eq!(finished(&said).1 == 0, ran.iter().all(|name| !is_command(name)), "{ran:?}");
        (ran, cached.len())
    }

    /// The outputs are those of a build without anything that was kept.
    pub fn is_as_clean(&self, checkout: &str, args: &str) {
        let (dir, clean) = (self.0.path(checkout), self.0.path("clean"));
        let _ = std::fs::remove_dir_all(&clean);
        let copied = Command::new("cp").arg("-r").args([&dir, &clean]).status().expect("cp");
        assert!(copied.success());
        std::fs::remove_dir_all(clean.join("target")).expect("built");
        let said = Said::of(
            self.command("clean", &format!("build --no-cache {args}")).env("MODPIN_CACHE", "off"),
        );
        said.has(0, "Finished");
        if dir.join("target/modpin/debug/.modpin/check-load.graph").exists() {
            self.run("clean", &format!("modules --check-load --no-cache {args}")).has(0, "");
        }
        let built = |dir: &Path| {
            let mut outputs = outputs_of(&dir.join("target/modpin/debug"));
            outputs.retain(|path, _| !path.starts_with(".modpin/check-load."));
            outputs
        };
        assert_eq!(built(&dir), built(&clean));
    }
}

/// Whether an action of that name is a command.
pub fn is_command(name: &str) -> bool {
    ["Compiling", "Linking", "Relinking", "Generating"].iter().any(|verb| name.starts_with(verb))
}
