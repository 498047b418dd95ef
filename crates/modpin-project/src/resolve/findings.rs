//! What comes up while a project is looked up, beside the answers.

use crate::problem::Problem;
use crate::resolve::files::looked_up::LookedUp;
use crate::resolve::off::LeftOut;

/// Collected over the whole project, so that a user reads every problem at once.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What keeps the project from being built.
    pub(crate) problems: Vec<Problem>,
    /// What looks like a mistake but can be built.
    pub(crate) warnings: Vec<Problem>,
    /// Sources that the configuration leaves out.
    pub(crate) left_out: Vec<LeftOut>,
    /// What of the disk the answers rest on.
    pub(crate) looked_up: LookedUp,
}

impl Findings {
    /// Notes a problem.
    pub(crate) fn problem(&mut self, text: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::new(text, help));
    }

    /// Notes a warning.
    pub(crate) fn warn(&mut self, text: impl Into<String>, help: impl Into<String>) {
        self.warnings.push(Problem::new(text, help));
    }

    /// The answer, or else its problem is noted.
    pub(crate) fn keep<T>(&mut self, answer: Result<T, Problem>) -> Option<T> {
        answer.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// The answers, without those that are problems.
    pub(crate) fn keep_all<T>(
        &mut self,
        answers: impl IntoIterator<Item = Result<T, Problem>>,
    ) -> Vec<T> {
        answers.into_iter().filter_map(|answer| self.keep(answer)).collect()
    }
}
