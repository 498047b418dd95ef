//! How a link comes to take a unit: from an object or a pin, need by need.

use modpin_symbols::{Asker, SourceLine, UnitId, Why};
use serde::Serialize;

use super::lines::Lines;
use super::program::Program;

/// One need on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NeedOnWay {
    /// Who needs the symbol: an object by its source, or a member of an archive.
    pub by: String,
    /// The module that it belongs to, when the need is a module's: then this is a pin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// What it needs.
    pub symbol: String,
    /// The unit that is linked for it.
    pub links: String,
    /// The lines that use the symbol, where debug information tells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<SourceLine>,
}

/// The way to a unit, from its beginning. Empty for a unit that is linked for itself, and for one that is not linked.
pub(super) fn chain(
    programs: &[Program<'_>],
    at: usize,
    unit: UnitId,
    lines: &mut dyn Lines,
) -> Vec<NeedOnWay> {
    let program = &programs[at];
    let mut steps = Vec::new();
    let mut links = unit;
    while let Some(Why::Asked { symbol, by }) = program.why(links) {
        match by {
            Some(by) => {
                let used = lines.mentions(&program.object_file(by), symbol).used;
                steps.push(step(program.title(by), None, symbol, program.title(links), used));
                links = by;
            }
            None => {
                steps.push(pin(programs, program, symbol, links, lines));
                break;
            }
        }
    }
    steps.reverse();
    steps
}

fn step(
    by: String,
    module: Option<String>,
    symbol: &str,
    links: String,
    lines: Vec<SourceLine>,
) -> NeedOnWay {
    NeedOnWay { by, module, symbol: symbol.to_owned(), links, lines }
}

/// Who wanted a name that the link was told to keep: the first of those who did.
fn pin(
    programs: &[Program<'_>],
    program: &Program<'_>,
    symbol: &str,
    links: UnitId,
    lines: &mut dyn Lines,
) -> NeedOnWay {
    let exported = program.plan.exports.iter().filter(|export| export.symbol == symbol);
    let exported = exported.flat_map(|export| &export.asked_by);
    let refused = program.plan.refused.iter().filter(|refusal| refusal.symbol() == Some(symbol));
    let mut askers = exported.chain(refused.flat_map(|refusal| refusal.asked_by()));
    let links = program.title(links);
    match askers.next() {
        Some(Asker::Module { module, object }) => {
            let used = of_module(programs, module, object, symbol, lines);
            step(object.to_string(), Some(module.to_string()), symbol, links, used)
        }
        Some(asker @ Asker::Project) => step(asker.to_string(), None, symbol, links, Vec::new()),
        None => step(String::new(), None, symbol, links, Vec::new()),
    }
}

/// The lines of a module's object, which the plan knows by its name only.
fn of_module(
    programs: &[Program<'_>],
    module: &str,
    object: &str,
    symbol: &str,
    lines: &mut dyn Lines,
) -> Vec<SourceLine> {
    let is_it = |program: &&Program<'_>| program.link.is_module() && program.link.name == module;
    let Some(program) = programs.iter().find(is_it) else { return Vec::new() };
    let unit = program.scope.unit_ids().find(|&unit| program.title(unit) == object);
    unit.map(|unit| lines.mentions(&program.object_file(unit), symbol).used).unwrap_or_default()
}
