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

/// The names of all libraries and of all shared libraries, in order: a position is an index.
pub(crate) struct LibraryNames<'a> {
    libraries: Vec<&'a str>,
    shared: Vec<&'a str>,
}

impl<'a> LibraryNames<'a> {
    pub(crate) fn of(project: &'a Project) -> LibraryNames<'a> {
        let names = |is_it: fn(&&Target) -> bool| {
            project.targets.iter().filter(is_it).map(Target::name).collect()
        };
        LibraryNames {
            libraries: names(|target| matches!(target, Target::Library(_))),
            shared: names(|target| matches!(target, Target::SharedLibrary(_))),
        }
    }
}

/// What a target links, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Linked {
    /// Indexes of libraries.
    pub libraries: Vec<usize>,
    /// Indexes of shared libraries.
    pub shared: Vec<usize>,
}

/// One library that a target links.
enum LinkedOne {
    Library(usize),
    Shared(usize),
}

/// The indexes of the libraries that a target links, each once.
pub(crate) fn linked(
    names: &LibraryNames<'_>,
    target: &Target,
    chooser: Chooser<'_>,
    findings: &mut Findings,
) -> Linked {
    let mut linked = Linked::default();
    for item in target.links() {
        for library in item.all() {
            let found = findings.keep(find(names, target, library));
            let (list, index) = match found.filter(|_| chooser.has(item)) {
                Some(LinkedOne::Library(index)) => (&mut linked.libraries, index),
                Some(LinkedOne::Shared(index)) => (&mut linked.shared, index),
                None => continue,
            };
            if !list.contains(&index) {
                list.push(index);
            }
        }
    }
    linked
}

fn find(
    names: &LibraryNames<'_>,
    target: &Target,
    library: &Ref<LibraryId>,
) -> Result<LinkedOne, Problem> {
    let title = target.title();
    let Some(name) = library.name() else {
        let text = format!("{title} links a library by a handle of another project");
        return Err(Problem::new(text, "use the handle that this project's add() gave, or the name"));
    };
    if target.is_linked() && target.name() == name {
        return Err(Problem::new(format!("{title} links itself"), "remove it from its own .link()"));
    }
    let at = |names: &[&str]| names.iter().position(|known| *known == name);
    let found = at(&names.libraries).map(LinkedOne::Library);
    found.or_else(|| at(&names.shared).map(LinkedOne::Shared)).ok_or_else(|| {
        let text = format!("{title} links {name:?}, which is no library of the project");
        let otherwise = format!("declare it, or write .system_library({name:?}) if the system has it");
        let all = names.libraries.iter().chain(&names.shared).copied();
        Problem::new(text, did_you_mean(name, all, otherwise))
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
