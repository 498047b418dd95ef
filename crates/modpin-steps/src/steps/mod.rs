//! The work that is done in this process: archives, symbols, pins, checks. Here, and only here, the
//! engine and the symbols meet: a step reads bytes through the one and understands them through the
//! other.

mod verb;
mod task;
mod own_files;
mod archive;
mod index;
mod copy;
mod link_beside;
mod compile_commands;
mod code_step;
mod tell_made;
mod write_autoconf;
mod write_dot_config;
mod template;
mod write_config_header;
mod probe;
mod identity;
mod link_records;
mod pin_report;
mod rust_report;
mod difference;
mod listed_exports;
mod pin;
mod stub;
mod write_stub;
mod shared_exports;
mod shared_doubles;
mod data_twice;
mod order_report;
mod order_notes;
mod order;
mod verify;
mod opens;
mod predict;
mod rust_needs;
mod candidates;
mod asked_at;
mod cycle;
mod dropped;
mod module_offers;
mod nowhere;
mod lost;
mod needed;
mod undeclared;
mod load_ways;
mod resolve;
mod modules_linked;
mod taken;
mod start_host;
mod load;
mod source_finding;
mod check_source;
mod modules_file;
mod manifest;

pub use archive::WriteArchive;
pub use candidates::{Candidate, Candidates};
pub use check_source::CheckSource;
pub use code_step::CodeStep;
pub use compile_commands::{CompileCommand, CompileCommands};
pub use copy::Copy;
pub use data_twice::{DataTwice, LinkingModule};
pub use dropped::{Dropped, dropped};
pub use identity::WriteIdentity;
pub use index::WriteIndex;
pub use link_beside::LinkBeside;
pub use link_records::WriteLinkRecords;
pub use listed_exports::ListedExports;
pub use load::LoadCheck;
pub use lost::lost_symbol;
pub use manifest::{ManifestHost, ManifestModule, WriteManifest};
pub use modules_file::{DuplicateSymbol, ListedModule, MODULES_FORMAT, ModulesFile, ProgramModules};
pub use modules_linked::ModulesLinked;
pub use nowhere::system_library;
pub use opens::Opens;
pub use order::{Order, OrderArchive, OrderFiles, kept_libraries};
pub use order_report::{OrderReport, ReportedCycle, ReportedEdge};
pub use pin::{Pin, PinModule, PinShared};
pub use pin_report::{ModuleNeeds, Need, PinReport, Provider};
pub use predict::Foreknown;
pub use probe::WriteProbe;
pub use resolve::{Resolve, ResolvedSymbols, TakenFrom};
pub use rust_needs::RustNeeds;
pub use rust_report::{RustNeed, RustReport};
pub use shared_doubles::SharedDoubles;
pub use shared_exports::SharedExports;
pub use source_finding::SourceFinding;
pub use start_host::{HostStart, StartHost};
pub use taken::TakeSymbols;
pub use tell_made::TellMade;
pub use verb::Verb;
pub use verify::VerifyExports;
pub use write_autoconf::WriteAutoconf;
pub use write_config_header::WriteConfigHeader;
pub use write_dot_config::WriteDotConfig;
pub use write_stub::WriteStub;

use std::sync::Arc;

use modpin_engine::{Step, StepError, StepIo, Work};
use serde::{Deserialize, Serialize};

use task::Task;

