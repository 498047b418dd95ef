//! The descent into directories that finds what a glob means. It starts at the part of the glob that has no wildcard and
//! follows links to files, never to directories below a wildcard, so it ends.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::resolve::files::looked_up::LookedUp;
use crate::resolve::files::pattern::{Pattern, is_glob};

/// One descent below the part of a pattern that has no wildcard.
pub(crate) struct Walk<'a> {
    root: &'a Path,
    pattern: &'a Pattern,
    /// Where it starts, as results are written; empty for the root.
    pub(crate) start: PathBuf,
    /// How many directories deep a match can lie.
    depth: usize,
    /// Whether files whose names begin with a dot count.
    dot_files: bool,
    /// Whether directories whose names begin with a dot are entered.
    dot_directories: bool,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(root: &'a Path, pattern: &'a Pattern) -> Walk<'a> {
        let parts: Vec<&str> = pattern.text().split('/').collect();
        let literal = parts.iter().take_while(|part| !is_glob(part)).count();
        let (start, rest) = parts.split_at(literal);
        let start = match start.join("/") {
            empty if empty.is_empty() && pattern.text().starts_with('/') => PathBuf::from("/"),
            start => PathBuf::from(start),
        };
        // `{a/b,c}` hides a `/` from the count of parts.
        let deep = rest.iter().any(|part| part.contains("**") || part.contains('{'));
        let writes_dot =
            |part: &&str| part.starts_with('.') || part.contains("{.") || part.contains(",.");
        let (file, directories) = rest.split_last().unwrap_or((&"", &[]));
        Walk {
            root,
            pattern,
            start,
            depth: if deep { usize::MAX } else { rest.len() },
            dot_files: writes_dot(file),
            dot_directories: directories.iter().any(writes_dot),
        }
    }

    /// The matches, sorted, so that they do not depend on the order in which a directory is listed. Fails with the directory
    /// that cannot be listed.
    pub(crate) fn matches(
        &self,
        looked_up: &mut LookedUp,
    ) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
        let mut found = Vec::new();
        match self.below(&self.start, self.depth, &mut found, looked_up) {
            // No directory is there: nothing matches.
            Err((dir, error)) if dir == self.start && is_no_directory(&error) => {}
            result => result?,
        }
        found.sort();
        Ok(found)
    }

    /// Collects the matches in `directory`, which is written as results are.
    fn below(
        &self,
        directory: &Path,
        depth: usize,
        found: &mut Vec<PathBuf>,
        looked_up: &mut LookedUp,
    ) -> Result<(), (PathBuf, io::Error)> {
        let trouble = |error| (directory.to_path_buf(), error);
        let entries = fs::read_dir(self.root.join(directory)).map_err(trouble)?;
        looked_up.there.push(directory.to_path_buf());
        for entry in entries {
            let entry = entry.map_err(trouble)?;
            let name = entry.file_name();
            let dot = name.as_encoded_bytes().starts_with(b".");
            let path = directory.join(&name);
            let kind = entry.file_type().map_err(trouble)?;
            if kind.is_dir() {
                if depth > 1 && (self.dot_directories || !dot) {
                    self.below(&path, depth - 1, found, looked_up)?;
                }
            } else if (self.dot_files || !dot)
                && self.pattern.matches(&path)
                && (kind.is_file() || self.names_a_file(&path, looked_up))
            {
                found.push(path);
            }
        }
        Ok(())
    }

    /// What a link names can change without its directory.
    fn names_a_file(&self, link: &Path, looked_up: &mut LookedUp) -> bool {
        let target = fs::metadata(self.root.join(link));
        match target {
            Ok(_) => looked_up.there.push(link.to_path_buf()),
            Err(_) => looked_up.missing.push(link.to_path_buf()),
        }
        target.is_ok_and(|target| target.is_file())
    }
}

fn is_no_directory(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
