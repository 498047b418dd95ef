//! What decides what a build makes and where, and how much is done at once: the same arguments for every verb that plans.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What decides what a build makes and where.
#[derive(Args, Clone, Debug, Default)]
pub struct Setup {
    /// Build optimised
    #[arg(short, long)]
    pub release: bool,
    /// Build for another machine
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
    /// What starts the compilers: ccache, sccache, distcc, icecc [default: what CC and CXX say]
    #[arg(long, value_name = "PROG")]
    pub launcher: Option<String>,
    /// Directory for everything that is built [default: cargo's target directory]
    #[arg(long, value_name = "DIR")]
    pub target_dir: Option<PathBuf>,
    /// Set an option of the project, for this build
    #[arg(short = 'D', value_name = "CONFIG_NAME=VALUE")]
    pub define: Vec<String>,
    /// Whether modules are built as modules
    #[arg(long, value_name = "WHETHER", default_value = "on")]
    pub modules: Switch,
}

impl Setup {
    /// `debug` or `release`.
    pub fn profile(&self) -> &'static str {
        if self.release { "release" } else { "debug" }
    }
}

/// How much at once.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Jobs {
    /// How many actions run at once [default: one for each processor, or what the jobserver in MAKEFLAGS allows]
    #[arg(short, long, value_name = "N", value_parser = at_least_one)]
    pub jobs: Option<NonZeroUsize>,
}

/// A number from 1 on.
pub fn at_least_one(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "not a number from 1 on".to_owned())
}

/// Whether there are modules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// A file for each module.
    #[default]
    On,
    /// Every module is linked into its hosts.
    Off,
}
