//! The symbols of archives and objects, as a text of their own: who links against them need not run
//! again when only code changed.

use modpin_engine::{Hash, StepError, StepIo};
use modpin_symbols::Index;
use serde::{Deserialize, Serialize};

use super::task::Task;

/// Inputs: archives and objects. Output: their symbols; then, if `members`, a digest of the files that thin archives name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteIndex {
    /// What each object is called; members of an archive have names of their own.
    pub names: Vec<String>,
    /// Somebody else made the archives: some may be thin, and their members are nobody's inputs.
    pub members: bool,
}

impl Task for WriteIndex {
    fn key(&self) -> String {
        format!("index 3 {} {}", self.members, self.names.join("|"))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let mut all = Index::default();
        let mut members = String::new();
        for (at, name) in self.names.iter().enumerate() {
            let path = io.inputs()[at].to_owned();
            let bytes = io.input(at)?;
            // Members of a thin archive are files of their own, beside it.
            let dir = path.rsplit_once('/').map_or(String::new(), |(dir, _)| format!("{dir}/"));
            let mut external = |member: &str| {
                let member =
                    if member.starts_with('/') { member.to_owned() } else { format!("{dir}{member}") };
                let found = io.discover(&member).map_err(std::io::Error::other)?;
                let found = found.ok_or(std::io::ErrorKind::NotFound)?;
                members += &format!("{} {member}\n", Hash::of(&found));
                Ok(found)
            };
            let read = Index::read(&bytes, &mut external);
            let read = read.map_err(|error| StepError::Failed(format!("{path}: {error}")))?;
            let mut read = read.into_owned();
            if let ([unit], false) = (&mut read.units[..], name.is_empty()) {
                unit.name = name.clone().into();
            }
            all.units.extend(read.units);
        }
        if self.members {
            io.write(1, members.as_bytes())?;
        }
        io.write(0, all.to_text().as_bytes())
    }
}
