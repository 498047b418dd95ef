//! What busybox's sources say of themselves: lines behind a mark (`//config:`, `//kbuild:`), which stand in the description of their
//! directory where that says `INSERT`.

use std::path::{Path, PathBuf};

/// The description of a directory, with what its sources say. It is called `NAME.src`, or `NAME` where nothing is put in.
pub fn description(dir: &Path, name: &str, mark: &str) -> String {
    let with_marks = dir.join(format!("{name}.src"));
    if !with_marks.exists() {
        return read(&dir.join(name));
    }
    let said: Vec<String> = sources(dir).iter().map(|source| behind(mark, &read(source))).collect();
    let lines = read(&with_marks);
    let lines = lines.lines().map(|line| if line == "INSERT" { said.concat() } else { line.to_owned() });
    lines.collect::<Vec<_>>().join("\n")
}

fn behind(mark: &str, text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.strip_prefix(mark));
    lines.map(|line| format!("{line}\n")).collect()
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("a directory of sources").flatten();
    let mut sources: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    sources.retain(|path| path.extension().is_some_and(|suffix| suffix == "c"));
    sources.sort();
    sources
}

/// As far as a text is one: authors' names are in Latin 1.
pub fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}
