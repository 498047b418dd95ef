//! Which modules a module must find loaded before it, beyond those that it is declared to need: worked out of what it misses,
//! where one module of the host alone can be meant.

use std::collections::HashSet;

use modpin_engine::{StepError, StepIo};
use modpin_loader::{Verdict, plain};

use super::candidates::{Candidate, Candidates};
use super::module_offers::{Among, module_offers};
use super::opens::Opens;
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
        let offers = module_offers(io, Among::Host(report), candidates)?;
        let missing = found.known.predicted.missing.iter();
        let next = missing.filter_map(|lost| offers.one(plain(&lost.symbol))).find(|next| {
            // Who stands in front already does not help, nobody is loaded before itself, and what is declared to come later does.
            let file = &next.file;
            file != asked.module
                && found.opens.before.first() != Some(file)
                && !asked.opens.after.contains(file)
        });
        let Some(Candidate { name, file, .. }) = next else { break };
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
