//! What a module takes of the modules that it needs, read from their files: for hosts that nobody has linked yet. Whether the
//! rest is there is asked of the finished host.

use std::collections::BTreeSet;

use modpin_engine::{StepError, StepIo};
use modpin_symbols::{Loadable, read_loadable};
use serde::{Deserialize, Serialize};

use super::own_files::to_json;
use super::resolve::{ResolvedSymbols, TakenFrom};
use super::task::{Task, each, key};

/// Inputs: the module; then the modules that are loaded before it and after it. Output: [`ResolvedSymbols`] as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakeSymbols {
    /// The module's name.
    pub module: String,
    /// The modules that are loaded before it, by name.
    pub before: Vec<String>,
    /// The modules that are loaded after it, by name.
    pub after: Vec<String>,
}

impl Task for TakeSymbols {
    fn key(&self) -> String {
        let TakeSymbols { module, before, after } = self;
        key(
            &format!("symbols that {module} takes 2"),
            each("needs", before).chain(each("calls later", after)),
        )
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let read = |at: usize| {
            let read = read_loadable(&io.input(at)?);
            read.map_err(|error| StepError::Failed(format!("{}: {error}", io.inputs()[at])))
        };
        let files = (0..io.inputs().len()).map(read).collect::<Result<Vec<Loadable>, StepError>>()?;
        let Some((module, others)) = files.split_first() else {
            return Err(StepError::Failed("there is no module".to_owned()));
        };
        let mut open: BTreeSet<&str> = module.asks.iter().map(|ask| ask.name.as_str()).collect();
        module.offers.iter().for_each(|offer| _ = open.remove(offer.name.as_str()));
        let mut taken = Vec::new();
        for (name, file) in self.before.iter().chain(&self.after).zip(others) {
            let offers: BTreeSet<&str> = file
                .offers
                .iter()
                .map(|offer| offer.name.as_str())
                .filter(|name| open.contains(name))
                .collect();
            open.retain(|name| !offers.contains(name));
            let symbols = offers.into_iter().map(str::to_owned).collect();
            taken.push(TakenFrom { module: name.clone(), symbols });
        }
        let mut needs_later = taken.split_off(self.before.len().min(taken.len()));
        needs_later.retain(|taken| !taken.symbols.is_empty());
        taken.retain(|taken| !taken.symbols.is_empty());
        let defines = module.offers.iter().filter(|offer| !offer.is_vague());
        let resolved = ResolvedSymbols {
            module: self.module.clone(),
            needs: taken,
            needs_later,
            defines: defines.map(|offer| offer.name.clone()).collect(),
            // Whether the host robs it, is known when there is one.
            interposed: Vec::new(),
        };
        io.write(0, &to_json(&resolved)?)
    }
}
