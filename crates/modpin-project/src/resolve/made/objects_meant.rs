//! Which objects a rule means: those of some targets, but for some of their sources.

use std::borrow::Cow;
use std::path::Path;

use crate::declare::handle::{Ref, TargetId};
use crate::declare::options::item::Item;
use crate::declare::rule::rule::Rule;
use crate::declare::target::Target;
use crate::resolve::files::pattern::Pattern;
use crate::resolve::findings::Findings;
use crate::resolve::flags::speaker::Speaker;
use crate::resolve::resolved::{Resolved, ResolvedCode};
use crate::suggest::did_you_mean;

/// The targets that are named, if they have objects.
pub(crate) fn targets<'t>(
    named: &[Item<Ref<TargetId>>],
    speaker: Speaker<'_>,
    targets: &'t [Cow<'_, Target>],
    findings: &mut Findings,
) -> Vec<&'t Target> {
    let Speaker { title, chooser, .. } = speaker;
    let mut found: Vec<&Target> = Vec::new();
    for target in chooser.chosen(named) {
        let wanted = target.name().unwrap_or_default();
        match targets.iter().find(|target| target.name() == wanted && has_objects(target)) {
            Some(target) => found.push(target),
            None => {
                let names = targets.iter().filter(|target| has_objects(target));
                let names = names.map(|target| target.name());
                let help =
                    did_you_mean(wanted, names, "name a library, module or executable of the project");
                let text = format!(
                    "{title} runs on the objects of {wanted:?}, which is no target with objects"
                );
                findings.problem(text, help);
            }
        }
    }
    found
}

fn has_objects(target: &Target) -> bool {
    matches!(
        target,
        Target::Library(_) | Target::SharedLibrary(_) | Target::Module(_) | Target::Executable(_)
    )
}

/// Sources whose objects a rule leaves alone.
pub(crate) struct Except {
    patterns: Vec<(Pattern, bool)>,
}

impl Except {
    pub(crate) fn of(rule: &Rule, speaker: Speaker<'_>, findings: &mut Findings) -> Except {
        let Speaker { root, title, chooser, .. } = speaker;
        let patterns = chooser.chosen(&rule.except).map(|text| Pattern::new(root, text, title));
        let patterns = findings.keep_all(patterns).into_iter().map(|pattern| (pattern, false));
        Except { patterns: patterns.collect() }
    }

    /// Whether it leaves this one alone.
    pub(crate) fn has(&mut self, source: &str) -> bool {
        let found = self.patterns.iter_mut().find(|(pattern, _)| pattern.matches(Path::new(source)));
        found.map(|(_, used)| *used = true).is_some()
    }

    /// Warns of what has left out nothing.
    pub(crate) fn unused(self, title: &str, findings: &mut Findings) {
        for (pattern, _) in self.patterns.iter().filter(|(_, used)| !used) {
            let text = format!("{title}: .except({:?}) leaves out nothing", pattern.text());
            findings.warn(text, "correct it or remove it");
        }
    }
}

/// What is compiled into a target; nothing if it is switched off.
pub(crate) fn code_of<'a>(resolved: &'a mut Resolved, target: &Target) -> Option<&'a mut ResolvedCode> {
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
