//! What is installed besides the targets, with everything looked up, and what targets say of being installed. Plain data.

use std::collections::BTreeMap;

use crate::declare::installing::PkgConfigFile;

/// What is installed besides targets, and what these say of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvedInstall {
    /// Files, in order of declaration.
    pub files: Vec<InstalledFile>,
    /// What targets say, by their titles; those that say nothing are not there.
    pub targets: BTreeMap<String, TargetInstall>,
    /// What pkg-config calls the libraries that it knows itself, by their names: `libcurl >= 7.29`.
    pub packages: BTreeMap<String, String>,
}

/// A file that is installed as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledFile {
    /// Who installs it: `library "foo"`.
    pub by: String,
    /// What it is.
    pub source: InstalledSource,
    /// Its directory in words: `include/foo`.
    pub dir: String,
    /// Its path there.
    pub name: String,
}

/// Where an installed file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstalledSource {
    /// A file, relative to the root with `/`, or absolute.
    File(String),
    /// A header that the build writes.
    Header(String),
    /// What a rule makes, from `gen/`.
    Made(String),
}

/// What a target says of its installation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetInstall {
    /// Whether it is installed; nothing: as its kind is.
    pub installed: Option<bool>,
    /// Its directory in words.
    pub dir: Option<String>,
    /// Whether files are installed with it.
    pub has_files: bool,
    /// What pkg-config is told of it.
    pub pkg_config: Option<PkgConfigFile>,
    /// The directories in which those who link it look for headers, from the root.
    pub public_includes: Vec<String>,
    /// What else they are compiled with.
    pub public_flags: Vec<String>,
    /// Its version.
    pub version: Option<String>,
}
