//! Code of a project's own program that makes files. It reads what was declared, by the names of the declaration; what it does is known
//! by its key, so that only a plan can make it again.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use modpin_engine::{Step, StepError, StepIo};
use modpin_project::{RuleStep, StepFiles, StepResult};

use super::task::{each, key};

/// Code, and the names of what it reads and writes.
pub struct CodeStep {
    /// The code.
    pub step: RuleStep,
    /// Texts that it is told.
    pub args: Vec<String>,
    /// What it calls its inputs.
    pub inputs: Vec<String>,
    /// What it calls its outputs.
    pub outputs: Vec<String>,
}

impl Step for CodeStep {
    fn key(&self) -> String {
        let names = each("input", &self.inputs).chain(each("arg", &self.args));
        key("code", each("key", [&self.step.key]).chain(names))
    }

    fn is_sure(&self) -> bool {
        false
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let mut files = CodeFiles { step: self, io };
        // Whatever it leaves half done is thrown away.
        let ended = catch_unwind(AssertUnwindSafe(|| self.step.run(&mut files)));
        match ended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(StepError::Failed(error.to_string())),
            Err(panic) => Err(StepError::Failed(format!("its code panicked: {}", words_of(&*panic)))),
        }
    }
}

/// What a panic says.
fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it says nothing")
}

struct CodeFiles<'a, 'b, 'c> {
    step: &'a CodeStep,
    io: &'b mut StepIo<'c>,
}

impl StepFiles for CodeFiles<'_, '_, '_> {
    fn inputs(&self) -> Vec<&str> {
        self.step.inputs.iter().map(String::as_str).collect()
    }

    fn outputs(&self) -> Vec<&str> {
        self.step.outputs.iter().map(String::as_str).collect()
    }

    fn args(&self) -> &[String] {
        &self.step.args
    }

    fn read(&self, path: &str) -> StepResult<Vec<u8>> {
        match self.step.inputs.iter().position(|input| input == path) {
            Some(index) => Ok(self.io.input(index)?.to_vec()),
            None => {
                Err(format!("{path}: no input of the rule\n  help: name it: .run([input({path:?})])")
                    .into())
            }
        }
    }

    fn write(&mut self, path: &str, content: &[u8]) -> StepResult {
        match self.step.outputs.iter().position(|output| output == path) {
            Some(index) => Ok(self.io.write(index, content)?),
            None => {
                Err(format!("{path}: no output of the rule\n  help: name it: .run([output({path:?})])")
                    .into())
            }
        }
    }

    fn say(&mut self, text: &str) {
        self.io.say(text);
    }
}
