//! What the cache has to do with one action: before it runs, and with its result.

use crate::cache::KeptResult;

/// What the cache has for an action that is to run: the result that it would make, if it is there.
pub struct Known(pub Option<Box<KeptResult>>);

/// What the cache has to do with a result.
pub enum Caching {
    /// Nothing.
    None,
    /// It was taken from there.
    Taken(Box<KeptResult>),
    /// It can be kept there, once it is known what was read.
    Keepable(Box<KeptResult>),
    /// It cannot, for that reason.
    Fleeting(String),
}

/// The day of a time in seconds since the epoch, in UTC (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub fn day(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // Years begin in March here.
    let month = (5 * of_year + 2) / 153;
    let (day, month) =
        (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_796_255_999, "2026-12-02"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(day(seconds), expected);
        }
    }
}
