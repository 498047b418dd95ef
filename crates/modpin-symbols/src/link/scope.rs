//! Who defines a name in a link, in the order in which a linker looks: the files that are always linked, then the
//! archives.
//!
//! Holds every definition of every member, whether it will be linked or not; which members are is
//! [`closure`](crate::closure)'s question. Built once over all names, so a look-up costs one hash.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::archive::unit::Unit;
use crate::facts::table::{Definition, Visibility};
use crate::index::{Index, UnitNumbers};
use crate::name::{can_be_pinned, linker_provides};

/// One file of a link, with the name to show for it.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// How messages call it: `libutil.a`, `main.o`.
    pub name: &'a str,
    /// Its symbols.
    pub index: &'a Index<'a>,
}

/// What one final link is given, in order.
#[derive(Debug, Clone, Default)]
pub struct Link<'a> {
    /// Files that are linked whole: objects, and archives under `--whole-archive`.
    pub objects: Vec<File<'a>>,
    /// Archives, of which the linker takes the members it needs. Seen as one group: see [`closure`](crate::closure).
    pub archives: Vec<File<'a>>,
}

/// Which unit of a link: the number of its file, objects first, and its number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId {
    /// Counted from 0 over the objects and on over the archives.
    pub file: u32,
    /// Counted from 0 in the file.
    pub position: u32,
}

/// One definition, and where it is.
#[derive(Debug, Clone, Copy)]
pub struct Definer<'a> {
    /// The unit that defines.
    pub unit: UnitId,
    /// What it says.
    pub definition: &'a Definition<'a>,
}

/// All definitions of a link by name.
#[derive(Debug)]
pub struct Scope<'a> {
    files: Vec<File<'a>>,
    /// What tells units of one name apart, for each file; worked out when somebody asks.
    numbers: Vec<OnceCell<UnitNumbers>>,
    /// Files before this one are linked whole.
    archives_from: usize,
    definers: Vec<Chained<'a>>,
    /// The first and last definer of each name.
    chains: HashMap<&'a str, (u32, u32), RandomState>,
    /// Names that some unit refers to and does not want everybody to see.
    guarded: HashSet<&'a str, RandomState>,
}

/// The definers of one name form a list through the vector that holds all of them.
#[derive(Debug)]
struct Chained<'a> {
    definer: Definer<'a>,
    next: Option<u32>,
}

impl<'a> Scope<'a> {
    /// Gathers the definitions of all files.
    pub fn new(link: &Link<'a>) -> Self {
        let files: Vec<File<'a>> = link.objects.iter().chain(&link.archives).copied().collect();
        let count = files.iter().flat_map(|file| &file.index.units).map(defined).map(<[_]>::len).sum();
        let mut scope = Scope {
            archives_from: link.objects.len(),
            definers: Vec::with_capacity(count),
            chains: HashMap::with_capacity_and_hasher(count, RandomState::default()),
            guarded: HashSet::default(),
            numbers: files.iter().map(|_| OnceCell::new()).collect(),
            files,
        };
        for id in scope.unit_ids().collect::<Vec<_>>() {
            let Some(object) = scope.unit(id).and_then(|unit| unit.object()) else { continue };
            for definition in &object.table.defined {
                scope.add(Definer { unit: id, definition });
            }
            let guarded =
                object.table.needed.iter().filter(|need| need.visibility != Visibility::Default);
            scope.guarded.extend(guarded.map(|need| &*need.name));
        }
        scope
    }

    fn add(&mut self, definer: Definer<'a>) {
        let added = number(self.definers.len());
        self.definers.push(Chained { definer, next: None });
        let chain = self.chains.entry(&definer.definition.name).or_insert((added, added));
        let last = std::mem::replace(&mut chain.1, added);
        if last != added {
            self.definers[last as usize].next = Some(added);
        }
    }

    /// Whether any unit, linked or not, says of `name` that not everybody may see or replace it.
    pub(crate) fn is_guarded(&self, name: &str) -> bool {
        let states = |definer: Definer<'_>| definer.definition.visibility != Visibility::Default;
        self.guarded.contains(name) || self.definers(name).any(states)
    }

    /// Who defines `name`, in link order.
    pub fn definers(&self, name: &str) -> impl Iterator<Item = Definer<'a>> + '_ {
        let mut next = self.chains.get(name).map(|&(first, _)| first);
        std::iter::from_fn(move || {
            let chained = self.definers.get(next? as usize)?;
            next = chained.next;
            Some(chained.definer)
        })
    }

