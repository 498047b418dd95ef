//! Why an action runs: what the dirty check answers.

use std::fmt;

/// The first difference that was found between the last time and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has not run here before, or its last result was not kept.
    NeverRun,
    /// The command line differs, or the work that a step is asked for.
    RecipeChanged {
        /// What stands in the old recipe only.
        removed: Vec<String>,
        /// What stands in the new recipe only.
        added: Vec<String>,
    },
    /// The same, and the words of the old recipe are lost.
    RecipeForgotten,
    /// It reads a file that it did not read before.
    InputAdded(String),
    /// It no longer reads this file.
    InputRemoved(String),
    /// It reads the same files in another order.
    InputOrder,
    /// The content of a file that it reads differs.
    InputChanged(String),
    /// The same of a file that was just written, by who knows what is different.
    ContentChanged {
        /// The file.
        path: String,
        /// What is different.
        words: String,
    },
    /// A value that it reads in a file of values differs.
    ValueChanged {
        /// The file.
        file: String,
        /// The name of the value.
        name: String,
        /// What is different, if whoever has written the file has said so.
        words: Option<String>,
    },
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
                let what = if is_work(removed) && is_work(added) { "work" } else { "command" };
                let [old, new] = [removed, added].map(|lines| in_words(lines));
                match (old.is_empty(), new.is_empty()) {
                    (true, true) => write!(f, "its {what} changed: the same in another order"),
                    (true, false) => write!(f, "its {what} changed: now with {new}"),
                    (false, true) => write!(f, "its {what} changed: without {old} now"),
                    _ if old == new => write!(f, "its {what} changed: {new}"),
                    (false, false) => write!(f, "its {what} changed: {new} instead of {old}"),
                }
            }
            Reason::RecipeForgotten => {
                f.write_str("what it does changed; how it was is no longer recorded")
            }
            Reason::InputAdded(path) => write!(f, "{path} is a new input"),
            Reason::InputRemoved(path) => write!(f, "{path} is no longer an input"),
            Reason::InputOrder => f.write_str("its inputs come in another order"),
            Reason::InputChanged(path) => write!(f, "{path} changed"),
            Reason::ContentChanged { path, words } => write!(f, "{path} changed: {words}"),
            Reason::ValueChanged { words: Some(words), .. } => f.write_str(words),
            Reason::ValueChanged { file, name, words: None } => write!(f, "{name} changed in {file}"),
            Reason::InputMissing(path) => write!(f, "{path} is gone"),
            Reason::InputHidden { path, by } => write!(f, "{by} is found in the place of {path}"),
            Reason::OutputMissing(path) => write!(f, "its output {path} is gone"),
            Reason::OutputChanged(path) => write!(f, "its output {path} was changed by somebody else"),
        }
    }
}

/// Whether these lines are of a step: the facts of its key.
fn is_work(lines: &[String]) -> bool {
    lines.iter().all(|line| line.starts_with("step ") || line.starts_with("out "))
}

/// What is too long for a record stands there by its digest, behind the words for it: `what compilers are told #6a0f…`.
fn without_digest(text: &str) -> &str {
    let is_digest = |end: &str| end.len() == 32 && end.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.rsplit_once(" #") {
        Some((words, end)) if is_digest(end) => words,
        _ => text,
    }
}

/// Lines of a recipe, without the words by which a recipe tells them apart.
fn in_words(lines: &[String]) -> String {
    let word = |line: &String| {
        let (tag, text) = line.split_once(' ').unwrap_or(("", line));
        match (tag, text.trim()) {
            ("env", text) => format!("{text} in its environment"),
            ("unset", text) => format!("no {text} in its environment"),
            ("out", text) => format!("the output {text}"),
            (_, "") => "''".to_owned(),
            (_, text) => without_digest(text).to_owned(),
        }
    };
    lines.iter().map(word).collect::<Vec<_>>().join(", ")
}
