//! Rules whose work is code of the project's own program.

use std::sync::Arc;

use modpin_engine::{FileId, Work};
use modpin_project::{ResolvedRule, RuleCommand, RuleFile, RulePart, RuleStep};

use super::planner::{NewAction, Planner};
use crate::error::Result;
use crate::steps::{CodeStep, Verb};

impl Planner<'_> {
    /// An action of what the code reads, is told and makes.
    pub(super) fn rule_step(
        &mut self,
        (rule, command): (&ResolvedRule, &RuleCommand),
        step: &RuleStep,
    ) -> Result<Vec<FileId>> {
        let (mut args, mut names, mut inputs) = (Vec::new(), Vec::new(), Vec::new());
        let mut read = |planner: &mut Self, file: &RuleFile| {
            for id in planner.rule_file(file).into_iter().take(1) {
                names.push(name_of(file).to_owned());
                inputs.push(id);
            }
        };
        for parts in &command.args {
            match &parts[..] {
                [RulePart::File(file)] => read(self, file),
                [RulePart::Output(_)] => {}
                texts => {
                    let text = |part: &RulePart| {
                        if let RulePart::Text(text) = part { text.clone() } else { String::new() }
                    };
                    args.push(texts.iter().map(text).collect::<String>());
                }
            }
        }
        command.reads.iter().for_each(|file| read(self, file));
        let outputs: Vec<String> =
            command.outputs.iter().map(|path| self.layout.generated(path)).collect();
        let label = match &command.each {
            Some(each) => format!("{} for {each}", rule.name),
            None => rule.name.clone(),
        };
        let step =
            CodeStep { step: step.clone(), args, inputs: names, outputs: command.outputs.clone() };
        let (verb, work, depfile) = (Verb::Generating, Work::Step(Arc::new(step)), None);
        self.add(NewAction { verb, label, work, inputs, outputs: &outputs, depfile })
    }
}

/// What code calls an input.
fn name_of(file: &RuleFile) -> &str {
    match file {
        RuleFile::Source(path) | RuleFile::Made(path) => path,
        RuleFile::Object { source, .. } => source,
        RuleFile::Target { name, .. } | RuleFile::Header(name) => name,
        RuleFile::ModuleList => "modules.json",
        RuleFile::DotConfig => ".config",
    }
}
