//! Words about the results that are kept for all checkouts of a user.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use modpin::session::{KeepResults, bytes_of};

/// Whether a build takes results from there and keeps them.
#[derive(Args, Clone, Debug, Default)]
pub struct Caching {
    /// Make everything here, and keep it for no other build
    #[arg(long, conflicts_with = "cache")]
    pub no_cache: bool,
    /// Where results are kept for all checkouts [default: MODPIN_CACHE, or the user's cache directory]
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
}

impl Caching {
    /// Where that is.
    pub fn place(&self) -> KeepResults {
        match &self.cache {
            _ if self.no_cache => KeepResults::Nowhere,
            Some(dir) => KeepResults::In(dir.clone()),
            None => KeepResults::Usual,
        }
    }
}

/// `cache`.
#[derive(Args, Clone, Debug)]
pub struct Cache {
    #[command(subcommand)]
    pub verb: CacheVerb,
}

/// What is to be done with them.
#[derive(Subcommand, Clone, Debug)]
pub enum CacheVerb {
    /// Say where results are kept, how many, and how large they are
    Stats(CacheDir),
    /// Remove those that were not used for longest
    Trim(Trim),
    /// Remove all of them
    Clear(CacheDir),
}

/// Where they are.
#[derive(Args, Clone, Debug, Default)]
pub struct CacheDir {
    /// Where results are kept for all checkouts [default: MODPIN_CACHE, or the user's cache directory]
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
}

/// `cache trim`.
#[derive(Args, Clone, Debug)]
pub struct Trim {
    /// How large the rest may be: 2GiB [default: what a build leaves, MODPIN_CACHE_SIZE or 5GiB]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub size: Option<u64>,
    #[command(flatten)]
    pub at: CacheDir,
}

fn size(text: &str) -> Result<u64, String> {
    bytes_of(text).ok_or_else(|| "not a size as 20GiB or 500MiB".to_owned())
}
