//! The finished host's own word: does it export what was asked for? `-u` and a dynamic list never fail,
//! whatever they name (ld(1)), so somebody has to look.

use std::collections::HashSet;
use std::sync::Arc;

use modpin_engine::{Step, StepError, StepIo};
use serde::{Deserialize, Serialize};

use super::frozen::freeze;
use super::pin_report::Story;
use super::{own_json, read_object};

/// Inputs: the host, its story. Output: a line that says how much was verified.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifyExports {
    /// The executable's name.
    pub host: String,
}

impl VerifyExports {
    /// As the engine takes it.
    pub fn into_step(self) -> Arc<dyn Step> {
        Arc::new(self)
    }
}

impl Step for VerifyExports {
    fn key(&self) -> String {
        format!("verify 1 {}", self.host)
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let bytes = io.input(0)?;
        let host = read_object(io.inputs()[0], &bytes)?;
        let story: Story = own_json(io.inputs()[1], &io.input(1)?)?;
        if host.interpreter().is_none() {
            return Err(StepError::Refused(static_host(&self.host)));
        }
        let exported: HashSet<&str> =
            host.table.defined.iter().map(|symbol| symbol.name.as_ref()).collect();
        let strong = story.plan.exports.iter().filter(|export| !export.weak);
        let lost = strong.clone().filter(|export| !exported.contains(export.symbol.as_str()));
        let lost: Vec<String> = lost
            .map(|export| {
                let askers: Vec<String> = export.asked_by.iter().map(ToString::to_string).collect();
                format!("\n  {} of {} (needed by {})", export.symbol, export.site, askers.join(", "))
            })
            .collect();
        if lost.is_empty() {
            return io.write(0, format!("{} exports verified\n", strong.count()).as_bytes());
        }
        Err(StepError::Refused(format!(
            "host {:?} was linked but does not export what its modules need:{}\n  help: look for linker \
             arguments that hide symbols: --exclude-libs, --version-script, --gc-sections with KEEP, -s",
            self.host,
            lost.concat()
        )))
    }

    fn encoded(&self) -> Option<Vec<u8>> {
        freeze("verify", self)
    }
}

/// Why a static host is refused.
pub fn static_host(host: &str) -> String {
    format!(
        "host {host:?} is linked statically: it has no dynamic loader (PT_INTERP), so it can load no module\n  \
         help: link it without -static, or build its modules in (--modules=off)"
    )
}
