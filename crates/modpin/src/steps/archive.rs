//! Objects into an archive, in their order, with nothing of the day or the machine in it.

use std::sync::Arc;

use modpin_engine::{Step, StepError, StepIo};
use modpin_symbols::write_archive;
use serde::{Deserialize, Serialize};

use super::frozen::freeze;

/// Inputs: the objects. Output: the archive.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Archive;

impl Archive {
    /// As the engine takes it.
    pub fn into_step(self) -> Arc<dyn Step> {
        Arc::new(self)
    }
}

impl Step for Archive {
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

    fn encoded(&self) -> Option<Vec<u8>> {
        freeze("archive", self)
    }
}
