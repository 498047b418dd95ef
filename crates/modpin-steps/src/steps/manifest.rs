//! `modules.json`: the modules of each host in order of declaration, with what each needs and what the host keeps for it.
//! For programs that load, install or check modules. docs/modules.md describes it.

use modpin_engine::{StepError, StepIo};
use modpin_project::{Binding, OpenScope, Opening};
use modpin_symbols::Asker;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::modules_file::{DuplicateSymbol, ListedModule, MODULES_FORMAT, ModulesFile, ProgramModules};
use super::own_files::{own_json, to_json_lines};
use super::pin_report::PinReport;
use super::resolve::ResolvedSymbols;
use super::task::{Task, each, key};

/// Inputs: for each host its pin report, when it loads modules, and for each of these what was resolved. Output: the manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteManifest {
    /// The hosts, in order of declaration.
    pub hosts: Vec<ManifestHost>,
}

/// A host with modules.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ManifestHost {
    /// Its name.
    pub host: String,
    /// Its modules, in order of declaration.
    pub modules: Vec<ManifestModule>,
    /// The shared libraries of the project that it finds when it runs, from the build directory on.
    pub shared: Vec<String>,
}

/// A module of a host.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ManifestModule {
    /// Its name.
    pub module: String,
    /// Its file, from the build directory on; none when it is built in.
    pub file: Option<String>,
    /// How the host opens it.
    pub opening: Opening,
    /// The same of the libraries that it names.
    pub shared: Vec<String>,
}

impl Task for WriteManifest {
    fn key(&self) -> String {
        let modules = |host: &ManifestHost| {
            let name = host.host.clone();
            let module = move |module: &ManifestModule| {
                let ManifestModule { module, file, opening, shared } = module;
                let how = match file {
                    Some(file) => format!("{module} of {name}: {file}"),
                    None => format!("{module} of {name}: built in"),
                };
                let lazy = if opening.binding == Binding::Lazy { ", opened lazily" } else { "" };
                let global =
                    if opening.scope == OpenScope::Global { ", opened for all to see" } else { "" };
                let shared =
                    if shared.is_empty() { "" } else { ", with " }.to_owned() + &shared.join(", ");
                ("module", format!("{how}{lazy}{global}{shared}"))
            };
            let first = std::iter::once(("host", host.host.clone()));
            let first = first.chain(each("shared library", &host.shared));
            first.chain(host.modules.iter().map(module)).collect::<Vec<_>>()
        };
        key("manifest 3", self.hosts.iter().flat_map(modules))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let mut inputs = 0..io.inputs().len();
        let mut next = || {
            let at = inputs
                .next()
                .ok_or_else(|| StepError::Failed("the manifest lacks an input".to_owned()))?;
            Ok::<_, StepError>((io.inputs()[at], io.input(at)?))
        };
        let mut hosts = Vec::new();
        for host in &self.hosts {
            let loaded = host.modules.iter().filter(|module| module.file.is_some()).count();
            let mut report = None;
            if loaded > 0 {
                let (path, bytes) = next()?;
                report = Some(own_json::<PinReport>(path, &bytes)?);
            }
            let mut resolved = BTreeMap::new();
            for _ in 0..loaded {
                let (path, bytes) = next()?;
                let module: ResolvedSymbols = own_json(path, &bytes)?;
                resolved.insert(module.module.clone(), module);
            }
            hosts.push(part(host, report.as_ref(), &resolved));
        }
        io.write(0, &to_json_lines(&ModulesFile { format: MODULES_FORMAT, hosts })?)
    }
}

fn part(
    host: &ManifestHost,
    report: Option<&PinReport>,
    resolved: &BTreeMap<String, ResolvedSymbols>,
) -> ProgramModules {
    let modules = host.modules.iter().map(|module| ListedModule {
        module: module.module.clone(),
        built_in: module.file.is_none(),
        file: module.file.clone(),
        shared_libraries: module.shared.clone(),
        binding: module.opening.binding,
        scope: module.opening.scope,
        needs: resolved.get(&module.module).map(|module| module.needs.clone()).unwrap_or_default(),
        needs_later: resolved
            .get(&module.module)
            .map(|module| module.needs_later.clone())
            .unwrap_or_default(),
        interposed: resolved
            .get(&module.module)
            .map(|module| module.interposed.clone())
            .unwrap_or_default(),
        pins: report.map(|report| pins(report, &module.module)).unwrap_or_default(),
    });
    ProgramModules {
        host: host.host.clone(),
        program: None,
        shared_libraries: host.shared.clone(),
        modules: modules.collect(),
        duplicates: duplicates(resolved),
    }
}

fn pins(report: &PinReport, module: &str) -> Vec<String> {
    let is_it =
        |asker: &Asker| matches!(asker, Asker::Module { module: asking, .. } if **asking == *module);
    let pins = report.plan.pins.iter().filter(|pin| pin.asked_by.iter().any(is_it));
    pins.map(|pin| pin.symbol.clone()).collect()
}

/// Each module sees its own, unless one of them is loaded with RTLD_GLOBAL.
fn duplicates(resolved: &BTreeMap<String, ResolvedSymbols>) -> Vec<DuplicateSymbol> {
    let mut by_symbol: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for module in resolved.values() {
        for symbol in &module.defines {
            by_symbol.entry(symbol).or_default().push(module.module.clone());
        }
    }
    let several = by_symbol.into_iter().filter(|(_, modules)| modules.len() > 1);
    several.map(|(symbol, modules)| DuplicateSymbol { symbol: symbol.to_owned(), modules }).collect()
}
