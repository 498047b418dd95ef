//! What modules of a project define for others to see: read once for all steps that ask.

use std::collections::HashMap;
use std::sync::Arc;

use modpin_engine::{Finder, StepError, StepIo};

use super::candidates::{Candidate, Candidates};
use super::own_files::{own_index, own_json};
use super::pin_report::PinReport;

/// Whose modules.
#[derive(Clone, Copy, Debug)]
pub enum Among<'a> {
    /// Those of a host, which its pin report names: the path of that.
    Host(&'a str),
    /// All of the project.
    All,
}

/// What the modules of a host define for others to see.
#[derive(Default)]
pub struct ModuleOffers {
    modules: Vec<Candidate>,
    by_symbol: HashMap<String, Vec<usize>>,
}

impl ModuleOffers {
    fn add(&mut self, module: Candidate, symbols: &[u8]) -> Result<(), StepError> {
        let index = own_index(&module.symbols, symbols)?;
        let tables = index.units.iter().take(1).filter_map(|unit| unit.object());
        let defined = tables.flat_map(|object| &object.table.defined);
        for symbol in defined.filter(|symbol| symbol.visibility.exportable()) {
            let known = self.by_symbol.entry(symbol.name.to_string()).or_default();
            if known.last() != Some(&self.modules.len()) {
                known.push(self.modules.len());
            }
        }
        self.modules.push(module);
        Ok(())
    }

    /// The names of the modules that define a symbol.
    pub fn who(&self, symbol: &str) -> Vec<&str> {
        let found = self.by_symbol.get(symbol).into_iter().flatten();
        found.map(|&at| self.modules[at].name.as_str()).collect()
    }

    /// The modules that define a symbol, each with its file.
    pub fn files_of(&self, symbol: &str) -> Vec<(&str, &String)> {
        let found = self.by_symbol.get(symbol).into_iter().flatten();
        found.map(|&at| (self.modules[at].name.as_str(), &self.modules[at].file)).collect()
    }

    /// Whether the project says that a module needs another.
    pub fn is_declared(&self, module: &str, other: &str) -> bool {
        self.named(module).is_some_and(|module| module.needs.iter().any(|needed| needed == other))
    }

    /// The file of a module.
    pub fn file(&self, module: &str) -> Option<&str> {
        self.named(module).map(|module| module.file.as_str())
    }

    fn named(&self, module: &str) -> Option<&Candidate> {
        self.modules.iter().find(|known| known.name == module)
    }

    /// The one that defines a symbol, if there is one only.
    pub fn one(&self, symbol: &str) -> Option<&Candidate> {
        match self.by_symbol.get(symbol)?[..] {
            [one] => Some(&self.modules[one]),
            _ => None,
        }
    }
}

/// Reads it.
pub fn module_offers(
    io: &mut StepIo<'_>,
    among: Among<'_>,
    candidates: &Candidates,
) -> Result<Arc<ModuleOffers>, StepError> {
    io.finder().once(&format!("what modules offer: {among:?}"), |finder: &mut Finder<'_>| {
        let of_host = match among {
            Among::Host(report) => {
                let bytes = finder.read(report)?.unwrap_or_default();
                let report: PinReport = own_json(report, &bytes)?;
                Some(report.modules)
            }
            Among::All => None,
        };
        let mut offers = ModuleOffers::default();
        for module in candidates.modules()? {
            let is_meant = of_host
                .as_ref()
                .is_none_or(|modules| modules.iter().any(|known| known.module == module.name));
            if is_meant && let Some(bytes) = finder.read(&module.symbols)? {
                offers.add(module, &bytes)?;
            }
        }
        Ok(offers)
    })
}
