//! Which symbols a host keeps and exports for its modules, worked out from symbols and written as what
//! the link takes.

use std::sync::Arc;

use modpin_engine::{StepError, StepIo};
use modpin_symbols::{
    File, Host, Index, Link, Module, PinPlan, Refusal, dynamic_list, plan_pins, response_file,
};
use serde::{Deserialize, Serialize};

use super::difference;
use super::own_files::{own_index, to_json};
use super::pin_report::{ModuleNeeds, PinReport};
use super::task::{Task, each, key};

/// Inputs: the symbols of the host's objects, of its archives, and for each module its own and those of
/// its archives. Outputs: the pins as a response file, the dynamic list, the pin report as JSON.
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
    /// Symbols that the project wants exported whether a module needs them or not.
    pub exports: Vec<String>,
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
        let Pin { host, archives, whole, modules, exports } = self;
        let archives = archives.iter().zip(whole);
        let archives = archives
            .map(|(name, &whole)| (if whole { "whole archive" } else { "archive" }, name.clone()));
        let modules = modules.iter().map(|module| match module.archives {
            0 => ("module", module.name.clone()),
            count => ("module", format!("{} with {count} archives of its own", module.name)),
        });
        key(&format!("pins 3 of {host}"), archives.chain(modules).chain(each("export", exports)))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let read = |at: usize| Ok((io.inputs()[at].to_owned(), io.input(at)?));
        let texts = (0..io.inputs().len()).map(read).collect::<Result<Vec<_>, StepError>>()?;
        let parse = |(path, bytes): &'_ (String, Arc<[u8]>)| -> Result<Index<'static>, StepError> {
            Ok(own_index(path, bytes)?.into_owned())
        };
        let indexes = texts.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let (report, plan) = self.plan(&indexes);
        if !plan.refused.is_empty() {
            return Err(self.refuse(&plan));
        }
        for clash in &plan.clashes {
            io.say(&format!("host {:?}: {clash}", self.host));
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
    fn plan(&self, indexes: &[Index<'static>]) -> (PinReport, PinPlan) {
        let (objects, rest) = indexes.split_at(1.min(indexes.len()));
        let (archives, mut rest) = rest.split_at(self.archives.len().min(rest.len()));
        let objects = lone_units(objects.iter().flat_map(|index| index.units.clone()));
        let (whole, lazy) = self.archives(archives);
        let link = Link { objects: [files(&objects), whole].concat(), archives: lazy };
        let host = Host { link, exports: self.exports.iter().map(String::as_str).collect() };
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
                Some(Module { name: &module.name, linked, objects: files(objects), archives })
            })
            .collect();
        let plan = plan_pins(&host, &modules);
        let told =
            modules.iter().map(|module| ModuleNeeds::new(module.name, module.linked.index, &plan));
        (PinReport { host: self.host.clone(), modules: told.collect(), plan: plan.clone() }, plan)
    }

    /// The archives that are linked whole, and the others.
    fn archives<'a>(&'a self, indexes: &'a [Index<'static>]) -> (Vec<File<'a>>, Vec<File<'a>>) {
        let files = named(&self.archives, indexes).into_iter().zip(&self.whole);
        let (whole, lazy): (Vec<_>, Vec<_>) = files.partition(|(_, whole)| **whole);
        let only = |files: Vec<(File<'a>, &bool)>| files.into_iter().map(|(file, _)| file).collect();
        (only(whole), only(lazy))
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

/// One index for each unit: a linker takes objects one by one.
fn lone_units(units: impl Iterator<Item = modpin_symbols::Unit<'static>>) -> Vec<Index<'static>> {
    units.map(|unit| Index { units: vec![unit] }).collect()
}

fn files<'a>(indexes: &'a [Index<'static>]) -> Vec<File<'a>> {
    let named = |index: &'a Index<'static>| {
        let name = index.units.first().map_or("", |unit| unit.name.as_ref());
        File { name, index }
    };
    indexes.iter().map(named).collect()
}

fn named<'a>(names: &'a [String], indexes: &'a [Index<'static>]) -> Vec<File<'a>> {
    names.iter().zip(indexes).map(|(name, index)| File { name, index }).collect()
}
