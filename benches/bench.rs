//! What a benchmark needs: the tools, built or found, and a place for trees. Says how to get what is
//! missing. Knows no row of the table.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::dialects::{self, Words};
use crate::measure::{Contender, Meter, command, contender};
use crate::tree::Tree;

/// Tools and places.
pub struct Bench {
    /// Where everything is made.
    pub dir: PathBuf,
    /// What measures.
    pub meter: Meter,
    /// ninja, if there is one.
    pub ninja: Option<PathBuf>,
    /// The program under test, built when it is asked for.
    modpin: OnceCell<PathBuf>,
    /// Trees that were written in this run.
    written: RefCell<HashSet<PathBuf>>,
    /// How many measured rounds.
    pub runs: usize,
}

impl Bench {
    /// Builds and finds everything.
    pub fn new(runs: usize) -> Bench {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("peers");
        std::fs::create_dir_all(&dir).expect("a directory for trees");
        let (modpin, written) = (OnceCell::new(), RefCell::default());
        let bench = Bench { meter: meter(&dir), ninja: ninja(), modpin, written, runs, dir };
        bench.samples();
        let real = format!("-DREAL_COMPILER=\"{}\"", real_compiler().display());
        cc(&bench.dir, "standin.c", "standin", &["-static", &real]);
        cc(&bench.dir, "floor.c", "floor", &[]);
        bench
    }

    /// The program under test.
    pub fn program(&self) -> &Path {
        self.modpin.get_or_init(modpin)
    }

    /// A program that was built from `tools/`.
    pub fn tool(&self, name: &str) -> String {
        self.dir.join(name).to_string_lossy().into_owned()
    }

    /// The program that runs one step of modpin (step.rs).
    pub fn step(&self) -> &'static str {
        env!("CARGO_BIN_EXE_modpin-step")
    }

    /// A tree on disk with a description for every tool, written once: ext4 passes over all files that were removed in the last
    /// minutes each time that one is made, so who makes most would pay for the tree of the row before.
    pub fn tree(&self, size: usize, real: bool) -> Tree {
        let kind = if real { "real" } else { "standin" };
        let tree = Tree::of_size(self.dir.join(format!("{kind}-{size}")), size, real);
        if self.written.borrow_mut().insert(tree.root.clone()) {
            self.write(&tree);
        }
        tree
    }

    /// Writes a tree, and a description for every tool.
    pub fn write(&self, tree: &Tree) {
        tree.write();
        let words = match tree.real {
            true => Words { cc: "gcc".to_owned(), ar: "ar".to_owned() },
            false => Words { cc: self.tool("standin"), ar: self.tool("standin") },
        };
        tree.put("build.ninja", &dialects::ninja(tree, &words));
        tree.put("Makefile", &dialects::make(tree, &words));
        tree.put("project.json", &dialects::modpin(tree));
    }

    /// `ninja` on a tree.
    pub fn ninja(&self, tree: &Tree) -> Option<Contender<'_>> {
        let (ninja, dir) = (self.ninja.clone()?, tree.root.clone());
        Some(contender("ninja", move || command(&dir, &ninja, &["-j2", "--quiet"])))
    }

    /// `make` on a tree.
    pub fn make(&self, tree: &Tree) -> Contender<'_> {
        let dir = tree.root.clone();
        contender("make", move || command(&dir, "/usr/bin/make", &["-j2", "-s"]))
    }

    /// modpin on a tree.
    pub fn modpin(&self, tree: &Tree) -> Contender<'_> {
        let (dir, real) = (tree.root.clone(), tree.real);
        let args = ["modpin", "--project", "project.json", "build", "-q", "-j2"];
        contender("modpin", move || {
            let mut command = command(&dir, self.program(), &args);
            if !real {
                command.env("CC", self.tool("standin"));
            }
            command
        })
    }

    /// Whole ELF files for the stand-in.
    fn samples(&self) {
        let at = |name: &str| self.dir.join(name).to_string_lossy().into_owned();
        let small = "-Wl,--build-id=none,-z,noseparate-code,-z,norelro";
        let write = |name: &str, text: &str| std::fs::write(at(name), text).expect("a sample");
        write("object.c", "int sample(int x) { return x; }\n");
        write("program.c", "int main(void) { return 0; }\n");
        gcc(&["-O2", "-c", "-o", &at("object"), &at("object.c")]);
        gcc(&["-O2", "-shared", "-fPIC", "-nostdlib", small, "-o", &at("module"), &at("object.c")]);
        gcc(&["-O2", small, "-o", &at("program"), &at("program.c")]);
        let mut header = "static const char sample_archive[] = \"!<arch>\\n\";\n".to_owned();
        for name in ["object", "module", "program"] {
            let bytes = std::fs::read(at(name)).expect("a sample");
            let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
            header +=
                &format!("static const unsigned char sample_{name}[] = {{{}}};\n", numbers.join(","));
        }
        write("samples.h", &header);
    }
}

/// Compiles one of `tools/`.
fn cc(dir: &Path, source: &str, program: &str, flags: &[&str]) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools").join(source);
    let (source, include) = (source.to_string_lossy().into_owned(), format!("-I{}", dir.display()));
    let output = dir.join(program).to_string_lossy().into_owned();
    gcc(&[&["-O2", "-Wall", "-Wextra", &include, "-o", &output, &source], flags, &["-ldl"]].concat());
}

/// Runs the real compiler.
pub fn gcc(args: &[&str]) {
    let status = Command::new(real_compiler()).args(args).status().expect("gcc starts");
    assert!(status.success(), "gcc {args:?} failed");
}

fn real_compiler() -> PathBuf {
    find("gcc").expect("gcc is needed: apt-get install gcc libc6-dev")
}

fn meter(dir: &Path) -> Meter {
    cc(dir, "measure.c", "measure", &["-static"]);
    Meter { program: dir.join("measure"), result: dir.join("cost") }
}

fn ninja() -> Option<PathBuf> {
    let named = std::env::var_os("MODPIN_NINJA").map(PathBuf::from);
    let found = named.or_else(|| find("ninja"));
    if found.is_none() {
        println!(
            "ninja is not here: pip install --target DIR ninja, and set MODPIN_NINJA=DIR/bin/ninja"
        );
    }
    found
}

/// The release build of the program, made anew if it is old.
fn modpin() -> PathBuf {
    let build = ["build", "--release", "--quiet", "-p", "modpin-cli"];
    let status = Command::new(env!("CARGO")).args(build).status().expect("cargo starts");
    assert!(status.success(), "modpin cannot be built");
    let here = std::env::current_exe().expect("our own path");
    let program = here.parent().and_then(Path::parent).expect("cargo's directory").join("cargo-modpin");
    assert!(program.is_file(), "{} is not there: run this by cargo bench", program.display());
    program
}

/// A program as the shell would find it.
pub fn find(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|dir| dir.join(name))
        .find(|path| path.is_file())
}
