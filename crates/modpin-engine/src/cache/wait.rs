//! Somebody who waits for an answer of a server, and may be told that it is not needed any more.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// One who waits: a thread asks, another one may end its wait.
#[derive(Debug, Default)]
pub struct Wait {
    over: AtomicBool,
    /// The number of what was asked last; none is zero.
    question: AtomicU64,
}

impl Wait {
    /// The answer is not needed any more.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// A question is under way. Says whether its answer is still needed.
    pub fn asks(&self, number: u64) -> bool {
        self.question.store(number, Ordering::SeqCst);
        !self.is_over()
    }

    /// The answer is not needed any more. Tells the number of the question, if there is one.
    pub fn end(&self) -> Option<u64> {
        self.over.store(true, Ordering::SeqCst);
        Some(self.question.load(Ordering::SeqCst)).filter(|&number| number > 0)
    }
}
