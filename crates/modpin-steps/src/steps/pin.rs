//! Which symbols a host keeps and exports for its modules, worked out from symbols and written as what
//! the link takes.

use std::collections::HashSet;
use std::sync::Arc;

use modpin_engine::{StepError, StepIo};
use modpin_symbols::{
    File, Host, Index, Link, Module, PinPlan, Refusal, Scope, dynamic_list, plan_pins_beside,
    response_file,
};
use serde::{Deserialize, Serialize};

use super::difference;
use super::listed_exports::ListedExports;
use super::own_files::{own_index, to_json};
use super::pin_report::{ModuleNeeds, PinReport};
use super::task::{Task, each, key};

/// Inputs: the symbols of the host's objects, of its archives, for each module its own and those of
/// its archives, and of the shared libraries. Outputs: the pins as a response file, the dynamic list, the pin report as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pin {
    /// The executable's name.
    pub host: String,
    /// What its archives are called, in link order.
    pub archives: Vec<String>,
    /// Which of them are linked with all members.
    pub whole: Vec<bool>,
    /// Its modules.
    pub modules: Vec<PinModule>,
    /// Shared libraries that it or its modules link.
    pub shared: Vec<PinShared>,
    /// Symbols that the project wants exported whether a module needs them or not, as it lists them.
    pub exports: Vec<String>,
    /// Symbols that shared libraries leave to the program: exported if it defines them. Else somebody else has them.
    pub left: Vec<String>,
}

/// A shared library among the inputs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PinShared {
    /// Its file's name.
    pub file_name: String,
    /// The host links it, so that all of its modules find what it offers.
    pub of_host: bool,
    /// The modules that link it themselves, by number.
    pub of_modules: Vec<usize>,
}

/// A module among the inputs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PinModule {
    /// Its name.
    pub name: String,
    /// How many archives are linked into it.
    pub archives: usize,
}

impl Task for Pin {
    fn key(&self) -> String {
        let Pin { host, archives, whole, modules, shared, exports, left } = self;
        let archives = archives.iter().zip(whole);
        let archives = archives
            .map(|(name, &whole)| (if whole { "whole archive" } else { "archive" }, name.clone()));
        let modules = modules.iter().map(|module| match module.archives {
            0 => ("module", module.name.clone()),
            count => ("module", format!("{} with {count} archives of its own", module.name)),
        });
        let shared = shared.iter().map(|library| {
            let PinShared { file_name, of_host, of_modules } = library;
            let host = if *of_host { " of the host" } else { "" };
            let modules: Vec<&str> =
                of_modules.iter().map(|&at| self.modules[at].name.as_str()).collect();
            ("shared library", format!("{file_name}{host} of {}", modules.join(", ")))
        });
        let facts = archives.chain(modules).chain(shared).chain(each("export", exports));
        let facts = facts.chain(each("export if it is there", left));
        key(&format!("pins 4 of {host}"), facts)
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let read = |at: usize| Ok((io.inputs()[at].to_owned(), io.input(at)?));
        let texts = (0..io.inputs().len()).map(read).collect::<Result<Vec<_>, StepError>>()?;
        let parse = |(path, bytes): &'_ (String, Arc<[u8]>)| -> Result<Index<'static>, StepError> {
            Ok(own_index(path, bytes)?.into_owned())
        };
        let indexes = texts.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let (report, plan, notes) = self.plan(&indexes);
        if !plan.refused.is_empty() {
            return Err(self.refuse(&plan));
        }
        for note in notes {
            io.say(&format!("warning: host {:?} {note}", self.host));
        }
        for clash in &plan.clashes {
            io.say(&format!("warning: host {:?}: {clash}", self.host));
        }
        for blind in plan.blind_pins() {
            io.say(&format!("warning: host {:?}: {blind}", self.host));
        }
        let old = io.previous(2).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(words) = old.and_then(|old| difference::of_pins(&old, &report)) {
            io.tell_change(0, words.clone());
            io.tell_change(1, words);
        }
        io.write(0, response_file(&plan).as_bytes())?;
        io.write(1, dynamic_list(&plan).as_bytes())?;
        io.write(2, &to_json(&report)?)
    }
}

