//! How often what happens at random moments is tried.

/// `full` with `MODPIN_RELIABILITY=full`, which runs the counts of the reliability table; `few` otherwise.
pub fn count<T>(few: T, full: T) -> T {
    if std::env::var("MODPIN_RELIABILITY").is_ok_and(|value| value == "full") { full } else { few }
}
