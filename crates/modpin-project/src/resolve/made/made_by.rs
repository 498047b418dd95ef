//! What one rule makes: its outputs, for each file that it is run for. Plain data.

use crate::resolve::made::placeholder::EachFile;

/// What a rule makes.
#[derive(Debug, Clone, Default)]
pub(crate) struct MadeBy {
    pub(crate) name: String,
    /// Where it stands among the targets.
    pub(crate) target: usize,
    /// Where its paths start.
    pub(crate) dir: String,
    /// It runs for objects, and these are not known yet.
    pub(crate) waits_for_objects: bool,
    pub(crate) runs: Vec<RuleRun>,
}

/// One run of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct RuleRun {
    /// The file that it is run for.
    pub(crate) each: Option<EachFile>,
    /// What it writes, from `gen/`.
    pub(crate) outputs: Vec<String>,
    pub(crate) depfile: Option<String>,
    /// Directories of its own.
    pub(crate) own_dirs: Vec<String>,
}

impl MadeBy {
    /// Every output, with the file that it is made for.
    pub(crate) fn files(&self) -> impl Iterator<Item = (Option<&EachFile>, &str)> {
        self.runs
            .iter()
            .flat_map(|run| run.outputs.iter().map(move |path| (run.each.as_ref(), path.as_str())))
    }
}

impl RuleRun {
    /// A text of the rule as it is in this run.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.each.as_ref().map_or_else(|| text.to_owned(), |each| each.fill(text, str::to_owned))
    }

    /// The same for a text that is a pattern.
    pub(crate) fn fill_pattern(&self, text: &str) -> String {
        self.each.as_ref().map_or_else(|| text.to_owned(), |each| each.fill(text, globset::escape))
    }
}
