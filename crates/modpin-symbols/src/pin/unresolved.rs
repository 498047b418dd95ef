//! What a module still asks of its host after its own objects and archives answered each other, and who in it asks.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

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

/// An unresolved symbol: a name, in one version, that is needed from the host.
pub(crate) struct Unresolved<'a> {
    pub symbol: &'a str,
    pub version: Option<&'a str>,
    /// Whether all who need it can do without.
    pub weak: bool,
    /// Set when a module itself says that the symbol may not come from outside.
    pub hidden: Option<Box<HiddenReference>>,
    /// In any order, with repetitions. Never empty.
    pub askers: Vec<Asker>,
}

/// A module's own statement that a symbol does not come from outside.
pub(crate) struct HiddenReference {
    pub visibility: Visibility,
    pub site: Site,
    /// Who in that module needs it.
    pub askers: Vec<Asker>,
}

/// What tells unresolved symbols apart: name and version.
pub(crate) type SymbolKey<'a> = (&'a str, Option<&'a str>);

/// Adds one more need of a symbol: if one of those who need it cannot do without, it is needed strongly.
pub(crate) fn add<'a>(all: &mut BTreeMap<SymbolKey<'a>, Unresolved<'a>>, more: Unresolved<'a>) {
    match all.entry((more.symbol, more.version)) {
        Entry::Vacant(new) => _ = new.insert(more),
        Entry::Occupied(mut known) => {
            let known = known.get_mut();
            known.weak &= more.weak;
            known.hidden = known.hidden.take().or(more.hidden);
            known.askers.extend(more.askers);
        }
    }
}

/// Why the needs of a module are not known, if they are not.
pub(crate) fn blind_spot(module: &Module<'_>) -> Option<String> {
    let unit = module.linked.index.units.first()?;
    unit.blind_spot()
}

/// Everything that the module needs from outside, by name.
pub(crate) fn unresolved<'a>(module: &Module<'a>) -> Vec<Unresolved<'a>> {
    let link = Link { objects: vec![module.linked], archives: module.archives.clone() };
    let scope = Scope::new(&link);
    let closure = closure(&scope, &[]);
    let strong = closure.open.iter().map(|open| OpenNeed {
        symbol: open.symbol,
        version: open.version,
        weak: false,
        by: open.by,
    });
    let mut names = AskerNames::of(module);
    let mut found: BTreeMap<SymbolKey<'a>, Unresolved<'a>> = BTreeMap::new();
    for need in strong.chain(weak_needs(&scope, &closure)) {
        add(&mut found, need.unresolved(module, &scope, &mut names));
    }
    let in_lto_member = |symbol: &str| {
        let units = module.archives.iter().flat_map(|file| &file.index.units);
        units.into_iter().any(|unit| unit.listed.binary_search_by(|name| (**name).cmp(symbol)).is_ok())
    };
    let mut found: Vec<Unresolved<'a>> =
        found.into_values().filter(|found| !in_lto_member(found.symbol)).collect();
    for symbol in &mut found {
        symbol.hidden = hidden(&scope, &closure, symbol).map(Box::new);
    }
    found
}

fn hidden(scope: &Scope<'_>, closure: &Closure<'_>, symbol: &Unresolved<'_>) -> Option<HiddenReference> {
    let narrowed = closure.narrowed(symbol.symbol)?;
    let (visibility, site) = (narrowed.visibility, Site::of(scope, narrowed.unit));
    let askers = symbol.askers.clone();
    (!visibility.exportable()).then_some(HiddenReference { visibility, site, askers })
}

/// One unit's need that nothing in the module answers.
struct OpenNeed<'a> {
    symbol: &'a str,
    version: Option<&'a str>,
    weak: bool,
    by: Option<UnitId>,
}

fn weak_needs<'a>(scope: &Scope<'a>, closure: &Closure<'a>) -> Vec<OpenNeed<'a>> {
    let mut needs = Vec::new();
    for linked in &closure.linked {
        let Some(object) = scope.unit(linked.unit).and_then(|unit| unit.object()) else { continue };
        for need in object.table.needed.iter().filter(|need| need.weak) {
            let mut definers = scope.definers(&need.name);
            if !definers.any(|definer| closure.why(definer.unit).is_some()) {
                let (symbol, version) = (&*need.name, need.version.as_deref());
                needs.push(OpenNeed { symbol, version, weak: true, by: Some(linked.unit) });
            }
        }
    }
    needs
}

impl<'a> OpenNeed<'a> {
    fn unresolved(
        &self,
        module: &Module<'_>,
        scope: &Scope<'a>,
        names: &mut AskerNames,
    ) -> Unresolved<'a> {
        let OpenNeed { symbol, version, weak, by } = *self;
        let objects = match by {
            Some(id) if scope.is_given(id) => askers(&module.objects, symbol),
            _ => Vec::new(),
        };
        let askers = match (objects.is_empty(), by) {
            (true, Some(id)) => vec![names.unit(scope, id)],
            _ => objects.into_iter().map(|object| names.object(object)).collect(),
        };
        Unresolved { symbol, version, weak, hidden: None, askers }
    }
}

/// Who asks in one module, each name once in memory.
struct AskerNames {
    module: Arc<str>,
    units: HashMap<UnitId, Arc<str>>,
    objects: BTreeSet<Arc<str>>,
}

impl AskerNames {
    fn of(module: &Module<'_>) -> AskerNames {
        AskerNames { module: module.name.into(), units: HashMap::new(), objects: BTreeSet::new() }
    }

    fn unit(&mut self, scope: &Scope<'_>, id: UnitId) -> Asker {
        let object = self.units.entry(id).or_insert_with(|| Site::of(scope, id).to_string().into());
        Asker::Module { module: self.module.clone(), object: object.clone() }
    }

    fn object(&mut self, object: &str) -> Asker {
        if !self.objects.contains(object) {
            self.objects.insert(object.into());
        }
        let object = self.objects.get(object).cloned().unwrap_or_default();
        Asker::Module { module: self.module.clone(), object }
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
