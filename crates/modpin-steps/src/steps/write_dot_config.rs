//! What every option is, in Kconfig's format, for rules whose tools read that.

use modpin_engine::{StepError, StepIo};

use super::task::{Task, key};

/// Output: the text.
#[derive(Clone, Debug)]
pub struct WriteDotConfig {
    /// A line for each option.
    pub text: String,
}

impl Task for WriteDotConfig {
    fn key(&self) -> String {
        key("dot-config 1", [("", self.text.clone())])
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        io.write(0, self.text.as_bytes())
    }
}
