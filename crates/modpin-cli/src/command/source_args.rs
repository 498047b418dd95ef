//! What can be typed after `emit`, `check` and `compile-commands`, as data.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use modpin::plan::Checker;

use crate::command::running::Running;
use crate::command::setup::Setup;

/// `emit`.
#[derive(Args, Clone, Debug)]
pub struct Emit {
    /// The source
    #[arg(value_name = "FILE")]
    pub file: String,
    /// What is made of it
    #[arg(long = "as", value_name = "WHAT", value_delimiter = ',', required = true)]
    pub kinds: Vec<EmitKind>,
    /// The target with whose flags, where several have the source
    #[arg(long, value_name = "TARGET")]
    pub of: Option<String>,
    /// The directory for it [default: where you are]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub running: Running,
}

/// `compile-commands`.
#[derive(Args, Clone, Debug)]
pub struct CompileCommands {
    /// Where it is written, - for standard output [default: the build directory, with a link in the project's root for clangd]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub setup: Setup,
}

/// What can be made of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EmitKind {
    /// Preprocessed.
    I,
    /// Assembler.
    S,
    /// The object.
    O,
    /// The object's instructions with the source between them.
    Lst,
    /// LLVM's intermediate code, of clang.
    Ll,
}

impl EmitKind {
    /// How its file ends.
    pub fn suffix(self) -> &'static str {
        match self {
            EmitKind::I => "i",
            EmitKind::S => "s",
            EmitKind::O => "o",
            EmitKind::Lst => "lst",
            EmitKind::Ll => "ll",
        }
    }
}

/// `check`.
#[derive(Args, Clone, Debug)]
pub struct Check {
    /// Sources, or directories with a slash behind; all of them by default
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// Who looks [default: gcc-analyzer, or clang-tidy where the compiler is clang]
    #[arg(long, value_name = "CHECKER")]
    pub checker: Option<CheckerName>,
    /// Say what is found in all sources, the default
    #[arg(long, conflicts_with = "changed")]
    pub all: bool,
    /// Say what is found in sources that had to be looked at again
    #[arg(long)]
    pub changed: bool,
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub running: Running,
}

/// The checkers by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckerName {
    /// The kernel's.
    Sparse,
    /// LLVM's.
    ClangTidy,
    /// Cppcheck.
    Cppcheck,
    /// The compiler's own.
    GccAnalyzer,
}

impl From<CheckerName> for Checker {
    fn from(name: CheckerName) -> Checker {
        match name {
            CheckerName::Sparse => Checker::Sparse,
            CheckerName::ClangTidy => Checker::ClangTidy,
            CheckerName::Cppcheck => Checker::Cppcheck,
            CheckerName::GccAnalyzer => Checker::GccAnalyzer,
        }
    }
}
