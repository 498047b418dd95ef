//! One try as data: what is given to the compiler, and what became of it.

use modpin_project::{Language, Probe, entries};

/// How far a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    Compile,
    Link,
}

/// What is tried.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// How far.
    pub stage: Stage,
    /// What stands in the file.
    pub text: String,
    /// What the file is called; its ending is its language.
    pub file: &'static str,
    /// Compiler arguments of the probe.
    pub args: Vec<String>,
    /// Arguments of the link.
    pub link: Vec<String>,
    /// Warnings of outside flags are no matter.
    pub quiet: bool,
}

impl Attempt {
    /// The language of its file.
    pub fn language(&self) -> Language {
        match self.file.rsplit('.').next() {
            Some("S") => Language::Preprocessed,
            Some("cc") => Language::Cxx,
            _ => Language::C,
        }
    }
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// It was taken.
    pub worked: bool,
    /// What was said.
    pub said: String,
    /// Files that were read, if that is known.
    pub read: Vec<String>,
    /// The command and what it said, for people.
    pub log: String,
    /// The program, when it was linked.
    pub program: String,
}

/// The arguments of a probe for the compiler.
pub fn own_args(probe: &Probe) -> Vec<String> {
    let defines = entries(&probe.defines).map(|define| format!("-D{define}"));
    defines.chain(entries(&probe.flags).cloned()).collect()
}

/// The arguments of a probe for the link.
pub fn own_link(probe: &Probe) -> Vec<String> {
    let libraries = entries(&probe.system_libraries).map(|name| format!("-l{name}"));
    entries(&probe.link).cloned().chain(libraries).collect()
}
