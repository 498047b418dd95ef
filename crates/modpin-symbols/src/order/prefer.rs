//! How archives would like to stand: users before what they use, as far as several opinions of different weight agree.
//!
//! The result is a preference: whether a link works that way is
//! [`arrange`](crate::order::arrange)'s question.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::order::request::ArchiveId;

/// Pairs of archives of which the first would like to stand before the second.
pub(crate) type Opinion = [(ArchiveId, ArchiveId)];

/// These archives in an order in which each pair of `opinions` has its first before its second, where that is possible.
/// Opinions come with the weightiest first: inside a cycle the lightest are dropped until it opens. Where nothing decides, and
/// in what stays a cycle, the archive that was given first comes first.
pub(crate) fn prefer(archives: &[ArchiveId], opinions: &[&Opinion]) -> Vec<ArchiveId> {
    let Some((_, weightier)) = opinions.split_last() else {
        let mut archives = archives.to_vec();
        archives.sort_unstable();
        return archives;
    };
    let sorted_inside = |part: Vec<ArchiveId>| match part.len() {
        1 => part,
        _ => prefer(&part, weightier),
    };
    components(archives, &opinions.concat()).into_iter().flat_map(sorted_inside).collect()
}

/// The strongly connected components of `archives`, users before what they use; of several that could come next, the one with
/// the archive that was given first. Pairs that leave these archives do not count.
pub(crate) fn components(archives: &[ArchiveId], pairs: &Opinion) -> Vec<Vec<ArchiveId>> {
    let vertex: BTreeMap<ArchiveId, usize> =
        archives.iter().enumerate().map(|(at, &archive)| (archive, at)).collect();
    let mut forward = vec![BTreeSet::new(); archives.len()];
    let mut backward = vec![BTreeSet::new(); archives.len()];
    for (from, to) in pairs {
        if let (Some(&from), Some(&to)) = (vertex.get(from), vertex.get(to)) {
            forward[from].insert(to);
            backward[to].insert(from);
        }
    }
    let component = component_of(&forward, &backward);
    let mut parts: BTreeMap<usize, Vec<ArchiveId>> = BTreeMap::new();
    for (at, &archive) in archives.iter().enumerate() {
        parts.entry(component[at]).or_default().push(archive);
    }
    let edges: BTreeSet<(usize, usize)> = forward
        .iter()
        .enumerate()
        .flat_map(|(from, to)| to.iter().map(move |&to| (from, to)))
        .map(|(from, to)| (component[from], component[to]))
        .filter(|(from, to)| from != to)
        .collect();
    topological(parts, &edges)
}

/// Takes parts, whose key nobody needs after this, in an order that the edges allow.
fn topological(
    mut parts: BTreeMap<usize, Vec<ArchiveId>>,
    edges: &BTreeSet<(usize, usize)>,
) -> Vec<Vec<ArchiveId>> {
    let mut users: BTreeMap<usize, usize> = BTreeMap::new();
    for &(_, to) in edges {
        *users.entry(to).or_default() += 1;
    }
    let first = |part: &[ArchiveId]| Reverse(part.iter().copied().min());
    let free = parts.iter().filter(|(key, _)| !users.contains_key(key));
    let mut ready: BinaryHeap<_> = free.map(|(&key, part)| (first(part), key)).collect();
    let mut order = Vec::new();
    while let Some((_, key)) = ready.pop() {
        order.extend(parts.remove(&key));
        for &(_, to) in edges.range((key, 0)..=(key, usize::MAX)) {
            let Some(left) = users.get_mut(&to) else { continue };
            *left -= 1;
            if *left == 0 {
                ready.extend(parts.get(&to).map(|part| (first(part), to)));
            }
        }
    }
    order
}

/// For each vertex a number that it shares with those that it reaches and that reach it (Kosaraju's algorithm).
fn component_of(forward: &[BTreeSet<usize>], backward: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut finished = Vec::new();
    let mut seen = vec![false; forward.len()];
    for start in 0..forward.len() {
        let mut stack = vec![(start, false)];
        while let Some((at, leaving)) = stack.pop() {
            if leaving {
                finished.push(at);
            } else if !std::mem::replace(&mut seen[at], true) {
                stack.push((at, true));
                stack.extend(forward[at].iter().map(|&next| (next, false)));
            }
        }
    }
    let mut component = vec![usize::MAX; forward.len()];
    for &start in finished.iter().rev() {
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            if component[at] == usize::MAX {
                component[at] = start;
                stack.extend(&backward[at]);
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(usize, usize)]) -> Vec<(ArchiveId, ArchiveId)> {
        pairs.iter().map(|&(from, to)| (ArchiveId(from), ArchiveId(to))).collect()
    }

    fn numbers(archives: Vec<ArchiveId>) -> Vec<usize> {
        archives.into_iter().map(|archive| archive.0).collect()
    }

    fn preferred(count: usize, opinions: &[&[(usize, usize)]]) -> Vec<usize> {
        let opinions: Vec<_> = opinions.iter().map(|opinion| pairs(opinion)).collect();
        let opinions: Vec<&Opinion> = opinions.iter().map(Vec::as_slice).collect();
        numbers(prefer(&(0..count).map(ArchiveId).collect::<Vec<_>>(), &opinions))
    }

    fn components_of(archives: &[usize], edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let archives: Vec<ArchiveId> = archives.iter().copied().map(ArchiveId).collect();
        components(&archives, &pairs(edges)).into_iter().map(numbers).collect()
    }

    #[test]
    fn users_come_first_and_ties_are_broken_by_number() {
        assert_eq!(preferred(4, &[&[(3, 0)]]), [1, 2, 3, 0]);
        assert_eq!(preferred(4, &[&[(2, 1), (1, 0)]]), [2, 1, 0, 3]);
        assert_eq!(preferred(3, &[&[]]), [0, 1, 2]);
    }

    #[test]
    fn the_lightest_opinion_gives_way_and_only_where_it_must() {
        assert_eq!(preferred(3, &[&[(1, 0)], &[(0, 1), (2, 1)]]), [2, 1, 0]);
        assert_eq!(preferred(3, &[&[], &[(1, 0)], &[(0, 1)]]), [1, 0, 2]);
        assert_eq!(preferred(2, &[&[(0, 1), (1, 0)]]), [0, 1]);
    }

    #[test]
    fn a_cycle_stays_together() {
        let pairs = [(0, 2), (2, 4), (4, 0), (4, 1), (3, 2)];
        assert_eq!(components_of(&[0, 1, 2, 3, 4], &pairs), [vec![3], vec![0, 2, 4], vec![1]]);
        assert_eq!(components_of(&[0, 1, 2], &pairs), [vec![0], vec![1], vec![2]]);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let pairs: Vec<(usize, usize)> = (1..20_000).map(|at| (at, at - 1)).collect();
        let order = preferred(20_000, &[&pairs]);
        assert!(order.iter().rev().copied().eq(0..20_000));
    }
}
