//! Who gives a module what it asks for: looked up in the finished files, as the loader does. The plan may say otherwise,
//! where arguments of a link hide what it keeps, or a compiler adds libraries that nobody named. Opens files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use modpin_loader::{LoaderEnvironment, Process, provider};
use modpin_symbols::{Ask, Loadable, Unseen, unseen};
use serde::{Deserialize, Serialize};

use super::below_root::BelowRoot;
use crate::load::loader_environment;
use crate::plan::{Plan, TargetKind};

/// Who gives a symbol to a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Giver {
    /// The module: out of an archive of its own, or of the compiler's.
    Itself,
    /// Its host.
    Host,
    /// A module that is loaded before it or, for its calls, after it.
    Module(String),
    /// A shared library, by its path.
    Library(String),
    /// Nobody.
    Nobody,
}

/// What a finished file is to a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InFile {
    /// The loader finds it there.
    Offered,
    /// It is there for the file's own use.
    Inside(Unseen),
    /// It is not there, or the file is stripped.
    Unseen,
}

/// A program or a module that a plan makes, as far as a loader is concerned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedLink {
    /// Its name.
    pub name: String,
    /// An executable, and no module.
    pub executable: bool,
    /// Its path.
    pub path: String,
    /// Of an executable: the modules that it loads.
    pub modules: Vec<String>,
    /// Of a module: the modules that it is declared to need.
    pub needs: Vec<String>,
}

/// Those of a plan, in its order.
pub fn finished_links(plan: &Plan) -> Vec<FinishedLink> {
    let loading = plan.links.iter().filter(|link| link.kind != TargetKind::SharedLibrary);
    let linked = loading.map(|link| FinishedLink {
        name: link.name.clone(),
        executable: link.kind == TargetKind::Executable,
        path: plan.graph.path(link.file).to_owned(),
        modules: link.modules.clone(),
        needs: link.needs.clone(),
    });
    linked.collect()
}

/// Looks up symbols in what a plan has made. Each file is read once.
pub struct LookUps<'a> {
    links: &'a [FinishedLink],
    environment: LoaderEnvironment,
    files: BelowRoot,
    /// Hosts with their libraries; `None` for one that is not there.
    processes: HashMap<String, Option<Process>>,
}

