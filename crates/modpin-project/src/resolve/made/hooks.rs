//! Rules that are part of compilations: which targets' objects they run on, and which of these they leave alone.

use std::borrow::Cow;

use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_arg::{OBJECT, RuleArg};
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::findings::Findings;
use crate::resolve::flags::speaker::Speaker;
use crate::resolve::made::made_by::RuleRun;
use crate::resolve::made::objects_meant::{self, Except};
use crate::resolve::made::resolved_hook::ResolvedHook;
use crate::resolve::made::resolved_rule::RulePart;
use crate::resolve::resolved::Resolved;

/// What such a rule cannot say.
pub(crate) fn wrong(rule: &Rule, run: &RuleRun, title: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem =
        |text: &str, help: &str| problems.push(Problem::new(format!("{title}{text}"), help));
    let words = || rule.run.iter().flat_map(|item| item.all()).flat_map(RuleArg::parts);
    let names_object = words().any(|word| matches!(word, RuleArg::Text(text) if text.contains(OBJECT)));
    if rule.on_objects_of.is_empty() {
        if names_object {
            problem(
                " names the object of a compilation, and is part of none",
                "say whose: .on_objects_of(TARGET)",
            );
        }
        if !rule.except.is_empty() && rule.each_object_of.is_empty() {
            problem(" leaves out sources of no target", "say whose: .on_objects_of(TARGET)");
        }
        return problems;
    }
    let surroundings = [&rule.stdin, &rule.stdout, &rule.cwd].into_iter().any(Option::is_some);
    let is_list = |word: &RuleArg| matches!(word, RuleArg::ResponseFile(_));
    let own = rule.run.iter().flat_map(|item| item.all()).any(is_list) || rule.depfile.is_some();
    if !run.outputs.is_empty() || run.depfile.is_some() || surroundings || own || run.each.is_some() {
        problem(
            " is part of compilations, so it has no output, stream or directory of its own",
            "leave them out: it gets object(), may change it, and says by its exit code whether it is good",
        );
    }
    if rule.step.is_some() {
        problem(" is part of compilations, so it is no step in Rust", "have a program do it");
    }
    if !names_object {
        problem(" runs on objects and does not name them", "write object() among its arguments");
    }
    problems
}

/// A text in which the object stands that a rule runs on.
pub(crate) fn with_object(rule: &Rule, text: &str) -> Vec<RulePart> {
    if rule.on_objects_of.is_empty() {
        return vec![RulePart::Text(text.to_owned())];
    }
    let mut parts = Vec::new();
    for (at, text) in text.split(OBJECT).enumerate() {
        parts.extend((at > 0).then_some(RulePart::Object));
        parts.extend((!text.is_empty()).then(|| RulePart::Text(text.to_owned())));
    }
    parts
}

/// Gives the targets a rule that runs on their objects.
pub(crate) fn give(
    resolved: &mut Resolved,
    (at, rule): (usize, &Rule),
    speaker: Speaker<'_>,
    targets: &[Cow<'_, Target>],
    findings: &mut Findings,
) {
    let mut except = Except::of(rule, speaker, findings);
    for target in objects_meant::targets(&rule.on_objects_of, speaker, targets, findings) {
        // A target that is switched off has none.
        let Some(code) = objects_meant::code_of(resolved, target) else { continue };
        let sources = code.sources.iter().map(|source| &source.path);
        let except = sources.filter(|path| except.has(path)).cloned().collect();
        code.hooks.push(ResolvedHook { rule: at, except });
    }
    if rule.each_object_of.is_empty() {
        except.unused(speaker.title, findings);
    }
}
