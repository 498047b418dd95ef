//! The interface of a shared library, for those who link it: it stays as it is when only code changes, and so do they.

use modpin_engine::{StepError, StepIo};
use modpin_symbols::read_interface;
use serde::{Deserialize, Serialize};

use super::stub::Stub;
use super::task::{Task, each, key};

/// Input: a shared library, where it is one; else names. Outputs: an assembler file and a version script.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteStub {
    /// Names, where there is no library to read.
    pub names: Vec<String>,
}

impl Task for WriteStub {
    fn key(&self) -> String {
        key("interface 1", each("symbol", &self.names))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let stub = match io.inputs().first().map(|&path| path.to_owned()) {
            None => Stub::of_names(&self.names),
            Some(path) => {
                let read = read_interface(&io.input(0)?);
                let read = read.map_err(|error| StepError::Failed(format!("{path}: {error}")))?;
                Stub::of(&read.symbols)
            }
        };
        io.write(0, stub.assembler.as_bytes())?;
        io.write(1, stub.version_script.as_bytes())
    }
}