/// Every kind of step that a plan can have. A build that recalls the last plan makes only those steps again that it needs,
/// from what is written down here: so a kind that is not in this list can be no action.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuildStep {
    /// Objects into an archive.
    WriteArchive(WriteArchive),
    /// The symbols of objects and archives.
    WriteIndex(WriteIndex),
    /// A file under a second name.
    Copy(Copy),
    /// A link to a file beside it.
    LinkBeside(LinkBeside),
    /// That a rule has made its files.
    TellMade(TellMade),
    /// The header in which C sees the options. It holds all of them and has no inputs: no change of a file touches it.
    #[serde(skip)]
    WriteAutoconf(WriteAutoconf),
    /// What every option is, for rules. As the header, it holds all of them and has no inputs.
    #[serde(skip)]
    WriteDotConfig(WriteDotConfig),
    /// A header that says what was configured.
    WriteConfigHeader(WriteConfigHeader),
    /// The compilation database. It holds a whole plan, and what it reads changes with the plan only.
    #[serde(skip)]
    CompileCommands(CompileCommands),
    /// The text of the load check's probe.
    WriteProbe(WriteProbe),
    /// What hosts and modules record of their build.
    WriteIdentity(WriteIdentity),
    /// What other projects need to know of the libraries.
    WriteLinkRecords(WriteLinkRecords),
    /// What a host keeps and exports.
    Pin(Pin),
    /// What a host that cargo links must get from Rust.
    RustNeeds(RustNeeds),
    /// The archives of a link in an order that works.
    Order(Order),
    /// The exports of a finished host.
    VerifyExports(VerifyExports),
    /// What a shared library is for those who link it.
    WriteStub(WriteStub),
    /// What a shared library keeps and offers.
    SharedExports(SharedExports),
    /// What a program and its shared libraries both define.
    SharedDoubles(SharedDoubles),
    /// Variables of which a host and its modules have a copy each.
    DataTwice(DataTwice),
    /// That all modules of a host are there.
    ModulesLinked(ModulesLinked),
    /// The symbols of a module, found without a loader.
    Resolve(Resolve),
    /// What a module takes of other modules.
    TakeSymbols(TakeSymbols),
    /// Whether a host comes as far as its main.
    StartHost(StartHost),
    /// The loader's answer about a module.
    LoadCheck(LoadCheck),
    /// The modules of all hosts, for programs.
    WriteManifest(WriteManifest),
    /// What a checker finds in a source.
    CheckSource(CheckSource),
}

impl BuildStep {
    /// As an action of a graph takes it.
    pub fn into_work(self) -> Work {
        Work::Step(Arc::new(self))
    }

    fn task(&self) -> &dyn Task {
        match self {
            BuildStep::WriteArchive(step) => step,
            BuildStep::WriteIndex(step) => step,
            BuildStep::Copy(step) => step,
            BuildStep::LinkBeside(step) => step,
            BuildStep::TellMade(step) => step,
            BuildStep::WriteAutoconf(step) => step,
            BuildStep::WriteDotConfig(step) => step,
            BuildStep::WriteConfigHeader(step) => step,
            BuildStep::CompileCommands(step) => step,
            BuildStep::WriteProbe(step) => step,
            BuildStep::WriteIdentity(step) => step,
            BuildStep::WriteLinkRecords(step) => step,
            BuildStep::Pin(step) => step,
            BuildStep::RustNeeds(step) => step,
            BuildStep::Order(step) => step,
            BuildStep::VerifyExports(step) => step,
            BuildStep::WriteStub(step) => step,
            BuildStep::SharedExports(step) => step,
            BuildStep::SharedDoubles(step) => step,
            BuildStep::DataTwice(step) => step,
            BuildStep::ModulesLinked(step) => step,
            BuildStep::Resolve(step) => step,
            BuildStep::TakeSymbols(step) => step,
            BuildStep::StartHost(step) => step,
            BuildStep::LoadCheck(step) => step,
            BuildStep::WriteManifest(step) => step,
            BuildStep::CheckSource(step) => step,
        }
    }
}

impl Step for BuildStep {
    fn key(&self) -> String {
        self.task().key()
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        self.task().run(io)
    }

    fn is_sure(&self) -> bool {
        // What a checker reads besides, nobody knows.
        !matches!(self, BuildStep::CheckSource(_))
    }

    fn reads_inputs(&self) -> bool {
        !matches!(self, BuildStep::ModulesLinked(_) | BuildStep::TellMade(_))
    }

    fn encoded(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }

    fn shared(&self) -> Option<Arc<[u8]>> {
        match self {
            BuildStep::Resolve(step) => Some(step.candidates.bytes()),
            BuildStep::LoadCheck(step) => Some(step.candidates.bytes()),
            BuildStep::TakeSymbols(step) => Some(step.candidates.bytes()),
            _ => None,
        }
    }
}
