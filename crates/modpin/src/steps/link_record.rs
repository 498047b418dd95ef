//! What other projects need to know to link a library, written beside its archive.

use modpin_engine::{StepError, StepIo};
use modpin_project::LinkRecord;
use serde::{Deserialize, Serialize};

use super::own_files::to_json_lines;
use super::task::{Task, each, key};

/// Output: the record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteLinkRecord {
    /// What to write.
    pub record: LinkRecord,
}

impl Task for WriteLinkRecord {
    fn key(&self) -> String {
        let LinkRecord { name, needs, system_libraries, keep_system_libraries, link_args, .. } =
            &self.record;
        let needs =
            needs.iter().map(|needed| ("needs", format!("{} ({})", needed.name, needed.archive)));
        let system = each("system library", system_libraries)
            .chain(each("kept system library", keep_system_libraries));
        key(&format!("record 2 of {name}"), needs.chain(system).chain(each("argument", link_args)))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        io.write(0, &to_json_lines(&self.record)?)
    }
}
