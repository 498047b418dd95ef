//! What would help a module of a project that misses symbols: other modules first, foretold to be enough; or that modules need
//! each other, so that none can be first. Asked when the loader has refused it.

use modpin_engine::{StepError, StepIo};
use modpin_loader::{Advice, NeededOf, Prediction, Verdict, plain};

use super::candidates::{Candidates, offers};
use super::cycle;
use super::module_offers::{Among, ModuleOffers, module_offers};
use super::opens::Opens;
use super::own_files::own_json;
use super::pin_report::PinReport;
use super::predict::{ModuleInHost, predict_load};

/// One module leads to another; longer ways are given up.
const ROUNDS: usize = 50;

/// What was found.
#[derive(Default)]
pub struct LoadWays {
    /// The modules that the host must have loaded before, by name and in order: then the module loads.
    pub first: Vec<String>,
    /// Why there are none.
    pub advice: Vec<Advice>,
}

/// The ways out for a module that is called `name`; `report` is the host's pin report.
pub fn load_ways(
    io: &mut StepIo<'_>,
    name: &str,
    asked: &ModuleInHost<'_>,
    candidates: &Candidates,
    report: &str,
) -> Result<LoadWays, StepError> {
    let offers = module_offers(io, Among::All, candidates)?;
    let mut now = Tried { opens: asked.opens.clone(), then: predict_load(io, asked)?.predicted };
    let is_known = now.then.missing.iter().any(|lost| {
        let modules = offers.who(plain(&lost.symbol));
        modules.iter().any(|other| *other != name)
    });
    let mut first = Vec::new();
    for _ in 0..ROUNDS {
        let Some((other, with)) = one_more(io, name, asked, &now, &offers)? else { break };
        first.retain(|known| *known != other);
        first.insert(0, other);
        now = with;
    }
    if now.then.verdict == Verdict::Loads {
        return Ok(LoadWays { first, advice: Vec::new() });
    }
    let advice = if is_known { cycle_of(io, name, candidates, report)? } else { None };
    Ok(LoadWays { first: Vec::new(), advice: advice.into_iter().collect() })
}

/// How the module is opened, and what comes of it.
struct Tried {
    opens: Opens,
    then: Prediction,
}

/// A module more in front, with which a symbol less is missing.
fn one_more(
    io: &mut StepIo<'_>,
    name: &str,
    asked: &ModuleInHost<'_>,
    now: &Tried,
    offers: &ModuleOffers,
) -> Result<Option<(String, Tried)>, StepError> {
    for symbol in now.then.missing.iter().map(|lost| plain(&lost.symbol)) {
        for (other, file) in offers.files_of(symbol) {
            let is_there = now.opens.before.first() == Some(file) || now.opens.after.contains(file);
            if other == name || is_there {
                continue;
            }
            let mut opens = now.opens.clone();
            opens.before.retain(|known| known != file);
            opens.before.insert(0, file.clone());
            let then = predict_load(io, &ModuleInHost { opens: &opens, ..*asked })?.predicted;
            if !then.missing.iter().any(|still| plain(&still.symbol) == symbol) {
                return Ok(Some((other.to_owned(), Tried { opens, then })));
            }
        }
    }
    Ok(None)
}

/// The modules that need each other, if the module is one of them.
fn cycle_of(
    io: &mut StepIo<'_>,
    name: &str,
    candidates: &Candidates,
    report: &str,
) -> Result<Option<Advice>, StepError> {
    let bytes = io.discover(report)?.unwrap_or_default();
    let report: PinReport = own_json(report, &bytes)?;
    let symbols: Vec<&str> =
        report.plan.elsewhere.iter().map(|elsewhere| elsewhere.symbol.as_str()).collect();
    let dependencies = cycle::dependencies(&report, &offers(io, candidates, &symbols)?);
    let needed = |need: &&cycle::Dependency| NeededOf {
        module: need.from.clone(),
        symbol: need.symbol.clone(),
        of: need.to.clone(),
    };
    let cycle = cycle::shortest_cycle(&dependencies, name);
    Ok(cycle.map(|cycle| Advice::Cycle { needs: cycle.iter().map(needed).collect() }))
}
