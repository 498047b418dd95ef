//! Which modules a module must find loaded before it, beyond those that it is declared to need: worked out of what it misses,
//! where one module of the host alone can be meant.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use modpin_engine::{Finder, StepError, StepIo};
use modpin_loader::{Verdict, plain};

use super::candidates::{Candidate, Candidates};
use super::opens::Opens;
use super::own_files::{own_index, own_json};
use super::pin_report::PinReport;
use super::predict::{Foreknown, ModuleInHost, predict_load};

/// A need leads to another; so many orders are tried.
const ROUNDS: usize = 200;

/// A module with all that is loaded before it.
pub struct WithNeeds {
    /// What is known of it then.
    pub known: Foreknown,
    /// How it is opened, and what before it.
    pub opens: Opens,
    /// The names of those that are loaded before it.
    pub before: Vec<String>,
}

/// Foretells the loader for a module that finds loaded what it is declared to need (`before`), and else what symbols show. The
/// answer is that of the declaration where these do not lead to one that is better. `report` is the host's pin report.
pub fn predict_with_needs(
    io: &mut StepIo<'_>,
    asked: &ModuleInHost<'_>,
    before: &[String],
    candidates: &Candidates,
    report: &str,
) -> Result<WithNeeds, StepError> {
    let declared = |known| WithNeeds { known, opens: asked.opens.clone(), before: before.to_owned() };
    let first = predict_load(io, asked)?;
    if first.predicted.missing.is_empty() {
        return Ok(declared(first));
    }
    let mut found = declared(first.clone());
    let mut tried = HashSet::new();
    while tried.len() < ROUNDS && tried.insert(found.before.clone()) {
        let offers = offers(io, asked.name, candidates, report)?;
        let missing = found.known.predicted.missing.iter();
        let next = missing.filter_map(|lost| offers.one(plain(&lost.symbol))).find(|&at| {
            // Who stands in front already does not help, nobody is loaded before itself, and what is declared to come later does.
            let file = &offers.modules[at].file;
            file != asked.module
                && found.opens.before.first() != Some(file)
                && !asked.opens.after.contains(file)
        });
        let Some(next) = next else { break };
        let Candidate { name, file, .. } = &offers.modules[next];
        found.opens.before.retain(|known| known != file);
        found.before.retain(|known| known != name);
        found.opens.before.insert(0, file.clone());
        found.before.insert(0, name.clone());
        found.known = predict_load(io, &ModuleInHost { opens: &found.opens, ..*asked })?;
        if found.known.predicted.missing.is_empty() {
            break;
        }
    }
    match found.known.predicted.verdict {
        Verdict::Loads => Ok(found),
        _ => Ok(declared(first)),
    }
}

/// What the modules of a host define for others to see.
#[derive(Default)]
struct ModuleOffers {
    modules: Vec<Candidate>,
    by_symbol: HashMap<String, Vec<usize>>,
}

impl ModuleOffers {
    /// The one that defines a symbol.
    fn one(&self, symbol: &str) -> Option<usize> {
        match self.by_symbol.get(symbol).map(Vec::as_slice) {
            Some([one]) => Some(*one),
            _ => None,
        }
    }
}

/// The same for all modules of a host.
fn offers(
    io: &mut StepIo<'_>,
    host: &str,
    candidates: &Candidates,
    report: &str,
) -> Result<Arc<ModuleOffers>, StepError> {
    io.finder().once(&format!("offers of the modules of {host}"), |finder: &mut Finder<'_>| {
        let bytes = finder.read(report)?.unwrap_or_default();
        let report: PinReport = own_json(report, &bytes)?;
        let mut offers = ModuleOffers::default();
        for module in candidates.modules()? {
            if !report.modules.iter().any(|known| known.module == module.name) {
                continue;
            }
            let Some(bytes) = finder.read(&module.symbols)? else { continue };
            let index = own_index(&module.symbols, &bytes)?;
            let tables = index.units.iter().take(1).filter_map(|unit| unit.object());
            let defined = tables.flat_map(|object| &object.table.defined);
            for symbol in defined.filter(|symbol| symbol.visibility.exportable()) {
                let known = offers.by_symbol.entry(symbol.name.to_string()).or_default();
                if known.last() != Some(&offers.modules.len()) {
                    known.push(offers.modules.len());
                }
            }
            offers.modules.push(module);
        }
        Ok(offers)
    })
}
