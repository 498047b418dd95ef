//! The answers of earlier times in a file: each good as long as its question, the compiler and the files that it rests on are the
//! same.

use std::collections::BTreeMap;
use std::path::Path;

use modpin_engine::{Framing, read_file};
use modpin_project::Probe;
use serde::{Deserialize, Serialize};

use super::bench::Bench;
use super::question::Answered;
use crate::error::{Error, Result};
use modpin_steps::own_file;

const ANSWERS: Framing = Framing("probes", 1);

/// So many answers of one probe are kept, for compilers and flags that take turns.
const MOST: usize = 4;

/// The answers, by the name of the probe; the latest first.
#[derive(Default, Serialize, Deserialize)]
pub struct Kept {
    answers: BTreeMap<String, Vec<KeptAnswer>>,
    #[serde(skip)]
    changed: bool,
}

#[derive(Serialize, Deserialize)]
struct KeptAnswer {
    key: String,
    answered: Answered,
}

impl Kept {
    /// What is kept in a file, if it is as we wrote it; nothing of it is believed if all is to be asked `again`.
    pub fn read(path: &Path, again: bool) -> Kept {
        let bytes = if again { Vec::new() } else { read_file(path).unwrap_or_default() };
        let kept = ANSWERS.payload(&bytes).and_then(|payload| serde_json::from_slice(payload).ok());
        kept.unwrap_or_default()
    }

    /// The answer of a probe, if it would be given again.
    pub fn recall(&self, probe: &Probe, bench: &Bench<'_>) -> Option<Answered> {
        let key = bench.key(probe);
        let answers = self.answers.get(&probe.word())?;
        let found = answers.iter().find(|answer| answer.key == key)?;
        found.answered.rests.iter().all(|rest| bench.holds(rest)).then(|| found.answered.clone())
    }

    /// Keeps an answer. What was kept under the same key is no longer true.
    pub fn keep(&mut self, probe: &Probe, bench: &Bench<'_>, answered: &Answered) {
        let key = bench.key(probe);
        let answers = self.answers.entry(probe.word()).or_default();
        answers.retain(|answer| answer.key != key);
        answers.insert(0, KeptAnswer { key, answered: answered.clone() });
        answers.truncate(MOST);
        self.changed = true;
    }

    /// Writes what is new.
    pub fn write(&self, path: &Path) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let io = |source| Error::io(path, "remember the answers of probes", source);
        let text = ANSWERS.wrap(&serde_json::to_vec(self).map_err(|error| io(error.into()))?);
        let dir = path.parent().unwrap_or(Path::new("."));
        match own_file::replace_in_state(dir, path, &text) {
            // Whoever cleans the directory does so without asking us, and without the answers a build goes on.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            written => written.map_err(io),
        }
    }
}
