//! Where a build lies on this machine: the checkout, and cargo's target directory. Knows no target.

use std::path::{Path, PathBuf};

#[cfg(feature = "packages")]
use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// The crate of which a build script has the function to call.
#[cfg(feature = "packages")]
const US: &str = env!("CARGO_PKG_NAME");

/// The two directories from which every other path follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// The root of the checkout: relative paths of a declaration start here. Absolute.
    pub root: PathBuf,
    /// Where everything that is built goes, below `modpin/`. Absolute.
    pub target_dir: PathBuf,
    /// Its packages.
    pub packages: Vec<String>,
    /// Those whose build scripts call us.
    pub embedding: Vec<String>,
}

impl Workspace {
    /// The cargo workspace around `manifest_dir`, with the target directory that cargo uses for it.
    ///
    /// # Errors
    /// [`Error::Project`](crate::Error::Project) when cargo finds no workspace there.
    #[cfg(feature = "packages")]
    pub fn of_workspace(manifest_dir: &Path) -> crate::error::Result<Workspace> {
        let metadata = MetadataCommand::new().current_dir(manifest_dir).no_deps().exec();
        let metadata = metadata.map_err(modpin_project::Error::Metadata)?;
        let calls_us = |package: &&Package| {
            let is_it = |kind, name: &str| kind == DependencyKind::Build && name == US;
            package.dependencies.iter().any(|needed| is_it(needed.kind, &needed.name))
        };
        let name = |package: &Package| package.name.to_string();
        let embedding = metadata.packages.iter().filter(calls_us).map(name).collect();
        Ok(Workspace {
            root: metadata.workspace_root.into_std_path_buf(),
            target_dir: metadata.target_directory.into_std_path_buf(),
            packages: metadata.packages.iter().map(name).collect(),
            embedding,
        })
    }

    /// A directory that is no cargo workspace: the target directory is `target` in it.
    pub fn at(root: &Path) -> Workspace {
        Workspace {
            root: root.to_owned(),
            target_dir: root.join("target"),
            packages: Vec::new(),
            embedding: Vec::new(),
        }
    }
}
