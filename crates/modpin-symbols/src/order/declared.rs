//! What is declared between archives, compared with what their members need of each other: all members, so that the answer
//! does not depend on who links them.

use crate::order::edges::{Edge, Edges};
use crate::order::graph::Laid;

/// Where declarations and symbols differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Between {
    /// An archive needs another that it does not declare, not even through those that it declares. With the numbers of both.
    pub undeclared: Vec<(usize, usize, Edge)>,
    /// An archive declares another and needs nothing of it. Numbers of both.
    pub unused: Vec<(usize, usize)>,
}

pub(crate) fn between(laid: &Laid<'_>, all: &Edges, declared: &[(usize, usize)]) -> Between {
    let reach: Vec<Vec<bool>> =
        (0..laid.archives).map(|from| reached(from, laid.archives, declared)).collect();
    let undeclared = all.iter().filter(|&(from, to, _)| !reach[from][to]);
    let unused = declared.iter().copied().filter(|&(from, to)| !uses(laid, from, to));
    Between {
        undeclared: undeclared.map(|(from, to, edge)| (from, to, edge.clone())).collect(),
        unused: unused.collect(),
    }
}

/// Which archives one declares, directly or through others.
fn reached(from: usize, archives: usize, declared: &[(usize, usize)]) -> Vec<bool> {
    let mut reached = vec![false; archives];
    let mut stack = vec![from];
    while let Some(at) = stack.pop() {
        for &(_, to) in declared.iter().filter(|(user, _)| *user == at) {
            if !std::mem::replace(&mut reached[to], true) {
                stack.push(to);
            }
        }
    }
    reached
}

/// Whether a member of one archive needs, weakly or not, a name that the other defines and the first does not.
fn uses(laid: &Laid<'_>, from: usize, to: usize) -> bool {
    let members = laid.scope.unit_ids().filter(|&id| laid.archive(id) == Some(from));
    let objects = members.filter_map(|id| laid.scope.unit(id)?.object());
    let mut needs = objects.flat_map(|object| &object.table.needed);
    needs.any(|need| {
        let version = need.version.as_deref();
        let definers = laid.scope.definers(&need.name);
        let mut at = definers
            .filter(|definer| definer.definition.answers(version))
            .map(|definer| laid.archive(definer.unit))
            .collect::<Vec<_>>();
        at.dedup();
        at.contains(&Some(to)) && !at.contains(&Some(from))
    })
}
