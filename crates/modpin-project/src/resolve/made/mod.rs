//! What rules make, looked up: the files below `gen/`, and the commands that write them.

pub(crate) mod resolved_rule;
pub(crate) mod placeholder;
pub(crate) mod made_by;
pub(crate) mod made_files;
pub(crate) mod outputs;
pub(crate) mod nameable;
pub(crate) mod code;
pub(crate) mod shell_words;
pub(crate) mod command;
pub(crate) mod in_arguments;
pub(crate) mod waiting;
pub(crate) mod resolved_hook;
pub(crate) mod objects_meant;
pub(crate) mod of_objects;
pub(crate) mod hooks;

use std::path::Path;

use crate::configure::answer::{Asker, answer};
use crate::configure::asked::unanswerable;
use crate::configure::known::Known;
use crate::configure::reason::kept_off;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::tristate::Tristate;
use crate::declare::project::Project;
use crate::declare::rule::rule::Rule;
use crate::declare::target::Target;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::flags::speaker::Speaker;
use crate::resolve::made::made_files::MadeFiles;
use crate::resolve::made::outputs::made_by;
use crate::resolve::scopes::Scopes;

/// What the rules of a project make. Conditions of rules are answered for the machine that is built for.
pub(crate) fn of_project(
    project: &Project,
    known: &Known,
    root: &Path,
    findings: &mut Findings,
) -> MadeFiles {
    let (mut rules, mut off, none) = (Vec::new(), Vec::new(), MadeFiles::default());
    if !project.targets.iter().any(|target| matches!(target, Target::Rule(_))) {
        return none;
    }
    // What is wrong with directories is told where all targets are looked up.
    let scopes = Scopes::of(project, known, &mut Findings::default());
    let chooser = Chooser::new(known, false);
    for (at, target) in project.targets.iter().enumerate() {
        let placed = scopes.placed(at, target);
        let Target::Rule(rule) = placed.as_ref() else { continue };
        let why = scopes.why_off(at).map(str::to_owned).or_else(|| why_off(rule, chooser, findings));
        match why {
            Some(why) => off.push((rule.name.clone(), why)),
            None => {
                let speaker = Speaker { root, title: &target.title(), chooser, made: &none };
                rules.push(made_by((at, rule), scopes.dir(at), speaker, findings));
            }
        }
    }
    MadeFiles::new(rules, off, &mut findings.problems)
}

/// What keeps a rule off by its own condition.
fn why_off(rule: &Rule, chooser: Chooser<'_>, findings: &mut Findings) -> Option<String> {
    let Cond(expr) = rule.when.as_ref()?;
    let known = chooser.known();
    if let Some(wrong) = unanswerable(&format!("rule {:?} is switched by", rule.name), expr, known) {
        findings.problems.push(wrong);
        return None;
    }
    (answer(expr, known, Asker::Option) == Tristate::No).then(|| kept_off(known, expr))
}
