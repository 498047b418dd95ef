//! The header in which C sees the options, with everything looked up: plain data.

/// The header in which C sees the options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedAutoconf {
    /// What `#include` calls it.
    pub header: String,
    /// Every source includes it first.
    pub force_include: bool,
    /// The patterns of macros, each behind the list that it stands in.
    pub patterns: Vec<(&'static str, String)>,
    /// The options, in the order of declaration.
    pub options: Vec<SeenOption>,
    /// Which options are meant in files that put names together.
    pub pasted: Vec<PastedOptions>,
}

/// What C sees of one option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenOption {
    /// Without `CONFIG_`.
    pub name: String,
    /// What decides its macros.
    pub value: String,
    /// The lines that define them.
    pub lines: Vec<String>,
}

/// A file that puts names of options together, and the options that it may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastedOptions {
    /// Relative to the root with `/`, or absolute if the file lies outside.
    pub file: String,
    /// The options, in the order of declaration.
    pub options: Vec<String>,
}
