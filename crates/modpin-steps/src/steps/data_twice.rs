//! Archives that are linked into a host and into modules of it, with variables: host and module then have two copies of each, and
//! what the one writes the other does not see.

use std::collections::BTreeSet;

use modpin_engine::{StepError, StepIo};
use modpin_symbols::{File, Index, Link, Scope, Site, closure, has_variables, members, shown};
use serde::{Deserialize, Serialize};

use super::own_files::{own_index, own_json};
use super::pin::{lone_files, lone_units, whole_and_lazy};
use super::pin_report::PinReport;
use super::task::{Task, each, key};

/// Inputs: the symbols of the host's objects and of its archives, the pin report; for each module its symbols and those of its
/// archives; then the archives that host and modules have both. Output: a line that says how many members there are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DataTwice {
    /// The executable's name.
    pub host: String,
    /// What its archives are called, in link order.
    pub archives: Vec<String>,
    /// Which of them are linked with all members.
    pub whole: Vec<bool>,
    /// The modules that link one of them.
    pub modules: Vec<LinkingModule>,
    /// What the archives that both have are called.
    pub both: Vec<String>,
}

/// A module with archives.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkingModule {
    /// Its name.
    pub name: String,
    /// What its archives are called.
    pub archives: Vec<String>,
}

impl Task for DataTwice {
    fn key(&self) -> String {
        let DataTwice { host, archives, whole, modules, both } = self;
        let archives = archives.iter().zip(whole);
        let archives = archives
            .map(|(name, &whole)| (if whole { "whole archive" } else { "archive" }, name.clone()));
        let modules = modules.iter().map(|LinkingModule { name, archives }| {
            ("module", format!("{name} with {}", archives.join(", ")))
        });
        key(&format!("variables twice 1 in {host}"), archives.chain(modules).chain(each("both", both)))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let files = io.inputs().len().saturating_sub(self.both.len());
        let report = 1 + self.archives.len();
        let read = |at: usize| Ok(own_index(io.inputs()[at], &io.input(at)?)?.into_owned());
        let known = (0..files).filter(|&at| at != report).map(read);
        let known = known.collect::<Result<Vec<Index<'static>>, StepError>>()?;
        let report: PinReport = own_json(io.inputs()[report], &io.input(report)?)?;
        let (of_host, mut rest) = known.split_at(1 + self.archives.len());
        let of_host = self.of_host(of_host, report);
        let mut shared = Vec::new();
        for module in &self.modules {
            let (own, behind) = rest.split_at(1 + module.archives.len());
            rest = behind;
            let both = of_module(module, own).into_iter().filter(|site| of_host.contains(site));
            shared.push((module, both.collect::<Vec<Site>>()));
        }
        let variables = self.with_variables(io, files)?;
        let mut count = 0;
        for (module, mut sites) in shared {
            sites.retain(|site| variables.contains(&(site.file.as_str(), site.position)));
            count += sites.len();
            if !sites.is_empty() {
                io.say(&self.warning(&module.name, &sites));
            }
        }
        io.write(0, format!("{count} members with variables twice\n").as_bytes())
    }
}

impl DataTwice {
    /// The members of archives that the host has.
    fn of_host(&self, known: &[Index<'static>], report: PinReport) -> BTreeSet<Site> {
        let mut roots = vec!["main".to_owned()];
        let strong = report.plan.exports.into_iter().filter(|export| !export.weak);
        roots.extend(strong.map(|export| export.symbol));
        let objects = lone_units(known[0].units.iter().cloned());
        let (whole, lazy) = whole_and_lazy(&self.archives, &self.whole, &known[1..]);
        let link = Link { objects: [lone_files(&objects), whole].concat(), archives: lazy };
        linked(&link, &roots)
    }

    /// The members that have variables, of the archives in question.
    fn with_variables(
        &self,
        io: &StepIo<'_>,
        files: usize,
    ) -> Result<BTreeSet<(&str, usize)>, StepError> {
        let mut found = BTreeSet::new();
        for (at, name) in self.both.iter().enumerate() {
            let bytes = io.input(files + at)?;
            // One that cannot be read stops the link, with words.
            for (position, member) in members(&bytes).unwrap_or_default().iter().enumerate() {
                if member.bytes.is_some_and(has_variables) {
                    found.insert((name.as_str(), position));
                }
            }
        }
        Ok(found)
    }

    fn warning(&self, module: &str, sites: &[Site]) -> String {
        let (host, first) = (&self.host, &sites[0]);
        let more = match sites.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!(
            "warning: host {host:?} and its module {module:?} have a copy each of the variables of {first}{more}\n  help: take the \
             library out of .link() of the module: the host keeps and exports what the module needs of it"
        );
        shown::lines(&text).into_owned()
    }
}

fn of_module(module: &LinkingModule, known: &[Index<'static>]) -> BTreeSet<Site> {
    // The first unit is the whole module.
    let objects = lone_units(known[0].units.iter().skip(1).cloned());
    let archives = module.archives.iter().zip(&known[1..]);
    let archives = archives.map(|(name, index)| File { name, index }).collect();
    linked(&Link { objects: lone_files(&objects), archives }, &[])
}

/// The members of archives that a link takes.
fn linked(link: &Link<'_>, roots: &[String]) -> BTreeSet<Site> {
    let scope = Scope::new(link);
    let names: Vec<&str> = roots.iter().map(String::as_str).collect();
    let linked = closure(&scope, &names);
    let units = scope.unit_ids().filter(|&unit| linked.why(unit).is_some());
    units.map(|unit| Site::of(&scope, unit)).filter(|site| !site.member.is_empty()).collect()
}
