//! What can be typed after `new` and `init`, as data.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `new`.
#[derive(Args, Clone, Debug)]
pub struct New {
    /// The program, and the directory that is made
    #[arg(value_name = "NAME")]
    pub name: String,
    /// In which language the program is written
    #[arg(long, value_name = "LANGUAGE", default_value = "rust")]
    pub host: HostLanguage,
    /// Use a checkout of modpin instead of published crates
    #[arg(long, value_name = "PATH")]
    pub modpin: Option<PathBuf>,
}

/// `init`.
#[derive(Args, Clone, Debug)]
pub struct Init {
    /// Use a checkout of modpin instead of published crates
    #[arg(long, value_name = "PATH")]
    pub modpin: Option<PathBuf>,
}

/// In which language a program is written that loads modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HostLanguage {
    /// cargo links it.
    Rust,
    /// `cargo xtask` builds it.
    C,
}
