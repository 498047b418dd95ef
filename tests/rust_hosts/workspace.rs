//! A small workspace in which cargo runs: a program in Rust that links archives and loads modules, and the library of its
//! functions that C calls.

use std::path::{Path, PathBuf};
use std::process::Command;

use modpin_test::world::command_in;
use modpin_test::{Said, World};
use serde_json::{Value, json};

/// The package `app` with its C, and the package `functions`.
pub struct Workspace {
    pub world: World,
}

/// Calls C, and loads the modules that it is told.
const MAIN: &str = r#"use std::ffi::{CString, c_char, c_int, c_void};

unsafe extern "C" {
    fn dlopen(path: *const c_char, mode: c_int) -> *mut c_void;
    fn dlsym(module: *mut c_void, name: *const c_char) -> *mut c_void;
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_base() -> c_int {
    1000
}

fn main() {
    println!("{}", functions::called(1));
    let dir = std::env::var("MODPIN_MODULES").unwrap_or_else(|_| env!("MODPIN_MODULES").to_owned());
    for module in std::env::args().skip(1) {
        let path = CString::new(format!("{dir}/{module}.so")).unwrap();
        let run = unsafe { dlsym(dlopen(path.as_ptr(), 2), c"run".as_ptr()) };
        assert!(!run.is_null(), "{module} does not load");
        let run = unsafe { std::mem::transmute::<*mut c_void, extern "C" fn(c_int) -> c_int>(run) };
        println!("{module} {}", run(5));
    }
}
"#;

/// A module calls one function of Rust, which is here; a member of an archive calls another, which is in the program. And Rust
/// calls C.
pub const FUNCTIONS: &str = r#"use std::ffi::c_int;

#[unsafe(no_mangle)]
pub extern "C" fn rust_log(of: c_int) -> c_int {
    println!("log {of}");
    of
}

unsafe extern "C" {
    fn core_used(of: c_int) -> c_int;
}

pub fn called(of: c_int) -> c_int {
    unsafe { core_used(of) }
}
"#;

/// `core` and `util` need each other; a module needs a member of `core` that nobody else does.
const FILES: [(&str, &str); 12] = [
    ("Cargo.toml", "[workspace]\nmembers = [\"app\", \"functions\"]\nresolver = \"3\"\n"),
    (
        "app/Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [features]\nmore = []\n\n[dependencies]\nfunctions = { path = \"../functions\" }\n",
    ),
    ("app/src/main.rs", MAIN),
    (
        "functions/Cargo.toml",
        "[package]\nname = \"functions\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\ntest = false\ndoctest = false\n",
    ),
    ("functions/src/lib.rs", FUNCTIONS),
    (
        "app/c/core/used.c",
        "int util_twice(int), rust_base(void);\nint core_used(int of) { return util_twice(of) + rust_base(); }\n",
    ),
    ("app/c/core/back.c", "int core_back(int of) { return of + 1; }\n"),
    (
        "app/c/core/extra.c",
        "#include \"extra.h\"\nint util_twice(int);\nint core_extra(int of) { return util_twice(of) + EXTRA; }\n",
    ),
    ("app/c/core/extra.h", "#define EXTRA 100\n"),
    (
        "app/c/util/twice.c",
        "int core_back(int);\nint util_twice(int of) { return 2 * core_back(of); }\n",
    ),
    (
        "app/c/modules/hello.c",
        "#include <stdio.h>\nint core_extra(int), rust_log(int);\n\
         int run(int of) { char text[9]; snprintf(text, sizeof text, \"%d\", of); return rust_log(core_extra(of)); }\n",
    ),
    ("app/c/modules/plain.c", "int run(int of) { return of; }\n"),
];

/// What the program prints when it loads both modules.
pub const PRINTED: &str = "1004\nlog 112\nhello 112\nplain 5\n";

impl Workspace {
    /// With the declaration below.
    pub fn new() -> Workspace {
        Workspace::declaring(&project())
    }

    /// With another declaration.
    pub fn declaring(project: &Value) -> Workspace {
        let world = World::new(&FILES);
        world.write("app/build.rs", becomes(env!("CARGO_BIN_EXE_build-script")));
        world.write("app/project.json", project.to_string());
        Workspace { world }
    }

    /// A program that finds its modules with modpin-load, in a package whose build script has another package's sources.
    pub fn with_sources_of(package: &str, project: &Value) -> Workspace {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let workspace = Workspace::declaring(project);
        workspace.bring_loader();
        let world = &workspace.world;
        world.write("Cargo.toml", "[workspace]\nmembers = [\"app\", \"load\"]\nresolver = \"3\"\n");
        let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                        [dependencies]\nmodpin-load = { path = \"../load\" }\n[build-dependencies]\n";
        world.write("app/Cargo.toml", format!("{manifest}{package}\n"));
        // The version of the package that is here.
        world.write("Cargo.lock", std::fs::read(repository.join("Cargo.lock")).expect("a lock file"));
        workspace
    }

    /// The names that the program offers to its modules.
    pub fn exports(&self) -> Vec<String> {
        let program = ["-D", "--defined-only", "target/debug/app"];
        let listed = Said::of(self.world.command("nm").args(program)).out;
        listed.lines().filter_map(|line| line.split_whitespace().nth(2)).map(str::to_owned).collect()
    }

    /// One that is there already.
    pub fn of(world: World) -> Workspace {
        Workspace { world }
    }

    /// The crate modpin-load, as a package `load` of its own: its workspace would be asked about its other crates.
    pub fn bring_loader(&self) {
        let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/modpin-load/src");
        for file in std::fs::read_dir(sources).expect("the crate").flatten() {
            let name = file.file_name().into_string().expect("a name");
            self.world.write(&format!("load/src/{name}"), std::fs::read(file.path()).expect("a file"));
        }
        let manifest = "[package]\nname = \"modpin-load\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
        self.world.write("load/Cargo.toml", manifest);
    }

    /// cargo, about to run in it.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.program("cargo");
        command.args(args);
        command
    }

    /// cargo, or a program that runs it, about to run here. Nothing of the cargo that runs the tests reaches it.
    pub fn program(&self, program: &str) -> Command {
        let mut command = command_in(self.world.root(), program);
        let theirs = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
        let own = ["CARGO_HOME", "CARGO_TARGET_DIR"];
        for name in theirs.filter(|name| {
            name.starts_with("CARGO") && name != "CARGO_HOME"
                || own[1] == name
                || name.starts_with("MODPIN")
                || ["RUSTFLAGS", "OUT_DIR", "TARGET", "HOST", "OPT_LEVEL", "LD_LIBRARY_PATH"]
                    .contains(&&**name)
        }) {
            command.env_remove(name);
        }
        command.env("CARGO_NET_OFFLINE", "true").env("CARGO_INCREMENTAL", "0");
        command.env("CARGO_PROFILE_DEV_DEBUG", "0");
        command
    }

    /// Runs cargo.
    pub fn cargo(&self, args: &[&str]) -> Said {
        Said::of(&mut self.command(args))
    }

    /// The same with variables of the environment.
    pub fn cargo_with(&self, env: &[(&str, &str)], args: &[&str]) -> Said {
        Said::of(self.command(args).envs(env.iter().copied()))
    }

    /// The program, run as a user does who is not cargo.
    pub fn run(&self, profile: &str, args: &[&str]) -> Said {
        Said::of(self.world.command(self.world.path("target").join(profile).join("app")).args(args))
    }

    /// Whether a plain build compiles the package again, as cargo says it.
    #[track_caller]
    pub fn builds(&self, env: &[(&str, &str)]) -> bool {
        let said = self.cargo_with(env, &["build"]);
        said.has(0, "");
        said.err.contains("Compiling app")
    }

    /// The directory in which the build script builds.
    pub fn built(&self, profile: &str) -> PathBuf {
        let youngest = |out: &PathBuf| {
            out.join(".modpin/embedded").metadata().and_then(|file| file.modified()).ok()
        };
        self.directories(profile).max_by_key(youngest).expect("a directory of the build script")
    }

    /// Those in which it has built, one for each set of flags and features.
    pub fn directories(&self, profile: &str) -> impl Iterator<Item = PathBuf> {
        let dir = self.world.path("target").join(profile).join("build");
        let dirs = std::fs::read_dir(dir).expect("a build").flatten();
        dirs.map(|dir| dir.path().join("out/modpin")).filter(|out| out.is_dir())
    }
}

/// A build script that becomes a program.
pub fn becomes(program: &str) -> String {
    format!(
        "use std::os::unix::process::CommandExt;\n\n\
         fn main() {{\n    panic!(\"{{}}\", std::process::Command::new({program:?}).exec());\n}}\n"
    )
}

/// A program, two modules, and two archives that need each other.
pub fn project() -> Value {
    json!({
        "format": 1, "name": "app",
        "targets": [
            { "kind": "library", "name": "core", "sources": ["c/core/*.c"], "includes": ["c/core"], "link": ["util"] },
            { "kind": "library", "name": "util", "sources": ["c/util/*.c"], "link": ["core"] },
            { "kind": "module", "name": "hello", "sources": ["c/modules/hello.c"] },
            { "kind": "module", "name": "plain", "sources": ["c/modules/plain.c"] },
            { "kind": "executable", "name": "app", "cargo": {}, "link": ["core"], "loads": ["*"], "cycles": "group" },
        ],
    })
}
