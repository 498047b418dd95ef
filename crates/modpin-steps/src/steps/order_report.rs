//! In which order the archives of a link stand, and why: the order step's report. Plain data.

use modpin_symbols::{ArchiveId, Duplicate, Edge, Opening, Order, Reference};
use serde::{Deserialize, Serialize};

/// The report of one link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderReport {
    /// The target, with its kind: `executable "imgtool"`.
    pub target: String,
    /// Libraries from left to right; several together are searched as a group.
    pub order: Vec<Vec<String>>,
    /// Why there are groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cycles: Vec<ReportedCycle>,
    /// Set where the order could not be worked out and all archives of a layer are one group: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<String>,
    /// Which library needs which in this link.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<ReportedEdge>,
    /// Needs between libraries, whether they count in this link or not, that are not declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undeclared: Vec<ReportedEdge>,
    /// Declared needs without a symbol: user and used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused: Vec<(String, String)>,
    /// Symbols that two archives define.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "twice")]
    pub duplicates: Vec<Duplicate>,
}

/// Libraries that need each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedCycle {
    /// The libraries.
    pub libraries: Vec<String>,
    /// The shortest chain of references that closes the cycle.
    pub chain: Vec<Reference>,
    /// What would open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
}

/// One library needs another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedEdge {
    /// The user.
    pub from: String,
    /// What it uses.
    pub to: String,
    /// How many references there are.
    pub references: usize,
    /// The first of them.
    pub example: Reference,
}

impl OrderReport {
    /// An order, with names in the place of numbers.
    pub fn new(target: &str, libraries: &[String], order: &Order) -> OrderReport {
        let name = |archive: &ArchiveId| libraries.get(archive.0).cloned().unwrap_or_default();
        let names = |group: &Vec<ArchiveId>| group.iter().map(name).collect::<Vec<_>>();
        let edge = |(from, to, edge): &(ArchiveId, ArchiveId, Edge)| ReportedEdge {
            from: name(from),
            to: name(to),
            references: edge.references,
            example: edge.example.clone(),
        };
        let cycles = order.cycles.iter().map(|cycle| ReportedCycle {
            libraries: names(&cycle.archives),
            chain: cycle.chain.clone(),
            opening: cycle.opening.clone(),
        });
        let declared = &order.declared;
        OrderReport {
            target: target.to_owned(),
            order: order.groups.iter().map(names).collect(),
            cycles: cycles.collect(),
            undecided: order.undecided.clone(),
            edges: order.edges.iter().map(edge).collect(),
            undeclared: declared.undeclared.iter().map(edge).collect(),
            unused: declared.unused.iter().map(|(from, to)| (name(from), name(to))).collect(),
            duplicates: order.duplicates.clone(),
        }
    }
}
