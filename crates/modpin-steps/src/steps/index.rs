//! The symbols of archives and objects, as a text of their own: who links against them need not run
//! again when only code changed.

use modpin_engine::{Hash, StepError, StepIo};
use modpin_symbols::Index;
use serde::{Deserialize, Serialize};

use super::difference;
use super::task::{Task, each, key};

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
        let names = self.names.iter().map(|name| match name.is_empty() {
            true => "an archive or the whole",
            false => name.as_str(),
        });
        let members = self.members.then_some(("members of thin archives", String::new()));
        key("symbols 3", each("symbols of", names).chain(members))
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
        let text = all.to_text();
        if let Some(old) = io.previous(0).filter(|old| old != text.as_bytes())
            && let Some(old) = std::str::from_utf8(&old).ok().and_then(|old| Index::parse(old).ok())
            && let Some(words) = difference::of_symbols(&old, &all)
        {
            io.tell_change(0, words);
        }
        io.write(0, text.as_bytes())
    }
}
