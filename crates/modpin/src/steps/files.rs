//! Files that are written as they are: copies, the probe's source, the compilation database.

use std::sync::Arc;

use modpin_engine::{Step, StepError, StepIo};
use serde::{Deserialize, Serialize};

use super::frozen::freeze;
use crate::load;
use crate::plan::CompileCommand;

/// Input: a file. Output: the same again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Copy;

impl Copy {
    /// As the engine takes it.
    pub fn into_step(self) -> Arc<dyn Step> {
        Arc::new(self)
    }
}

impl Step for Copy {
    fn key(&self) -> String {
        "copy 1".to_owned()
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let bytes = io.input(0)?;
        io.write(0, &bytes)
    }

    fn encoded(&self) -> Option<Vec<u8>> {
        freeze("copy", self)
    }
}

/// Output: the C text of the load check's probe.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WriteProbe;

impl WriteProbe {
    /// As the engine takes it.
    pub fn into_step(self) -> Arc<dyn Step> {
        Arc::new(self)
    }
}

impl Step for WriteProbe {
    fn key(&self) -> String {
        format!("probe {}", modpin_engine::Hash::of(load::PROBE.as_bytes()))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        io.write(0, load::PROBE.as_bytes())
    }

    fn encoded(&self) -> Option<Vec<u8>> {
        freeze("probe", self)
    }
}

/// Output: `compile_commands.json`.
#[derive(Clone, Debug)]
pub struct CompileCommands {
    /// Where the commands run: the root of the checkout.
    pub root: String,
    /// All commands of a plan.
    pub commands: Vec<CompileCommand>,
}

impl CompileCommands {
    /// As the engine takes it.
    pub fn into_step(self) -> Arc<dyn Step> {
        Arc::new(self)
    }
}

impl Step for CompileCommands {
    fn key(&self) -> String {
        // The directory is part of the text, so a moved tree writes it anew.
        let mut hasher = modpin_engine::Hasher::new();
        hasher.update(self.root.as_bytes());
        for command in &self.commands {
            command.arguments.iter().for_each(|argument| {
                hasher.update(argument.as_bytes());
                hasher.update(&[0]);
            });
        }
        format!("compile commands {}", hasher.finish())
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let placed = self.commands.iter().cloned();
        let placed = placed.map(|command| CompileCommand { directory: self.root.clone(), ..command });
        let mut text = super::to_json(&placed.collect::<Vec<_>>())?;
        text.push(b'\n');
        io.write(0, &text)
    }
}
