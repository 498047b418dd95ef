//! What each kind of step says of itself, and does.

use modpin_engine::{StepError, StepIo};

/// Code that makes outputs from inputs: one kind of step.
pub trait Task {
    /// Everything that decides the result besides the content of the inputs. A change of the code itself must change it.
    fn key(&self) -> String;

    /// Reads inputs, writes every output.
    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError>;
}
