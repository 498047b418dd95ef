//! The command of an object as words, for others than its action: who wants something else of the source, with the same flags.

use modpin_engine::{FileId, Graph, Work};

use super::compile::database_args;
use super::planned::Plan;
use crate::steps::Verb;

/// How an object is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectCommand {
    /// The source, relative to the root, or absolute.
    pub source: String,
    /// What messages call it: `sum.c as avx2`.
    pub title: String,
    /// The object.
    pub object: String,
    /// Compiler and flags, without what is compiled and what becomes of it.
    pub words: Vec<String>,
    /// Variables that differ from our own environment.
    pub env: Vec<(String, Option<String>)>,
    /// What must be built before.
    pub before: Vec<FileId>,
}

impl Plan {
    /// How every source of the project is compiled, in the order of the plan. What the build itself writes is not among them.
    pub fn object_commands(&self) -> Vec<ObjectCommand> {
        let graph = &self.graph;
        let commands = graph.actions().filter_map(|(_, action)| {
            let Work::Command(command) = &action.work else { return None };
            let source = *action.inputs.first().filter(|_| action.verb == Verb::Compiling.word())?;
            let is_made = |file: &FileId| graph.file_at(*file).producer.is_some();
            if is_made(&source) && !is_generated_source(graph, source) {
                return None;
            }
            let mut words = database_args(&command.program, &command.args, "");
            // What is compiled, and what becomes of it, stands at the end.
            words.truncate(words.len().checked_sub(4)?);
            Some(ObjectCommand {
                source: graph.path(source).to_owned(),
                title: action.label.clone(),
                object: graph.path(*action.outputs.first()?).to_owned(),
                words,
                env: command.env.clone(),
                before: action.needs().filter(is_made).collect(),
            })
        });
        commands.collect()
    }
}

/// Whether a source that is made is the project's, and not one of ours below `.modpin`.
fn is_generated_source(graph: &Graph, source: FileId) -> bool {
    !graph.path(source).contains("/.modpin/")
}
