//! Who set a value: a file, or a hand.

/// Who set a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetBy {
    /// A file that was written earlier: `.config`.
    File,
    /// Whoever started this build: `-D`.
    Hand,
}
