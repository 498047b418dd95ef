//! A second name of a file, as a link beside it.

use modpin_engine::{StepError, StepIo};
use serde::{Deserialize, Serialize};

use super::task::Task;

/// Input: a file. Output: a link to it, in the same directory.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct LinkBeside;

impl Task for LinkBeside {
    fn key(&self) -> String {
        "link beside 1".to_owned()
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        io.link_beside(0, 0)
    }
}
