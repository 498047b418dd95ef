//! What the comparison with a snapshot vouches for. When its build left everything as it should be, and none has run since, then a
//! file that did not change is what every record says of it, and nobody need look at it again; and each recipe and
//! list of inputs is that of its record.

use foldhash::HashSet;

use crate::state::Store;
use crate::state::links::Marks;
use crate::state::paths::PathId;
use crate::world::values::value_of;

/// What is as it was, unless this run changes it.
#[derive(Debug, Default)]
pub struct Vouched {
    /// Files that changed.
    pub changed: HashSet<PathId>,
    /// What is written by the actions that tell of it, and by nobody else; nothing where few files are to be looked at.
    pub outputs: Marks,
}

impl Vouched {
    /// Whether the file with this number was as it was when the run began.
    pub fn file(&self, id: PathId) -> bool {
        !self.changed.contains(&id)
    }
}

/// The file that holds what a path names: of a value, the file of values.
pub fn held_by(store: &Store, id: PathId) -> Option<PathId> {
    match value_of(store.path(id)) {
        Some((file, _)) => store.find(file),
        None => Some(id),
    }
}
