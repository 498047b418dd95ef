//! A file under a second name.

use modpin_engine::{StepError, StepIo};
use serde::{Deserialize, Serialize};

use super::task::Task;

/// Input: a file. Output: the same again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Copy;

impl Task for Copy {
    fn key(&self) -> String {
        "copy 1".to_owned()
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let bytes = io.input(0)?;
        io.write(0, &bytes)
    }
}
