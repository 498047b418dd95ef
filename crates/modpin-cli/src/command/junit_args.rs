//! What can be typed for every verb that checks something test reporters show.

use std::path::PathBuf;

use clap::Args;

/// What test reporters read.
#[derive(Args, Clone, Debug, Default)]
pub struct Junit {
    /// A file for what was found, as JUnit's XML, which test reporters read
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}
