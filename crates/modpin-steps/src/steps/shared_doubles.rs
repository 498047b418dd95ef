//! Symbols that a program and a shared library of it both define: the loader takes the program's for both, also where the
//! library calls its own function.

use std::collections::{BTreeMap, BTreeSet};

use modpin_engine::{StepError, StepIo};
use modpin_symbols::{Link, Scope, Site, closure};
use serde::{Deserialize, Serialize};

use super::own_files::{own_index, own_json};
use super::pin::{lone_files, lone_units, whole_and_lazy};
use super::pin_report::PinReport;
use super::task::{Task, each, key};

/// Inputs: the symbols of the program's objects, of its archives, of its shared libraries; the pin report, if there is one.
/// Output: a line that says how many there are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SharedDoubles {
    /// The executable's name.
    pub program: String,
    /// What its archives are called, in link order.
    pub archives: Vec<String>,
    /// Which of them are linked with all members.
    pub whole: Vec<bool>,
    /// The files of its shared libraries.
    pub shared: Vec<String>,
}

impl Task for SharedDoubles {
    fn key(&self) -> String {
        let SharedDoubles { program, archives, whole, shared } = self;
        let archives = archives.iter().zip(whole);
        let archives = archives
            .map(|(name, &whole)| (if whole { "whole archive" } else { "archive" }, name.clone()));
        key(&format!("twice 1 in {program}"), archives.chain(each("shared library", shared)))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let count = 1 + self.archives.len() + self.shared.len();
        let read = |at: usize| Ok(own_index(io.inputs()[at], &io.input(at)?)?.into_owned());
        let indexes = (0..count).map(read).collect::<Result<Vec<_>, StepError>>()?;
        let mut roots = vec!["main".to_owned()];
        if io.inputs().len() > count {
            let report: PinReport = own_json(io.inputs()[count], &io.input(count)?)?;
            let strong = report.plan.exports.into_iter().filter(|export| !export.weak);
            roots.extend(strong.map(|export| export.symbol));
        }
        let objects = lone_units(indexes[0].units.iter().cloned());
        let (archives, shared) = indexes[1..].split_at(self.archives.len());
        let (whole, lazy) = whole_and_lazy(&self.archives, &self.whole, archives);
        let link = Link { objects: [lone_files(&objects), whole].concat(), archives: lazy };
        let scope = Scope::new(&link);
        let names: Vec<&str> = roots.iter().map(String::as_str).collect();
        let linked = closure(&scope, &names);
        let mut doubles: BTreeMap<String, (Site, BTreeSet<&str>)> = BTreeMap::new();
        for (file, index) in self.shared.iter().zip(shared) {
            let objects = index.units.iter().filter_map(|unit| unit.object());
            for symbol in objects.flat_map(|object| &object.table.defined) {
                let mine = scope.definers(&symbol.name).find(|definer| {
                    let known = definer.definition;
                    known.is_exclusive()
                        && known.visibility.exportable()
                        && linked.why(definer.unit).is_some()
                });
                if let Some(mine) = mine.filter(|_| symbol.is_exclusive()) {
                    let site = || (Site::of(&scope, mine.unit), BTreeSet::new());
                    doubles.entry(symbol.name.to_string()).or_insert_with(site).1.insert(file);
                }
            }
        }
        let told: Vec<String> = doubles
            .iter()
            .map(|(symbol, (site, files))| {
                let files = files.iter().copied().collect::<Vec<_>>().join(" and ");
                format!("\n  {symbol}: in {site} and in {files}")
            })
            .collect();
        if !told.is_empty() {
            io.say(&format!(
                "warning: executable {:?} and its shared libraries define the same, and the program's wins for all:{}\n  help: take \
                 one out, rename it, or let the library offer less (.exports(), hidden visibility)",
                self.program,
                told.concat()
            ));
        }
        io.write(0, format!("{} symbols twice\n", told.len()).as_bytes())
    }
}
