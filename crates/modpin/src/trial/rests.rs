//! What an answer rests on: files that were read, and places where one was looked for in vain. While none of them changes, the
//! answer would be the same.

use std::path::Path;

use modpin_engine::run::depfile::prerequisites;
use serde::{Deserialize, Serialize};

use crate::toolchain::identity;

/// A file as it was, or a place where none was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rest {
    /// Where, absolute.
    pub path: String,
    /// How it looked; nothing where no file was.
    pub identity: Option<String>,
}

impl Rest {
    /// A place as it is now.
    pub fn now(path: &str) -> Rest {
        let identity = Path::new(path).exists().then(|| identity(path));
        Rest { path: path.to_owned(), identity }
    }

    /// Whether a file was there.
    pub fn is_there(&self) -> bool {
        self.identity.is_some()
    }

    /// Whether it is still as it was.
    pub fn holds(&self) -> bool {
        *self == Rest::now(&self.path)
    }
}

/// A path of the project as an absolute one.
pub fn below(root: &Path, path: &str) -> String {
    root.join(path).to_string_lossy().into_owned()
}

/// The files that depfiles name, but for those below `scratch`.
pub fn files_read(depfiles: &[String], root: &Path, scratch: &str) -> Vec<String> {
    let mut found = Vec::new();
    for depfile in depfiles {
        let Ok(bytes) = std::fs::read(depfile) else { continue };
        let is_there = |path: &str| root.join(path).exists();
        let named = prerequisites(&String::from_utf8_lossy(&bytes), &is_there).unwrap_or_default();
        // What a linker writes for a moment lies anywhere, and is gone.
        let named = named.iter().map(|path| below(root, path)).filter(|path| !path.starts_with(scratch));
        found.extend(named.filter(|path| Path::new(path).exists()));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The headers that a compiler has not found, by its own words: `probe.c:1:10: fatal error: x.h: No such file or directory` (gcc),
/// `fatal error: 'x.h' file not found` (clang).
pub fn missing_headers(said: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let (_, what) = line.split_once(" error: ")?;
        let gcc = what.strip_suffix(": No such file or directory");
        let clang = || what.strip_suffix(" file not found").map(|name| name.trim_matches('\''));
        gcc.or_else(clang).map(str::to_owned)
    };
    said.lines().filter_map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compilers_say_which_header_they_miss() {
        let gcc = "x/probe.c:1:10: fatal error: sys/gone.h: No such file or directory\ncompilation terminated.\n";
        assert_eq!(missing_headers(gcc), ["sys/gone.h"]);
        let clang = "x/probe.c:1:10: fatal error: 'sys/gone.h' file not found\n1 error generated.\n";
        assert_eq!(missing_headers(clang), ["sys/gone.h"]);
        assert!(missing_headers("probe.c:1: error: 'x' undeclared").is_empty());
    }

    #[test]
    fn what_appears_or_changes_does_not_hold() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.h").to_string_lossy().into_owned();
        let missing = Rest::now(&path);
        assert!(missing.holds() && !missing.is_there());
        std::fs::write(&path, "").unwrap();
        let empty = Rest::now(&path);
        assert!(!missing.holds() && empty.holds());
        std::fs::write(&path, "int x;").unwrap();
        assert!(!empty.holds());
    }
}
