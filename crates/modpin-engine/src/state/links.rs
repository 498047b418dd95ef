//! Which files an action has read and may have written: as much of its record as a build asks that looks for those whom a
//! change concerns.

use crate::state::contents::Contents;
use crate::state::log::{ActionParts, ActionRecord};
use crate::state::paths::PathId;
use crate::world::hash::Hash;

/// The files that an action links.
pub enum Links<'a> {
    /// As they stand in the log.
    Raw(ActionParts<'a>, &'a Contents),
    /// As they were written since.
    Known(&'a ActionRecord),
}

impl Links<'_> {
    /// The digest of the recipe.
    pub fn digest(&self) -> Hash {
        match self {
            Links::Raw(parts, _) => parts.digest,
            Links::Known(record) => record.digest,
        }
    }

    /// Whether its last result was kept.
    pub fn kept(&self) -> bool {
        self.digest() != Hash::UNKNOWN
    }

    /// Whether it has read, or may have written, a file that is marked.
    pub fn any(&self, marked: &[bool]) -> bool {
        let is = |id: PathId| marked.get(id.at()).copied().unwrap_or(false);
        match self {
            Links::Raw(parts, contents) => {
                let mut all =
                    parts.inputs.chain(parts.discovered).chain(parts.outputs).chain(parts.beside);
                all.any(|id| is(contents.path(id)))
            }
            Links::Known(record) => {
                let all = [&record.inputs, &record.discovered, &record.outputs, &record.beside];
                all.into_iter().flatten().any(|&(id, _)| is(id))
            }
        }
    }

    /// What it may have written.
    pub fn written(&self) -> Box<dyn Iterator<Item = PathId> + '_> {
        match self {
            Links::Raw(parts, contents) => {
                let all = parts.outputs.chain(parts.beside);
                Box::new(all.map(|id| contents.path(id)))
            }
            Links::Known(record) => Box::new(record.written()),
        }
    }

    /// Marks what it may have written.
    pub fn mark_written(&self, marked: &mut [bool]) {
        for id in self.written() {
            if let Some(mark) = marked.get_mut(id.at()) {
                *mark = true;
            }
        }
    }
}