    /// The names that a host made of this link could show to modules, sorted: what is defined for everybody, under no old
    /// version, and nowhere in the link hidden or referred to as hidden.
    pub fn offered(&self) -> Vec<&'a str> {
        let shown = |definer: Definer<'_>| definer.definition.visibility.exportable();
        let offers = |name: &str| {
            let current = |definer: &Definer<'_>| definer.definition.answers(None);
            let mut definers = self.definers(name);
            let first = definers.next().filter(current).is_some_and(shown);
            first && definers.all(shown) && !self.guarded.contains(name) && can_be_pinned(name)
        };
        let names = self.chains.keys().copied();
        let mut names: Vec<&str> = names.filter(|name| offers(name) && !linker_provides(name)).collect();
        names.sort_unstable();
        names
    }

    /// Names with more than one definition that may not meet in one link (weak, COMMON and COMDAT ones may), with all
    /// such definers in link order; sorted by name. The first wins: of a later archive the linker takes nothing for
    /// this name.
    pub fn duplicates(&self) -> Vec<(&'a str, Vec<UnitId>)> {
        let claims = |definer: &Definer<'_>| {
            definer.definition.is_exclusive() && definer.definition.answers(None)
        };
        let repeated = self.chains.iter().filter(|(_, (first, last))| first != last);
        // In C++ most names that repeat are inline functions: nothing is collected for those.
        let exclusive = repeated.filter(|(name, _)| self.definers(name).filter(claims).nth(1).is_some());
        let units =
            |name: &str| self.definers(name).filter(claims).map(|definer| definer.unit).collect();
        let mut found: Vec<_> = exclusive.map(|(&name, _)| (name, units(name))).collect();
        found.sort_unstable();
        found
    }

    /// Every unit in link order.
    pub fn unit_ids(&self) -> impl Iterator<Item = UnitId> + '_ {
        self.files.iter().enumerate().flat_map(|(file, of)| {
            (0..of.index.units.len())
                .map(move |unit| UnitId { file: number(file), position: number(unit) })
        })
    }

    /// For every file the number of its units.
    pub(crate) fn counts(&self) -> impl Iterator<Item = usize> + '_ {
        self.files.iter().map(|file| file.index.units.len())
    }

    /// Whether the file that holds a unit is linked whole.
    pub fn is_given(&self, id: UnitId) -> bool {
        (id.file as usize) < self.archives_from
    }

    /// The unit with this id.
    pub fn unit(&self, id: UnitId) -> Option<&'a Unit<'a>> {
        self.files.get(id.file as usize)?.index.units.get(id.position as usize)
    }

    /// What messages call the unit with this id: see [`Index::unit_name`].
    pub fn unit_name(&self, id: UnitId) -> Cow<'a, str> {
        let Some((file, numbers)) = self.file(id).zip(self.numbers.get(id.file as usize)) else {
            return "".into();
        };
        let numbers = numbers.get_or_init(|| UnitNumbers::of(file.index));
        numbers.name(file.index, id.position as usize)
    }

    /// The file that holds a unit.
    pub fn file(&self, id: UnitId) -> Option<File<'a>> {
        self.files.get(id.file as usize).copied()
    }
}

fn defined<'a>(unit: &'a Unit<'a>) -> &'a [Definition<'a>] {
    unit.object().map(|object| object.table.defined.as_slice()).unwrap_or_default()
}

/// Counts of files, units and symbols: all far below four thousand millions, as each takes bytes of a file in memory.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::link::site::Site;
    use crate::notation::Files;

    fn check_definers(link: &str, name: &str, expect: Expect) {
        let files = Files::new(link);
        let scope = Scope::new(&files.link());
        let sites = scope.definers(name).map(|definer| Site::of(&scope, definer.unit).to_string());
        expect.assert_eq(&sites.collect::<Vec<_>>().join(" "));
    }

    fn check_duplicates(link: &str, expect: Expect) {
        let files = Files::new(link);
        let scope = Scope::new(&files.link());
        let line = |(name, units): (&str, Vec<UnitId>)| {
            let sites: Vec<_> = units.iter().map(|&id| Site::of(&scope, id).to_string()).collect();
            format!("{name}: {}", sites.join(" "))
        };
        expect.assert_eq(&scope.duplicates().into_iter().map(line).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn objects_come_before_archives_and_archives_in_their_order() {
        let link = "b.a: x.o{f} y.o{f g} | main.o: main f | a.a: z.o{f}";
        check_definers(link, "f", expect!["main.o b.a(x.o) b.a(y.o) a.a(z.o)"]);
        check_definers(link, "g", expect!["b.a(y.o)"]);
        check_definers(link, "h", expect![""]);
    }

    #[test]
    fn weak_common_and_comdat_definitions_are_no_duplicates() {
        check_duplicates(
            "a.a: 1.o{f ~w =c %i v@V1} 2.o{f ~w =c %i v@@V2 g} | b.a: 3.o{f g w c i}",
            expect![[r#"
                f: a.a(1.o) a.a(2.o) b.a(3.o)
                g: a.a(2.o) b.a(3.o)"#]],
        );
    }

    #[test]
    fn what_is_hidden_anywhere_and_what_is_old_is_not_offered() {
        let link = "main.o: main !g:hidden | a.a: x.o{f ~w h:hidden o@V1 n@@V2} y.o{g p:protected} | b.a: z.o{f:hidden k}";
        let files = Files::new(link);
        assert_eq!(Scope::new(&files.link()).offered(), ["k", "main", "n", "p", "w"]);
    }

    #[test]
    fn members_of_one_name_are_told_apart() {
        let files = Files::new("u.a: trace.o{f} trace.o{g}");
        let scope = Scope::new(&files.link());
        let unit =
            |name: &str| scope.definers(name).map(|definer| definer.unit.position).collect::<Vec<_>>();
        assert_eq!((unit("f"), unit("g")), (vec![0], vec![1]));
    }
}
