//! What is declared between archives, compared with what their members need of each other: all members, so that the answer
//! does not depend on who links them.

use crate::order::edges::{Edge, Edges};
use crate::order::ordered_link::OrderedLink;
use crate::order::request::ArchiveId;

/// Where declarations and symbols differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// An archive needs another that it does not declare, not even through those that it declares.
    pub undeclared: Vec<(ArchiveId, ArchiveId, Edge)>,
    /// An archive declares another and needs nothing of it. Both have members: a library of pkg-config has none and is there for
    /// its flags, and one that a configuration has left nothing of says nothing about others.
    pub unused: Vec<(ArchiveId, ArchiveId)>,
}

/// Compares what is declared with all edges between members.
pub(crate) fn compare(
    link: &OrderedLink<'_>,
    all: &Edges,
    declared: &[(ArchiveId, ArchiveId)],
) -> Declared {
    let reach: Vec<Vec<bool>> =
        (0..link.archives).map(|from| reached(ArchiveId(from), link.archives, declared)).collect();
    let undeclared = all.iter().filter(|&(from, to, _)| !reach[from.0][to.0]);
    let has_members = |archive| link.scope.unit_ids().any(|id| link.archive(id) == Some(archive));
    let is_unused = |&(from, to): &_| !uses(link, from, to) && [from, to].into_iter().all(has_members);
    let unused = declared.iter().copied().filter(is_unused);
    Declared {
        undeclared: undeclared.map(|(from, to, edge)| (from, to, edge.clone())).collect(),
        unused: unused.collect(),
    }
}

/// For each archive, whether one declares it, directly or through others.
fn reached(from: ArchiveId, archives: usize, declared: &[(ArchiveId, ArchiveId)]) -> Vec<bool> {
    let mut reached = vec![false; archives];
    let mut stack = vec![from];
    while let Some(at) = stack.pop() {
        for &(_, to) in declared.iter().filter(|(user, _)| *user == at) {
            if !std::mem::replace(&mut reached[to.0], true) {
                stack.push(to);
            }
        }
    }
    reached
}

/// Whether a member of one archive needs, weakly or not, a name that the other defines and the first does not.
fn uses(link: &OrderedLink<'_>, from: ArchiveId, to: ArchiveId) -> bool {
    let members = link.scope.unit_ids().filter(|&id| link.archive(id) == Some(from));
    let objects = members.filter_map(|id| link.scope.unit(id)?.object());
    let mut needs = objects.flat_map(|object| &object.table.needed);
    needs.any(|need| {
        let version = need.version.as_deref();
        let definers = link.scope.definers(&need.name);
        let mut at = definers
            .filter(|definer| definer.definition.answers(version))
            .map(|definer| link.archive(definer.unit))
            .collect::<Vec<_>>();
        at.dedup();
        at.contains(&Some(to)) && !at.contains(&Some(from))
    })
}
