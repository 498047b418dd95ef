//! Which archive members a linker takes, and why.
//!
//! The rules are those of ld(1) for archives inside `--start-group`: the linker goes round the archives; at each one it
//! takes the members that define a strong undefined name, unless something linked already defines it. A weak undefined
//! name takes nothing. Names given with `-u` are undefined from the start. Simplified: a COMMON definition counts as a
//! definition everywhere (ld would still take a member that defines the name with a value); outside of a group bfd does
//! not look back at an archive; and lld and mold take the first archive of all where bfd, being past it, takes the next.
//! Knows no shared libraries: what nobody in the link defines stays open.

use std::collections::{BTreeMap, HashMap, VecDeque};

use foldhash::fast::RandomState;

use crate::facts::table::{Need, Visibility};
use crate::link::scope::{Scope, UnitId};

/// One linked unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linked<'a> {
    /// Which unit.
    pub unit: UnitId,
    /// Why it is linked.
    pub why: Why<'a>,
}

/// Why a unit is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why<'a> {
    /// Its file is linked whole.
    Given,
    /// It defines a name that was asked for.
    Asked {
        /// The name.
        symbol: &'a str,
        /// Who asked; `None` for a name given with `-u`.
        by: Option<UnitId>,
    },
}

/// A strong need that nothing in the link defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open<'a> {
    /// The name.
    pub symbol: &'a str,
    /// The version asked for.
    pub version: Option<&'a str>,
    /// Who asked; `None` for a name given with `-u`.
    pub by: Option<UnitId>,
}

/// The narrowest visibility stated for a name, and who states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Narrowed {
    /// Never the default visibility.
    pub visibility: Visibility,
    /// The first unit in the order of linking that states it.
    pub unit: UnitId,
    /// Whether it is stated by a reference and not by the definition.
    pub by_reference: bool,
}

/// The result of a link as far as symbols go.
#[derive(Debug)]
pub struct Closure<'a> {
    /// In the order in which the linker takes them.
    pub linked: Vec<Linked<'a>>,
    /// In the order of asking.
    pub open: Vec<Open<'a>>,
    narrowed: HashMap<&'a str, Narrowed, RandomState>,
    taken: Taken,
}

/// Works out which units are linked, given `-u` for each of `undefined`.
pub fn closure<'a>(scope: &Scope<'a>, undefined: &[&'a str]) -> Closure<'a> {
    let mut closure = Closure {
        linked: Vec::new(),
        open: Vec::new(),
        narrowed: HashMap::default(),
        taken: Taken(scope.counts().map(|units| vec![None; units]).collect()),
    };
    let mut asked: Vec<Open<'a>> =
        undefined.iter().map(|&symbol| Open { symbol, version: None, by: None }).collect();
    for id in scope.unit_ids().take_while(|&id| scope.is_given(id)) {
        closure.take(scope, Linked { unit: id, why: Why::Given }, &mut asked);
    }
    let mut queues = Queues { waiting: BTreeMap::new() };
    let mut archive = 0;
    loop {
        for ask in asked.drain(..) {
            closure.enqueue(scope, archive, ask, &mut queues);
        }
        let Some((next, ask)) = queues.next(archive) else { break };
        archive = next;
        if let Answer::Take(id) = closure.answer(scope, archive, &ask) {
            let why = Why::Asked { symbol: ask.symbol, by: ask.by };
            closure.take(scope, Linked { unit: id, why }, &mut asked);
        }
    }
    closure
}

/// For each unit of each file its number among the linked ones, if it is linked.
#[derive(Debug)]
struct Taken(Vec<Vec<Option<usize>>>);

impl Taken {
    fn get(&self, id: UnitId) -> Option<usize> {
        *self.0.get(id.file as usize)?.get(id.position as usize)?
    }

    fn set(&mut self, id: UnitId, at: usize) {
        let unit = self.0.get_mut(id.file as usize).and_then(|file| file.get_mut(id.position as usize));
        if let Some(unit) = unit {
            *unit = Some(at);
        }
    }
}

/// Names that wait for the linker to come to an archive, by the archive. It goes round until none is left.
struct Queues<'a> {
    waiting: BTreeMap<u32, VecDeque<Open<'a>>>,
}

