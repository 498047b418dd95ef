//! All about one symbol: who needs it, who defines it, whether a module of this host can see it. Told of files alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use modpin_loader::{Found, Opener, Process, provider};
use modpin_project::nearest;
use modpin_symbols::{Index, Loadable, Version, unseen};
use serde::Serialize;

use super::files::{
    Files, absolute, found, index, loader_environment, must_be_whole, read, real, shown,
};
use crate::error::Result;

/// What is known of a symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The symbol.
    pub symbol: String,
    /// Who needs it.
    pub needed_by: Vec<Mention>,
    /// Who defines it, in the order in which the loader of the host looks, then what it does not see.
    pub defined_in: Vec<DefinedIn>,
    /// The definition that modules of this host get, if any.
    pub taken_from: Option<String>,
    /// A name that may have been meant, when nobody mentions this one.
    pub did_you_mean: Option<String>,
}

/// A file that needs the symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mention {
    /// The file; a member of an archive as `libutil.a(crc.o)`.
    pub file: String,
    /// It can do without.
    pub weak: bool,
    /// The version that it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The library that a module brings along for it: other modules do not see it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_library: Option<String>,
}

/// A file that defines the symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DefinedIn {
    /// The file; a member of an archive as `libutil.a(crc.o)`.
    pub file: String,
    /// Modules of the host can see it there.
    pub visible: bool,
    /// In words: `exported`, `static or hidden (crc.c)`, `not linked`.
    pub how: String,
}

/// Explains a symbol to who wrote a host and its modules. `archives` are those that the host is linked with, or might be.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that is not there or cannot be read.
pub fn explain_symbol(
    host: &Path,
    symbol: &str,
    modules: &[PathBuf],
    archives: &[PathBuf],
) -> Result<Explained> {
    let mut explanation =
        Explanation { symbol, needed_by: Vec::new(), defined_in: Vec::new(), names: BTreeSet::new() };
    let mut files = Files::default();
    let program = files.program(host)?;
    let Ok(mut process) = loader_environment(None).start(&real(host)?, program.clone(), &mut files);
    match &process {
        Some(process) => explanation.of_process(process, &shown(host)),
        None => explanation.of_file(&shown(host), &program, false, "exported, but the host is static"),
    }
    explanation.unseen(host)?;
    let taken_from = explanation
        .defined_in
        .iter()
        .find(|definition| definition.visible)
        .map(|definition| definition.file.clone());
    for module in modules {
        let name = shown(module);
        let Found::File(file) = found(&read(module)?) else {
            explanation.of_units(&name, &index(module)?, "in a module");
            continue;
        };
        explanation.of_module(&name, &file);
        if let Some(process) = &mut process {
            let before = process.files.len();
            let Ok(opened) = process.open(&absolute(module)?, file.clone(), &mut files);
            let libraries = opened.scope.iter().skip(1).filter(|&&at| at >= opened.new_from);
            let ask = file.asks.iter().find(|ask| ask.name == symbol && !ask.own);
            let provider = ask.and_then(|ask| provider(process, &opened, ask));
            let brought = provider
                .filter(|provider| libraries.clone().any(|&at| process.files[at].path == *provider));
            if let (Some(brought), Some(mention)) = (brought, explanation.needed_by.last_mut()) {
                mention.own_library = Some(brought.to_owned());
            }
            for mapped in libraries.map(|&at| &process.files[at]) {
                explanation.of_file(&mapped.path, &mapped.file, false, &format!("a library of {name}"));
            }
            process.forget(before);
        }
    }
    for archive in archives {
        explanation.of_units(&shown(archive), &index(archive)?, "in an archive");
    }
    if let Some(process) =
        process.filter(|_| explanation.defined_in.is_empty() && !explanation.needed_by.is_empty())
    {
        explanation.of_system(&process, &mut files);
    }
    Ok(explanation.told(taken_from))
}

/// What is said of a library that would have helped.
pub const UNLINKED: &str =
    "a library of this system that neither the host nor the module is linked with";

struct Explanation<'a> {
    symbol: &'a str,
    needed_by: Vec<Mention>,
    defined_in: Vec<DefinedIn>,
    /// Every name that was met, in case that this one was meant otherwise.
    names: BTreeSet<String>,
}

