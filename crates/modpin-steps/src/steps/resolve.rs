//! Before anybody loads it: does a module find every symbol that it needs in the finished host, in the modules that it
//! declares to need, in the shared libraries of all, and nowhere else?

use std::collections::{BTreeMap, BTreeSet};

use modpin_engine::{StepError, StepIo};
use modpin_loader::{Interposed, Missing, Prediction, Verdict, Withheld, plain};
use modpin_symbols::{read_loadable, shown};
use serde::{Deserialize, Serialize};

use super::asked_at::asked_at;
use super::candidates::{Candidates, locate, offers};
use super::cycle;
use super::dropped::{Dropped, dropped};
use super::module_offers::{Among, module_offers};
use super::needed::{WithNeeds, predict_with_needs};
use super::nowhere::{nowhere, one_by_one};
use super::opens::Opens;
use super::own_files::{own_json, to_json};
use super::pin_report::PinReport;
use super::predict::{ModuleInHost, objects};
use super::task::{Task, each, key, search_facts};
use super::undeclared::{Undeclared, help, undeclared};

/// Inputs: the host, the module, the module's symbols, the host's pin report; then the modules that are loaded before it and
/// after it. Output: [`ResolvedSymbols`] as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resolve {
    /// The executable's name.
    pub host: String,
    /// The module's name.
    pub module: String,
    /// The modules that are loaded before it, by name.
    pub before: Vec<String>,
    /// The modules that are loaded after it, by name.
    pub after: Vec<String>,
    /// How it is opened, and the files of those others.
    pub opens: Opens,
    /// Where shared libraries are looked for.
    pub library_dirs: Vec<String>,
    /// The system libraries that the host's link names. Only for words, as what follows.
    pub named: Vec<String>,
    /// Who else may define what is missing. It does not decide anything.
    #[serde(skip)]
    pub candidates: Candidates,
}

/// A module whose symbols are all there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedSymbols {
    /// The module's name.
    pub module: String,
    /// What it takes of other modules that are loaded before it.
    pub needs: Vec<TakenFrom>,
    /// What it calls of modules that are loaded after it.
    pub needs_later: Vec<TakenFrom>,
    /// Its public symbols, without those that are meant to be there more than once.
    pub defines: Vec<String>,
    /// Symbols that it defines and gets from elsewhere all the same.
    pub interposed: Vec<Interposed>,
}

/// What a module takes of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenFrom {
    /// The other module.
    pub module: String,
    /// The symbols.
    pub symbols: Vec<String>,
}

/// What was found out about ways out.
struct Hints {
    /// Modules that have what is missing.
    helpful: Vec<String>,
    /// Modules that need each other, in words.
    cycle: Option<String>,
    /// Libraries that the host's linker left out, with what they have, in words.
    dropped: Vec<String>,
    /// What only the project can decide, of all modules of the host.
    undeclared: Vec<Undeclared>,
    /// Of what nobody in the project has: names that were meant, libraries of the system.
    nowhere: Vec<String>,
}

