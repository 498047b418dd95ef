//! The handle of a rule. It knows the rule's name, so that it can name files which the rule makes in any list of texts.

use crate::declare::handle::{Position, Ref, TargetId};
use crate::declare::rule::rule_text::written;

/// A rule that was added to a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleId {
    pub(crate) position: Position,
    pub(crate) name: String,
}

impl RuleId {
    /// A file that the rule makes, by the path that the rule gives it, as a source, as an input of another rule or inside of
    /// an argument of a link: `.sources(table.output("table.c"))`. It may be a glob over these paths.
    pub fn output(&self, path: impl AsRef<str>) -> String {
        written(&self.name, Some(path.as_ref()))
    }

    /// All that the rule makes, as such a text; so says the handle itself: `.sources(&table)`.
    pub fn outputs(&self) -> String {
        written(&self.name, None)
    }
}

impl From<&RuleId> for String {
    fn from(rule: &RuleId) -> String {
        rule.outputs()
    }
}

impl From<RuleId> for String {
    fn from(rule: RuleId) -> String {
        rule.outputs()
    }
}

impl From<&RuleId> for Ref<TargetId> {
    fn from(rule: &RuleId) -> Ref<TargetId> {
        Ref::Handle(TargetId(rule.position))
    }
}

impl From<RuleId> for Ref<TargetId> {
    fn from(rule: RuleId) -> Ref<TargetId> {
        Ref::from(&rule)
    }
}
