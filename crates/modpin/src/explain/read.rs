//! Reads what a build wrote about symbols, and the lines of objects. The only file here that opens others; what is not
//! there is not known, and no error: somebody explains why a build fails.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use modpin_symbols::{Definition, Index, Mentions, members, mentions};

use super::lines::{Lines, ObjectFile};
use super::rules::{members_of, rules};
use super::scene::{Scene, SceneArchive, SceneLibrary, SceneLink, SceneObject, Unbuilt};
use super::shared::SharedLibraries;
use crate::plan::{Plan, PlannedLink, TargetKind};
use crate::steps::{OrderReport, RustReport};

/// The scene of a plan, as far as it was built.
pub fn read(plan: &Plan, root: &Path) -> Scene {
    let mut scene = Scene { rules: rules(plan), ..Scene::default() };
    for library in &plan.libraries {
        let index =
            read_index(&library.file_name, plan.graph.path(library.symbols), root, &mut scene.unread);
        scene.libraries.push(SceneLibrary {
            name: library.library.clone(),
            file_name: library.file_name.clone(),
            path: plan.graph.path(library.archive).to_owned(),
            members: members_of(plan, library.archive),
            index,
        });
    }
    let mut shared = SharedLibraries::new(root, &plan.library_dirs);
    for link in &plan.links {
        let mut read = read_link(plan, link, root, &mut scene.unread);
        if read.executable {
            let mine = |other: &&PlannedLink| {
                other.kind == TargetKind::Module && read.modules.contains(&other.name)
            };
            let modules = plan.links.iter().filter(mine).map(|module| plan.graph.path(module.file));
            read.rust = of_rust(plan, link, root);
            read.shared = shared.of(&read.file, &modules.collect::<Vec<_>>());
        }
        scene.links.push(read);
    }
    scene
}

/// What Rust defines in a program that cargo has linked.
fn of_rust(plan: &Plan, link: &PlannedLink, root: &Path) -> BTreeSet<String> {
    let mut told = plan.cargo_links.iter().filter(|told| told.name == link.name);
    let report = told.next().map(|told| root.join(plan.graph.path(told.report)));
    let report =
        report.and_then(|path| serde_json::from_slice::<RustReport>(&fs::read(path).ok()?).ok());
    let needs = report.into_iter().flat_map(|report| report.needs);
    needs.map(|need| need.symbol).collect()
}

fn read_link(plan: &Plan, link: &PlannedLink, root: &Path, unread: &mut Vec<Unbuilt>) -> SceneLink {
    let name = match link.kind {
        TargetKind::Module => &format!("{}.mo", link.name),
        _ => &link.name,
    };
    let index = read_index(name, plan.graph.path(link.symbols), root, unread);
    // The index was made of these files, in this order.
    let producer = plan.graph.file_at(link.symbols).producer;
    let inputs = producer.map(|producer| plan.graph.action(producer).inputs.clone()).unwrap_or_default();
    let executable = link.kind == TargetKind::Executable;
    let mut relocatable = None;
    let mut objects = Vec::new();
    for (at, (unit, &file)) in index.units.into_iter().zip(&inputs).enumerate() {
        let name = unit.name.to_string();
        let index = Index { units: vec![unit] };
        match at == 0 && link.kind == TargetKind::Module {
            true => relocatable = Some(index),
            false => objects.push(SceneObject { name, path: plan.graph.path(file).to_owned(), index }),
        }
    }
    SceneLink {
        name: link.name.clone(),
        executable,
        file: plan.graph.path(link.file).to_owned(),
        relocatable,
        objects,
        archives: in_order(plan, link, root),
        modules: link.modules.clone(),
        needs: link.needs.clone(),
        exports: link.exports.clone(),
        offers: link.offers.map(|symbols| offered(plan.graph.path(symbols), root, unread).collect()),
        links: linked(plan, link),
        given: given(plan, link, root, unread),
        rust: BTreeSet::new(),
        shared: None,
    }
}

/// What the shared libraries of the project that are linked offer.
fn given(plan: &Plan, link: &PlannedLink, root: &Path, unread: &mut Vec<Unbuilt>) -> BTreeSet<String> {
    link.shared.iter().flat_map(|&symbols| offered(plan.graph.path(symbols), root, unread)).collect()
}

