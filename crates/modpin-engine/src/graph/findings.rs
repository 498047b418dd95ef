//! What the steps of one run have found out of files. What one has found out, the next need not: as long as none of the
//! files has changed, and none could have unseen.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::world::disk::Disk;
use crate::world::file_state::FileState;

/// One look at a file, just before it was read.
#[derive(Clone, Debug)]
pub struct Look {
    /// As whoever looked named it.
    pub path: String,
    /// It was there to be read.
    pub there: bool,
    state: FileState,
}

impl Look {
    /// Looks; whether the file can be read is not known yet.
    pub fn at(disk: &dyn Disk, path: &str) -> Look {
        let seen_at = disk.now();
        let stat = disk.stat(path).ok().flatten();
        Look { path: path.to_owned(), there: stat.is_some(), state: FileState { stat, seen_at } }
    }

    /// Something is there that holds no bytes: a pipe would be waited for, and some devices never end.
    pub fn is_odd(&self) -> bool {
        self.state.stat.is_some_and(|stat| !stat.regular)
    }

    /// Whether whoever looks now sees the same.
    fn holds(&self, disk: &dyn Disk) -> bool {
        let FileState { stat, .. } = self.state;
        self.there == stat.is_some()
            && self.state.settled()
            && disk.stat(&self.path).is_ok_and(|now| now == stat)
    }
}

/// All that was found out in a run.
#[derive(Default)]
pub struct Findings(Mutex<HashMap<(TypeId, String), Arc<Slot>>>);

/// The place of one finding. Who finds it out keeps those waiting that want to know the same.
pub type Slot = Mutex<Option<Finding>>;

/// Something that was found out, and the files that it rests on.
pub struct Finding {
    /// Every look that was needed.
    pub looks: Vec<Look>,
    value: Arc<dyn Any + Send + Sync>,
}

impl Findings {
    /// The place of what is called `what`, of one type.
    pub fn slot<T: Any>(&self, what: &str) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry((TypeId::of::<T>(), what.to_owned())).or_default())
    }
}

impl Finding {
    /// Found out by these looks.
    pub fn new<T: Any + Send + Sync>(looks: Vec<Look>, value: Arc<T>) -> Finding {
        Finding { looks, value }
    }

    /// What it is, if it still holds.
    pub fn value<T: Any + Send + Sync>(&self, disk: &dyn Disk) -> Option<Arc<T>> {
        let holds = self.looks.iter().all(|look| look.holds(disk));
        holds.then(|| Arc::clone(&self.value).downcast().ok()).flatten()
    }
}
