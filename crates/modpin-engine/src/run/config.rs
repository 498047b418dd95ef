//! How to build: how much at once, where, and what takes part besides.

use std::sync::Arc;

use crate::cache::{Cache, SharedCache};
use crate::graph::untold::Untold;
use crate::run::schedule::Pool;

/// How to build.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many actions may run at once; at least one.
    pub jobs: usize,
    /// Actions of which not so many may run at once.
    pub pools: Vec<Pool>,
    /// Go on with what does not need a failed action, whatever its failure is. After a refusal the run goes on in any
    /// case.
    pub keep_going: bool,
    /// Tell what would run, and run nothing.
    pub dry_run: bool,
    /// The build directory: outputs that nobody makes any more are removed below it.
    pub build_dir: String,
    /// Where the engine keeps its own files, below the build directory.
    pub state_dir: String,
    /// Who knows what commands read beyond what they tell.
    pub untold: Option<Arc<dyn Untold>>,
    /// Where results are kept, for this build and others.
    pub cache: Option<Arc<dyn Cache>>,
    /// A server with more of them, for many machines; it is asked only if there is a cache.
    pub shared: Option<Arc<dyn SharedCache>>,
    /// When everything began, by [`Disk::last_stamp`](crate::Disk::last_stamp): what is stamped so or earlier was there before. The first
    /// command waits until the clock that stamps files has gone on since.
    pub since: i64,
}
