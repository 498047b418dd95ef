//! One fault of a declaration, in words. All problems of a project are reported together, because a user who must run a tool
//! once per typing error stops reading its messages.

use std::fmt;

/// One fault of a declaration: a sentence with subject and cause, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Subject and cause: `library "imgutil": no file matches "c-src/utl/*.c"`.
    pub text: String,
    /// What the user can do; empty when the sentence says it all.
    pub help: String,
}

impl Problem {
    /// A problem with its way out. `help` may be empty.
    pub fn new(text: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem { text: text.into(), help: help.into() }
    }

    /// Many problems as one text, with an empty line between them.
    pub fn paragraphs(problems: &[Problem]) -> String {
        let texts: Vec<String> = problems.iter().map(Problem::to_string).collect();
        texts.join("\n\n")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}
