//! What can be typed after `run` and `test`, as data.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::command::junit_args::Junit;
use crate::command::running::{Running, seconds};
use crate::command::setup::Setup;

/// `run`.
#[derive(Args, Clone, Debug)]
pub struct Run {
    /// The program, by the name of its target
    #[arg(value_name = "TARGET")]
    pub program: String,
    /// Run it under a debugger that finds its sources, wherever you stand
    #[arg(long, value_name = "DEBUGGER")]
    pub debugger: Option<Debugger>,
    /// Its arguments
    #[arg(value_name = "ARGS", last = true)]
    pub args: Vec<std::ffi::OsString>,
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub running: Running,
}

/// The debuggers that can be told where sources are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Debugger {
    /// GNU's.
    Gdb,
    /// LLVM's.
    Lldb,
}

/// `test`.
#[derive(Args, Clone, Debug)]
pub struct Test {
    /// Tests by name or glob; all of them by default
    #[arg(value_name = "TEST")]
    pub tests: Vec<String>,
    /// How long a test may take that does not say so itself
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub timeout: Duration,
    #[command(flatten)]
    pub junit: Junit,
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub running: Running,
}
