//! Who waits for an answer of the server, and since when. A server that takes its time is within its rights, and a build that waits for it
//! while there is a place here would be done sooner without it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cache::Wait;
use crate::graph::ActionId;

/// Patience is halved so often at most.
const HALVED: u32 = 6;

/// Those who wait.
pub struct Waits {
    patience: Duration,
    waiting: HashMap<ActionId, (Instant, Arc<Wait>)>,
    /// So many came first here rather than there, without those that did not.
    late: u32,
}

/// Who has waited long enough.
#[derive(Debug, PartialEq, Eq)]
pub enum Overdue {
    /// This one.
    Now(ActionId),
    /// Nobody, before so much time has passed.
    In(Duration),
    /// Nobody waits.
    Never,
}

impl Waits {
    /// With a server for which an action waits so long.
    pub fn new(patience: Duration) -> Waits {
        Waits { patience, waiting: HashMap::new(), late: 0 }
    }

    /// An action begins to wait.
    pub fn begin(&mut self, action: ActionId, now: Instant) -> Arc<Wait> {
        let wait = Arc::new(Wait::default());
        self.waiting.insert(action, (now, Arc::clone(&wait)));
        wait
    }

    /// There was an answer.
    pub fn answered(&mut self, action: ActionId) {
        if self.waiting.remove(&action).is_some() {
            self.late = self.late.saturating_sub(1);
        }
    }

    /// An action needs no answer any more: it was sooner done here.
    pub fn late(&mut self, action: ActionId) -> Option<Arc<Wait>> {
        let (_, wait) = self.waiting.remove(&action)?;
        self.late = (self.late + 1).min(HALVED);
        Some(wait)
    }

    /// Nobody needs an answer any more.
    pub fn all(&mut self) -> impl Iterator<Item = Arc<Wait>> {
        self.waiting.drain().map(|(_, (_, wait))| wait)
    }

    /// Of those that may run here, who has waited long enough, the last one who came: to that the server comes last.
    pub fn overdue(&self, now: Instant, may: impl Fn(ActionId) -> bool) -> Overdue {
        let patience = self.patience / (1 << self.late);
        let waiting = self.waiting.iter().filter(|(action, _)| may(**action));
        let waited =
            waiting.map(|(&action, &(since, _))| (now.saturating_duration_since(since), action));
        let (over, under): (Vec<_>, Vec<_>) = waited.partition(|&(waited, _)| waited >= patience);
        let over = over.into_iter().min_by_key(|&(waited, action)| (waited, std::cmp::Reverse(action)));
        match (over, under.into_iter().max()) {
            (Some((_, action)), _) => Overdue::Now(action),
            (None, Some((waited, _))) => Overdue::In(patience - waited),
            (None, None) => Overdue::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_last_is_first_and_who_was_late_is_waited_for_less() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut waits = Waits::new(4 * second);
        let [a, b, c] = [0, 1, 2].map(ActionId);
        assert_eq!(waits.overdue(start, |_| true), Overdue::Never);
        waits.begin(a, start);
        waits.begin(b, start + second);
        waits.begin(c, start + 3 * second);
        assert_eq!(waits.overdue(start + 3 * second, |_| true), Overdue::In(second));
        assert_eq!(waits.overdue(start + 5 * second, |_| true), Overdue::Now(b));
        assert_eq!(waits.overdue(start + 5 * second, |action| action != b), Overdue::Now(a));
        assert_eq!(waits.overdue(start + 5 * second, |action| action == c), Overdue::In(2 * second));
        assert!(waits.late(a).is_some() && waits.late(a).is_none());
        assert_eq!(waits.overdue(start + 5 * second, |_| true), Overdue::Now(c));
        waits.answered(b);
        assert_eq!(waits.overdue(start + 5 * second, |_| true), Overdue::In(2 * second));
    }
}
