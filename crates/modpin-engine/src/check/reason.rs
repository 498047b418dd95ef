//! Why an action runs: what the dirty check answers.

use std::fmt;

/// The first difference that was found between the last time and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has not run here before, or its last result was not kept.
    NeverRun,
    /// The command line differs, or the work that a step is asked for. Nothing stands here when the words of the old recipe
    /// are lost.
    RecipeChanged {
        /// What stands in the old recipe only.
        removed: Vec<String>,
        /// What stands in the new recipe only.
        added: Vec<String>,
    },
    /// It reads a file that it did not read before.
    InputAdded(String),
    /// It no longer reads this file.
    InputRemoved(String),
    /// It reads the same files in another order.
    InputOrder,
    /// The content of a file that it reads differs.
    InputChanged(String),
    /// A file that it reads is gone.
    InputMissing(String),
    /// Another file is found in the place of one that it read.
    InputHidden {
        /// The one that it read.
        path: String,
        /// The new one.
        by: String,
    },
    /// A file that it wrote is gone.
    OutputMissing(String),
    /// A file that it wrote was changed by somebody else.
    OutputChanged(String),
}

impl Reason {
    /// In words, for the record: cut off where a recipe changed in very many places.
    pub fn brief(&self) -> String {
        const LONGEST: usize = 500;
        let text = self.to_string();
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{} ...", &text[..end]),
            None => text,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NeverRun => f.write_str("there is no result of an earlier run"),
            Reason::RecipeChanged { removed, added } => {
                let known = !removed.is_empty() || !added.is_empty();
                f.write_str(if known { "its recipe changed:" } else { "its recipe changed" })?;
                removed.iter().try_for_each(|line| write!(f, " -{line}"))?;
                added.iter().try_for_each(|line| write!(f, " +{line}"))
            }
            Reason::InputAdded(path) => write!(f, "{path} is a new input"),
            Reason::InputRemoved(path) => write!(f, "{path} is no longer an input"),
            Reason::InputOrder => f.write_str("its inputs come in another order"),
            Reason::InputChanged(path) => write!(f, "{path} changed"),
            Reason::InputMissing(path) => write!(f, "{path} is gone"),
            Reason::InputHidden { path, by } => write!(f, "{by} is found in the place of {path}"),
            Reason::OutputMissing(path) => write!(f, "its output {path} is gone"),
            Reason::OutputChanged(path) => write!(f, "its output {path} was changed by somebody else"),
        }
    }
}
