//! Objects into an archive, in their order, with nothing of the day or the machine in it.

use modpin_engine::{StepError, StepIo};
use modpin_symbols::write_archive;
use serde::{Deserialize, Serialize};

use super::task::Task;

/// Inputs: the objects. Output: the archive.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WriteArchive;

impl Task for WriteArchive {
    fn key(&self) -> String {
        "archive 1".to_owned()
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let contents = (0..io.inputs().len()).map(|at| io.input(at)).collect::<Result<Vec<_>, _>>()?;
        let names = io.inputs().iter().map(|path| path.rsplit('/').next().unwrap_or(path));
        let members: Vec<(&str, &[u8])> = names.zip(contents.iter().map(|bytes| &bytes[..])).collect();
        let archive = write_archive(&members).map_err(|error| StepError::Failed(error.to_string()))?;
        io.write(0, &archive)
    }
}
