//! What cargo tells a build script, by the environment.

use std::env;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::toolchain::Tuning;

/// The build of one package.
#[derive(Clone, Debug)]
pub struct CargoFacts {
    /// The package's name.
    pub package: String,
    /// The package's directory.
    pub manifest_dir: PathBuf,
    /// Where the build script's files go.
    pub out_dir: PathBuf,
    /// For which machine is built.
    pub target: String,
    /// How the program's code is compiled.
    pub tuning: Tuning,
    /// How many commands may run at once, if there is no jobserver.
    pub jobs: usize,
    /// Somebody has said that the C library is to be linked statically into the program.
    pub crt_static: bool,
}

impl CargoFacts {
    /// Of the build script that this process is.
    ///
    /// # Errors
    /// [`Error::Input`] when this is no build script.
    pub fn of_environment() -> Result<CargoFacts> {
        let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
        Ok(CargoFacts {
            package: must("CARGO_PKG_NAME")?,
            manifest_dir: must("CARGO_MANIFEST_DIR")?.into(),
            out_dir: must("OUT_DIR")?.into(),
            target: must("TARGET")?,
            tuning: Tuning {
                opt_level: env::var("OPT_LEVEL").unwrap_or_else(|_| "0".to_owned()),
                debug: env::var("DEBUG").is_ok_and(|debug| !["0", "false", "none"].contains(&&*debug)),
                release: env::var("PROFILE").is_ok_and(|profile| profile == "release"),
            },
            jobs: env::var("NUM_JOBS").ok().and_then(|jobs| jobs.parse().ok()).unwrap_or(1),
            crt_static: features.split(',').any(|feature| feature == "crt-static"),
        })
    }
}

fn must(variable: &'static str) -> Result<String> {
    env::var(variable).map_err(|_| Error::Input {
        path: variable.into(),
        why: "cargo sets it for build scripts, and it is not set\n  help: call modpin::embed in a build.rs"
            .to_owned(),
    })
}