/// What a shared library of the project offers.
fn offered(
    symbols: &str,
    root: &Path,
    unread: &mut Vec<Unbuilt>,
) -> impl Iterator<Item = String> + use<> {
    let index = read_index("a shared library", symbols, root, unread);
    let objects = index.units.into_iter().filter_map(|unit| unit.object().cloned());
    // Linkers define the name of each version, too.
    let is_version = |it: &Definition<'_>| it.version.as_deref() == Some(&*it.name);
    let defined = objects.flat_map(|object| object.table.defined);
    defined.filter(move |it| !is_version(it)).map(|it| it.name.to_string())
}

/// The shared libraries of the project that are linked, by their names.
fn linked(plan: &Plan, link: &PlannedLink) -> Vec<String> {
    if link.shared.is_empty() {
        return Vec::new();
    }
    let is_linked =
        |other: &&PlannedLink| other.offers.is_some_and(|symbols| link.shared.contains(&symbols));
    plan.links.iter().filter(is_linked).map(|other| other.name.clone()).collect()
}

/// The archives as the order step arranged them, or as declared where there is no such step.
fn in_order(plan: &Plan, link: &PlannedLink, root: &Path) -> Vec<SceneArchive> {
    let target = format!("{} {:?}", link.kind, link.name);
    let report = plan.orders.iter().find(|order| order.target == target);
    let bytes = report.and_then(|order| fs::read(root.join(plan.graph.path(order.report))).ok());
    let report = bytes.and_then(|bytes| serde_json::from_slice::<OrderReport>(&bytes).ok());
    let names: Vec<String> = report.map(|report| report.order.concat()).unwrap_or_default();
    let position = |archive: &SceneArchive| {
        let library = plan.libraries.get(archive.library);
        names.iter().position(|name| library.is_some_and(|library| library.library == *name))
    };
    let archives = link.archives.iter();
    let mut archives: Vec<SceneArchive> =
        archives.map(|known| SceneArchive { library: known.library, whole: known.whole }).collect();
    archives.sort_by_key(|archive| position(archive).unwrap_or(usize::MAX));
    archives
}

fn read_index(name: &str, path: &str, root: &Path, unread: &mut Vec<Unbuilt>) -> Index<'static> {
    let text = fs::read_to_string(root.join(path)).ok();
    match text.as_deref().map(Index::parse) {
        Some(Ok(index)) => index.into_owned(),
        _ => {
            unread.push(Unbuilt { name: name.to_owned(), symbols: path.to_owned() });
            Index::default()
        }
    }
}

/// Reads lines out of objects and archives below a directory; each archive is read once.
pub struct ObjectLines {
    root: PathBuf,
    archive: Option<(String, Vec<u8>)>,
}

impl ObjectLines {
    /// Relative paths start at `root`, and so do the names of sources.
    pub fn new(root: &Path) -> ObjectLines {
        ObjectLines { root: root.to_owned(), archive: None }
    }

    fn archive(&mut self, path: &str) -> &[u8] {
        if self.archive.as_ref().is_none_or(|(known, _)| known != path) {
            let bytes = fs::read(self.root.join(path)).unwrap_or_default();
            self.archive = Some((path.to_owned(), bytes));
        }
        self.archive.as_ref().map(|(_, bytes)| bytes.as_slice()).unwrap_or_default()
    }

    fn relative(&self, file: &mut String) {
        if let Some(below) = Path::new(&*file).strip_prefix(&self.root).ok().and_then(Path::to_str) {
            *file = below.to_owned();
        }
    }
}

impl Lines for ObjectLines {
    fn mentions(&mut self, unit: &ObjectFile<'_>, symbol: &str) -> Mentions {
        let mut found = match unit.position {
            None => mentions(&fs::read(self.root.join(unit.path)).unwrap_or_default(), symbol),
            Some(position) => {
                let members = members(self.archive(unit.path)).unwrap_or_default();
                let bytes = members.get(position).and_then(|member| member.bytes);
                bytes.map(|bytes| mentions(bytes, symbol)).unwrap_or_default()
            }
        };
        let lines = found.used.iter_mut().chain(&mut found.defined);
        lines.for_each(|line| self.relative(&mut line.file));
        found
    }
}
