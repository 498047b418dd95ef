//! A file of this repository as text: what is code in it, and what stands in comments and unit tests.

use std::path::{Path, PathBuf};

pub struct Source {
    /// From the root of the repository, with `/`.
    pub path: String,
    pub text: String,
}

impl Source {
    /// Everything before the unit tests.
    pub fn code(&self) -> &str {
        let marks = ["\n#[cfg(test)]\nmod ", "\n#[cfg(all(test, "];
        let begin = marks.iter().filter_map(|mark| self.text.find(mark)).min();
        &self.text[..begin.unwrap_or(self.text.len())]
    }

    /// The lines of code that are no comment, each without what `//` begins.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.code().lines().filter(|line| !line.trim_start().starts_with("//"))
    }

    /// Whether a line of code that is no comment holds these words.
    pub fn says(&self, words: &str) -> bool {
        self.lines().any(|line| line.contains(words))
    }

    /// Tests and measurements may know everything.
    pub fn is_test(&self) -> bool {
        let top = ["tests/", "benches/", "fuzz/"].iter().any(|dir| self.path.starts_with(dir));
        top || self.path.contains("/tests/")
    }
}

/// Every Rust file.
pub fn sources() -> Vec<Source> {
    let sources = files(&["rs"]);
    assert!(sources.len() > 100, "sources are lost");
    sources
}

/// Every file with one of these endings, in the order of their paths; `""` is a file without one.
/// What `.gitignore` names is left out: a build makes it, and a build's files may know the machine.
pub fn files(endings: &[&str]) -> Vec<Source> {
    let ignored = read(".gitignore");
    let mut files = Vec::new();
    collect(&root(), "", endings, &ignored, &mut files);
    files
}

fn collect(dir: &Path, below: &str, endings: &[&str], ignored: &str, files: &mut Vec<Source>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).expect("a directory").flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (file, path) = (entry.path(), format!("{below}{name}"));
        // In a worktree `.git` is a file.
        let is_ignored = ignored.lines().any(|line| line.strip_prefix('/') == Some(&path));
        if is_ignored || ["target", ".git"].contains(&name.as_str()) {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&file, &format!("{path}/"), endings, ignored, files);
        } else if endings.contains(&file.extension().unwrap_or_default().to_string_lossy().as_ref()) {
            files.extend(std::fs::read_to_string(&file).ok().map(|text| Source { path, text }));
        }
    }
}

pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}
