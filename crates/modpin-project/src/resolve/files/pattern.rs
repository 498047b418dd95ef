//! Globs and paths over files, as a user writes them. Names that begin with a dot are matched only by patterns that write the
//! dot, as in a shell; the walk sees to that.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use crate::problem::Problem;
use crate::resolve::files::path::normal;

/// A glob or path over files, relative to the root with `/`, or absolute if it lies outside.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    text: String,
    /// Of a glob. A path means itself, and most of ten thousand sources are paths: what matches a glob costs a regular expression.
    matcher: Option<GlobMatcher>,
}

impl Pattern {
    /// Reads a pattern; `subject` begins the message if it is not one.
    pub(crate) fn new(root: &Path, text: &str, subject: &str) -> Result<Pattern, Problem> {
        if text.is_empty() || text.contains(['\n', '\0']) {
            let problem = format!("{subject}: {text:?} is not a path that a build can carry");
            return Err(Problem::new(
                problem,
                "paths must not be empty or hold a newline or NUL; rename the file",
            ));
        }
        let text = normal(root, text);
        if !is_glob(&text) {
            return Ok(Pattern { text, matcher: None });
        }
        let glob = GlobBuilder::new(&text).literal_separator(true).backslash_escape(true).build();
        let glob = glob.map_err(|error| {
            let problem = format!("{subject}: {text:?} is not a glob: {}", error.kind());
            Problem::new(
                problem,
                "write a wildcard character that is meant literally as [?], [*] or [[]",
            )
        })?;
        Ok(Pattern { matcher: Some(glob.compile_matcher()), text })
    }

    /// Whether the pattern means `path`, which is written as results of [`files`] are.
    pub(crate) fn matches(&self, path: impl AsRef<Path>) -> bool {
        match &self.matcher {
            Some(glob) => glob.is_match(path),
            None => path.as_ref().as_os_str() == self.text.as_str(),
        }
    }

    /// The pattern as results are written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Whether a text has a wildcard.
pub(crate) fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', ']', '{', '}', '\\'])
}
