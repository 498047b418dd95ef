//! What can be typed after the verbs that only installed programs have, `completions` and `man`, as data.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `completions`.
#[derive(Args, Clone, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: ShellName,
}

/// The shells that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShellName {
    /// eval "$(modpin completions bash)" in ~/.bashrc.
    Bash,
    /// eval "$(modpin completions zsh)" in ~/.zshrc, behind compinit.
    Zsh,
    /// modpin completions fish | source, in ~/.config/fish/config.fish.
    Fish,
}

/// `man`.
#[derive(Args, Clone, Debug)]
pub struct Man {
    /// The verb that the page is about [default: the program]
    #[arg(value_name = "VERB")]
    pub verb: Option<String>,
    /// A directory for all pages, one a verb
    #[arg(short, long, value_name = "DIR", conflicts_with = "verb")]
    pub output: Option<PathBuf>,
}
