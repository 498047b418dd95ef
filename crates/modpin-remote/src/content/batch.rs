//! Which contents go together in one message, and which are too large for that.

use crate::digest::Digest;

/// Beside its content, each one takes no more of a message than this.
pub(super) const BESIDE: u64 = 256;

/// More than this go in no message.
const MOST: usize = 4000;

/// Contents by how they travel.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Batches<T> {
    /// Those that share a message.
    pub together: Vec<Vec<T>>,
    /// Those that go in pieces.
    pub alone: Vec<T>,
}

/// Fills messages in the order of what is given, so that none has more than `limit` bytes.
pub(super) fn batches<T>(
    all: impl IntoIterator<Item = T>,
    digest: impl Fn(&T) -> Digest,
    limit: u64,
) -> Batches<T> {
    let mut batches = Batches { together: Vec::new(), alone: Vec::new() };
    let mut room = 0;
    for one in all {
        let needs = digest(&one).size.saturating_add(BESIDE);
        if needs > limit {
            batches.alone.push(one);
            continue;
        }
        match batches.together.last_mut().filter(|batch| needs <= room && batch.len() < MOST) {
            Some(batch) => batch.push(one),
            None => {
                batches.together.push(vec![one]);
                room = limit;
            }
        }
        room -= needs;
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(sizes: &[u64], limit: u64) -> (Vec<Vec<u64>>, Vec<u64>) {
        let batches = batches(sizes.to_vec(), |size| Digest { hash: [0; 32], size: *size }, limit);
        (batches.together, batches.alone)
    }

    #[test]
    fn messages_are_filled_and_no_more() {
        let limit = 1000 + 2 * BESIDE;
        assert_eq!(
            sizes(&[500, 500, 1, 2000, 2], limit),
            (vec![vec![500, 500], vec![1, 2]], vec![2000])
        );
        assert_eq!(sizes(&[1, 2], 1), (vec![], vec![1, 2]));
        assert_eq!(sizes(&[u64::MAX], u64::MAX), (vec![vec![u64::MAX]], vec![]));
        assert_eq!(sizes(&[0; MOST + 1], u64::MAX).0.len(), 2);
    }
}
