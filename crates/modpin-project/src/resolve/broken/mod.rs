//! What a declaration must not say, whatever files there are: names that no file can have, two
//! targets with one name or one output, arguments that no command line can carry. Looks at no disk and
//! at no configuration. Whether the names that targets use for each other exist is found where they
//! are looked up.

pub(crate) mod names;
mod symbols;
mod flags;
mod target;
mod outputs;

use crate::declare::probes::probe::wrong_probes;
use crate::declare::project::Project;
use crate::declare::scope::Scope;
use crate::problem::Problem;
use crate::resolve::identity::wrong_text;

/// Every problem that the text of the declaration alone shows.
pub(crate) fn broken(project: &Project) -> Vec<Problem> {
    let mut problems = Vec::new();
    let title = format!("project {:?}", project.name);
    problems.extend(wrong_text(project));
    problems.extend(flags::of_level(&title, &project.flags));
    for Scope { dir, flags, below, .. } in project.targets.scopes() {
        let title = format!("directory {dir:?}");
        if dir.is_empty() || dir.contains(['\n', '\0']) {
            problems.push(Problem::new(format!("{title} is no path"), "name a directory"));
        }
        problems.extend([flags, below].into_iter().flat_map(|flags| flags::of_level(&title, flags)));
    }
    problems.extend(
        project.layers.iter().flat_map(|layer| flags::arguments(&title, "layers", layer.args.iter())),
    );
    problems.extend(wrong_probes(&project.probes));
    for target in &project.targets {
        problems.extend(names::wrong(target));
        problems.extend(target::of_target(target));
    }
    problems.extend(names::shared(&project.targets));
    problems.extend(outputs::clashes(&project.targets));
    problems
}
