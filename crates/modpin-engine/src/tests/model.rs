//! Random graphs, random edits, and a model that knows no engine: after each build the outputs are those
//! of a clean build, and what ran is exactly what the model says.
//!
//! `MODPIN_MODEL_SEQUENCES` (120) and `MODPIN_MODEL_SEED` choose how many and which. A sequence that fails
//! is made as small as it gets, and told with its seed.

mod project;
mod included;
mod expectation;
mod loss;
mod counts;
mod sequence;
mod whole;
mod case;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use case::Case;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn random_builds_are_exact() {
    let (count, seed) = (number("MODPIN_MODEL_SEQUENCES", 120), number("MODPIN_MODEL_SEED", 1));
    let (next, total) = (AtomicU64::new(0), Mutex::new(counts::Counts::default()));
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let case = Case::random(seed.wrapping_add(at));
            match case.run() {
                Ok(counts) => total.lock().unwrap().add(&counts),
                Err(first) => {
                    // To make it small takes minutes, and who waits may not.
                    eprintln!("MODPIN_MODEL_SEED={} fails:\n{first}", seed.wrapping_add(at));
                    let smallest = case.shrink().story(seed.wrapping_add(at));
                    panic!("{first}\n\nThe smallest:\n{smallest}")
                }
            }
        }
    };
    // The longest of all these tests: on both processors.
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let total = total.into_inner().unwrap();
    println!("{count} sequences from seed {seed}: {total:?}");
    // A model that never had anything to say would prove nothing.
    assert!(total.builds > count && total.ran > count && total.fresh > count, "{total:?}");
    assert!(total.taken > count, "{total:?}");
    assert!(total.parts > count / 2 && total.losses > count / 2, "{total:?}");
}
