//! Which values an option can have.

use serde::{Deserialize, Serialize};

/// Which values an option can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptKind {
    /// `n` or `y`.
    #[serde(alias = "boolean")]
    Bool,
    /// `n`, `m` or `y`.
    Tristate,
    /// Any text on one line.
    String,
    /// A whole number.
    Int,
    /// A whole number that is not negative, shown in base 16.
    Hex,
    /// One of several bools, its members.
    Choice,
}

impl OptKind {
    /// As JSON names it.
    pub fn word(self) -> &'static str {
        match self {
            OptKind::Bool => "bool",
            OptKind::Tristate => "tristate",
            OptKind::String => "string",
            OptKind::Int => "int",
            OptKind::Hex => "hex",
            OptKind::Choice => "choice",
        }
    }

    /// Whether its values are `y`, `n` and perhaps `m`.
    pub(crate) fn is_logical(self) -> bool {
        matches!(self, OptKind::Bool | OptKind::Tristate)
    }

    /// Whether its values are numbers.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, OptKind::Int | OptKind::Hex)
    }
}
