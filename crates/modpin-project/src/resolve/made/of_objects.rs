//! Rules that run for each object of a target. What they make is known when all sources are, so no source and no header of a compilation
//! can be among it.

use std::borrow::Cow;
use std::path::Path;

use crate::configure::known::Known;
use crate::declare::rule::rule::Rule;
use crate::declare::target::Target;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::flags::speaker::Speaker;
use crate::resolve::made::made_files::MadeFiles;
use crate::resolve::made::objects_meant::{self, Except};
use crate::resolve::made::outputs::run;
use crate::resolve::made::placeholder::{EachFile, EachObject};
use crate::resolve::resolved::Resolved;

/// The files of all rules, with those of rules for objects; `None` if there are no such rules.
pub(crate) fn with_objects(
    (root, known): (&Path, &Known),
    targets: &[Cow<'_, Target>],
    made: &MadeFiles,
    resolved: &mut Resolved,
    findings: &mut Findings,
) -> Option<MadeFiles> {
    if !made.rules.iter().any(|rule| rule.waits_for_objects) {
        return None;
    }
    let mut rules = made.rules.clone();
    for made_by in rules.iter_mut().filter(|rule| rule.waits_for_objects) {
        let target = targets[made_by.target].as_ref();
        let Target::Rule(rule) = target else { continue };
        let (title, chooser) = (target.title(), Chooser::new(known, false));
        let speaker = Speaker { root, title: &title, chooser, made };
        let objects = objects(rule, &made_by.dir, (speaker, targets), resolved, findings);
        made_by.runs =
            objects.into_iter().map(|each| run(rule, Some(each), speaker, findings)).collect();
        made_by.waits_for_objects = false;
    }
    let mut problems = Vec::new();
    let all = MadeFiles::new(rules, made.off.clone(), &mut problems);
    // What two others both make was told before.
    problems.retain(|problem| !findings.problems.contains(problem));
    findings.problems.append(&mut problems);
    Some(all)
}

/// The objects for which a rule of this directory is run.
fn objects(
    rule: &Rule,
    dir: &str,
    (speaker, targets): (Speaker<'_>, &[Cow<'_, Target>]),
    resolved: &mut Resolved,
    findings: &mut Findings,
) -> Vec<EachFile> {
    let (mut except, mut found) = (Except::of(rule, speaker, findings), Vec::new());
    for target in objects_meant::targets(&rule.each_object_of, speaker, targets, findings) {
        let Some(code) = objects_meant::code_of(resolved, target) else { continue };
        for source in code.sources.iter().filter(|source| !except.has(&source.path)) {
            let object = EachObject {
                kind: target.kind(),
                name: target.name().to_owned(),
                compiled_as: source.compiled_as.clone(),
            };
            let mut each = EachFile::new(source.path.clone(), dir);
            each.object = Some(object);
            found.push(each);
        }
    }
    except.unused(speaker.title, findings);
    found
}
