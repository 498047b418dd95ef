//! What other projects need to know to link the libraries of this one, written beside their archives: what each is declared to
//! need, and what its symbols show that it needs.
//!
//! One step writes all records: who has what a library asks for is known when the symbols of all are.

use std::collections::{BTreeSet, HashMap};

use modpin_engine::{StepError, StepIo};
use modpin_project::{LinkRecord, Needed};
use modpin_symbols::Index;
use serde::{Deserialize, Serialize};

use super::own_files::{own_index, to_json_lines};
use super::task::{Task, each, key};

/// Inputs: the symbols of the libraries, in their order; none where there is one only. Outputs: the records, in theirs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteLinkRecords {
    /// All libraries, as others need them.
    pub libraries: Vec<Needed>,
    /// What to write: each with the number of its library.
    pub records: Vec<(usize, LinkRecord)>,
}

impl Task for WriteLinkRecords {
    fn key(&self) -> String {
        let told = |needed: &Needed| format!("{} ({})", needed.name, needed.archive);
        let libraries = self.libraries.iter().map(|library| ("library", told(library)));
        let records = self.records.iter().flat_map(|(_, record)| {
            let LinkRecord { name, needs, system_libraries, keep_system_libraries, link_args, .. } =
                record;
            let needs = needs.iter().map(|needed| ("needs", told(needed)));
            let system = each("system library", system_libraries)
                .chain(each("kept system library", keep_system_libraries));
            let first = std::iter::once(("record", name.clone()));
            first.chain(needs).chain(system).chain(each("argument", link_args)).collect::<Vec<_>>()
        });
        key("records 1", libraries.chain(records))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let mut asked = Vec::new();
        let mut givers = Definers::default();
        for at in 0..io.inputs().len() {
            let bytes = io.input(at)?;
            let index = own_index(io.inputs()[at], &bytes)?;
            asked.push(asks(&index));
            givers.add(at, &index);
        }
        for (output, (library, record)) in self.records.iter().enumerate() {
            let mut record = record.clone();
            let names = asked.get(*library).into_iter().flatten();
            let found: BTreeSet<usize> = names.filter_map(|name| givers.one(name)).collect();
            // What is declared stands first, in its order.
            for needed in found.iter().filter(|&at| at != library).map(|&at| &self.libraries[at]) {
                if !record.needs.iter().any(|known| known.name == needed.name) {
                    record.needs.push(needed.clone());
                }
            }
            io.write(output, &to_json_lines(&record)?)?;
        }
        Ok(())
    }
}

/// What an archive cannot do without and does not define itself.
fn asks(index: &Index<'_>) -> BTreeSet<String> {
    let tables = || index.units.iter().filter_map(|unit| unit.object()).map(|object| &object.table);
    let own: BTreeSet<&str> = tables().flat_map(|table| &table.defined).map(|it| &*it.name).collect();
    let needed = tables().flat_map(|table| &table.needed).filter(|need| !need.weak);
    let foreign = needed.filter(|need| !own.contains(&*need.name));
    foreign.map(|need| need.name.to_string()).collect()
}

/// Which library defines a name; `None` where several do, and only whoever links knows which is meant.
#[derive(Default)]
struct Definers(HashMap<String, Option<usize>>);

impl Definers {
    fn add(&mut self, library: usize, index: &Index<'_>) {
        let objects = index.units.iter().filter_map(|unit| unit.object());
        for definition in objects.flat_map(|object| &object.table.defined) {
            match self.0.get_mut(&*definition.name) {
                None => drop(self.0.insert(definition.name.to_string(), Some(library))),
                Some(known) if *known != Some(library) => *known = None,
                Some(_) => {}
            }
        }
    }

    fn one(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied().flatten()
    }
}
