//! What a host keeps and exports for its modules, as files of the graph.

use modpin_engine::FileId;

/// What a host's modules need of it.
#[derive(Clone, Copy, Debug)]
pub struct PlannedPins {
    /// Arguments that keep symbols, as a response file.
    pub pins: FileId,
    /// The dynamic list.
    pub exports: FileId,
    /// Who needs what, and where it is.
    pub report: FileId,
}

/// What a finished host has promised to export.
#[derive(Clone, Copy)]
pub struct Promised {
    pub pins: PlannedPins,
    /// The report of what Rust gives, for a host that cargo linked.
    pub rust: Option<FileId>,
}