impl Explanation<'_> {
    /// The host and its libraries.
    fn of_process(&mut self, process: &Process, host: &str) {
        for &at in &process.global {
            let mapped = &process.files[at];
            match at {
                0 => self.of_file(host, &mapped.file, true, "exported"),
                _ => self.of_file(&mapped.path, &mapped.file, true, "a library of the host"),
            }
        }
    }

    /// The libraries of the system: with one of them the module should have been linked.
    fn of_system(&mut self, process: &Process, files: &mut Files) {
        let machine = process.files.first().map(|host| host.file.machine.clone());
        for path in process.known_libraries() {
            let Ok(Found::File(file)) = files.open(&path) else { continue };
            let name = path.rsplit('/').next();
            // A library is listed under every name that leads to it, and musl beside the libraries of glibc.
            let is_other_name = file.soname.is_some() && file.soname.as_deref() != name;
            if Some(&file.machine) != machine.as_ref() || is_other_name || path.contains("/ld-musl-") {
                continue;
            }
            for offer in file.offers_of(self.symbol) {
                let how = match &offer.version {
                    Version::Named { name, .. } => format!("{UNLINKED}, as version {name}"),
                    _ => UNLINKED.to_owned(),
                };
                self.defined_in.push(DefinedIn { file: path.clone(), visible: false, how });
            }
        }
    }

    fn of_module(&mut self, name: &str, file: &Loadable) {
        for ask in file.asks.iter().filter(|ask| ask.name == self.symbol && !ask.own) {
            let (version, weak) = (ask.version.clone(), ask.weak);
            self.needed_by.push(Mention { file: name.to_owned(), weak, version, own_library: None });
        }
        self.names.extend(file.asks.iter().map(|ask| ask.name.clone()));
        let how = "a module: others see it when it is loaded before them, with RTLD_GLOBAL";
        self.of_file(name, file, false, how);
    }

    fn of_file(&mut self, name: &str, file: &Loadable, visible: bool, how: &str) {
        for offer in file.offers_of(self.symbol) {
            let how = match &offer.version {
                Version::Named { name, hidden: true, .. } => format!("{how}, as the old version {name}"),
                Version::Named { name, .. } => format!("{how}, as version {name}"),
                _ => how.to_owned(),
            };
            let definition = DefinedIn { file: name.to_owned(), visible, how };
            if !self.defined_in.contains(&definition) {
                self.defined_in.push(definition);
            }
        }
        self.names.extend(file.offers.iter().map(|offer| offer.name.clone()));
    }

    /// What the host has and keeps to itself.
    fn unseen(&mut self, host: &Path) -> Result<()> {
        let name = shown(host);
        if self.defined_in.iter().any(|definition| definition.file == name) {
            return Ok(());
        }
        let content = read(host)?;
        // What is no ELF file was refused before.
        let found = unseen(&content, &BTreeSet::from([self.symbol])).unwrap_or_default();
        must_be_whole(host, &content)?;
        for unseen in found.into_values().flatten() {
            let how = match (unseen.local, unseen.source.as_str()) {
                (false, _) => "linked, but not exported".to_owned(),
                (true, "") => "linked, but static or hidden".to_owned(),
                (true, source) => format!("linked, but static or hidden ({source})"),
            };
            self.defined_in.push(DefinedIn { file: name.clone(), visible: false, how });
        }
        Ok(())
    }

    /// Objects, alone or in an archive.
    fn of_units(&mut self, file: &str, index: &Index<'_>, how: &str) {
        for (unit, name) in index.units.iter().zip(index.unit_names()) {
            let name = match unit.name.is_empty() {
                true => file.to_owned(),
                false => format!("{file}({name})"),
            };
            if unit.listed.iter().any(|listed| *listed == self.symbol) {
                let how = format!("{how}, {}", unit.blind_spot().unwrap_or_default());
                self.defined_in.push(DefinedIn { file: name.clone(), visible: false, how });
            }
            let Some(object) = unit.object() else { continue };
            for need in object.table.needs(self.symbol) {
                let version = need.version.as_deref().map(str::to_owned);
                let (file, weak) = (name.clone(), need.weak);
                self.needed_by.push(Mention { file, weak, version, own_library: None });
            }
            for definition in object.table.definitions(self.symbol) {
                let how = match definition.visibility.exportable() {
                    true => how.to_owned(),
                    false => format!("{how}, {}", definition.visibility.word()),
                };
                self.defined_in.push(DefinedIn { file: name.clone(), visible: false, how });
            }
            self.names.extend(object.table.defined.iter().map(|definition| definition.name.to_string()));
        }
    }

    fn told(self, taken_from: Option<String>) -> Explained {
        let Explanation { symbol, needed_by, defined_in, names } = self;
        let known = !needed_by.is_empty() || !defined_in.is_empty();
        let did_you_mean = if known { None } else { nearest(symbol, names.iter().map(String::as_str)) };
        Explained {
            symbol: symbol.to_owned(),
            needed_by,
            taken_from,
            did_you_mean: did_you_mean.map(str::to_owned),
            defined_in,
        }
    }
}
