//! What a probe can ask about, and what its answer is.

use serde::{Deserialize, Serialize};

use crate::declare::options::kind::OptKind;

/// What a probe asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeKind {
    /// A header that can be included.
    Header,
    /// A function that can be linked; with headers, one that they declare.
    Function,
    /// A name that headers declare or define: a function, a variable, a macro, a constant.
    Symbol,
    /// A type that is complete.
    #[serde(rename = "type")]
    Type,
    /// A member of a structure.
    Member,
    /// The size of a type.
    SizeOf,
    /// The value of a whole number that the compiler knows.
    Value,
    /// A library that can be linked, as after `-l`.
    Library,
    /// A package that pkg-config knows, in a version that is asked for.
    PkgConfig,
    /// A program that can be started.
    Program,
    /// A C file that compiles.
    Compiles,
    /// A C file that links.
    Links,
    /// A program that ends with 0.
    Runs,
    /// An argument that the compiler takes without a word.
    CcOption,
    /// The kind of compiler, in a version that is asked for.
    CcVersion,
    /// An argument that the assembler takes without a word.
    AsOption,
    /// An instruction that the assembler knows.
    AsInstr,
    /// An argument that the linker takes without a word.
    LdOption,
}

/// Which compiler a probe asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProbeLanguage {
    /// That of C.
    #[default]
    #[serde(rename = "c")]
    C,
    /// That of C++.
    #[serde(rename = "c++")]
    Cxx,
}

impl ProbeLanguage {
    /// C, as nobody needs to say.
    pub(crate) fn is_c(&self) -> bool {
        *self == ProbeLanguage::C
    }
}

impl ProbeKind {
    /// As it is written: `header`.
    pub fn word(self) -> &'static str {
        match self {
            ProbeKind::Header => "header",
            ProbeKind::Function => "function",
            ProbeKind::Symbol => "symbol",
            ProbeKind::Type => "type",
            ProbeKind::Member => "member",
            ProbeKind::SizeOf => "size_of",
            ProbeKind::Value => "value",
            ProbeKind::Library => "library",
            ProbeKind::PkgConfig => "pkg_config",
            ProbeKind::Program => "program",
            ProbeKind::Compiles => "compiles",
            ProbeKind::Links => "links",
            ProbeKind::Runs => "runs",
            ProbeKind::CcOption => "cc_option",
            ProbeKind::CcVersion => "cc_version",
            ProbeKind::AsOption => "as_option",
            ProbeKind::AsInstr => "as_instr",
            ProbeKind::LdOption => "ld_option",
        }
    }

    /// What the answer is: yes or no, or a number.
    pub fn answer(self) -> OptKind {
        match self {
            ProbeKind::SizeOf | ProbeKind::Value => OptKind::Int,
            _ => OptKind::Bool,
        }
    }

    /// Whether it is asked with a C file of the user's own.
    pub fn is_program_text(self) -> bool {
        matches!(self, ProbeKind::Compiles | ProbeKind::Links | ProbeKind::Runs)
    }
}