impl Pin {
    fn plan(&self, indexes: &[Index<'static>]) -> (PinReport, PinPlan, Vec<String>) {
        let of_links = indexes.len().saturating_sub(self.shared.len());
        let (indexes, shared) = indexes.split_at(of_links);
        let (objects, rest) = indexes.split_at(1.min(indexes.len()));
        let (archives, mut rest) = rest.split_at(self.archives.len().min(rest.len()));
        let objects = lone_units(objects.iter().flat_map(|index| index.units.clone()));
        let (whole, lazy) = whole_and_lazy(&self.archives, &self.whole, archives);
        let link = Link { objects: [lone_files(&objects), whole].concat(), archives: lazy };
        let ListedExports { mut names, notes } = ListedExports::new(&self.exports, &link);
        if !self.left.is_empty() {
            let scope = Scope::new(&link);
            let left = self.left.iter().map(String::as_str);
            names.extend(left.filter(|name| scope.definers(name).next().is_some()));
        }
        let host = Host { link, exports: names };
        let mut parts = Vec::new();
        for module in &self.modules {
            let Some((own, behind)) = rest.split_first() else { break };
            let (archives, behind) = behind.split_at(module.archives.min(behind.len()));
            rest = behind;
            parts.push((module, lone_units(own.units.iter().cloned()), archives));
        }
        let modules: Vec<Module<'_>> = parts
            .iter()
            .filter_map(|(module, units, archives)| {
                let (linked, objects) = units.split_first()?;
                let archives =
                    archives.iter().map(|index| File { name: "its own archive", index }).collect();
                let linked = File { name: &module.name, index: linked };
                Some(Module { name: &module.name, linked, objects: lone_files(objects), archives })
            })
            .collect();
        let given = Given::of(&self.shared, shared);
        let plan = plan_pins_beside(&host, &modules, &|at, symbol| given.by(at, symbol).is_some());
        let told = modules.iter().enumerate().map(|(at, module)| {
            ModuleNeeds::new(module.name, module.linked.index, &plan, &|symbol| given.by(at, symbol))
        });
        (PinReport { host: self.host.clone(), modules: told.collect(), plan: plan.clone() }, plan, notes)
    }

    fn refuse(&self, plan: &PinPlan) -> StepError {
        let mut text = match &plan.refused[..] {
            [_] => format!("host {:?} cannot give its modules a symbol that they need", self.host),
            all => format!(
                "host {:?} cannot give its modules {} symbols that they need",
                self.host,
                all.len()
            ),
        };
        for line in plan.refused.iter().map(Refusal::to_string) {
            text += &format!("\n  {}", line.replace('\n', "\n  "));
        }
        StepError::Refused(text)
    }
}

/// What shared libraries give to modules.
struct Given<'a> {
    libraries: Vec<(&'a PinShared, HashSet<&'a str>)>,
}

impl<'a> Given<'a> {
    fn of(libraries: &'a [PinShared], symbols: &'a [Index<'static>]) -> Given<'a> {
        let offers = |index: &'a Index<'static>| {
            let objects = index.units.iter().filter_map(|unit| unit.object());
            objects.flat_map(|object| &object.table.defined).map(|symbol| &*symbol.name).collect()
        };
        Given { libraries: libraries.iter().zip(symbols.iter().map(offers)).collect() }
    }

    /// The file of the library that gives a symbol to a module.
    fn by(&self, module: usize, symbol: &str) -> Option<&'a str> {
        let gives = |(library, offers): &&(&'a PinShared, HashSet<&'a str>)| {
            (library.of_host || library.of_modules.contains(&module)) && offers.contains(symbol)
        };
        self.libraries.iter().find(gives).map(|(library, _)| library.file_name.as_str())
    }
}

/// The archives that are linked whole, and the others.
pub fn whole_and_lazy<'a>(
    names: &'a [String],
    whole: &[bool],
    indexes: &'a [Index<'static>],
) -> (Vec<File<'a>>, Vec<File<'a>>) {
    let files = named(names, indexes).into_iter().zip(whole);
    let (whole, lazy): (Vec<_>, Vec<_>) = files.partition(|(_, whole)| **whole);
    let only = |files: Vec<(File<'a>, &bool)>| files.into_iter().map(|(file, _)| file).collect();
    (only(whole), only(lazy))
}

/// One index for each unit: a linker takes objects one by one.
pub fn lone_units(units: impl Iterator<Item = modpin_symbols::Unit<'static>>) -> Vec<Index<'static>> {
    units.map(|unit| Index { units: vec![unit] }).collect()
}

/// Each unit as a file that is linked.
pub fn lone_files<'a>(indexes: &'a [Index<'static>]) -> Vec<File<'a>> {
    let named = |index: &'a Index<'static>| {
        let name = index.units.first().map_or("", |unit| unit.name.as_ref());
        File { name, index }
    };
    indexes.iter().map(named).collect()
}

fn named<'a>(names: &'a [String], indexes: &'a [Index<'static>]) -> Vec<File<'a>> {
    names.iter().zip(indexes).map(|(name, index)| File { name, index }).collect()
}