impl<'a> Queues<'a> {
    /// The next name to look up, and its archive: this one, or a later one, or the first again.
    fn next(&mut self, archive: u32) -> Option<(u32, Open<'a>)> {
        let at = self.waiting.range(archive..).chain(&self.waiting).map(|(&at, _)| at).next()?;
        let queue = self.waiting.get_mut(&at)?;
        let ask = queue.pop_front();
        if queue.is_empty() {
            self.waiting.remove(&at);
        }
        Some((at, ask?))
    }
}

enum Answer {
    Linked,
    Take(UnitId),
    Nobody,
}

impl<'a> Closure<'a> {
    /// Whether a unit is linked, and why.
    pub fn why(&self, id: UnitId) -> Option<Why<'a>> {
        let linked = self.linked.get(self.taken.get(id)?)?;
        Some(linked.why)
    }

    /// What the linked units together say of the visibility of `name`; `None` when all say default.
    pub fn narrowed(&self, name: &str) -> Option<Narrowed> {
        self.narrowed.get(name).copied()
    }

    /// Those of [`Scope::duplicates`] that two linked units define although one definition is all that a linker allows,
    /// with those units in the order of linking; sorted by name.
    pub fn clashes(&self, duplicates: &[(&'a str, Vec<UnitId>)]) -> BTreeMap<&'a str, Vec<UnitId>> {
        let is_linked = |id: &UnitId| self.taken.get(*id).is_some();
        let linked = |units: &[UnitId]| units.iter().copied().filter(is_linked).collect::<Vec<_>>();
        let linked = duplicates.iter().map(|(name, units)| (*name, linked(units)));
        linked.filter(|(_, units)| units.len() > 1).collect()
    }

    /// Queues the name at the archive that will answer it, unless a linked unit does already.
    fn enqueue(&mut self, scope: &Scope<'a>, archive: u32, ask: Open<'a>, queues: &mut Queues<'a>) {
        match self.answer(scope, archive, &ask) {
            Answer::Linked => {}
            Answer::Take(id) => queues.waiting.entry(id.file).or_default().push_back(ask),
            Answer::Nobody => self.open.push(ask),
        }
    }

    /// Who answers, seen from this archive: the first definition there or behind, or else the first of all.
    fn answer(&self, scope: &Scope<'a>, archive: u32, ask: &Open<'a>) -> Answer {
        let (mut first, mut ahead) = (None, None);
        for definer in
            scope.definers(ask.symbol).filter(|definer| definer.definition.answers(ask.version))
        {
            if self.taken.get(definer.unit).is_some() {
                return Answer::Linked;
            }
            first.get_or_insert(definer.unit);
            if definer.unit.file >= archive {
                ahead.get_or_insert(definer.unit);
            }
        }
        ahead.or(first).map_or(Answer::Nobody, Answer::Take)
    }

    fn take(&mut self, scope: &Scope<'a>, linked: Linked<'a>, asked: &mut Vec<Open<'a>>) {
        self.taken.set(linked.unit, self.linked.len());
        self.linked.push(linked);
        let Some(object) = scope.unit(linked.unit).and_then(|unit| unit.object()) else { return };
        for definition in &object.table.defined {
            self.narrow(&definition.name, definition.visibility, linked.unit, false);
        }
        for need in &object.table.needed {
            self.narrow(&need.name, need.visibility, linked.unit, true);
            if !need.weak {
                asked.push(open(need, linked.unit));
            }
        }
    }

    fn narrow(&mut self, name: &'a str, visibility: Visibility, id: UnitId, by_reference: bool) {
        if visibility == Visibility::Default {
            return;
        }
        let narrowed = Narrowed { visibility, unit: id, by_reference };
        let known = self.narrowed.entry(name).or_insert(narrowed);
        if known.visibility < visibility {
            *known = narrowed;
        }
    }
}

fn open<'a>(need: &'a Need<'a>, id: UnitId) -> Open<'a> {
    Open { symbol: &need.name, version: need.version.as_deref(), by: Some(id) }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::link::site::Site;
    use crate::notation::Files;

    /// `undefined` are the names of `-u`; the result lists units in the order of linking, then open names.
    fn check(link: &str, undefined: &[&str], expect: Expect) {
        let files = Files::new(link);
        let scope = Scope::new(&files.link());
        let closure = closure(&scope, undefined);
        let site = |id| Site::of(&scope, id).to_string();
        let why = |why| match why {
            Why::Given => String::new(),
            Why::Asked { symbol, by: None } => format!(" -u {symbol}"),
            Why::Asked { symbol, by: Some(id) } => format!(" {symbol} for {}", site(id)),
        };
        let mut lines: Vec<String> = closure
            .linked
            .iter()
            .map(|linked| format!("{}{}", site(linked.unit), why(linked.why)))
            .collect();
        lines.extend(closure.open.iter().map(|open| format!("open {}", open.symbol)));
        expect.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn strong_needs_take_members_until_nothing_is_left() {
        check(
            "main.o: main !f | a.a: f.o{f !g} x.o{x} | b.a: g.o{g !h !memcpy} h.o{h}",
            &[],
            expect![[r#"
                main.o
                a.a(f.o) f for main.o
                b.a(g.o) g for a.a(f.o)
                b.a(h.o) h for b.a(g.o)
                open memcpy"#]],
        );
    }

    #[test]
    fn weak_needs_take_nothing() {
        check("main.o: main ?f | a.a: f.o{f}", &[], expect!["main.o"]);
    }

    #[test]
    fn names_given_with_u_come_first_and_may_be_unknown() {
        check(
            "main.o: main !f | a.a: f.o{f} g.o{g}",
            &["g", "nosuch", "main"],
            expect![[r#"
                main.o
                a.a(g.o) -u g
                a.a(f.o) f for main.o
                open nosuch"#]],
        );
    }

    #[test]
    fn the_first_archive_wins_unless_the_name_is_there_already() {
        check(
            "main.o: main !f | a.a: 1.o{f} | b.a: 2.o{f}",
            &[],
            expect![[r#"
                main.o
                a.a(1.o) f for main.o"#]],
        );
        check(
            "main.o: main !g !f | a.a: 1.o{f} | b.a: 2.o{f g}",
            &[],
            expect![[r#"
                main.o
                a.a(1.o) f for main.o
                b.a(2.o) g for main.o"#]],
        );
    }

    #[test]
    fn a_linker_that_is_past_an_archive_takes_from_the_next() {
        check(
            "main.o: !g | a.a: 1.o{f} | b.a: 2.o{g !f} | c.a: 3.o{f}",
            &[],
            expect![[r#"
                main.o
                b.a(2.o) g for main.o
                c.a(3.o) f for b.a(2.o)"#]],
        );
    }

    #[test]
    fn archives_may_need_each_other() {
        check(
            "main.o: !a1 | a.a: 1.o{a1 !b1} 2.o{a2} | b.a: 3.o{b1 !a2 !a1}",
            &[],
            expect![[r#"
                main.o
                a.a(1.o) a1 for main.o
                b.a(3.o) b1 for a.a(1.o)
                a.a(2.o) a2 for b.a(3.o)"#]],
        );
    }

    #[test]
    fn versions_decide_which_definition_is_meant() {
        check(
            "main.o: !f !g@V1 | a.a: 1.o{f@V1} 2.o{f@@V2} 3.o{g@@V1} 4.o{g@V1}",
            &[],
            expect![[r#"
                main.o
                a.a(2.o) f for main.o
                a.a(3.o) g for main.o"#]],
        );
    }

    #[test]
    fn visibility_is_the_narrowest_that_a_linked_unit_states() {
        let files =
            Files::new("main.o: !f !g:protected | a.a: 1.o{f g !h:hidden} 2.o{h} 3.o{!f:internal}");
        let scope = Scope::new(&files.link());
        let closure = closure(&scope, &[]);
        let narrowed = |name: &str| {
            closure.narrowed(name).map(|n| (n.visibility.word(), n.unit.position, n.by_reference))
        };
        assert_eq!(narrowed("f"), None, "3.o is not linked");
        assert_eq!(narrowed("g"), Some(("protected", 0, true)));
        assert_eq!(narrowed("h"), Some(("hidden", 0, true)));
    }

    #[test]
    fn of_several_that_narrow_a_name_the_narrowest_counts_and_of_equals_the_first() {
        let check = |name: &str, expect: Expect| {
            let files = Files::new(
                "main.o: !take !wide:hidden !narrow:protected !same:hidden \
                | a.a: 1.o{take wide:protected narrow:hidden same:hidden}",
            );
            let scope = Scope::new(&files.link());
            let found = closure(&scope, &[]).narrowed(name).expect("it is narrowed");
            expect.assert_eq(&format!(
                "{} by {}",
                found.visibility.word(),
                Site::of(&scope, found.unit)
            ));
        };
        check("wide", expect!["hidden by main.o"]);
        check("narrow", expect!["hidden by a.a(1.o)"]);
        check("same", expect!["hidden by main.o"]);
    }
}
