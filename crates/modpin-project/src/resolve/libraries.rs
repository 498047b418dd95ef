//! The libraries that a target links, looked up by name, and the layers in which they stand.

use crate::declare::handle::{LibraryId, Ref};
use crate::declare::library::Library;
use crate::declare::link_order::Layer;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::suggest::did_you_mean;

/// The indexes of the libraries that a target links, each once. `names` are those of all libraries, in order.
pub(crate) fn linked(
    names: &[&str],
    target: &Target,
    chooser: Chooser<'_>,
    findings: &mut Findings,
) -> Vec<usize> {
    let mut indexes = Vec::new();
    for item in target.links() {
        for library in item.all() {
            let found = findings.keep(find(names, target, library));
            let found = found.filter(|index| chooser.has(item) && !indexes.contains(index));
            indexes.extend(found);
        }
    }
    indexes
}

fn find(names: &[&str], target: &Target, library: &Ref<LibraryId>) -> Result<usize, Problem> {
    let title = target.title();
    let Some(name) = library.name() else {
        let text = format!("{title} links a library by a handle of another project");
        return Err(Problem::new(text, "use the handle that this project's add() gave, or the name"));
    };
    if matches!(target, Target::Library(itself) if itself.name == name) {
        return Err(Problem::new(format!("{title} links itself"), "remove it from its own .link()"));
    }
    names.iter().position(|known| *known == name).ok_or_else(|| {
        let text = format!("{title} links {name:?}, which is no library of the project");
        let otherwise = format!("declare it, or write .system_library({name:?}) if the system has it");
        Problem::new(text, did_you_mean(name, names.iter().copied(), otherwise))
    })
}

/// By layer; those of one layer in the order of their declaration.
pub(crate) fn layers(project: &Project) -> Vec<Layer> {
    let mut layers = project.layers.clone();
    layers.sort_by_key(|layer| layer.layer);
    layers
}

/// A project that mentions no layer has none: there an archive of the system may need one of the project.
pub(crate) fn layer(project: &Project, library: &Library) -> u32 {
    let mentions = |target: &Target| matches!(target, Target::Library(Library { layer: Some(_), .. }));
    let layered = !project.layers.is_empty() || project.targets.iter().any(mentions);
    let usual = u32::from(library.archive.is_some());
    if layered { library.layer.unwrap_or(usual) } else { 0 }
}
