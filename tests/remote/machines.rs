//! Machines beside each other: each has a checkout of one project, and a cache of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use modpin_test::world::command_in;
use modpin_test::{Said, World};

const FILES: [(&str, &str); 7] = [
    (
        "demo.json",
        r#"{
  "format": 2, "name": "demo", "includes": ["first", "include"], "cflags": ["-Wall"],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util/*.c"] },
    { "kind": "module", "name": "plug", "sources": ["plug.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["plug"],
      "system_libraries": ["dl"] }
  ]
}"#,
    ),
    ("first/other.h", "#define OTHER\n"),
    ("include/base.h", "int base(int);\n#define STEP 1\n"),
    ("util/base.c", "#include \"base.h\"\nint base(int x) { int odd; return x + STEP; }\n"),
    ("util/kept.c", "int kept(void) { return 7; }\n"),
    ("plug.c", "int kept(void);\nint plug(void) { return kept(); }\n"),
    ("main.c", "#include \"base.h\"\nint main(void) { return base(0); }\n"),
];

/// Machines beside each other, each a directory with a checkout and a cache.
pub struct Machines {
    /// The directory above them.
    pub world: World,
    url: String,
}

/// What a build did: the commands that ran, and how many results came from where.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// The compilations and links that ran, by their labels.
    pub commands: Vec<String>,
    /// Those that another machine ran.
    pub elsewhere: Vec<String>,
    /// Results of the machine's own cache.
    pub cached: usize,
    /// Results that were brought from the server.
    pub brought: usize,
}

impl Machines {
    /// With the files of the project, and this server.
    pub fn new(names: &[&str], url: &str) -> Machines {
        let machines = Machines { world: World::new(&[]), url: url.to_owned() };
        names.iter().for_each(|name| machines.add(name));
        machines
    }

    /// Another one.
    pub fn add(&self, name: &str) {
        FILES.iter().for_each(|(path, text)| self.write(name, path, text));
    }

    /// Writes a file of one of them.
    pub fn write(&self, machine: &str, path: &str, text: &str) {
        self.world.write(&format!("{machine}/src/{path}"), text);
    }

    /// The program on one of them, with its cache and the server.
    pub fn command(&self, machine: &str, args: &str) -> Command {
        let mut command = command_in(&self.src(machine), env!("CARGO_BIN_EXE_modpin-program"));
        command.args(["--project", "demo.json"]).args(args.split_whitespace());
        command
            .env("MODPIN_CACHE", self.world.path(&format!("{machine}/cache")))
            .env("MODPIN_REMOTE_PROGRAM", env!("CARGO_BIN_EXE_remote-program"))
            .env("MODPIN_REMOTE_CACHE", &self.url)
            .env("MODPIN_REMOTE_DEADLINE", "2")
            // What runs where must not hang on how busy the machine is.
            .env("MODPIN_REMOTE_PATIENCE", "600000");
        command
    }

    /// What it says there.
    pub fn run(&self, machine: &str, args: &str) -> Said {
        Said::of(&mut self.command(machine, args))
    }

    /// Builds; what ran, and what was said.
    pub fn build(&self, machine: &str, args: &str) -> (Ran, Said) {
        let said = self.run(machine, &format!("build --json {args}"));
        assert!(said.success(), "{}", said.text());
        let mut ran = Ran::default();
        for ended in said.objects_of("action-finished") {
            match (ended["cached"] == true, ended["from_server"] == true) {
                (_, true) => ran.brought += 1,
                (true, false) => ran.cached += 1,
                (false, false) => {
                    let (verb, label) = (ended["verb"].as_str(), ended["label"].as_str());
                    let is_command = ["Compiling", "Linking", "Relinking"].map(Some).contains(&verb);
                    let where_it_ran = match ended["elsewhere"] == true {
                        true => &mut ran.elsewhere,
                        false => &mut ran.commands,
                    };
                    where_it_ran.extend(label.filter(|_| is_command).map(str::to_owned));
                }
            }
        }
        ran.commands.sort();
        ran.elsewhere.sort();
        (ran, said)
    }

    /// The files that a machine has built are those of a build without anything that was kept.
    pub fn is_as_clean(&self, machine: &str) {
        let (src, clean) = (self.src(machine), self.src("clean"));
        let _ = std::fs::remove_dir_all(self.world.path("clean"));
        std::fs::create_dir(self.world.path("clean")).expect("a directory");
        let copied = Command::new("cp").arg("-r").args([&src, &clean]).status().expect("cp");
        assert!(copied.success());
        std::fs::remove_dir_all(clean.join("target")).expect("built");
        self.run("clean", "build --no-cache").has(0, "Finished");
        let (built, clean) = (self.outputs(machine), self.outputs("clean"));
        assert_eq!(built.keys().collect::<Vec<_>>(), clean.keys().collect::<Vec<_>>());
        for (path, content) in built {
            assert!(clean[&path] == content, "{path} differs");
        }
    }

    /// What a machine has built.
    pub fn outputs(&self, machine: &str) -> BTreeMap<String, Vec<u8>> {
        outputs(&self.src(machine).join("target/modpin/debug"))
    }

    fn src(&self, machine: &str) -> PathBuf {
        self.world.path(&format!("{machine}/src"))
    }
}

/// What lies in a build directory but for what is remembered of builds.
fn outputs(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(next) = dirs.pop() {
        for entry in std::fs::read_dir(&next).expect("a directory").flatten() {
            let (path, kind) = (entry.path(), entry.file_type().expect("a type"));
            let name = path.strip_prefix(dir).expect("below").to_string_lossy().into_owned();
            let is_memory = [".modpin/state", ".modpin/toolchain", ".modpin/lock", ".modpin/recall"];
            let is_own = is_memory.iter().any(|memory| name.starts_with(memory));
            let is_output = [".a", ".o", ".so", ".mo", "tool", ".syms", ".pins", ".exports"];
            if kind.is_dir() {
                dirs.push(path);
            } else if !is_own && is_output.iter().any(|ending| name.ends_with(ending)) {
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    assert!(found.len() > 5, "{:?}", found.keys());
    found
}
