//! Actions that run at once: they wait for each other, so that a busy machine makes no difference.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// For threads that have nothing else to do.
const A_MINUTE: Duration = Duration::from_secs(60);

/// Counts how many run at once. The first ones wait until as many as are expected have met.
#[derive(Default)]
pub struct Meeting {
    expected: usize,
    count: Mutex<Count>,
    come: Condvar,
}

#[derive(Clone, Copy, Default)]
struct Count {
    now: usize,
    most: usize,
}

impl Meeting {
    /// One where so many are expected.
    pub fn of(expected: usize) -> Arc<Meeting> {
        Arc::new(Meeting { expected, ..Meeting::default() })
    }

    /// Comes, waits and goes.
    pub fn meet(&self) {
        let mut count = self.count.lock().unwrap();
        count.now += 1;
        count.most = count.most.max(count.now);
        self.come.notify_all();
        let few = |count: &mut Count| count.most < self.expected;
        let (count, late) = self.come.wait_timeout_while(count, A_MINUTE, few).unwrap();
        drop(count);
        assert!(!late.timed_out(), "{} do not meet", self.expected);
        // One too many would come in now.
        std::thread::sleep(Duration::from_millis(5));
        self.count.lock().unwrap().now -= 1;
    }

    /// How many were there at once, at most.
    pub fn most(&self) -> usize {
        self.count.lock().unwrap().most
    }
}
