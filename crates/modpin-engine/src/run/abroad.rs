//! The actions of a run of which another machine has a part.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::graph::ActionId;
use crate::run::job::Job;
use crate::run::waits::Waits;
use crate::world::race::Race;

/// How far they are.
pub struct Abroad {
    /// Those that another machine may run, once it is known what they read.
    pub going: HashSet<ActionId>,
    /// Those that another machine runs with what they have read before.
    pub guessed: HashSet<ActionId>,
    /// What another machine has made, until it is taken.
    pub arrived: HashMap<ActionId, Box<Job>>,
    /// Who waits for the server.
    pub waits: Waits,
    /// Those of them that run here as well.
    pub races: HashMap<ActionId, Arc<Race>>,
}

impl Abroad {
    /// None so far.
    pub fn new(waits: Waits) -> Abroad {
        Abroad {
            going: HashSet::new(),
            guessed: HashSet::new(),
            arrived: HashMap::new(),
            waits,
            races: HashMap::new(),
        }
    }
}
