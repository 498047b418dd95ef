//! The symbols of archives and objects, as a text of their own: who links against them need not run
//! again when only code changed.

use std::sync::Arc;

use modpin_engine::{Step, StepError, StepIo};
use modpin_symbols::Index as Symbols;
use serde::{Deserialize, Serialize};

use super::frozen::freeze;

/// Inputs: archives and objects. Output: their symbols.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Index {
    /// What each object is called; members of an archive have names of their own.
    pub names: Vec<String>,
}

impl Index {
    /// As the engine takes it.
    pub fn into_step(self) -> Arc<dyn Step> {
        Arc::new(self)
    }
}

impl Step for Index {
    fn key(&self) -> String {
        format!("index 1 {}", self.names.join("|"))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let mut all = Symbols::default();
        for (at, name) in self.names.iter().enumerate() {
            let path = io.inputs()[at].to_owned();
            let bytes = io.input(at)?;
            // Members of a thin archive are files of their own, beside it.
            let dir = path.rsplit_once('/').map_or(String::new(), |(dir, _)| format!("{dir}/"));
            let mut external = |member: &str| {
                let member =
                    if member.starts_with('/') { member.to_owned() } else { format!("{dir}{member}") };
                let found = io.discover(&member).map_err(std::io::Error::other)?;
                found.ok_or_else(|| std::io::ErrorKind::NotFound.into())
            };
            let read = Symbols::read(&bytes, &mut external);
            let read = read.map_err(|error| StepError::Failed(format!("{path}: {error}")))?;
            let mut read = read.into_owned();
            if let ([unit], false) = (&mut read.units[..], name.is_empty()) {
                unit.name = name.clone().into();
            }
            all.units.extend(read.units);
        }
        io.write(0, all.to_text().as_bytes())
    }

    fn frozen(&self) -> Option<Vec<u8>> {
        freeze("index", self)
    }
}
