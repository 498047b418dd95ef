//! What the final link of a host must be told: plain data, to be stored and shown.
//!
//! [`plan_pins`](crate::plan_pins()) works it out.

use serde::{Deserialize, Serialize};

use crate::link::site::{Asker, Site};
use crate::pin::clash::Clash;
use crate::pin::refusal::Refusal;

/// What the final link of a host must be told, and what stands in its way. Each list is sorted by symbol, without
/// repetition: the same input gives the same plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PinPlan {
    /// Symbols that only an archive member has.
    pub pins: Vec<Pin>,
    /// All symbols to export: the pins, those of the host's own objects, and those that modules need weakly.
    pub exports: Vec<Export>,
    /// Reasons not to link.
    pub refused: Vec<Refusal>,
    /// Symbols that nobody in the host defines.
    pub elsewhere: Vec<Elsewhere>,
    /// Names that would be defined twice because of a pin; the linker may refuse them.
    pub clashes: Vec<Clash>,
    /// Units of the host whose symbols could not be read: what is elsewhere may be there.
    pub unread: Vec<Unread>,
}

/// A symbol that the linker must take out of an archive for a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pin {
    /// The symbol.
    pub symbol: String,
    /// The archive member that defines it: the first in link order.
    pub site: Site,
    /// Who needs it.
    pub asked_by: Vec<Asker>,
}

/// A symbol that the host must offer to its modules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Export {
    /// The symbol.
    pub symbol: String,
    /// The version under which the host's definition publishes it, as its default one (`.symver`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether all who need it can do without. Such a symbol is offered if the host has it and never pulled in.
    pub weak: bool,
    /// The unit that defines it.
    pub site: Site,
    /// Who needs it.
    pub asked_by: Vec<Asker>,
}

/// A symbol that nobody in the host defines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The symbol.
    pub symbol: String,
    /// Who needs it.
    pub asked_by: Vec<Asker>,
}

/// A unit whose symbols are not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// The unit.
    pub site: Site,
    /// What it is, or what is wrong with it.
    pub why: String,
}
