//! What one source says of its compilation, behind what is said to all sources of its target.

use crate::resolve::flags::resolved_flag::{ResolvedFlag, Without, takes};

/// What a source says itself of its compilation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnArguments {
    /// Compiler arguments, to come last.
    pub flags: Vec<ResolvedFlag>,
    /// What is taken away of those of every source.
    pub without: Vec<Without>,
}

impl OwnArguments {
    /// Its arguments as texts.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        self.flags.iter().map(|flag| &flag.text)
    }

    /// Those arguments of every source that are left.
    pub fn left_of(&self, shared: &[String]) -> Vec<String> {
        shared.iter().filter(|flag| self.taking(flag).is_none()).cloned().collect()
    }

    /// What takes an argument of every source away.
    pub fn taking(&self, flag: &str) -> Option<&Without> {
        self.without.iter().find(|Without { text, .. }| takes(text, flag))
    }
}
