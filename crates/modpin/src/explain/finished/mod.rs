//! What finished files tell of one symbol, beside what was planned for it.

pub mod below_root;
pub mod look_up;
pub mod module_needs;
pub mod confirmed;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::Path;

use modpin_symbols::read_loadable;

use crate::plan::{Plan, PlannedLink, TargetKind};
use crate::steps::{dropped, system_library};
use look_up::{Giver, InFile, LookUps, finished_links};

/// Of one symbol: what it is in each program and module, and who gives it to whom. Empty where nothing was looked up.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    files: Vec<OfFile>,
    givers: Vec<GiverOf>,
    /// Hosts with what is to be said of libraries that their linker left out.
    dropped: Vec<(String, String)>,
    /// What is to be said of a library of the system that has what nobody gives.
    system: Option<String>,
}

#[derive(Clone, Debug)]
struct OfFile {
    name: String,
    executable: bool,
    what: InFile,
}

/// A module of a host that asks.
#[derive(Clone, Debug)]
struct GiverOf {
    host: String,
    module: String,
    by: Giver,
}

/// Looks a symbol up in all that a plan has made below `root`.
pub fn finished(plan: &Plan, root: &Path, symbol: &str) -> Finished {
    let links = finished_links(plan);
    let mut look_ups = LookUps::new(&links, &plan.library_dirs, root);
    let mut finished = Finished::default();
    for link in &links {
        let what = look_ups.in_file(&link.path, symbol);
        let of_file = |what| OfFile { name: link.name.clone(), executable: link.executable, what };
        finished.files.extend(what.map(of_file));
        finished.dropped.extend(of_dropped(plan, &link.name, symbol));
        for module in &link.modules {
            let givers = look_ups.givers(&link.name, module, &BTreeSet::from([symbol]));
            let by = givers.and_then(|mut givers| givers.remove(symbol));
            let given = |by| GiverOf { host: link.name.clone(), module: module.clone(), by };
            finished.givers.extend(by.map(given));
        }
    }
    if finished.givers.iter().any(|given| given.by == Giver::Nobody) {
        finished.system = of_system(plan, root, symbol);
    }
    finished
}

/// A library of the system that has the symbol, in words.
fn of_system(plan: &Plan, root: &Path, symbol: &str) -> Option<String> {
    let made = plan.links.iter().find_map(|link| {
        let bytes = std::fs::read(root.join(plan.graph.path(link.file))).ok()?;
        Some(read_loadable(&bytes).ok()?.machine)
    });
    system_library(&plan.library_dirs, symbol, &made?)
}

/// What a library has that a host's link names and its linker left out, in words.
fn of_dropped(plan: &Plan, host: &str, symbol: &str) -> Option<(String, String)> {
    let is_host = |link: &&PlannedLink| link.kind == TargetKind::Executable && link.name == host;
    let link = plan.links.iter().find(is_host)?;
    let mut read = |path: &str| Ok::<_, Infallible>(std::fs::read(path).ok());
    let Ok(found) = dropped(&link.named, &plan.library_dirs, symbol, &mut read);
    found.map(|library| (host.to_owned(), library.words(symbol)))
}

impl Finished {
    /// What is to be said of a library with the symbol that the linker of this host left out.
    pub fn dropped(&self, host: &str) -> Option<&str> {
        let found = self.dropped.iter().find(|(name, _)| name == host);
        found.map(|(_, words)| words.as_str())
    }

    /// What is to be said of a library of the system that has it.
    pub fn system(&self) -> Option<&str> {
        self.system.as_deref()
    }

    /// What a program or a module is to the symbol, if it was made.
    pub fn in_file(&self, name: &str, executable: bool) -> Option<InFile> {
        let is_it = |of: &&OfFile| of.name == name && of.executable == executable;
        self.files.iter().find(is_it).map(|of| of.what.clone())
    }

    /// Who gives it to a module of a host, if the module asks.
    pub fn giver(&self, host: &str, module: &str) -> Option<&Giver> {
        let is_it = |given: &&GiverOf| given.host == host && given.module == module;
        self.givers.iter().find(is_it).map(|given| &given.by)
    }

    /// Whether a module has it for itself.
    pub fn has_itself(&self, module: &str) -> bool {
        self.in_file(module, false).is_some_and(|what| what != InFile::Unseen)
    }
}
