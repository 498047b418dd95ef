//! How often what happens at random moments is tried.

/// `full` with `MODPIN_RELIABILITY=full`, which runs the counts of the reliability table; `few` otherwise.
pub fn count<T>(few: T, full: T) -> T {
    if is_full() { full } else { few }
}

/// Whether the counts of the table are asked for.
pub fn is_full() -> bool {
    std::env::var("MODPIN_RELIABILITY").is_ok_and(|value| value == "full")
}
