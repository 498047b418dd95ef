//! All about one symbol: who needs it, who defines it, whether a module of this host can see it. Told of files alone.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use modpin_loader::{Found, Process, Withheld, provider};
use modpin_project::nearest;
use modpin_symbols::{Index, Loadable, Version, unseen};
use serde::Serialize;

use super::files::{
    Files, OfMachine, absolute, found, index, loader_environment, must_be_whole, read, real, shown,
};
use super::ways::libraries_of;
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
    /// What the file is to the host.
    #[serde(skip)]
    pub role: Role,
    /// The same in words, with all that there is to say: `exported`, `linked, but static (crc.c)`.
    pub how: String,
}

/// What a file that defines a symbol is to a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The host itself, which offers it.
    Host,
    /// The host itself, which has no loader that could offer it.
    StaticHost,
    /// The host itself, which keeps it inside.
    InsideHost,
    /// A library that the host brings.
    HostLibrary,
    /// A module.
    Module,
    /// An object of a module that is not linked yet.
    ModuleObject,
    /// A library that this module brings.
    ModuleLibrary(String),
    /// An archive that the host is linked with, or might be: it could be kept and exported.
    Archive,
    /// The same, and its definition cannot be exported, or could not be read.
    InsideArchive,
    /// A library of this system that nobody is linked with: it would have helped.
    System,
}

impl Role {
    /// Modules of the host see what is there.
    fn visible(&self) -> bool {
        matches!(self, Role::Host | Role::HostLibrary)
    }

    /// The same file, with a definition that only the file itself can use.
    fn inside(self) -> Role {
        if self == Role::Archive { Role::InsideArchive } else { self }
    }

    fn words(&self) -> String {
        let words = match self {
            Role::Host => "exported",
            Role::StaticHost => "exported, but the host is static",
            Role::InsideHost => "linked",
            Role::HostLibrary => "a library of the host",
            Role::Module => "a module: others see it when it is loaded before them, with RTLD_GLOBAL",
            Role::ModuleObject => "in a module",
            Role::ModuleLibrary(module) => return format!("a library of {module}"),
            Role::Archive | Role::InsideArchive => "in an archive",
            Role::System => {
                "a library of this system that neither the host nor the module is linked with"
            }
        };
        words.to_owned()
    }
}

impl DefinedIn {
    /// `more` is what else there is to say of the role.
    fn new(file: impl Into<String>, role: Role, more: Option<&str>) -> DefinedIn {
        let how = match more {
            Some(more) => format!("{}, {more}", role.words()),
            None => role.words(),
        };
        DefinedIn { file: file.into(), visible: role.visible(), role, how }
    }
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
    let Ok(mut process) =
        loader_environment(&OfMachine::default()).start(&real(host)?, program.clone(), &mut files);
    match &process {
        Some(process) => explanation.of_process(process, &shown(host)),
        None => explanation.of_file(&shown(host), &program, Role::StaticHost),
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
            explanation.of_units(&name, &index(module)?, Role::ModuleObject);
            continue;
        };
        explanation.of_module(&name, &file);
        if let Some(process) = &mut process {
            let before = process.files.len();
            let Ok(opened) = process.open(&absolute(module)?, file.clone(), &mut files);
            let libraries = opened.scope.iter().skip(1).filter(|&&at| at >= opened.new_from);
            let asks = file.asks.list();
            let ask = asks.into_iter().find(|ask| ask.name.text() == symbol && !ask.own);
            let provider = ask.and_then(|ask| provider(process, &opened, &ask));
            let brought = provider
                .filter(|provider| libraries.clone().any(|&at| process.files[at].path == *provider));
            if let (Some(brought), Some(mention)) = (brought, explanation.needed_by.last_mut()) {
                mention.own_library = Some(brought.to_owned());
            }
            for mapped in libraries.map(|&at| &process.files[at]) {
                explanation.of_file(&mapped.path, &mapped.file, Role::ModuleLibrary(name.clone()));
            }
            process.forget(before);
        }
    }
    for archive in archives {
        explanation.of_units(&shown(archive), &index(archive)?, Role::Archive);
    }
    if let Some(process) =
        process.filter(|_| explanation.defined_in.is_empty() && !explanation.needed_by.is_empty())
    {
        explanation.of_system(&process, &mut files);
    }
    Ok(explanation.told(taken_from))
}

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
                0 => self.of_file(host, &mapped.file, Role::Host),
                _ => self.of_file(&mapped.path, &mapped.file, Role::HostLibrary),
            }
        }
    }

    /// The libraries of the system: with one of them the module should have been linked.
    fn of_system(&mut self, process: &Process, files: &mut Files) {
        libraries_of(process, files, &[self.symbol], &mut |path, file| {
            for offer in file.offers_of(self.symbol) {
                let version = match &offer.version {
                    Version::Named { name, .. } => Some(format!("as version {name}")),
                    _ => None,
                };
                self.defined_in.push(DefinedIn::new(path, Role::System, version.as_deref()));
            }
        });
    }

    fn of_module(&mut self, name: &str, file: &Loadable) {
        let asks = file.asks.list();
        for ask in asks.iter().filter(|ask| ask.name.text() == self.symbol && !ask.own) {
            let (version, weak) = (ask.version.map(str::to_owned), ask.weak);
            self.needed_by.push(Mention { file: name.to_owned(), weak, version, own_library: None });
        }
        self.names.extend(asks.iter().map(|ask| ask.name.text().into_owned()));
        self.of_file(name, file, Role::Module);
    }

    fn of_file(&mut self, name: &str, file: &Loadable, role: Role) {
        for offer in file.offers_of(self.symbol) {
            let version = match &offer.version {
                Version::Named { name, hidden: true, .. } => Some(format!("as the old version {name}")),
                Version::Named { name, .. } => Some(format!("as version {name}")),
                _ => None,
            };
            let definition = DefinedIn::new(name, role.clone(), version.as_deref());
            if !self.defined_in.contains(&definition) {
                self.defined_in.push(definition);
            }
        }
        self.names.extend(file.offers.names().map(Cow::into_owned));
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
            let why = match (Withheld::of(&unseen).words(), unseen.source.as_str()) {
                (why, "") => format!("but {why}"),
                (why, source) => format!("but {why} ({source})"),
            };
            self.defined_in.push(DefinedIn::new(&name, Role::InsideHost, Some(&why)));
        }
        Ok(())
    }

    /// Objects, alone or in an archive.
    fn of_units(&mut self, file: &str, index: &Index<'_>, role: Role) {
        for (unit, name) in index.units.iter().zip(index.unit_names()) {
            let name = match unit.name.is_empty() {
                true => file.to_owned(),
                false => format!("{file}({name})"),
            };
            if unit.listed.iter().any(|listed| *listed == self.symbol) {
                let blind = unit.blind_spot().unwrap_or_default();
                self.defined_in.push(DefinedIn::new(&name, role.clone().inside(), Some(&blind)));
            }
            let Some(object) = unit.object() else { continue };
            for need in object.table.needs(self.symbol) {
                let version = need.version.as_deref().map(str::to_owned);
                let (file, weak) = (name.clone(), need.weak);
                self.needed_by.push(Mention { file, weak, version, own_library: None });
            }
            for definition in object.table.definitions(self.symbol) {
                self.defined_in.push(match definition.visibility.exportable() {
                    true => DefinedIn::new(&name, role.clone(), None),
                    false => {
                        let word = definition.visibility.word();
                        DefinedIn::new(&name, role.clone().inside(), Some(word))
                    }
                });
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
