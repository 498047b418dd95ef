//! What compilers say, as cargo shows it: a line for each error and each warning, with file and line. Knows the words of gcc
//! and clang.

use std::collections::HashSet;

use modpin_engine::{Action, Failure};
use modpin_symbols::shown;

use super::lines;

/// What was said in one build.
#[derive(Debug, Default)]
pub struct Diagnostics {
    said: HashSet<String>,
    /// For cargo.
    pub text: String,
}

impl Diagnostics {
    /// Takes in what an action printed, and why it has no result. A header's warning counts once, however many sources
    /// include it.
    pub fn add(&mut self, action: &Action, output: &[u8], failure: Option<&Failure>) {
        let output = String::from_utf8_lossy(output);
        let is_step = matches!(action.work, modpin_engine::Work::Step(_));
        let mut errors = 0;
        for line in output.lines().map(|line| shown::line(line.trim_end())) {
            if is_error(&line) {
                errors += usize::from(self.once(lines::error(&line)));
            } else if line.contains(": warning: ") || is_step && failure.is_none() {
                self.once(lines::warning(&line));
            }
        }
        let Some(failure) = failure else { return };
        if failure.refused() {
            self.text += &lines::error(&shown::lines(&failure.message));
        } else if errors == 0 {
            let what = format!("{} {}: {}", action.verb.to_lowercase(), action.label, failure.message);
            self.text += &lines::error(&format!("{what}\n{}", shown::lines(output.trim_end())));
        }
    }

    fn once(&mut self, line: String) -> bool {
        let new = self.said.insert(line.clone());
        if new {
            self.text += &line;
        }
        new
    }
}

/// Whether a line is an error's first line: `a.c:1:2: error: …`, of linkers `a.o: undefined reference to …`.
fn is_error(line: &str) -> bool {
    [": error: ", ": fatal error: ", ": undefined reference to ", "error: undefined symbol: "]
        .iter()
        .any(|word| line.contains(word))
}
