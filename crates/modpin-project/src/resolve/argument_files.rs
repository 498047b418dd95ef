//! What is at paths that arguments of compilations and links name, if somebody has looked. Plain data for the plan.

use std::collections::{BTreeMap, BTreeSet};

/// What is at paths that arguments name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArgumentFiles {
    /// Files that are there.
    pub there: BTreeSet<String>,
    /// The texts of those that hold further arguments.
    pub texts: BTreeMap<String, String>,
    /// Directories.
    pub dirs: BTreeSet<String>,
    /// The files below directories that are meant with all that they hold.
    pub below: BTreeMap<String, Vec<String>>,
}
