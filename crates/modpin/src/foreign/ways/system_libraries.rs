//! Which shared libraries of the system have what a module misses: with one of them it should have been linked. The one list
//! that everybody asks who looks into them.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use modpin_loader::{Advice, LibraryWithIt, Missing, Process, Verdict, plain};
use modpin_symbols::Loadable;

use super::super::files::Files;
use super::super::host_process::read;
use super::super::module::NamedModule;
use super::host_at_work::HostAtWork;
use super::package::package_of;

/// More libraries than this are no way out.
const FEW: usize = 4;

/// How many of those that have the same are tried.
const ALIKE: usize = 4;

/// Every library of the system that a process could have loaded and that may have one of these names, once: its path, and what
/// it is.
pub fn libraries_of(
    process: &Process,
    files: &mut Files,
    names: &[&str],
    each: &mut dyn FnMut(&str, &Arc<Loadable>),
) {
    let machine = process.files.first().map(|host| host.file.machine.clone());
    for path in process.known_libraries() {
        let Some(file) = files.with_names(&path, names) else { continue };
        let name = path.rsplit('/').next();
        // A library is listed under every name that leads to it, and musl beside the libraries of glibc.
        let is_other_name = file.soname.is_some() && file.soname.as_deref() != name;
        if Some(&file.machine) == machine.as_ref() && !is_other_name && !path.contains("/ld-musl-") {
            each(&path, &file);
        }
    }
}

/// Those that have something of what is wanted.
#[derive(Default)]
pub struct SystemLibraries {
    paths: Vec<String>,
    /// The libraries that have a name: indices.
    with: HashMap<String, Vec<usize>>,
}

impl SystemLibraries {
    /// Looks through all of them.
    pub fn with(wanted: &BTreeSet<String>, process: &Process, files: &mut Files) -> SystemLibraries {
        let mut found = SystemLibraries::default();
        let all: Vec<&str> = wanted.iter().map(String::as_str).collect();
        libraries_of(process, files, &all, &mut |path, file| {
            let names = wanted.iter().filter(|name| !file.offers_of(name).is_empty());
            let names: Vec<&String> = names.collect();
            if names.is_empty() {
                return;
            }
            for name in names {
                found.with.entry(name.clone()).or_default().push(found.paths.len());
            }
            found.paths.push(path.to_owned());
        });
        found
    }

    /// The names of those that have one of these symbols.
    pub fn names_with(&self, symbols: &[String]) -> BTreeSet<String> {
        let with = symbols.iter().filter_map(|name| self.with.get(name)).flatten();
        let names = with.filter_map(|&at| self.paths[at].rsplit('/').next());
        names.map(str::to_owned).collect()
    }

    /// Those that have these names, with which the module would load. Adds to each symbol that nobody has which of them has
    /// it.
    pub fn that_help(
        &self,
        module: &NamedModule,
        names: Vec<String>,
        missing: &mut [Missing],
        scene: &mut HostAtWork<'_>,
    ) -> Option<Advice> {
        let mut chosen = self.cover(names.clone())?;
        let covered: BTreeSet<&String> = chosen.iter().flat_map(|library| &library.symbols).collect();
        if names.iter().any(|name| !covered.contains(name)) {
            return None;
        }
        let helps = |chosen: &[LibraryWithIt], scene: &mut HostAtWork<'_>| {
            let paths: Vec<&str> = chosen.iter().map(|library| library.path.as_str()).collect();
            loads_with(module, &paths, scene)
        };
        if !helps(&chosen, scene) {
            let alike = chosen[0].alike.clone();
            let better = alike.into_iter().take(ALIKE).find(|path| {
                let mut other = chosen.clone();
                other[0].path.clone_from(path);
                helps(&other, scene)
            })?;
            chosen[0].alike.retain(|path| *path != better);
            chosen[0].path = better;
        }
        for lost in missing.iter_mut().filter(|lost| lost.found_in.is_empty()) {
            let name = plain(&lost.symbol);
            let has = chosen.iter().find(|library| library.symbols.iter().any(|symbol| symbol == name));
            let words = has.map(|library| format!("{}, a library of this system", library.path));
            lost.found_in.extend(words);
        }
        for library in &mut chosen {
            library.argument = argument(&library.path);
            library.package = package_of(&library.path, scene);
        }
        Some(Advice::Libraries { libraries: chosen })
    }

    /// A small choice of libraries that have all that they can of these names.
    fn cover(&self, mut left: Vec<String>) -> Option<Vec<LibraryWithIt>> {
        let mut chosen = Vec::new();
        while !left.is_empty() && chosen.len() < FEW {
            let mut counts: HashMap<usize, Vec<String>> = HashMap::new();
            for name in &left {
                for &at in self.with.get(name).into_iter().flatten() {
                    counts.entry(at).or_default().push(name.clone());
                }
            }
            let key = |(at, names): &(usize, Vec<String>)| {
                (std::cmp::Reverse(names.len()), self.paths[*at].len(), self.paths[*at].clone())
            };
            let mut counts: Vec<(usize, Vec<String>)> = counts.into_iter().collect();
            counts.sort_by_key(key);
            let Some((best, symbols)) = counts.first().cloned() else { break };
            let alike = counts.iter().skip(1).filter(|(_, names)| *names == symbols);
            let alike = alike.map(|(at, _)| self.paths[*at].clone()).collect();
            left.retain(|name| !symbols.contains(name));
            let path = self.paths[best].clone();
            chosen.push(LibraryWithIt { path, argument: String::new(), symbols, alike, package: None });
        }
        (!chosen.is_empty()).then_some(chosen)
    }
}

/// Whether a module would load that was linked with these libraries, too.
fn loads_with(module: &NamedModule, libraries: &[&str], scene: &mut HostAtWork<'_>) -> bool {
    let Ok(file) = read(module) else { return false };
    let mut linked = Loadable::clone(&file);
    linked.needed.extend(libraries.iter().map(|path| (*path).to_owned()));
    let predicted = scene.host.load_file(scene.files, &module.path, Ok(Arc::new(linked)), scene.opened);
    predicted.verdict == Verdict::Loads
}

/// How a link names a library: by `-l`, if a linker finds this file so.
fn argument(path: &str) -> String {
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.strip_prefix("lib").and_then(|rest| rest.split_once(".so")).map(|(stem, _)| stem);
    let is_it = |stem: &&str| {
        let real = |path: String| std::fs::canonicalize(path).ok();
        let there = real(path.to_owned());
        let dirs = [dir.to_owned(), format!("/usr{dir}")];
        there.is_some()
            && dirs
                .iter()
                .any(|dir| real(format!("{dir}/lib{stem}.so")).is_some_and(|link| Some(link) == there))
    };
    let by_name = stem.filter(is_it).filter(|_| Path::new(path).is_absolute());
    by_name.map_or_else(|| path.to_owned(), |stem| format!("-l{stem}"))
}
