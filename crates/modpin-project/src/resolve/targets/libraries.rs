//! The libraries that a target links, looked up by name, the layers in which they stand, and what stands in a
//! link for each.

use std::borrow::Cow;

use crate::declare::handle::{LibraryId, Ref};
use crate::declare::library::Library;
use crate::declare::link_order::{ARCHIVE, Layer};
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::scopes::Scopes;
use crate::suggest::did_you_mean;

/// The names of the project's libraries.
#[derive(Default)]
pub(crate) struct LibraryNames<'a> {
    /// Of those that are built, in order: a position in this list is the index of the library.
    on: Vec<&'a str>,
    /// The same of shared libraries.
    shared: Vec<&'a str>,
    /// Of the others, with what keeps each off.
    off: Vec<(&'a str, String)>,
    /// The modules, which nobody links.
    modules: Vec<&'a str>,
}

impl<'a> LibraryNames<'a> {
    /// Those of these targets.
    pub(crate) fn of(targets: &'a [Cow<'_, Target>], scopes: &Scopes<'_>) -> LibraryNames<'a> {
        let mut names = LibraryNames::default();
        let modules = targets.iter().filter(|target| matches!(***target, Target::Module(_)));
        names.modules = modules.map(|target| target.name()).collect();
        for (at, target) in targets.iter().enumerate().filter(|(_, target)| target.is_linked()) {
            match scopes.why_off(at) {
                None if matches!(**target, Target::SharedLibrary(_)) => names.shared.push(target.name()),
                None => names.on.push(target.name()),
                Some(why) => names.off.push((target.name(), why.to_owned())),
            }
        }
        names
    }

    /// The index of a library that is built.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.on.iter().position(|known| *known == name)
    }

    /// The name of one that is built.
    pub(crate) fn name(&self, index: usize) -> &'a str {
        self.on[index]
    }

    fn all(&self) -> impl Iterator<Item = &'a str> {
        let on = self.on.iter().chain(&self.shared).copied();
        on.chain(self.off.iter().map(|(name, _)| *name))
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

/// Libraries that a target links and that are not built.
pub(crate) fn off(names: &LibraryNames<'_>, target: &Target, chooser: Chooser<'_>) -> Vec<Problem> {
    if names.off.is_empty() {
        return Vec::new();
    }
    let linked = chooser.chosen(target.libraries()).filter_map(Ref::name);
    let off = linked.filter_map(|name| names.off.iter().find(|(off, _)| *off == name));
    let problem = |(name, why): &(&str, String)| {
        let text = format!("{} links library {name:?}, which is not built: {why}", target.title());
        Problem::new(text, format!("link it where it is there: .link(when(CONDITION, {name:?}))"))
    };
    off.map(problem).collect()
}

/// The indexes of the libraries that a target links, each once; without those that are not built.
pub(crate) fn linked(
    names: &LibraryNames<'_>,
    target: &Target,
    chooser: Chooser<'_>,
    findings: &mut Findings,
) -> Linked {
    let mut linked = Linked::default();
    for item in target.libraries() {
        for library in item.all() {
            let found = findings.keep(find(names, target, library));
            let (list, index) = match found.flatten().filter(|_| chooser.has(item)) {
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

/// `None` for one that is not built.
fn find(
    names: &LibraryNames<'_>,
    target: &Target,
    library: &Ref<LibraryId>,
) -> Result<Option<LinkedOne>, Problem> {
    let title = target.title();
    let Some(name) = library.name() else {
        let text = format!("{title} links a library by a handle of another project");
        return Err(Problem::new(text, "use the handle that this project's add() gave, or the name"));
    };
    if target.is_linked() && target.name() == name {
        return Err(Problem::new(format!("{title} links itself"), "remove it from its own .link()"));
    }
    if !names.all().any(|known| known == name) && names.modules.contains(&name) {
        let text = format!("{title} links {name:?}, which is a module");
        let help = "a host loads a module, .loads(NAME); a module that needs another one says .needs(NAME); what both use belongs into a library";
        return Err(Problem::new(text, help));
    }
    if !names.all().any(|known| known == name) {
        let text = format!("{title} links {name:?}, which is no library of the project");
        let otherwise = format!("declare it, or write .system_library({name:?}) if the system has it");
        return Err(Problem::new(text, did_you_mean(name, names.all(), otherwise)));
    }
    let shared = || names.shared.iter().position(|known| *known == name).map(LinkedOne::Shared);
    Ok(names.position(name).map(LinkedOne::Library).or_else(shared))
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

/// The arguments in an archive's place; with `whole`, all of its members are linked.
pub(crate) fn link_args(whole: bool, args: Vec<String>) -> Vec<String> {
    if !whole {
        return args;
    }
    let archive = if args.iter().any(|arg| arg.contains(ARCHIVE)) { "" } else { ARCHIVE };
    let (around, behind) =
        if archive.is_empty() { (args, vec![]) } else { (vec![archive.to_owned()], args) };
    let [on, off] = ["-Wl,--whole-archive", "-Wl,--no-whole-archive"].map(str::to_owned);
    [vec![on], around, vec![off], behind].concat()
}

#[cfg(test)]
mod tests {
    use super::link_args;

    #[test]
    fn all_members_whatever_else_stands_there() {
        let whole = |args: &[&str]| {
            link_args(true, args.iter().map(ToString::to_string).collect())
                .join(" ")
                .replace("-Wl,--", "")
        };
        assert_eq!(whole(&[]), "whole-archive {archive} no-whole-archive");
        assert_eq!(whole(&["-Wl,-a"]), "whole-archive {archive} no-whole-archive -Wl,-a");
        assert_eq!(
            whole(&["-Wl,-a", "{archive}", "-Wl,-b"]),
            "whole-archive -Wl,-a {archive} -Wl,-b no-whole-archive"
        );
        assert_eq!(link_args(false, vec!["x".into()]), ["x"]);
    }
}
