//! Decides which symbols a host must keep and export so that its modules load: the heart of modpin.
//!
//! A *pin* is a symbol that only an archive member has. It must be kept (`-u`, or the linker would leave the member out)
//! and exported (or the loader would not see it). A symbol of the host's own objects needs the export, and `-u` too, as a
//! root for `--gc-sections`. What nobody in the host defines is not decided here: it
//! may come from a shared library, and [`missing`](crate::missing) judges that on the finished files.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::link::closure::closure;
use crate::link::scope::{Link, Scope, UnitId};
use crate::link::site::{Asker, Site};
use crate::pin::clash::clashes;
use crate::pin::plan::{Export, Pin, PinPlan, Unread};
use crate::pin::refusal::Refusal;
use crate::pin::resolution::Resolution;
use crate::pin::unresolved::{Module, SymbolKey, Unresolved, add, blind_spot, unresolved};

/// The executable that loads the modules.
#[derive(Debug, Clone, Default)]
pub struct Host<'a> {
    /// What it is linked from.
    pub link: Link<'a>,
    /// Names that the project wants kept and exported, whether or not a known module needs them.
    pub exports: Vec<&'a str>,
}

/// Works out what the host must keep and export for these modules.
pub fn plan_pins(host: &Host<'_>, modules: &[Module<'_>]) -> PinPlan {
    plan_pins_beside(host, modules, &|_, _| false)
}

/// The same where a shared library beside the host gives some modules a symbol, by the module's number: then nobody keeps it
/// for that module.
pub fn plan_pins_beside(
    host: &Host<'_>,
    modules: &[Module<'_>],
    given: &dyn Fn(usize, &str) -> bool,
) -> PinPlan {
    let scope = Scope::new(&host.link);
    let mut plan = PinPlan { unread: unread(&scope), ..PinPlan::default() };
    let unresolved = all_unresolved(host, modules, given, &mut plan.refused);
    let roots = unresolved.values().filter(|symbol| symbol.is_root(&scope));
    let roots: Vec<&str> = roots.map(|symbol| symbol.symbol).collect();
    let linked = LazyCell::new(|| closure(&scope, &roots));
    let listed = listed(&scope);
    let mut pinned = BTreeSet::new();
    for symbol in unresolved.into_values() {
        let name = symbol.symbol;
        match symbol.resolve(&scope, &linked, &listed) {
            Resolution::Nothing => {}
            Resolution::Refuse(refusal) => plan.refused.push(refusal),
            Resolution::Elsewhere(elsewhere) => plan.elsewhere.push(elsewhere),
            Resolution::Export(export) => add_export(&mut plan.exports, export),
            Resolution::Pin(export) => {
                pinned.insert(name);
                add_export(&mut plan.exports, export);
            }
        }
    }
    let pins = plan.exports.iter().filter(|export| pinned.contains(&*export.symbol));
    plan.pins = pins.map(pin).collect();
    plan.refused.sort_unstable();
    plan.clashes = clashes(&scope, &linked);
    plan
}

/// Whether [`plan_pins`] must know all symbols of the archives: not only who has what these modules need ([`Index::read_names`]
/// tells that), but also which other members are linked, which may hide it or have it already.
///
/// [`Index::read_names`]: crate::Index::read_names
pub fn depends_on_links(host: &Host<'_>, modules: &[Module<'_>]) -> bool {
    let scope = Scope::new(&host.link);
    let unresolved = all_unresolved(host, modules, &|_, _| false, &mut Vec::new());
    unresolved.values().any(|symbol| symbol.depends_on_links(&scope))
}

fn pin(export: &Export) -> Pin {
    Pin { symbol: export.symbol.clone(), site: export.site.clone(), asked_by: export.asked_by.clone() }
}

/// What all modules and the project need from the host. A module of which that is not known is refused.
fn all_unresolved<'a>(
    host: &Host<'a>,
    modules: &[Module<'a>],
    given: &dyn Fn(usize, &str) -> bool,
    refused: &mut Vec<Refusal>,
) -> BTreeMap<SymbolKey<'a>, Unresolved<'a>> {
    let mut all = BTreeMap::new();
    for (at, module) in modules.iter().enumerate() {
        match blind_spot(module) {
            Some(what) => refused.push(Refusal::BlindModule { module: module.name.to_owned(), what }),
            None => unresolved(module)
                .into_iter()
                .filter(|symbol| !given(at, symbol.symbol))
                .for_each(|symbol| add(&mut all, symbol)),
        }
    }
    for &symbol in &host.exports {
        let askers = vec![Asker::Project];
        add(&mut all, Unresolved { symbol, version: None, weak: false, hidden: None, askers });
    }
    all
}

/// Adds an export in the order of names. Needed with and without its version, a symbol is exported once.
fn add_export(exports: &mut Vec<Export>, export: Export) {
    match exports.last_mut().filter(|last| last.symbol == export.symbol) {
        None => exports.push(export),
        Some(last) => {
            last.weak &= export.weak;
            last.asked_by.extend(export.asked_by);
            last.asked_by.sort_unstable();
            last.asked_by.dedup();
        }
    }
}

/// Names that archive indexes promise in units that we cannot read, each with the first such unit.
fn listed<'a>(scope: &Scope<'a>) -> HashMap<&'a str, UnitId> {
    let mut listed = HashMap::new();
    for id in scope.unit_ids() {
        for name in scope.unit(id).map(|unit| unit.listed.as_slice()).unwrap_or_default() {
            listed.entry(&**name).or_insert(id);
        }
    }
    listed
}

fn unread(scope: &Scope<'_>) -> Vec<Unread> {
    let blind = |id| Some((id, scope.unit(id)?.blind_spot()?));
    let blind = scope.unit_ids().filter_map(blind);
    blind.map(|(id, why)| Unread { site: Site::of(scope, id), why }).collect()
}
