//! What other projects need to know to link a library, written beside its archive.

use std::sync::Arc;

use modpin_engine::{Step, StepError, StepIo};
use serde::{Deserialize, Serialize};

use super::frozen::freeze;
use crate::link_record::LinkRecord;

/// Output: the record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteLinkRecord {
    /// What to write.
    pub record: LinkRecord,
}

impl WriteLinkRecord {
    /// As the engine takes it.
    pub fn into_step(self) -> Arc<dyn Step> {
        Arc::new(self)
    }
}

impl Step for WriteLinkRecord {
    fn key(&self) -> String {
        format!("link record 1 {:?}", self.record)
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let mut text = super::to_json(&self.record)?;
        text.push(b'\n');
        io.write(0, &text)
    }

    fn encoded(&self) -> Option<Vec<u8>> {
        freeze("link-record", self)
    }
}
