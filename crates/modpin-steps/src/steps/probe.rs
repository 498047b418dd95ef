//! The C text of the load check's probe, for the compiler.

use modpin_engine::{Hash, StepError, StepIo};
use serde::{Deserialize, Serialize};

use super::task::Task;
use crate::load::PROBE;

/// Output: the text.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WriteProbe;

impl Task for WriteProbe {
    fn key(&self) -> String {
        format!("probe {}", Hash::of(PROBE.as_bytes()))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        io.write(0, PROBE.as_bytes())
    }
}
