//! `compile_commands.json`: how each source is compiled, for editors and analysers.

use modpin_engine::{Hasher, StepError, StepIo};
use serde::Serialize;

use super::own_files::to_json_lines;
use super::task::Task;

/// One entry of a compilation database.
#[derive(Clone, Debug, Serialize)]
pub struct CompileCommand {
    /// Where the command runs.
    pub directory: String,
    /// The source.
    pub file: String,
    /// The program and its arguments.
    pub arguments: Vec<String>,
    /// The object.
    pub output: String,
}

/// Output: `compile_commands.json`.
#[derive(Clone, Debug)]
pub struct CompileCommands {
    /// Where the commands run: the root of the checkout.
    pub root: String,
    /// All commands of a plan.
    pub commands: Vec<CompileCommand>,
}

impl Task for CompileCommands {
    fn key(&self) -> String {
        // The directory is part of the text, so a moved tree writes it anew.
        let mut hasher = Hasher::new();
        hasher.update(self.root.as_bytes());
        for command in &self.commands {
            command.arguments.iter().for_each(|argument| {
                hasher.update(argument.as_bytes());
                hasher.update(&[0]);
            });
        }
        format!("what compilers are told #{}", hasher.finish())
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let placed = self.commands.iter().cloned();
        let placed = placed.map(|command| CompileCommand { directory: self.root.clone(), ..command });
        io.write(0, &to_json_lines(&placed.collect::<Vec<_>>())?)
    }
}