impl Task for Resolve {
    fn key(&self) -> String {
        let Resolve { host, module, before, after, opens, library_dirs, .. } = self;
        let others = each("needs", before).chain(each("calls later", after));
        let search = search_facts(library_dirs);
        key(&format!("symbols 4 of {module} in {host}"), others.chain(opens.facts()).chain(search))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let inputs = io.inputs().to_vec();
        let objects = objects(inputs[2], &io.input(2)?)?;
        let question = ModuleInHost {
            name: &self.host,
            host: inputs[0],
            module: inputs[1],
            opens: &self.opens,
            objects: &objects,
            library_dirs: &self.library_dirs,
        };
        let WithNeeds { known, opens, before } =
            predict_with_needs(io, &question, &self.before, &self.candidates, inputs[3])?;
        let mut found = known.predicted;
        if found.verdict == Verdict::Loads && found.unbound.is_empty() {
            call_by_name(&mut found, &opens, &before);
            self.warn(io, &found, &before);
            let resolved = self.resolved(&found, &before, &io.input(1)?)?;
            return io.write(0, &to_json(&resolved)?);
        }
        found.missing.append(&mut found.unbound);
        let helpful = locate(io, &self.candidates, &mut found.missing)?;
        let dropped = self.dropped(io, &found.missing)?;
        let report: PinReport = own_json(inputs[3], &io.input(3)?)?;
        let cycle = self.cycle(io, &report, !helpful.is_empty())?;
        let undeclared = match several(&found) {
            true => {
                let offers = module_offers(io, Among::Host(inputs[3]), &self.candidates)?;
                undeclared(io, inputs[0], &self.library_dirs, &report, &offers)?
            }
            false => Vec::new(),
        };
        // Where another module or a library of the link is the way out, the system is not looked through.
        let nowhere = match helpful.is_empty() && dropped.is_empty() {
            true => nowhere(io, &found.missing, &self.candidates, &self.library_dirs, inputs[1])?,
            false => Vec::new(),
        };
        asked_at(io, inputs[2], &mut found.missing)?;
        let ways = Hints { helpful, cycle, dropped, undeclared, nowhere };
        Err(StepError::Refused(self.refusal(&found, &report, &ways)))
    }
}

impl Resolve {
    fn resolved(
        &self,
        found: &Prediction,
        names: &[String],
        module: &[u8],
    ) -> Result<ResolvedSymbols, StepError> {
        let of_modules = |modules: &[String], taken: &[BTreeSet<String>]| {
            let taken = modules.iter().zip(taken).filter(|(_, taken)| !taken.is_empty());
            let of_module = taken.map(|(module, taken)| TakenFrom {
                module: module.clone(),
                symbols: taken.iter().cloned().collect(),
            });
            of_module.collect()
        };
        let (before, after) = found.taken.split_at(names.len().min(found.taken.len()));
        let read = read_loadable(module);
        let read = read.map_err(|error| StepError::Failed(format!("{}: {error}", self.module)))?;
        let offers = read.offers.list();
        let offers = offers.into_iter().filter(|offer| !offer.is_vague());
        Ok(ResolvedSymbols {
            module: self.module.clone(),
            needs: of_modules(names, before),
            needs_later: of_modules(&self.after, after),
            defines: offers.map(|offer| offer.name.text().into_owned()).collect(),
            interposed: found.interposed.clone(),
        })
    }

    /// A module that is robbed of its own symbols loads, and works with others than it was written for.
    fn warn(&self, io: &mut StepIo<'_>, found: &Prediction, before: &[String]) {
        for taken in &found.interposed {
            let by = match &taken.by {
                host if *host == self.host => format!("host {host:?}"),
                module if before.contains(module) => format!("module {module:?}"),
                library => shown::line(library).into_owned(),
            };
            io.say(&format!(
                "warning: module {:?} defines {:?}, and gets that of {by}\n  help: rename one of them, or give the module's \
                 definition hidden visibility; where both have it of one library, the module need not link that",
                self.module, taken.symbol
            ));
        }
    }

    /// What libraries have that the host's link names in vain, each once.
    fn dropped(&self, io: &mut StepIo<'_>, missing: &[Missing]) -> Result<Vec<String>, StepError> {
        let mut found: Vec<(Dropped, String)> = Vec::new();
        for lost in missing.iter().filter(|lost| lost.found_in.is_empty()) {
            let symbol = plain(&lost.symbol);
            let library =
                dropped(&self.named, &self.library_dirs, symbol, &mut |path| io.discover(path))?;
            let Some(library) = library else { continue };
            if !found.iter().any(|(known, _)| *known == library) {
                found.push((library, shown::line(symbol).into_owned()));
            }
        }
        Ok(found.into_iter().map(|(library, symbol)| library.words(&symbol)).collect())
    }

