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
    matcher: Matcher,
}

/// What a pattern means.
#[derive(Debug, Clone)]
enum Matcher {
    /// Itself. Most of ten thousand sources are named so.
    Path,
    /// Names in one directory, between what stands before the only star of the text and what stands behind it. This is how most globs
    /// are, and the others cost a regular expression each.
    Star(usize),
    Glob(GlobMatcher),
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
        if let Some(matcher) = without_expression(&text) {
            return Ok(Pattern { text, matcher });
        }
        let glob = GlobBuilder::new(&text).literal_separator(true).backslash_escape(true).build();
        let glob = glob.map_err(|error| {
            let problem = format!("{subject}: {text:?} is not a glob: {}", error.kind());
            Problem::new(
                problem,
                "write a wildcard character that is meant literally as [?], [*] or [[]",
            )
        })?;
        Ok(Pattern { matcher: Matcher::Glob(glob.compile_matcher()), text })
    }

    /// Whether the pattern means `path`, which is written as results of [`files`] are.
    pub(crate) fn matches(&self, path: impl AsRef<Path>) -> bool {
        let bytes = path.as_ref().as_os_str().as_encoded_bytes();
        match &self.matcher {
            Matcher::Path => bytes == self.text.as_bytes(),
            Matcher::Star(at) => {
                let (before, behind) = (&self.text[..*at], &self.text[at + 1..]);
                let name = bytes.strip_prefix(before.as_bytes());
                let name = name.and_then(|rest| rest.strip_suffix(behind.as_bytes()));
                name.is_some_and(|name| !name.contains(&b'/'))
            }
            Matcher::Glob(glob) => glob.is_match(path),
        }
    }

    /// The pattern as results are written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// What matches a path, and a glob whose only wildcard is one star in its last part.
fn without_expression(text: &str) -> Option<Matcher> {
    let Some(star) = text.find('*') else { return (!is_glob(text)).then_some(Matcher::Path) };
    let (before, behind) = (&text[..star], &text[star + 1..]);
    let is_plain = !is_glob(before) && !is_glob(behind) && !behind.contains('/');
    is_plain.then_some(Matcher::Star(star))
}

/// Whether a text has a wildcard.
pub(crate) fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', ']', '{', '}', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_means_what_it_means_to_globs() {
        let paths =
            ["a/x.c", "a/xy.c", "a/.c", "x.c", "a/b/x.c", "a/", "ab/x.c", "a/x.cc", "b/x.c", "a/x/y.c"];
        for text in
            ["*", "*.c", "a/*", "a/*.c", "a/x*y.c", "a/x*x.c", "a*", "a/x.c*", "a/**", "*/x.c", "a/*.*"]
        {
            let glob = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
            let glob = glob.unwrap().compile_matcher();
            let pattern = Pattern::new(Path::new("/"), text, "").unwrap();
            for path in paths {
                assert_eq!(pattern.matches(path), glob.is_match(path), "{text} {path}");
            }
        }
    }
}
