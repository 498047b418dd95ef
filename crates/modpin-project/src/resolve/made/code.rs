//! Rules whose work is code: it gets files and texts by themselves, and has nothing around it.

use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_step::RuleStep;
use crate::problem::Problem;
use crate::resolve::made::resolved_rule::RulePart;

/// What such a rule cannot say.
pub(crate) fn wrong(
    (rule, step): (&Rule, &RuleStep),
    words: &[Vec<RulePart>],
    title: &str,
) -> Option<Problem> {
    let Rule { stdin, stdout, cwd, env, depfile, .. } = rule;
    let is_bare = [stdin, stdout, cwd].into_iter().all(Option::is_none);
    let is_plain = |word: &Vec<RulePart>| {
        matches!(word[..], [] | [RulePart::File(_) | RulePart::Output(_)])
            || word.iter().all(|part| matches!(part, RulePart::Text(_)))
    };
    let is_fine = is_bare && env.is_empty() && depfile.is_none() && words.iter().all(is_plain);
    (!is_fine).then(|| {
        let what = "is code, which has no streams, directory, environment, depfile or tools";
        let text = format!("{title}: its step {:?} {what}", step.key);
        Problem::new(text, "give it inputs, outputs, texts and values, each an argument by itself")
    })
}
