//! From a declaration and a configuration to [`Resolved`]: files for globs, indexes for names. Calls the rules and collects what
//! they find, so that a user reads every problem at once.

pub(crate) mod files;
pub(crate) mod paths;
pub(crate) mod package_paths;
pub(crate) mod argument_files;
pub(crate) mod outside;
pub(crate) mod off;
pub(crate) mod resolved;
pub(crate) mod needed;
pub(crate) mod findings;
pub(crate) mod broken;
pub(crate) mod packages;
pub(crate) mod placed;
pub(crate) mod scopes;
pub(crate) mod name_glob;
pub(crate) mod choose;
pub(crate) mod flags;
pub(crate) mod seen;
pub(crate) mod doubts;
pub(crate) mod made;
pub(crate) mod targets;
pub(crate) mod load_first;
pub(crate) mod identity;
pub(crate) mod resolved_install;
pub(crate) mod install;
pub(crate) mod subtract;
pub(crate) mod build_machine;
pub(crate) mod link_record;
pub(crate) mod follow_records;

use std::borrow::Cow;
use std::path::Path;

use crate::configure::build_machine::known_there;
use crate::configure::config::Config;
use crate::configure::configured;
use crate::configure::known::Known;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::error::{Error, Result};
use crate::problem::Problem;
use crate::resolve::findings::Findings;
use crate::resolve::identity::identity_of;
use crate::resolve::made::made_files::MadeFiles;
use crate::resolve::made::of_objects;
use crate::resolve::resolved::Resolved;
use crate::resolve::scopes::Scopes;
use crate::resolve::targets::lookup::Lookup;

/// Looks everything up. Lists directories below `root`, an absolute path (usually
/// [`Project::root`]), and those that the declaration names by absolute paths; opens no file.
///
/// # Errors
/// [`Error::Declaration`] with every problem of the declaration, the configuration and the files.
pub fn resolve(project: &Project, config: &Config, root: &Path) -> Result<Resolved> {
    let mut findings = Findings::default();
    let placed = package_paths::placed(project, &mut findings.looked_up)?;
    let project = placed.as_ref().unwrap_or(project);
    findings.problems = broken::broken(project);
    let (known, problems) = configured(&project.options, config);
    findings.problems.extend(problems);
    if findings.problems.is_empty() {
        findings.problems.extend(config.probes.unanswered(&project.probes));
    }
    findings.problems.extend(choose::unanswerable_lists(project, &known));
    let made = made::of_project(project, &known, root, &mut findings);
    let (mut resolved, with_objects) = look_up(project, &known, (root, &made), &mut findings);
    let made = with_objects.unwrap_or(made);
    if let Some(programs) = build_machine::host_programs(project) {
        let (known, mut of_there) = (known_there(&config.build_machine, &known), Findings::default());
        let (there, _) = look_up(&programs, &known, (root, &made), &mut of_there);
        build_machine::join(there, of_there, &mut resolved, &mut findings);
    }
    made::in_arguments::place(&mut resolved, &made, &mut findings);
    if !findings.problems.is_empty() {
        return Err(Error::Declaration(findings.problems));
    }
    let notes = known.notes.iter().map(|note| Problem::new(note, ""));
    let doubts = doubts::doubts(project, &known);
    resolved.warnings = notes.chain(doubts).chain(findings.warnings).collect();
    resolved.left_out = findings.left_out;
    resolved.options = known;
    resolved.looked_up = findings.looked_up;
    Ok(resolved)
}

/// The targets and headers of a project for one machine, where conditions know this; and all that rules make, if more of it is known now.
fn look_up(
    project: &Project,
    known: &Known,
    (root, made): (&Path, &MadeFiles),
    findings: &mut Findings,
) -> (Resolved, Option<MadeFiles>) {
    let scopes = Scopes::of(project, known, findings);
    let targets: Vec<Cow<'_, Target>> =
        project.targets.iter().enumerate().map(|(at, target)| scopes.placed(at, target)).collect();
    let targets = &targets;
    let lookup = Lookup::new(project, known, (root, made), (scopes, targets), findings);
    let mut resolved = lookup.targets(findings);
    resolved.identity = identity_of(project, known, lookup.levels.of_target(None));
    seen::headers(root, project, &lookup.scopes, known, &mut resolved, findings);
    let is_target = known.flavour.is_none();
    let with_objects = match is_target {
        true => of_objects::with_objects((root, known), targets, made, &mut resolved, findings),
        false => None,
    };
    let lookup = lookup.knowing(with_objects.as_ref().unwrap_or(made));
    // Rules are there once, whichever machine their tools are for.
    if is_target {
        resolved.rules = lookup.rules(&mut resolved, findings);
    }
    made::waiting::wait_for_linked(&mut resolved, made);
    resolved.install = lookup.install(&resolved, findings);
    load_first::set_needs(project, known, &lookup.hosting, &mut resolved, findings);
    if findings.problems.is_empty() {
        subtract::subtract(&mut resolved);
    }
    (resolved, with_objects)
}

#[cfg(test)]
mod tests;
