//! How the probes of a project are asked, as data.

use std::path::PathBuf;

use modpin_engine::Jobserver;

use crate::toolchain::{Request, Toolchain};

/// How probes are asked.
#[derive(Clone, Debug)]
pub struct ProbeRequest<'a> {
    /// The compiler of the build.
    pub toolchain: &'a Toolchain,
    /// For what it was wanted.
    pub request: &'a Request,
    /// The file that keeps the answers, in a state directory.
    pub kept: PathBuf,
    /// How many may be asked at once.
    pub jobs: usize,
    /// Whoever has to give a place for each but the first of those that are asked at once.
    pub jobserver: Option<&'a Jobserver>,
    /// Believe no answer that was kept.
    pub again: bool,
    /// They are asked of the build machine while another one is built for: what the environment says of libraries is of that one.
    pub is_beside_target: bool,
}
