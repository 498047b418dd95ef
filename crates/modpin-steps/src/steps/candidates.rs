//! Where a symbol is that a module misses: in another module, in an archive that the host does not link. Asked only when
//! something is missing, of the symbol lists that the build has made so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use modpin_engine::{StepError, StepIo};
use modpin_loader::{Missing, plain};
use modpin_symbols::Visibility;
use serde::{Deserialize, Serialize};

use super::own_files::{own_index, own_json};

/// A target that may define what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// How messages call it: `libutil.a`, `block/crypt`.
    pub name: String,
    /// The list of its symbols.
    pub symbols: String,
    /// A module: its first unit is the whole.
    pub is_module: bool,
    /// The module itself; empty for an archive.
    #[serde(default)]
    pub file: String,
    /// The modules that this one is declared to need, now or later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// All of them. Each check of a project has the same, and hardly one asks: so they are kept as they are written down, once
/// for all checks.
#[derive(Clone, Debug, Default)]
pub struct Candidates(Arc<[u8]>);

impl Candidates {
    /// These, in their order.
    pub fn of(all: &[Candidate]) -> Candidates {
        Candidates(serde_json::to_vec(all).unwrap_or_default().into())
    }

    /// As they were written down.
    pub fn written(bytes: Arc<[u8]>) -> Candidates {
        Candidates(bytes)
    }

    /// As they are written down.
    pub(super) fn bytes(&self) -> Arc<[u8]> {
        Arc::clone(&self.0)
    }

    /// The modules among them.
    pub(super) fn modules(&self) -> Result<Vec<Candidate>, StepError> {
        let all = self.all()?;
        Ok(all.into_iter().filter(|candidate| candidate.is_module).collect())
    }

    fn all(&self) -> Result<Vec<Candidate>, StepError> {
        if self.0.is_empty() { Ok(Vec::new()) } else { own_json("what may define symbols", &self.0) }
    }
}

/// Adds to each missing symbol where else it is defined; answers the modules that define one of them for others to see.
pub fn locate(
    io: &mut StepIo<'_>,
    candidates: &Candidates,
    missing: &mut [Missing],
) -> Result<Vec<String>, StepError> {
    let mut helpful = Vec::new();
    if missing.is_empty() {
        return Ok(helpful);
    }
    for candidate in &candidates.all()? {
        let Some(bytes) = io.discover(&candidate.symbols)? else { continue };
        let index = own_index(&candidate.symbols, &bytes)?;
        let units = if candidate.is_module { 1 } else { index.units.len() };
        for unit in index.units.iter().take(units) {
            let Some(object) = unit.object() else { continue };
            for lost in missing.iter_mut() {
                let Some(definition) = object.table.definitions(plain(&lost.symbol)).first() else {
                    continue;
                };
                lost.found_in.push(shown(candidate, &unit.name, definition.visibility));
                if candidate.is_module
                    && definition.visibility.exportable()
                    && !helpful.contains(&candidate.name)
                {
                    helpful.push(candidate.name.clone());
                }
            }
        }
    }
    Ok(helpful)
}

/// What they define for others to see, each name with the first that has it.
pub fn defined_names(
    io: &mut StepIo<'_>,
    candidates: &Candidates,
) -> Result<BTreeMap<String, String>, StepError> {
    let mut names = BTreeMap::new();
    for candidate in &candidates.all()? {
        let Some(bytes) = io.discover(&candidate.symbols)? else { continue };
        let index = own_index(&candidate.symbols, &bytes)?;
        let units = if candidate.is_module { 1 } else { index.units.len() };
        for unit in index.units.iter().take(units) {
            let defined = unit.object().into_iter().flat_map(|object| &object.table.defined);
            for symbol in defined.filter(|symbol| symbol.visibility.exportable()) {
                let place = || shown(candidate, &unit.name, symbol.visibility);
                names.entry(symbol.name.to_string()).or_insert_with(place);
            }
        }
    }
    Ok(names)
}

/// Which of these symbols each module defines for others to see.
pub fn offers(
    io: &mut StepIo<'_>,
    candidates: &Candidates,
    symbols: &[&str],
) -> Result<Vec<(String, String)>, StepError> {
    let mut offers = Vec::new();
    for candidate in candidates.all()?.iter().filter(|candidate| candidate.is_module) {
        let Some(bytes) = io.discover(&candidate.symbols)? else { continue };
        let index = own_index(&candidate.symbols, &bytes)?;
        let Some(object) = index.units.first().and_then(|unit| unit.object()) else { continue };
        let visible = |symbol: &&&str| {
            object.table.definitions(symbol).iter().any(|definition| definition.visibility.exportable())
        };
        let of_module = symbols.iter().filter(visible);
        offers.extend(of_module.map(|symbol| ((*symbol).to_owned(), candidate.name.clone())));
    }
    Ok(offers)
}

fn shown(candidate: &Candidate, member: &str, visibility: Visibility) -> String {
    let hidden = match visibility.exportable() {
        true => String::new(),
        false => format!(" ({})", visibility.word()),
    };
    match candidate.is_module {
        true => format!("module {}{hidden}", candidate.name),
        false => format!("{}({member}){hidden}", candidate.name),
    }
}
