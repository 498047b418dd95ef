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
    pub fn any(&self, marks: &Marks) -> bool {
        match self {
            Links::Raw(parts, _) => parts.all.any(&marks.contents),
            Links::Known(record) => {
                let all = [&record.inputs, &record.discovered, &record.outputs, &record.beside];
                all.into_iter().flatten().any(|&(id, _)| marks.has(id))
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
    pub fn mark_written(&self, marks: &mut Marks) {
        for id in self.written() {
            marks.mark(id);
        }
        if let Links::Raw(parts, _) = self {
            parts.outputs.chain(parts.beside).for_each(|id| mark(&mut marks.contents, id.at()));
        }
    }
}

/// Files that are marked, and what is known to have been in them. Most records name contents.
#[derive(Debug, Default)]
pub struct Marks {
    paths: Vec<bool>,
    contents: Vec<bool>,
}

impl Marks {
    /// Marks a file. What was in it is marked when somebody [spreads](Marks::spread) the marks.
    pub fn mark(&mut self, id: PathId) {
        mark(&mut self.paths, id.at());
    }

    /// Whether a file is marked.
    pub fn has(&self, id: PathId) -> bool {
        self.paths.get(id.at()) == Some(&true)
    }

    /// Marks all that was in marked files.
    pub fn spread(&mut self, contents: &Contents) {
        self.contents = contents.from(0).map(|(id, _)| self.has(id)).collect();
    }
}

fn mark(marks: &mut Vec<bool>, at: usize) {
    if marks.len() <= at {
        marks.resize(at + 1, false);
    }
    marks[at] = true;
}
