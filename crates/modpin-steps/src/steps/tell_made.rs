//! Tells that a rule has made its files. What is in them changes nothing of it: who only waits for them does not run again.

use modpin_engine::{StepError, StepIo};
use serde::{Deserialize, Serialize};

use super::task::Task;

/// Inputs: all that a rule makes. Output: a text that is always the same.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct TellMade;

impl Task for TellMade {
    fn key(&self) -> String {
        "made 1".to_owned()
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        io.write(0, b"made\n")
    }
}
