//! A link whose archives stand in some order: who defines what then, and which archive holds a unit.

use crate::link::scope::{Link, Scope, UnitId};
use crate::link::site::{Reference, Site};
use crate::order::request::{ArchiveId, OrderRequest};

/// The files of a link with their archives in some order.
pub(crate) struct OrderedLink<'a> {
    pub scope: Scope<'a>,
    /// Which archive each file is, in the order of the scope; `None` for an object.
    owner: Vec<Option<ArchiveId>>,
    /// How many archives there are.
    pub archives: usize,
}

impl<'a> OrderedLink<'a> {
    /// Archives that are linked whole count as objects for who wins, wherever they stand.
    pub fn new(request: &OrderRequest<'a>, sequence: &[ArchiveId]) -> OrderedLink<'a> {
        let (whole, lazy): (Vec<ArchiveId>, Vec<ArchiveId>) =
            sequence.iter().partition(|&&archive| request.archive(archive).whole);
        let files = |archives: &[ArchiveId]| {
            archives.iter().map(|&archive| request.archive(archive).file).collect::<Vec<_>>()
        };
        let objects = [&request.objects[..], &files(&whole)].concat();
        let owner = request.objects.iter().map(|_| None);
        OrderedLink {
            owner: owner.chain(whole.iter().chain(&lazy).map(|&archive| Some(archive))).collect(),
            scope: Scope::new(&Link { objects, archives: files(&lazy) }),
            archives: request.archives.len(),
        }
    }

    /// The archive that holds a unit.
    pub fn archive(&self, unit: UnitId) -> Option<ArchiveId> {
        self.owner.get(unit.file as usize).copied().flatten()
    }

    pub fn site(&self, unit: UnitId) -> Site {
        Site::of(&self.scope, unit)
    }

    /// One unit's need of a symbol of another, in words.
    pub fn reference(&self, from: UnitId, symbol: &str, to: UnitId) -> Reference {
        Reference { from: self.site(from), symbol: symbol.to_owned(), to: self.site(to) }
    }
}
