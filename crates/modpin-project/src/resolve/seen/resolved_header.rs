//! A header that says what was configured, with everything looked up: plain data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::resolve::seen::header_value::HeaderValue;

/// A header that says what was configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedConfigHeader {
    /// What `#include` calls it.
    pub header: String,
    /// Its own macros, in the order of declaration.
    pub values: Vec<(String, HeaderValue)>,
    /// What it is made from.
    pub template: Option<ResolvedTemplate>,
}

/// A header that only targets of a directory see, and of those below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedDirHeader {
    /// The directory, relative to the root with `/`, or absolute if it lies outside.
    pub dir: String,
    /// The header.
    pub header: ResolvedConfigHeader,
}

/// A template of a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedTemplate {
    /// Relative to the root with `/`, or absolute if the file lies outside.
    pub path: String,
    /// What words of it mean that are no macros of the header's own.
    pub words: BTreeMap<String, HeaderValue>,
    /// Words that nothing is called are off.
    pub others_off: bool,
}
