//! Whether a finished order works, looked at once more without the shortcuts that found it: symbols, not arcs.

use std::collections::HashSet;

use crate::link::scope::UnitId;
use crate::order::graph::Laid;

/// A name that a linker still lacks after it looked at each group once, although one of the archives has it.
pub(crate) fn lacks<'a>(
    laid: &Laid<'a>,
    groups: &[Vec<usize>],
    undefined: &[&'a str],
) -> Option<&'a str> {
    let waiting = vec![Vec::new(); laid.archives];
    let mut link = Linker { laid, taken: HashSet::new(), asked: Vec::new(), waiting };
    undefined.iter().for_each(|&name| link.ask((name, None)));
    let given = |archive| {
        let units = laid.scope.unit_ids();
        units.filter(move |&id| laid.scope.is_given(id) && laid.archive(id) == archive)
    };
    given(None).for_each(|object| link.take(object));
    for group in groups {
        group.iter().flat_map(|&whole| given(Some(whole))).for_each(|unit| link.take(unit));
        link.search(group);
    }
    link.asked.iter().find(|&&ask| !link.is_there(ask)).map(|&(name, _)| name)
}

/// A name with its version.
type Ask<'a> = (&'a str, Option<&'a str>);

struct Linker<'l, 'a> {
    laid: &'l Laid<'a>,
    taken: HashSet<UnitId>,
    /// All that was asked for before it was there, and that somebody has.
    asked: Vec<Ask<'a>>,
    /// For each archive, what was asked for since it was searched, and which of its units has it first.
    waiting: Vec<Vec<(Ask<'a>, UnitId)>>,
}

impl<'a> Linker<'_, 'a> {
    /// Goes round a group until nothing more is asked of it.
    fn search(&mut self, group: &[usize]) {
        while let Some(&archive) = group.iter().find(|&&archive| !self.waiting[archive].is_empty()) {
            while let Some((ask, id)) = self.waiting[archive].pop() {
                if !self.is_there(ask) {
                    self.take(id);
                }
            }
        }
    }

    fn take(&mut self, id: UnitId) {
        if !self.taken.insert(id) {
            return;
        }
        let Some(object) = self.laid.scope.unit(id).and_then(|unit| unit.object()) else { return };
        let strong = object.table.needed.iter().filter(|need| !need.weak);
        strong.for_each(|need| self.ask((&*need.name, need.version.as_deref())));
    }

    fn ask(&mut self, ask: Ask<'a>) {
        let mut last = None;
        for id in definers(self.laid, ask) {
            if self.taken.contains(&id) {
                return;
            }
            let archive = self.laid.archive(id);
            if let (Some(number), true) = (archive, archive != last) {
                self.waiting[number].push((ask, id));
            }
            last = archive;
        }
        self.asked.extend(last.map(|_| ask));
    }

    fn is_there(&self, ask: Ask<'_>) -> bool {
        definers(self.laid, ask).any(|id| self.taken.contains(&id))
    }
}

fn definers<'l>(laid: &'l Laid<'_>, (name, version): Ask<'l>) -> impl Iterator<Item = UnitId> + 'l {
    let definers = laid.scope.definers(name);
    definers.filter(move |definer| definer.definition.answers(version)).map(|definer| definer.unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::Files;
    use crate::order::order;
    use crate::order::request::Users;
    use crate::order::tests::random::{numbers, permutations, random_link, unordered};

    #[test]
    fn a_group_is_made_if_and_only_if_no_order_works() {
        let mut random = numbers();
        let (mut ordered, mut grouped) = (0, 0);
        for _ in 0..3000 {
            let archives = 2 + random(3);
            let text = random_link(&mut random, archives, 0);
            let files = Files::new(&text);
            let unordered = unordered(&files, Users::ThisLink);
            let laid = Laid::new(&unordered, &(0..archives).collect::<Vec<_>>());
            let works = |groups: &[Vec<usize>]| lacks(&laid, groups, &unordered.undefined).is_none();
            let found = order(&unordered);
            assert!(works(&found.groups), "{text}\n{found:?}");
            assert_eq!(found.undecided, None, "{text}");
            let alone = |order: &Vec<usize>| order.iter().map(|&at| vec![at]).collect::<Vec<_>>();
            let possible = permutations(archives).iter().any(|order| works(&alone(order)));
            assert_eq!(found.cycles.is_empty(), possible, "{text}\n{found:?}");
            assert!(found.cycles.iter().all(|cycle| cycle.chain.len() > 1), "{text}\n{found:?}");
            *(if possible { &mut ordered } else { &mut grouped }) += 1;
        }
        assert!(ordered > 300 && grouped > 300, "{ordered} orders, {grouped} groups");
    }

    #[test]
    fn an_order_works_whoever_wins_and_is_the_same_each_time() {
        let mut random = numbers();
        let mut settled = 0;
        for _ in 0..3000 {
            let archives = 2 + random(5);
            let text = random_link(&mut random, archives, 30);
            let files = Files::new(&text);
            let unordered = unordered(&files, Users::ThisLink);
            let found = order(&unordered);
            let sequence = found.groups.concat();
            let laid = Laid::new(&unordered, &sequence);
            assert_eq!(lacks(&laid, &found.groups, &unordered.undefined), None, "{text}\n{found:?}");
            assert_eq!(order(&unordered), found, "{text}");
            settled += usize::from(found.undecided.is_none());
        }
        assert!(settled > 2980, "only {settled} settled");
    }

    #[test]
    fn an_order_for_anyone_works_from_each_member() {
        let mut random = numbers();
        for _ in 0..1000 {
            let archives = 2 + random(4);
            let text = random_link(&mut random, archives, 0);
            let files = Files::new(&text);
            let mut unordered = unordered(&files, Users::Anyone);
            unordered.objects.clear();
            let found = order(&unordered);
            let laid = Laid::new(&unordered, &(0..archives).collect::<Vec<_>>());
            for file in files.ending(".a") {
                for object in file.index.units.iter().filter_map(|unit| unit.object()) {
                    let root = &object.table.defined[0].name;
                    assert_eq!(lacks(&laid, &found.groups, &[root]), None, "{root}: {text}\n{found:?}");
                }
            }
        }
    }
}
