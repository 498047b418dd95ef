//! A checker looks at a source, and what it finds is kept: as long as source, headers, arguments and the checker itself are the same,
//! it need not look again.

use modpin_engine::{Spawn, Status, StepError, StepIo};
use serde::{Deserialize, Serialize};

use super::own_files::to_json;
use super::source_finding::SourceFinding;
use super::task::{Task, each, key};

/// Inputs: the source, the checker, what the source's compilation read. Output: a list of [`SourceFinding`] as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckSource {
    /// The checker and its arguments.
    pub words: Vec<String>,
    /// Variables that decide what it sees.
    pub env: Vec<(String, Option<String>)>,
    /// Only such warnings are of the checker's: the others are the compiler's own.
    pub only: Option<String>,
}

impl Task for CheckSource {
    fn key(&self) -> String {
        let CheckSource { words, env, only } = self;
        let env = env.iter().map(|(name, value)| ("variable", format!("{name} {value:?}")));
        key("check source 1", each("argument", words).chain(each("only", only)).chain(env))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let (program, args) =
            self.words.split_first().ok_or_else(|| StepError::Failed("no checker".into()))?;
        let spawn = Spawn {
            program: program.clone(),
            args: args.to_vec(),
            env: self.env.iter().cloned().chain([("LC_ALL".into(), Some("C".into()))]).collect(),
            dir: io.absolute("."),
            ..Spawn::default()
        };
        let ended = io.spawn(&spawn)?;
        let output = String::from_utf8_lossy(&ended.output);
        let mut found = SourceFinding::all(&output);
        if let Some(only) = &self.only {
            found.retain(|finding| {
                finding.severity.ends_with("error") || finding.message.contains(only.as_str())
            });
        }
        if ended.status != Status::Exited(0) && found.is_empty() {
            return Err(StepError::Failed(format!(
                "{program} ended with {:?}\n{}",
                ended.status,
                output.trim_end()
            )));
        }
        io.write(0, &to_json(&found)?)
    }
}
