//! No reader takes more memory than 64 MiB and four times its input, the input counted in: real large files, and files made
//! to need much.
//!
//! A binary of its own, because its allocator counts. MODPIN_TIMED=1 also wants each read within a second, and one more for
//! every 8 MiB; without it times are only told, for other tests run as well. Which readers there are is said by the files below.

mod archives;
mod elf;
mod engine;
mod library;
mod lines;
mod objects;
mod loadables;
mod real;
mod texts;
mod verbs;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use modpin_test::child;
use modpin_test::skip::is_long;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

const FREE: usize = 64 << 20;

/// Of this thread's processor, where the system tells: other tests run at the same time.
fn time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|text| text.parse().ok());
    nanos.map_or_else(|| BEGINNING.elapsed(), Duration::from_nanos)
}

/// The allocator counts for all threads of a process, so each test runs in a process of its own. Answers whether it just
/// has, or is left out.
fn ran_alone() -> bool {
    let thread = std::thread::current();
    // With one thread for all tests there is nobody else: they run in the main thread.
    let test = thread.name().filter(|&name| name != "main" && !child::inside());
    test.inspect(|test| {
        if !is_long(test) {
            child::run_again(test, &[])
        }
    })
    .is_some()
}

/// Reads what `input` makes, and fails when that takes too much.
fn check<T>(what: &str, input: impl FnOnce() -> Vec<u8>, read: impl FnOnce(&[u8]) -> T) -> T {
    let input = input();
    measured(what, input.len(), input.len(), || read(&input))
}

/// The same for what reads files of this size in all, of which `held` bytes lie in memory already.
fn measured<T>(what: &str, size: usize, held: usize, read: impl FnOnce() -> T) -> T {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let start = time();
    let result = read();
    let took = time() - start;
    let peak = ALLOCATOR.peak_usage() - before + held;
    let (mib, ratio) =
        (|bytes: usize| bytes as f64 / f64::from(1 << 20), peak as f64 / size.max(1) as f64);
    eprintln!(
        "{what}: {:.1} MiB in, {:.1} MiB at most, {ratio:.2} times, {took:.2?}",
        mib(size),
        mib(peak)
    );
    assert!(peak <= FREE + 4 * size, "{what}: {peak} bytes of memory for {size} bytes");
    let timed = std::env::var_os("MODPIN_TIMED").is_some();
    let enough = Duration::from_secs(1 + (size >> 23) as u64);
    assert!(!timed || took <= enough, "{what}: took {took:?}");
    result
}
