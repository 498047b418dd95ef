//! Processes that are closures.

use std::io;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::world::process::{Ended, Processes, Spawn};

/// Processes that are a closure. They take no time but what it adds to these milliseconds: which one starts first must not
/// depend on how busy the machine is.
pub struct FakeProcesses<'a, F>(pub F, pub &'a AtomicU64);

impl<F: Fn(&Spawn) -> io::Result<Ended> + Sync> Processes for FakeProcesses<'_, F> {
    fn run(&self, spawn: &Spawn) -> io::Result<Ended> {
        (self.0)(spawn)
    }

    fn end_all(&self) {}

    fn now(&self) -> Instant {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        *BEGINNING + Duration::from_millis(self.1.load(Ordering::SeqCst))
    }
}