impl<'a> LookUps<'a> {
    /// Relative paths start at `root`; `library_dirs` are those of the compiler.
    pub fn new(links: &'a [FinishedLink], library_dirs: &[String], root: &Path) -> LookUps<'a> {
        LookUps {
            links,
            environment: loader_environment(library_dirs),
            files: BelowRoot::new(root),
            processes: HashMap::new(),
        }
    }

    /// Who gives a module of a host these symbols. What the module does not ask for is not there; `None` when there is no
    /// host or no module.
    pub fn givers(
        &mut self,
        host: &str,
        module: &str,
        symbols: &BTreeSet<&str>,
    ) -> Option<BTreeMap<String, Giver>> {
        let before = self.needed(module);
        let program = self.link(host, true)?.path.as_str();
        let mut process = self.process(program)?;
        let modules: HashMap<String, String> =
            before.iter().map(|(name, path)| (self.files.absolute(path), name.clone())).collect();
        for (_, path) in &before {
            let Some(file) = self.files.file(path) else { continue };
            let Ok(opened) = process.open(&self.files.absolute(path), file, &mut self.files);
            process.publish(&opened);
        }
        let path = self.link(module, false)?.path.as_str();
        let file = self.files.file(path)?;
        let own = self.files.absolute(path);
        let Ok(opened) = process.open(&own, file.clone(), &mut self.files);
        let program = self.files.absolute(program);
        let mut givers = BTreeMap::new();
        for ask in asks(&file, symbols) {
            let giver = match provider(&process, &opened, &ask) {
                None => self.other_module(host, module, &ask.name.text()).unwrap_or(Giver::Nobody),
                Some(path) if path == own => Giver::Itself,
                Some(path) if path == program => Giver::Host,
                Some(path) => match modules.get(path) {
                    Some(name) => Giver::Module(name.clone()),
                    None => Giver::Library(self.files.known(path).to_owned()),
                },
            };
            givers.insert(ask.name.text().into_owned(), giver);
        }
        let unasked = symbols.iter().filter(|&&symbol| !givers.contains_key(symbol));
        for symbol in self.inside(path, &unasked.copied().collect()).into_keys() {
            givers.insert(symbol, Giver::Itself);
        }
        Some(givers)
    }

    /// The one module of a host that offers a symbol which another does not find: a build works out that it must be loaded
    /// first.
    fn other_module(&mut self, host: &str, module: &str, symbol: &str) -> Option<Giver> {
        let names = self.link(host, true)?.modules.iter().filter(|name| *name != module);
        let mut found = Vec::new();
        for link in names.filter_map(|name| self.link(name, false)).collect::<Vec<_>>() {
            let file = self.files.file(&link.path);
            if file.is_some_and(|file| !file.offers_of(symbol).is_empty()) {
                found.push(link.name.clone());
            }
        }
        match &found[..] {
            [one] => Some(Giver::Module(one.clone())),
            _ => None,
        }
    }

    /// What a finished program or module is to a symbol; `None` when it is not there.
    pub fn in_file(&mut self, path: &str, symbol: &str) -> Option<InFile> {
        let file = self.files.file(path)?;
        let wanted = BTreeSet::from([symbol]);
        // Who asks for it is not helped by a static one of that name.
        let asks = asks(&file, &wanted).next().is_some();
        if !file.offers_of(symbol).is_empty() {
            return Some(InFile::Offered);
        }
        let inside = if asks { BTreeMap::new() } else { self.inside(path, &wanted) };
        let inside = inside.into_values().flatten().next();
        Some(inside.map_or(InFile::Unseen, InFile::Inside))
    }

    /// Which of these symbols a file defines.
    fn inside(&self, path: &str, symbols: &BTreeSet<&str>) -> BTreeMap<String, Vec<Unseen>> {
        let bytes = if symbols.is_empty() { None } else { self.files.bytes(path) };
        bytes.and_then(|bytes| unseen(&bytes, symbols).ok()).unwrap_or_default()
    }

    fn process(&mut self, program: &str) -> Option<Process> {
        if let Some(known) = self.processes.get(program) {
            return known.clone();
        }
        let path = self.files.absolute(program);
        let process = self.files.file(program).and_then(|file| {
            let Ok(process) = self.environment.start(&path, file, &mut self.files);
            process
        });
        self.processes.insert(program.to_owned(), process.clone());
        process
    }

    fn link(&self, name: &str, executable: bool) -> Option<&'a FinishedLink> {
        self.links.iter().find(|link| link.executable == executable && link.name == name)
    }

    /// The modules that one is declared to need, with their files; those that are needed by others come first.
    fn needed(&self, module: &str) -> Vec<(String, String)> {
        let mut needed = Vec::new();
        self.add_needed(module, &mut BTreeSet::from([module.to_owned()]), &mut needed);
        needed
    }

    fn add_needed(&self, module: &str, seen: &mut BTreeSet<String>, needed: &mut Vec<(String, String)>) {
        for name in self.link(module, false).iter().flat_map(|link| &link.needs) {
            if seen.insert(name.clone()) {
                self.add_needed(name, seen, needed);
                needed.extend(self.link(name, false).map(|link| (name.clone(), link.path.clone())));
            }
        }
    }
}

/// What a file asks for, of these.
fn asks<'a>(file: &'a Loadable, symbols: &'a BTreeSet<&str>) -> impl Iterator<Item = Ask<'a>> {
    let asks = file.asks.list().into_iter();
    asks.filter(|ask| !ask.own && symbols.contains(&*ask.name.text()))
}
