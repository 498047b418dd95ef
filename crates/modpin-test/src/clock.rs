//! The clock that stamps files. It stands still for some milliseconds at a time, and two changes in between may get one
//! stamp.

use rustix::time::{ClockId, clock_gettime};

/// Waits until what changes from now on is stamped later than all that has changed so far.
pub fn next_tick() {
    let now = clock_gettime(ClockId::Realtime);
    while clock_gettime(ClockId::RealtimeCoarse) <= now {
        std::thread::sleep(std::time::Duration::from_micros(500));
    }
}
