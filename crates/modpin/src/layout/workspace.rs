//! Where a build lies on this machine: the checkout, and cargo's target directory. Knows no target.

use std::path::{Path, PathBuf};

use modpin_project::{CargoMetadata, CargoPackage};

use crate::error::Result;

/// The crate of which a build script has the function to call.
const US: &str = env!("CARGO_PKG_NAME");

/// The two directories from which every other path follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// The root of the checkout: relative paths of a declaration start here. Absolute.
    pub root: PathBuf,
    /// Where everything that is built goes, below `modpin/`. Absolute.
    pub target_dir: PathBuf,
    /// Its packages whose build scripts call us.
    pub embedding: Vec<String>,
}

impl Workspace {
    /// The cargo workspace around `manifest_dir`, with the target directory that cargo uses for it.
    ///
    /// # Errors
    /// [`Error::Project`](crate::Error::Project) when cargo finds no workspace there.
    pub fn of_workspace(manifest_dir: &Path) -> Result<Workspace> {
        let metadata = CargoMetadata::ask(manifest_dir, &["--no-deps"])?;
        let calls_us = |package: &&CargoPackage| {
            package.dependencies.iter().any(|needed| needed.name == US && needed.is_of_build_script())
        };
        let embedding = metadata.packages.iter().filter(calls_us).map(|package| package.name.clone());
        Ok(Workspace {
            root: metadata.workspace_root.into(),
            target_dir: metadata.target_directory.into(),
            embedding: embedding.collect(),
        })
    }

    /// A directory that is no cargo workspace: the target directory is `target` in it.
    pub fn at(root: &Path) -> Workspace {
        Workspace { root: root.to_owned(), target_dir: root.join("target"), embedding: Vec::new() }
    }
}
