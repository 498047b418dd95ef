//! What can be typed after the verbs that tell another build what it needs: `pins`, `exports`, `link`, `order`, `recipe`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What a verb writes as a step of another build.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "As a step of another build")]
pub struct Step {
    /// A file that is written when all is well, and removed when not
    #[arg(long, value_name = "FILE")]
    pub stamp: Option<PathBuf>,
    /// A depfile that says on which files the stamp depends
    #[arg(long, value_name = "FILE", requires = "stamp")]
    pub depfile: Option<PathBuf>,
}

/// `pins`.
#[derive(Args, Clone, Debug)]
pub struct Pins {
    /// Modules: A.mo, A.so, or the A.o… of one module
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub module: Vec<PathBuf>,
    /// The archives that the program links, in that order
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub archive: Vec<PathBuf>,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "rsp")]
    pub format: PinsFormat,
    #[command(flatten)]
    pub output: Output,
}

/// Where a text goes.
#[derive(Args, Clone, Debug, Default)]
pub struct Output {
    /// A file for it instead of standard output: written only if it differs, removed when something is wrong
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `link`.
#[derive(Args, Clone, Debug)]
pub struct Link {
    /// The response file for the compiler driver; FILE.list beside it has the exports. FILE is new if either differs
    #[arg(short, long, value_name = "FILE", required = true)]
    pub output: PathBuf,
    /// Modules: A.mo, A.so, or the A.o… of one module
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub module: Vec<PathBuf>,
    /// The archives that the program links, in that order
    #[arg(long, value_name = "FILE", num_args = 0..)]
    pub archive: Vec<PathBuf>,
    /// The program's own objects: name all of them or none
    #[arg(long, value_name = "FILE", num_args = 0..)]
    pub object: Vec<PathBuf>,
}

/// `recipe`.
#[derive(Args, Clone, Debug)]
pub struct Recipe {
    /// For which build system
    #[arg(value_name = "BUILD")]
    pub build: BuildSystem,
}

/// Build systems with a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BuildSystem {
    /// CMake: a module with a function for hosts.
    Cmake,
    /// Meson: what stands in meson.build.
    Meson,
    /// GNU make: an include with a definition.
    Make,
    /// ninja: two rules.
    Ninja,
}

/// How pins are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PinsFormat {
    /// One argument of the compiler driver a line, for a response file.
    #[default]
    Rsp,
    /// All arguments on one line.
    Args,
    /// All that is known: pins, exports, who needs what.
    Json,
}

/// `exports`.
#[derive(Args, Clone, Debug)]
pub struct Exports {
    /// The program that loads the modules
    #[arg(long, value_name = "PROG")]
    pub host: PathBuf,
    /// Modules: A.mo, A.so, or the A.o… of one module
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub module: Vec<PathBuf>,
    #[command(flatten)]
    pub output: Output,
}

/// `order`.
#[derive(Args, Clone, Debug)]
pub struct Order {
    /// Archives; objects among them say what is needed of the archives
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// A symbol that the link is told to take, as with the linker's -u
    #[arg(short, long, value_name = "SYMBOL")]
    pub undefined: Vec<String>,
    #[command(flatten)]
    pub output: Output,
}
