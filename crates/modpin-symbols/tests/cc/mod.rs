//! Compilers, linkers and their kin, run in a directory of the test's own.
//!
//! A tool that is not installed skips the test with a word on stderr, and fails it under `MODPIN_REQUIRE_ALL=1`. gcc
//! and binutils are always required. Each test file uses a part of this.
#![allow(dead_code)]

use std::path::PathBuf;
use std::process::{Command, Output};

use modpin_symbols::{Index, Names, Need, Object, Result, Table, Visibility};

/// A directory that goes when the test ends.
pub struct Dir {
    dir: tempfile::TempDir,
}

impl Dir {
    pub fn new() -> Dir {
        Dir { dir: tempfile::tempdir().expect("a temporary directory") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes)
            .unwrap_or_else(|error| panic!("cannot write {name}: {error}"));
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("cannot read {name}: {error}"))
    }

    /// Runs a command line of words without quotes here, whatever comes of it.
    pub fn try_run(&self, line: &str) -> Output {
        let mut words = line.split_whitespace();
        let tool = words.next().expect("a tool");
        let mut command = Command::new(tool);
        command.args(words).current_dir(self.dir.path()).env("LC_ALL", "C");
        command.output().unwrap_or_else(|error| panic!("cannot run {tool}: {error}"))
    }

    /// Runs a command that must succeed, and gives its standard output.
    pub fn run(&self, line: &str) -> String {
        let output = self.try_run(line);
        assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Compiles `source` to `NAME.o`.
    pub fn compile(&self, name: &str, source: &str, flags: &str) -> Vec<u8> {
        self.write(&format!("{name}.c"), source);
        self.run(&format!("gcc -c {flags} {name}.c -o {name}.o"));
        self.read(&format!("{name}.o"))
    }

    /// The index of a file here, members of thin archives read from here, too.
    pub fn index(&self, name: &str) -> Result<Index<'static>> {
        let bytes = self.read(name);
        Ok(Index::read(&bytes, &mut |member| std::fs::read(self.path(member)))?.into_owned())
    }
}

/// Whether `tool` is installed; if not, the test that asks is skipped, loudly.
pub fn has(tool: &str) -> bool {
    if Command::new(tool).arg("--version").output().is_ok() {
        return true;
    }
    assert!(std::env::var_os("MODPIN_REQUIRE_ALL").is_none(), "{tool} is not installed");
    eprintln!("SKIPPED: {tool} is not installed");
    false
}

/// The text of a lone object's index, with `MACHINE` for the processor of this computer.
pub fn text(object: Object<'_>) -> String {
    let object = Object { machine: "MACHINE".into(), ..object };
    let content = modpin_symbols::Content::Object(object);
    let unit = modpin_symbols::Unit { name: "".into(), content, listed: Vec::new() };
    Index { units: vec![unit] }.to_text()
}

/// Reads a file again for some of its own names, and looks whether that tells of them what reading all of it told. A unit
/// that neither defines nor hides one of the names may be left out, and must then be empty.
pub fn names_agree(path: &str, bytes: &[u8], index: &Index<'_>) {
    let tables = || index.units.iter().filter_map(|unit| unit.object()).map(|object| &object.table);
    let defined = tables().flat_map(|table| &table.defined).map(|symbol| &*symbol.name);
    let needed = tables().flat_map(|table| &table.needed).map(|symbol| &*symbol.name);
    let some: Vec<&str> = defined.step_by(7).take(100).chain(needed.step_by(31).take(50)).collect();
    let few = Index::read_names(bytes, &mut no_external, &Names::new(some.iter().copied()));
    let few = few.unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(few.units.len(), index.units.len(), "{path}");
    for (unit, whole) in few.units.iter().zip(&index.units) {
        let (Some(object), Some(all)) = (unit.object(), whole.object()) else {
            assert_eq!(unit.content, whole.content, "{path}");
            continue;
        };
        let (found, wanted) = (only(&object.table, &some), only(&all.table, &some));
        let hides = |need: &Need<'_>| need.visibility != Visibility::Default;
        let matters = !wanted.defined.is_empty() || wanted.needed.iter().any(hides);
        if matters || found != Table::default() {
            assert_eq!(found, wanted, "{path}: {}", unit.name);
        }
        assert_eq!((unit.blind_spot(), &unit.listed), (whole.blind_spot(), &whole.listed), "{path}");
    }
}

fn only<'a>(table: &Table<'a>, names: &[&str]) -> Table<'a> {
    let mut table = table.clone();
    table.defined.retain(|symbol| names.contains(&&*symbol.name));
    table.needed.retain(|need| names.contains(&&*need.name));
    table
}

/// A reader for archives that are not thin.
pub fn no_external(member: &str) -> std::io::Result<Vec<u8>> {
    panic!("the archive is not thin, and {member} was asked for")
}
