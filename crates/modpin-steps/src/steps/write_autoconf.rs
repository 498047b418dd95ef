//! The header in which C sees the options.

use std::collections::{HashMap, HashSet};

use modpin_engine::{StepError, StepIo};
use modpin_project::SeenOption;

use super::own_files::to_json_lines;
use super::task::{Task, each, key};
use crate::toolchain::SeenOptions;

/// Outputs: the header; the options' values, a line each; how texts mention them.
#[derive(Clone, Debug)]
pub struct WriteAutoconf {
    /// What stands in the header.
    pub options: Vec<SeenOption>,
    /// Where it lies, and what its macros are called.
    pub seen: SeenOptions,
}

impl Task for WriteAutoconf {
    fn key(&self) -> String {
        let patterns = self.seen.patterns.iter().map(|(list, pattern)| format!("{list} {pattern}"));
        let options = self.options.iter().map(|option| format!("{}={}", option.name, option.value));
        // Of the same pattern and value, the same lines are made.
        key("autoconf 1", each("pattern", patterns).chain(each("option", options)))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let mut header =
            String::from("/* What the options are. It is written by each build that changes one. */\n");
        let mut values = String::new();
        for option in &self.options {
            option.lines.iter().for_each(|line| header += &format!("{line}\n"));
            values += &format!("{}={}\n", option.name, option.value);
        }
        let changes = self.changes(&io.previous(1).unwrap_or_default());
        if let Some((name, words)) = changes.first() {
            let more = changes.len() - 1;
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            io.tell_change(0, format!("{name} {words}{more}"));
        }
        for (name, words) in changes {
            let words = format!("the option {name} {words}");
            io.tell_value_change(1, &name, words);
        }
        io.write(0, header.as_bytes())?;
        io.write(1, values.as_bytes())?;
        io.write(2, &to_json_lines(&self.seen)?)
    }
}

impl WriteAutoconf {
    /// The options that are not what they were, each with what to say of it.
    fn changes(&self, previous: &[u8]) -> Vec<(String, String)> {
        let previous = String::from_utf8_lossy(previous);
        let before: HashMap<&str, &str> =
            previous.lines().filter_map(|line| line.split_once('=')).collect();
        let new = self.options.iter().filter_map(|SeenOption { name, value, .. }| {
            let words = match before.get(name.as_str()) {
                Some(was) if was == value => return None,
                Some(was) => format!("is {value}, was {was}"),
                None => "is new".to_owned(),
            };
            Some((name.clone(), words))
        });
        let now: HashSet<&str> = self.options.iter().map(|option| option.name.as_str()).collect();
        let gone = before.keys().filter(|name| !now.contains(*name));
        new.chain(gone.map(|name| ((*name).to_owned(), "is gone".to_owned()))).collect()
    }
}
