//! What holds for every reader, whatever it reads: no more memory than 64 MiB and four times the input, the input counted in.
//! That it ends within a second is libFuzzer's business:
//!
//! ```text
//! cargo fuzz run loadable -- -timeout=1 -max_total_time=600
//! ```

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Reads, and fails when that takes too much.
pub fn bounded<T>(input: usize, read: impl FnOnce() -> T) -> T {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let result = read();
    let peak = ALLOCATOR.peak_usage() - before + input;
    assert!(peak <= (64 << 20) + 4 * input, "{peak} bytes of memory for {input} bytes");
    result
}
