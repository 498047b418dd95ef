//! Who says something in a declaration, and how it is looked up.

use std::path::Path;

use crate::resolve::choose::Chooser;
use crate::resolve::made::made_files::MadeFiles;

/// Who says something, and how it is looked up.
#[derive(Clone, Copy)]
pub(crate) struct Speaker<'a> {
    /// Where paths start.
    pub(crate) root: &'a Path,
    /// How messages begin.
    pub(crate) title: &'a str,
    pub(crate) chooser: Chooser<'a>,
    /// What rules make.
    pub(crate) made: &'a MadeFiles,
}
