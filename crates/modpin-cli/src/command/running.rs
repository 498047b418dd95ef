//! How a build goes about it, as it can be typed for every verb that builds; and times, as they are typed.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;

use crate::command::cache_args::Caching;
use crate::command::remote_args::Remote;
use crate::command::setup::{Jobs, at_least_one};

/// How a build goes about it.
#[derive(Args, Clone, Debug, Default)]
pub struct Running {
    #[command(flatten)]
    pub caching: Caching,
    #[command(flatten)]
    pub remote: Remote,
    #[command(flatten)]
    pub jobs: Jobs,
    /// How many of these may be links, which need the most memory [default: all]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub link_jobs: Option<NonZeroUsize>,
    /// Go on with what does not need a failed action
    #[arg(short, long)]
    pub keep_going: bool,
    /// Print what would run, and run nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Print why each action runs
    #[arg(long)]
    pub explain: bool,
    /// Write a page that shows how long each action took, and a trace for programs
    #[arg(long, conflicts_with = "dry_run")]
    pub timings: bool,
}

/// A time in seconds.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(number) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("not a time that can be waited".to_owned()),
    }
}
