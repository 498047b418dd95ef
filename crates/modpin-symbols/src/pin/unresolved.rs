//! What a module still asks of its host after its own objects and archives answered each other, and who in it asks.
//!
//! Knows one module and no host.

use std::collections::BTreeMap;

use crate::facts::table::Visibility;
use crate::link::closure::{Closure, closure};
use crate::link::scope::{File, Link, Scope, UnitId};
use crate::link::site::{Asker, Site};

/// A module before its final link.
#[derive(Debug, Clone)]
pub struct Module<'a> {
    /// How messages call it: `block/crypt`.
    pub name: &'a str,
    /// The relocatable object that all of its own objects were linked into (`.mo`).
    pub linked: File<'a>,
    /// Its own objects, to say which of them asks. May be empty.
    pub objects: Vec<File<'a>>,
    /// Archives that are linked into the module itself, in link order.
    pub archives: Vec<File<'a>>,
}

/// A name that a module needs from outside.
pub(crate) struct Wish<'a> {
    pub symbol: &'a str,
    pub version: Option<&'a str>,
    pub weak: bool,
    /// Set when the module itself says that the name may not come from outside.
    pub narrowed: Option<Box<(Visibility, Site)>>,
    /// In any order, with repetitions. Never empty.
    pub by: Vec<Asker>,
}

/// Why the needs of a module are not known, if they are not.
pub(crate) fn blind_spot(module: &Module<'_>) -> Option<String> {
    let unit = module.linked.index.units.first()?;
    unit.blind_spot()
}

/// Everything that the module needs from outside, by name.
pub(crate) fn wishes<'a>(module: &Module<'a>) -> Vec<Wish<'a>> {
    let link = Link { objects: vec![module.linked], archives: module.archives.clone() };
    let scope = Scope::new(&link);
    let closure = closure(&scope, &[]);
    let mut wishes = BTreeMap::new();
    for open in &closure.open {
        gather(
            &mut wishes,
            module,
            &scope,
            Ask { symbol: open.symbol, version: open.version, weak: false, by: open.by },
        );
    }
    for ask in weak_asks(&scope, &closure) {
        gather(&mut wishes, module, &scope, ask);
    }
    let in_lto_member = |symbol: &str| {
        let units = module.archives.iter().flat_map(|file| &file.index.units);
        units.into_iter().any(|unit| unit.listed.binary_search_by(|name| (**name).cmp(symbol)).is_ok())
    };
    let mut wishes: Vec<Wish<'a>> =
        wishes.into_values().filter(|wish| !in_lto_member(wish.symbol)).collect();
    for wish in &mut wishes {
        let narrowed =
            closure.narrowed(wish.symbol).filter(|narrowed| !narrowed.visibility.exportable());
        wish.narrowed =
            narrowed.map(|narrowed| Box::new((narrowed.visibility, Site::of(&scope, narrowed.unit))));
    }
    wishes
}

struct Ask<'a> {
    symbol: &'a str,
    version: Option<&'a str>,
    weak: bool,
    by: Option<UnitId>,
}

fn weak_asks<'a>(scope: &Scope<'a>, closure: &Closure<'a>) -> Vec<Ask<'a>> {
    let mut asks = Vec::new();
    for linked in &closure.linked {
        let Some(object) = scope.unit(linked.unit).and_then(|unit| unit.object()) else { continue };
        for need in object.table.needed.iter().filter(|need| need.weak) {
            let mut definers = scope.definers(&need.name);
            if !definers.any(|definer| closure.why(definer.unit).is_some()) {
                let (symbol, version) = (&*need.name, need.version.as_deref());
                asks.push(Ask { symbol, version, weak: true, by: Some(linked.unit) });
            }
        }
    }
    asks
}

type Wishes<'a> = BTreeMap<(&'a str, Option<&'a str>), Wish<'a>>;

fn gather<'a>(wishes: &mut Wishes<'a>, module: &Module<'a>, scope: &Scope<'a>, ask: Ask<'a>) {
    let (symbol, version) = (ask.symbol, ask.version);
    let new = || Wish { symbol, version, weak: true, narrowed: None, by: Vec::new() };
    let wish = wishes.entry((symbol, version)).or_insert_with(new);
    wish.weak &= ask.weak;
    let objects = match ask.by {
        Some(id) if scope.is_given(id) => askers(&module.objects, symbol),
        _ => Vec::new(),
    };
    let asker = |object: String| Asker::Module { module: module.name.to_owned(), object };
    match (objects.is_empty(), ask.by) {
        (true, Some(id)) => wish.by.extend([asker(Site::of(scope, id).to_string())]),
        _ => wish.by.extend(objects.into_iter().map(|object| asker(object.to_owned()))),
    }
}

/// Which of these files need `symbol`: those that cannot do without, or else those that ask weakly.
pub fn askers<'a>(files: &[File<'a>], symbol: &str) -> Vec<&'a str> {
    let asks = |file: &&File<'a>, weak: bool| {
        let objects = file.index.units.iter().filter_map(|unit| unit.object());
        objects.flat_map(|object| object.table.needs(symbol)).any(|need| need.weak == weak)
    };
    let all = |weak: bool| {
        files.iter().filter(|file| asks(file, weak)).map(|file| file.name).collect::<Vec<_>>()
    };
    let strong = all(false);
    if strong.is_empty() { all(true) } else { strong }
}
