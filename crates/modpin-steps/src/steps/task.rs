//! What each kind of step says of itself, and does.

use modpin_engine::{StepError, StepIo};

use crate::load::told;

/// A key of a step: what it is, and everything that decides its result, a line each. People read the lines that differ.
pub fn key<'a>(what: &str, facts: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let facts = facts.into_iter().map(|(what, value)| match value.is_empty() {
        true => format!("\n{what}"),
        false => format!("\n{what} {value}"),
    });
    what.to_owned() + &facts.collect::<String>()
}

/// Each of some values as a fact.
pub fn each(
    what: &str,
    values: impl IntoIterator<Item = impl ToString>,
) -> impl Iterator<Item = (&str, String)> {
    values.into_iter().map(move |value| (what, value.to_string()))
}

/// Where a host's loader looks for libraries, as far as we decide it, and what else it is told by the environment.
pub fn search_facts(library_dirs: &[String]) -> impl Iterator<Item = (&'static str, String)> {
    let dirs: Vec<_> = each("library directory", library_dirs).collect();
    dirs.into_iter().chain(each("environment", told()))
}

/// Code that makes outputs from inputs: one kind of step.
pub trait Task {
    /// Everything that decides the result besides the content of the inputs. A change of the code itself must change it.
    fn key(&self) -> String;

    /// Reads inputs, writes every output.
    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError>;
}
