//! When the stat of a file can be trusted: a file that changes within the tick of the clock in which it was seen may
//! keep its stat.

use crate::world::disk::Stat;
use crate::world::hash::Hash;

/// What lies at a path, as its stat vouches for it: stat and content; `None` where that is not known.
pub type Present = Option<(Stat, Hash)>;

/// A file as it was at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    /// What `stat(2)` said; `None` when nothing was there.
    pub stat: Option<Stat>,
    /// The clock before it was looked at, and before its content was read.
    pub seen_at: i64,
}

impl FileState {
    /// When a file was seen that is known to be settled.
    pub const SETTLED: i64 = i64::MAX;
    /// When something was seen whose stat tells nothing of its content.
    pub const UNSETTLED: i64 = i64::MIN;

    /// Whether every change since then shows in the stat: the last one lies in an earlier tick of the clock. Some file
    /// systems count whole seconds only, two of them at worst.
    pub fn settled(&self) -> bool {
        const SECOND: i64 = 1_000_000_000;
        self.stat.is_none_or(|stat| {
            let tick = if stat.ctime % SECOND == 0 { 2 * SECOND } else { 1 };
            stat.ctime.saturating_add(tick) <= self.seen_at
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(ctime: i64, seen_at: i64) -> bool {
        let stat = Stat { regular: true, size: 0, mtime: 0, ctime, inode: 1 };
        FileState { stat: Some(stat), seen_at }.settled()
    }

    #[test]
    fn what_was_seen_in_the_tick_of_its_change_is_not_settled() {
        assert!(!settled(5, 4) && !settled(5, 5) && settled(5, 6));
        // Whole seconds.
        assert!(!settled(3_000_000_000, 4_999_999_999) && settled(3_000_000_000, 5_000_000_000));
        assert!(!settled(i64::MAX, i64::MAX - 1));
        // What is not there cannot change unseen.
        assert!(FileState { stat: None, seen_at: 0 }.settled());
    }
}
