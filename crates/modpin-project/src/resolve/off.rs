//! What a configuration leaves out: targets that are not built, sources that are not compiled.

/// A target that is not built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disabled {
    /// `library`, `module`, `executable`, `host program`, …
    pub kind: &'static str,
    /// `block/crypt`.
    pub name: String,
    /// The setting that switches it off: `CRYPT=n`.
    pub why: String,
}

/// A source that a condition leaves out of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Relative to the root with `/`, or absolute if the file lies outside.
    pub path: String,
    /// `library`, `module`, `executable`, `host program`, …
    pub kind: &'static str,
    /// The target's name.
    pub target: String,
    /// What keeps it off: `XATTR=n`.
    pub why: String,
}
