//! What a shared library keeps and offers by its list of exports: worked out from symbols, as for a host, and written as what the
//! link takes.

use modpin_engine::{StepError, StepIo};
use modpin_symbols::{Host, Link, PinPlan, Refusal, plan_pins, response_file};
use serde::{Deserialize, Serialize};

use super::listed_exports::ListedExports;
use super::own_files::{own_index, to_json};
use super::pin::{lone_files, lone_units, whole_and_lazy};
use super::pin_report::PinReport;
use super::task::{Task, each, key};

/// Inputs: the symbols of the library's objects, and of its archives. Outputs: arguments that keep symbols, as a response file;
/// a version script; a [`PinReport`] as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SharedExports {
    /// The library's name.
    pub library: String,
    /// What its archives are called, in link order.
    pub archives: Vec<String>,
    /// Which of them are linked with all members.
    pub whole: Vec<bool>,
    /// The symbols that it offers, as the project lists them.
    pub exports: Vec<String>,
}

impl Task for SharedExports {
    fn key(&self) -> String {
        let SharedExports { library, archives, whole, exports } = self;
        let archives = archives.iter().zip(whole);
        let archives = archives
            .map(|(name, &whole)| (if whole { "whole archive" } else { "archive" }, name.clone()));
        key(&format!("exports 1 of {library}"), archives.chain(each("export", exports)))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let read = |at: usize| Ok(own_index(io.inputs()[at], &io.input(at)?)?.into_owned());
        let indexes = (0..io.inputs().len()).map(read).collect::<Result<Vec<_>, StepError>>()?;
        let (objects, archives) = indexes.split_at(1.min(indexes.len()));
        let objects = lone_units(objects.iter().flat_map(|index| index.units.clone()));
        let (whole, lazy) = whole_and_lazy(&self.archives, &self.whole, archives);
        let link = Link { objects: [lone_files(&objects), whole].concat(), archives: lazy };
        let ListedExports { names, notes } = ListedExports::new(&self.exports, &link);
        let plan = plan_pins(&Host { link, exports: names }, &[]);
        if !plan.refused.is_empty() {
            return Err(self.refuse(&plan));
        }
        for note in notes {
            io.say(&format!("warning: shared library {:?} {note}", self.library));
        }
        io.write(0, response_file(&plan).as_bytes())?;
        io.write(1, version_script(&plan).as_bytes())?;
        let report = PinReport { host: self.library.clone(), modules: Vec::new(), plan };
        io.write(2, &to_json(&report)?)
    }
}

impl SharedExports {
    fn refuse(&self, plan: &PinPlan) -> StepError {
        let mut text = format!("shared library {:?} cannot offer what it lists", self.library);
        for refusal in &plan.refused {
            let line = match refusal {
                Refusal::UnknownExport { symbol } => format!(
                    "{symbol}: none of its objects and archives defines it\n  help: correct the name, or link the \
                     library that has it with .link()"
                ),
                refusal => refusal.to_string(),
            };
            text += &format!("\n  {}", line.replace('\n', "\n  "));
        }
        StepError::Refused(text)
    }
}

/// Everything else is the library's own business.
fn version_script(plan: &PinPlan) -> String {
    let names: String =
        plan.exports.iter().map(|export| format!("    \"{}\";\n", export.symbol)).collect();
    let global = if names.is_empty() { String::new() } else { format!("  global:\n{names}") };
    format!("{{\n{global}  local: *;\n}};\n")
}
