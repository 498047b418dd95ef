//! A process whose work is done elsewhere, too. When that is done first, the process is ended.

use std::sync::atomic::{AtomicBool, Ordering};

/// One such process.
#[derive(Debug)]
pub struct Race {
    /// No two of a run have the same one.
    pub number: u32,
    lost: AtomicBool,
}

impl Race {
    /// It begins.
    pub fn new(number: u32) -> Race {
        Race { number, lost: AtomicBool::new(false) }
    }

    /// Somebody else was first.
    pub fn lose(&self) {
        self.lost.store(true, Ordering::SeqCst);
    }

    /// Whether somebody else was first.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }
}
