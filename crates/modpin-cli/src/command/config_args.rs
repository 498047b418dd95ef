//! What can be typed after `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::command::setup::{Jobs, Setup};

/// `config`.
#[derive(Args, Clone, Debug)]
pub struct Config {
    #[command(subcommand)]
    pub verb: ConfigVerb,
}

/// What to do with the options of the project.
#[derive(Subcommand, Clone, Debug)]
pub enum ConfigVerb {
    /// List the options: value, where it comes from, what it depends on, help
    List(Setup),
    /// List what the project asks the machine: answer, question, and with a name all that was tried and said
    Probes(Probes),
    /// Print the value of an option
    Get(Get),
    /// Set options in .config
    Set(Set),
    /// Take options out of .config: they follow their defaults again
    Unset(Unset),
    /// Print what is otherwise than by default, or than with another file of options
    Diff(Diff),
    /// Write a file with the least that must be set for everything to be as it is
    SaveDefaults(SaveDefaults),
}

/// `config probes`.
#[derive(Args, Clone, Debug)]
pub struct Probes {
    /// Probes to show, with all that was tried and said [default: all of them in short]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Show all that was tried and said
    #[arg(long)]
    pub log: bool,
    /// Ask anew, whatever was answered before
    #[arg(long)]
    pub again: bool,
    #[command(flatten)]
    pub jobs: Jobs,
    #[command(flatten)]
    pub setup: Setup,
}

/// `config get`.
#[derive(Args, Clone, Debug)]
pub struct Get {
    /// The option
    #[arg(value_name = "NAME")]
    pub name: String,
    #[command(flatten)]
    pub setup: Setup,
}

/// `config set`.
#[derive(Args, Clone, Debug)]
pub struct Set {
    /// Options with their values: CRYPT=m
    #[arg(value_name = "NAME=VALUE", required = true)]
    pub settings: Vec<String>,
    #[command(flatten)]
    pub setup: Setup,
}

/// `config unset`.
#[derive(Args, Clone, Debug)]
pub struct Unset {
    /// The options
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
    #[command(flatten)]
    pub setup: Setup,
}

/// `config diff`.
#[derive(Args, Clone, Debug)]
pub struct Diff {
    /// Another file of options [default: none, that is, all by default]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub setup: Setup,
}

/// `config save-defaults`.
#[derive(Args, Clone, Debug)]
pub struct SaveDefaults {
    /// Where to write it
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub setup: Setup,
}