    /// The modules that need each other, where this is one of them.
    fn cycle(
        &self,
        io: &mut StepIo<'_>,
        report: &PinReport,
        possible: bool,
    ) -> Result<Option<String>, StepError> {
        if !possible {
            return Ok(None);
        }
        let symbols: Vec<&str> =
            report.plan.elsewhere.iter().map(|elsewhere| elsewhere.symbol.as_str()).collect();
        let dependencies = cycle::dependencies(report, &offers(io, &self.candidates, &symbols)?);
        Ok(cycle::shortest_cycle(&dependencies, &self.module).map(|cycle| cycle::words(&cycle)))
    }

    fn refusal(&self, found: &Prediction, report: &PinReport, ways: &Hints) -> String {
        if found.verdict == Verdict::StaticHost {
            return found.detail.clone();
        }
        let (module, host) = (&self.module, &self.host);
        let mut text = match found.verdict {
            Verdict::Loads => {
                format!("module {module:?} would load into host {host:?}, and call in vain:")
            }
            _ => format!("module {module:?} would not load into host {host:?}:"),
        };
        for missing in &found.missing {
            text += &format!("\n  {}", self.sentence(missing));
        }
        if found.missing.is_empty() {
            text += &format!("\n  {}", found.detail);
        }
        if found.verdict == Verdict::MissingLibrary {
            text += "\n  help: install the library, or tell the loader where it is: .ldflags(\"-Wl,-rpath,DIR\")";
        }
        for unread in &report.plan.unread {
            text +=
                &format!("\n  note: {} is {}: what it defines is not known", unread.site, unread.why);
        }
        match &ways.cycle {
            Some(words) => format!("{text}\n  {words}\n  {}", cycle::HELP),
            None => text + &self.help(found, ways),
        }
    }

    fn sentence(&self, missing: &Missing) -> String {
        let Missing { symbol, asked_by, found_in, .. } = missing;
        let askers = asked_by.join(", ");
        let text = match &found_in[..] {
            [] => format!("nothing defines {symbol} (needed by {askers})"),
            found => {
                format!("{symbol} is out of reach (needed by {askers}): it is in {}", found.join(", "))
            }
        };
        shown::line(&text).into_owned()
    }

    fn help(&self, found: &Prediction, ways: &Hints) -> String {
        let nowhere = found.missing.iter().filter(|lost| lost.found_in.is_empty()).count();
        match (found.missing.is_empty(), &ways.helpful[..]) {
            (true, _) => String::new(),
            (false, []) if !ways.dropped.is_empty() => {
                ways.dropped.iter().map(|words| format!("\n  {words}")).collect()
            }
            (false, []) if nowhere == 0 && found.missing.iter().all(is_hidden) => {
                "\n  help: the host has it and hides it: give the definition default visibility, and look for linker \
                 arguments that hide symbols: --exclude-libs, --version-script"
                    .to_owned()
            }
            (false, []) => {
                let lines = one_by_one(&found.missing, &ways.nowhere);
                lines.iter().map(|line| format!("\n  help: {line}")).collect()
            }
            (false, _) if !ways.undeclared.is_empty() => help(&ways.undeclared),
            (false, modules) => format!(
                "\n  help: declare that {:?} needs {}, or move what both use into a library that the host links",
                self.module,
                modules.iter().map(|module| format!("{module:?}")).collect::<Vec<_>>().join(" and ")
            ),
        }
    }
}

/// The host has it, and its link could show it.
fn is_hidden(lost: &Missing) -> bool {
    lost.in_host.is_some_and(|why| why != Withheld::Static)
}

/// Calls modules that define what this one defines as the project does.
fn call_by_name(found: &mut Prediction, opens: &Opens, before: &[String]) {
    let names: BTreeMap<&String, &String> = opens.before.iter().zip(before).collect();
    for taken in &mut found.interposed {
        if let Some(name) = names.get(&taken.by) {
            taken.by.clone_from(name);
        }
    }
}

/// Whether more than one module has something that is missing: which is meant, only the project can say.
fn several(found: &Prediction) -> bool {
    let count =
        |lost: &Missing| lost.found_in.iter().filter(|place| place.starts_with("module ")).count();
    found.missing.iter().any(|lost| count(lost) > 1)
}
