//! Whether a finished order works, looked at once more without the shortcuts that found it: symbols, not arcs.

use std::collections::HashSet;

use crate::link::scope::UnitId;
use crate::order::ordered_link::OrderedLink;
use crate::order::request::ArchiveId;

/// A name that a linker still lacks after it looked at each group once, although one of the archives has it.
pub(crate) fn lacks<'a>(
    link: &OrderedLink<'a>,
    groups: &[Vec<ArchiveId>],
    undefined: &[&'a str],
) -> Option<&'a str> {
    let waiting = vec![Vec::new(); link.archives];
    let mut linker = Linker { link, taken: HashSet::new(), asked: Vec::new(), waiting };
    undefined.iter().for_each(|&name| linker.ask((name, None)));
    let given = |archive| {
        let units = link.scope.unit_ids();
        units.filter(move |&id| link.scope.is_given(id) && link.archive(id) == archive)
    };
    given(None).for_each(|object| linker.take(object));
    for group in groups {
        group.iter().flat_map(|&whole| given(Some(whole))).for_each(|unit| linker.take(unit));
        linker.search(group);
    }
    linker.asked.iter().find(|&&lookup| !linker.is_there(lookup)).map(|&(name, _)| name)
}

/// A name with its version.
type Lookup<'a> = (&'a str, Option<&'a str>);

struct Linker<'l, 'a> {
    link: &'l OrderedLink<'a>,
    taken: HashSet<UnitId>,
    /// All that was asked for before it was there, and that somebody has.
    asked: Vec<Lookup<'a>>,
    /// For each archive, what was asked for since it was searched, and which of its units has it first.
    waiting: Vec<Vec<(Lookup<'a>, UnitId)>>,
}

impl<'a> Linker<'_, 'a> {
    /// Goes round a group until nothing more is asked of it.
    fn search(&mut self, group: &[ArchiveId]) {
        while let Some(&archive) = group.iter().find(|&&archive| !self.waiting[archive.0].is_empty()) {
            while let Some((lookup, id)) = self.waiting[archive.0].pop() {
                if !self.is_there(lookup) {
                    self.take(id);
                }
            }
        }
    }

    fn take(&mut self, id: UnitId) {
        if !self.taken.insert(id) {
            return;
        }
        let Some(object) = self.link.scope.unit(id).and_then(|unit| unit.object()) else { return };
        let strong = object.table.needed.iter().filter(|need| !need.weak);
        strong.for_each(|need| self.ask((&*need.name, need.version.as_deref())));
    }

    fn ask(&mut self, lookup: Lookup<'a>) {
        let mut last = None;
        for id in definers(self.link, lookup) {
            if self.taken.contains(&id) {
                return;
            }
            let archive = self.link.archive(id);
            if let (Some(number), true) = (archive, archive != last) {
                self.waiting[number.0].push((lookup, id));
            }
            last = archive;
        }
        self.asked.extend(last.map(|_| lookup));
    }

    fn is_there(&self, lookup: Lookup<'_>) -> bool {
        definers(self.link, lookup).any(|id| self.taken.contains(&id))
    }
}

fn definers<'l>(
    link: &'l OrderedLink<'_>,
    (name, version): Lookup<'l>,
) -> impl Iterator<Item = UnitId> + 'l {
    let definers = link.scope.definers(name);
    definers.filter(move |definer| definer.definition.answers(version)).map(|definer| definer.unit)
}
