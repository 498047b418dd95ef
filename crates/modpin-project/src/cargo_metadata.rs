//! What cargo says of a workspace: its directories and the packages that it depends on. Asks `cargo metadata` and reads the few
//! fields that we need of its answer; the crates that know all of it cost more to compile than this file to read.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::error::{Error, Result};

/// A workspace as cargo sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct CargoMetadata {
    /// Every package that is built, with those of the workspace.
    pub packages: Vec<CargoPackage>,
    /// The workspace's directory.
    pub workspace_root: String,
    /// Where cargo puts what it builds.
    pub target_directory: String,
}

/// A package.
#[derive(Clone, Debug, Deserialize)]
pub struct CargoPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its `Cargo.toml`.
    pub manifest_path: String,
    /// The packages that it names itself.
    #[serde(default)]
    pub dependencies: Vec<CargoDependency>,
}

/// A package that another one names.
#[derive(Clone, Debug, Deserialize)]
pub struct CargoDependency {
    /// Its name.
    pub name: String,
    /// `build`, `dev`, or nothing.
    pub kind: Option<String>,
}

impl CargoDependency {
    /// Whether the build script needs it.
    pub fn is_of_build_script(&self) -> bool {
        self.kind.as_deref() == Some("build")
    }
}

impl CargoMetadata {
    /// Asks cargo about the workspace around a directory.
    ///
    /// # Errors
    /// [`Error::Metadata`] with cargo's own words.
    pub fn ask(dir: &Path, options: &[&str]) -> Result<CargoMetadata> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["metadata", "--format-version", "1"]).args(options).current_dir(dir);
        let output = command.output().map_err(|error| Error::Metadata(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Error::Metadata(said.trim_end().to_owned()));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| Error::Metadata(error.to_string()))
    }
}
