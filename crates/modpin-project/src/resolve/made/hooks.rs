//! Rules that are part of compilations: which targets' objects they run on, and which of these they leave alone.

use std::borrow::Cow;
use std::path::Path;

use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_arg::{OBJECT, RuleArg};
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::files::pattern::Pattern;
use crate::resolve::findings::Findings;
use crate::resolve::flags::levels::Speaker;
use crate::resolve::made::made_by::RuleRun;
use crate::resolve::made::resolved_hook::ResolvedHook;
use crate::resolve::made::resolved_rule::RulePart;
use crate::resolve::resolved::{Resolved, ResolvedCode};
use crate::suggest::did_you_mean;

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
        if !rule.except.is_empty() {
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
    let Speaker { root, title, chooser, .. } = speaker;
    let patterns = chooser.chosen(&rule.except).map(|text| Pattern::new(root, text, title));
    let patterns = findings.keep_all(patterns);
    let mut used = vec![false; patterns.len()];
    for target in chooser.chosen(&rule.on_objects_of) {
        let wanted = target.name().unwrap_or_default();
        let Some(target) = targets.iter().find(|target| target.name() == wanted && has_objects(target))
        else {
            let names = targets.iter().filter(|target| has_objects(target)).map(|target| target.name());
            let help =
                did_you_mean(wanted, names, "name a library, module or executable of the project");
            let text =
                format!("{title} runs on the objects of {wanted:?}, which is no target with objects");
            findings.problem(text, help);
            continue;
        };
        // A target that is switched off has none.
        let Some(code) = code_of(resolved, target) else { continue };
        let mut except = Vec::new();
        for source in &code.sources {
            let fits = patterns.iter().position(|pattern| pattern.matches(Path::new(&source.path)));
            if let Some(pattern) = fits {
                used[pattern] = true;
                except.push(source.path.clone());
            }
        }
        code.hooks.push(ResolvedHook { rule: at, except });
    }
    for (pattern, _) in patterns.iter().zip(used).filter(|(_, used)| !used) {
        let text = format!("{title}: .except({:?}) leaves out nothing", pattern.text());
        findings.warn(text, "correct it or remove it");
    }
}

fn has_objects(target: &Target) -> bool {
    matches!(
        target,
        Target::Library(_) | Target::SharedLibrary(_) | Target::Module(_) | Target::Executable(_)
    )
}

fn code_of<'a>(resolved: &'a mut Resolved, target: &Target) -> Option<&'a mut ResolvedCode> {
    let name = target.name();
    match target {
        Target::Library(_) => {
            resolved.libraries.iter_mut().find(|it| it.name == name).map(|it| &mut it.code)
        }
        Target::SharedLibrary(_) => {
            resolved.shared_libraries.iter_mut().find(|it| it.name == name).map(|it| &mut it.code)
        }
        Target::Module(_) => {
            resolved.modules.iter_mut().find(|it| it.name == name).map(|it| &mut it.code)
        }
        _ => resolved.executables.iter_mut().find(|it| it.name == name).map(|it| &mut it.code),
    }
}
