//! The engine on a real disk with real processes: kills, signals, locks, odd names, much output, few
//! resources. `MODPIN_RELIABILITY=full` runs the counts of the reliability table; a few otherwise.
//!
//! The program that is killed is this test binary itself, started once more: see `tool`.

mod world;
mod tool;
mod survive;
mod lock;
mod names;
mod swapped;
mod output;
mod resources;

use modpin_test::reliability::count;

/// How soon all must be over: in a second, by the table, on a machine that does nothing else. Otherwise the tests run at
/// once, beside whatever else; what must not be waited for takes a minute at least, so that half of it is a proof still.
fn soon() -> std::time::Duration {
    std::time::Duration::from_secs(count(30, 1) as u64)
}
