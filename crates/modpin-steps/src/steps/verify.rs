//! The finished host's own word: does it export what was asked for? `-u` and a dynamic list never fail,
//! whatever they name (ld(1)), so somebody has to look.

use modpin_engine::{StepError, StepIo};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

use super::own_files::own_json;
use super::pin_report::PinReport;
use super::rust_report::RustReport;
use super::task::Task;

/// Inputs: the host, its pin report; for a host that cargo linked, the report of what Rust gives. Output: a line that says how much was verified.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifyExports {
    /// The executable's name.
    pub host: String,
}

impl Task for VerifyExports {
    fn key(&self) -> String {
        format!("verify 1 {}", self.host)
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let bytes = io.input(0)?;
        let host = modpin_symbols::read_object(&bytes);
        let host = host.map_err(|error| StepError::Failed(format!("{}: {error}", io.inputs()[0])))?;
        let report: PinReport = own_json(io.inputs()[1], &io.input(1)?)?;
        if host.interpreter().is_none() {
            return Err(StepError::Refused(static_host(&self.host)));
        }
        let exported: HashSet<&str> =
            host.table.defined.iter().map(|symbol| symbol.name.as_ref()).collect();
        let strong = report.plan.exports.iter().filter(|export| !export.weak);
        let lost = strong.clone().filter(|export| !exported.contains(export.symbol.as_str()));
        let mut count = strong.clone().count();
        let mut lost: Vec<String> = lost
            .map(|export| {
                let askers: Vec<String> = export.asked_by.iter().map(ToString::to_string).collect();
                format!("\n  {} of {} (needed by {})", export.symbol, export.site, askers.join(", "))
            })
            .collect();
        if io.inputs().len() > 2 {
            let rust: RustReport = own_json(io.inputs()[2], &io.input(2)?)?;
            let promised = rust.needs.into_iter().filter(|need| need.exported);
            let promised: Vec<_> = promised.collect();
            count += promised.len();
            let missing = promised.iter().filter(|need| !exported.contains(need.symbol.as_str()));
            lost.extend(missing.map(|need| {
                format!("\n  {} of Rust (needed by {})", need.symbol, need.asked_by.join(", "))
            }));
        }
        if lost.is_empty() {
            return io.write(0, format!("{count} exports verified\n").as_bytes());
        }
        Err(StepError::Refused(format!(
            "host {:?} was linked but does not export what its modules need:{}\n  help: look for linker \
             arguments that hide symbols: --exclude-libs, --version-script, --gc-sections with KEEP, -s",
            self.host,
            lost.concat()
        )))
    }
}

/// Why a static host is refused.
pub fn static_host(host: &str) -> String {
    format!(
        "host {host:?} is linked statically: modules find nothing that is in it, and no load check can look into it\n  \
         help: link it without -static, or build its modules in (--modules=off)"
    )
}
