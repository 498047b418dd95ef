//! Needs of modules that only the project can decide: a symbol that several other modules of the host have. All of a host are
//! told at once, so that nobody declares one, builds, and is told of the next.

use modpin_engine::{StepError, StepIo};

use super::module_offers::ModuleOffers;
use super::pin_report::{PinReport, Provider};
use super::predict::beside_program;

/// A module that may take a symbol of several others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// The module.
    pub module: String,
    /// The first such symbol.
    pub symbol: String,
    /// Who has it.
    pub of: Vec<String>,
}

/// Those of a host. `program` is the host, or what stands in for it.
pub fn undeclared(
    io: &mut StepIo<'_>,
    program: &str,
    library_dirs: &[String],
    report: &PinReport,
    offers: &ModuleOffers,
) -> Result<Vec<Undeclared>, StepError> {
    let mut found: Vec<Undeclared> = Vec::new();
    for module in &report.modules {
        let own = &module.module;
        let needs =
            module.needs.iter().filter(|need| !need.weak && need.provider == Provider::Elsewhere);
        let open = needs.filter_map(|need| {
            let of = offers.who(&need.symbol).into_iter().filter(|name| name != own);
            let of: Vec<String> = of.map(str::to_owned).collect();
            let is_open = of.len() > 1 && !of.iter().any(|name| offers.is_declared(own, name));
            is_open.then(|| Undeclared { module: own.clone(), symbol: need.symbol.clone(), of })
        });
        let mut open: Vec<Undeclared> = open.collect();
        let Some(file) = offers.file(own).filter(|_| !open.is_empty()) else { continue };
        // What its own libraries give it, is not open.
        let beside = beside_program(io, program, &[file], library_dirs)?;
        open.retain(|open| !beside.files.iter().any(|file| !file.offers_of(&open.symbol).is_empty()));
        for open in open {
            if !found.iter().any(|known| (&known.module, &known.of) == (&open.module, &open.of)) {
                found.push(open);
            }
        }
    }
    Ok(found)
}

/// What is to be declared, as lines of a message.
pub fn help(undeclared: &[Undeclared]) -> String {
    let listed = |of: &[String]| {
        let of: Vec<String> = of.iter().map(|module| format!("{module:?}")).collect();
        of.join(" or ")
    };
    match undeclared {
        [Undeclared { module, of, .. }] => {
            format!("\n  help: declare which of them {module:?} needs: {}", listed(of))
        }
        all => {
            let line = |open: &Undeclared| {
                format!("\n    {:?} needs {}, for {}", open.module, listed(&open.of), open.symbol)
            };
            let lines: String = all.iter().map(line).collect();
            format!("\n  help: declare of each module which one it needs:{lines}")
        }
    }
}
