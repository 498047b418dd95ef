//! What can be typed of how much is said, and how, as data.

use clap::{ArgAction, Args, ValueEnum};

/// How much is said, and how.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output options")]
pub struct Speech {
    /// Print each command as it runs, and the small steps too
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Print errors and what compilers say, nothing else
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Colour the output [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<Color>,
    /// What goes to standard output: text for people, one JSON object a line, or annotations besides
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub message_format: MessageFormat,
    /// The same as --message-format json
    #[arg(long, global = true)]
    pub json: bool,
}

impl Speech {
    /// Whether standard output is for programs.
    pub fn is_json(&self) -> bool {
        self.json || self.message_format == MessageFormat::Json
    }
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// What standard output carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// Text for people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
    /// Text for people, and what GitHub makes annotations of.
    Github,
}
