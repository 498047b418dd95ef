//! Files that found all their symbols once, and who gave them. Where the givers are in a scope again, nothing is missing
//! again: somebody offers each symbol, whoever else may come first. A hundred modules bring the same libraries, and these
//! ask for more than the modules do.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};

use modpin_symbols::Loadable;

/// What was found so far of all modules of one process, bound with RTLD_NOW.
#[derive(Debug, Default)]
pub struct Satisfied(HashMap<Identity, Needs>);

/// A file that was read once is one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity(usize);

#[derive(Debug)]
struct Needs {
    /// As long as this is held, no other file has its identity; what is in it may go.
    _of: Weak<Loadable>,
    givers: Vec<(Identity, Weak<Loadable>)>,
}

impl Identity {
    /// Of a file that somebody holds.
    pub fn of(file: &Arc<Loadable>) -> Identity {
        Identity(Arc::as_ptr(file) as usize)
    }
}

impl Satisfied {
    /// Whether a file finds everything in a scope with these files.
    pub fn is_satisfied(&self, file: &Arc<Loadable>, scope: &HashSet<Identity>) -> bool {
        let needs = self.0.get(&Identity::of(file));
        needs.is_some_and(|needs| needs.givers.iter().all(|(giver, _)| scope.contains(giver)))
    }

    /// A file has found everything in these.
    pub fn learn<'a>(&mut self, file: &Arc<Loadable>, givers: impl Iterator<Item = &'a Arc<Loadable>>) {
        let givers = givers.map(|giver| (Identity::of(giver), Arc::downgrade(giver))).collect();
        self.0.insert(Identity::of(file), Needs { _of: Arc::downgrade(file), givers });
    }
}
