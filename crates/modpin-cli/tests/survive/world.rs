//! A small C project in a directory of its own, and the program run on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use modpin_engine::Hash;
use tempfile::TempDir;

const PROJECT: &str = r#"{
  "format": 1,
  "name": "demo",
  "includes": ["include"],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util/*.c"] },
    { "kind": "module", "name": "block/good", "sources": ["good.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["block/*"] }
  ]
}
"#;

const SOURCES: [(&str, &str); 5] = [
    ("include/base.h", "int base(int), extra(int);\n"),
    ("util/base.c", "#include \"base.h\"\nint base(int x) { return x + 1; }\n"),
    ("util/extra.c", "#include \"base.h\"\nint extra(int x) { return x * 2; }\n"),
    ("good.c", "#include \"base.h\"\nint good(void) { return extra(3); }\n"),
    ("main.c", "#include \"base.h\"\nint main(void) { return base(-1); }\n"),
];

/// The directory.
pub struct World(TempDir);

/// How the program ended, and what it said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl World {
    /// The project, not built.
    pub fn new() -> World {
        World::with(PROJECT, &SOURCES)
    }

    /// A project that is built in a moment.
    pub fn small() -> World {
        let project = r#"{ "format": 1, "name": "demo", "targets": [
            { "kind": "library", "name": "util", "sources": ["util.c"] },
            { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"] }
        ]}"#;
        let main = ("main.c", "int util(void); int main(void) { return util(); }\n");
        World::with(project, &[("util.c", "int util(void) { return 0; }\n"), main])
    }

    /// Another project.
    pub fn with(project: &str, files: &[(&str, &str)]) -> World {
        let world = World(tempfile::Builder::new().prefix("modpin-survive-").tempdir().unwrap());
        world.write("demo.json", project);
        files.iter().for_each(|(name, text)| world.write(name, text));
        world
    }

    pub fn dir(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    /// A path below the build directory.
    pub fn built(&self, name: &str) -> PathBuf {
        self.path("target/modpin/debug").join(name)
    }

    /// Writes a file and the directories above it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The program, about to be run here.
    pub fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-modpin"));
        command.args(["modpin", "--project", "demo.json"]).args(args.split_whitespace());
        command.current_dir(self.dir()).env("RUST_BACKTRACE", "0");
        for name in ["CARGO_TERM_COLOR", "CARGO_TERM_QUIET", "CARGO_TERM_VERBOSE", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs it.
    pub fn modpin(&self, args: &str) -> Said {
        self.command(args).output().unwrap().into()
    }

    /// See [`outputs_of`].
    pub fn outputs(&self) -> BTreeMap<String, Hash> {
        outputs_of(&self.built(""))
    }

    /// Builds, and it has nothing to do.
    pub fn is_idle(&self) {
        self.modpin("build").has(0, "nothing to do");
    }
}

/// Everything in a build directory but what is about one build: its memory, its lock, its place.
pub fn outputs_of(dir: &Path) -> BTreeMap<String, Hash> {
    let mut files = BTreeMap::new();
    gather(dir, "", &mut files);
    let own = ["state", "state.seal", "lock", "build.snapshot", "build.graph", "toolchain"];
    let own = own.map(|name| format!(".modpin/{name}"));
    files.retain(|path, _| !own.contains(path) && path != "compile_commands.json");
    files
}

fn gather(dir: &Path, below: &str, files: &mut BTreeMap<String, Hash>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => gather(&entry.path(), &format!("{name}/"), files),
            _ => _ = files.insert(name, Hash::of(&fs::read(entry.path()).unwrap())),
        }
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// It ended so, and said this to people.
    pub fn has(&self, code: i32, in_err: &str) {
        let Said { code: ended, out, err } = self;
        assert!(
            *ended == Some(code) && err.contains(in_err),
            "{ended:?}, wanted {in_err:?}\n{out}{err}"
        );
    }
}
