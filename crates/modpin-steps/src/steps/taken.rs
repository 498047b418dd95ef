//! What a module takes of the modules that it needs, read from their files: for hosts that nobody has linked yet. What it is not
//! declared to need is worked out of symbols, where one module of the host alone can be meant. Whether the rest is there is asked
//! of the finished host.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use modpin_engine::{StepError, StepIo};
use modpin_symbols::{Loadable, read_loadable, shown};
use serde::{Deserialize, Serialize};

use super::candidates::{Candidates, offers};
use super::cycle;
use super::module_offers::{Among, ModuleOffers, module_offers};
use super::own_files::{own_json, to_json};
use super::pin_report::{PinReport, Provider};
use super::predict::beside_program;
use super::resolve::{ResolvedSymbols, TakenFrom};
use super::task::{Task, each, key};
use super::undeclared::{Undeclared, help, undeclared};

/// Inputs: the module, the host's pin report, a program that stands in for the host; then the modules that are loaded before it
/// and after it. Output: [`ResolvedSymbols`] as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakeSymbols {
    /// The executable's name.
    pub host: String,
    /// The module's name.
    pub module: String,
    /// The modules that are loaded before it, by name.
    pub before: Vec<String>,
    /// The modules that are loaded after it, by name.
    pub after: Vec<String>,
    /// The modules of the host whose calls are bound when they are made.
    pub lazy: Vec<String>,
    /// Where shared libraries are looked for.
    pub library_dirs: Vec<String>,
    /// Who else defines what is open.
    #[serde(skip)]
    pub candidates: Candidates,
}

/// Symbols by the module that has them.
type ByModule = BTreeMap<String, BTreeSet<String>>;

impl Task for TakeSymbols {
    fn key(&self) -> String {
        let TakeSymbols { host, module, before, after, lazy, library_dirs, .. } = self;
        let others = each("needs", before).chain(each("calls later", after));
        let others = others.chain(each("lazy", lazy)).chain(each("directory", library_dirs));
        key(&format!("symbols that {module} takes in {host} 3"), others)
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let read = |at: usize| {
            let read = read_loadable(&io.input(at)?);
            read.map_err(|error| StepError::Failed(format!("{}: {error}", io.inputs()[at])))
        };
        let module = read(0)?;
        let declared = self.before.iter().chain(&self.after).enumerate();
        let declared = declared.map(|(at, name)| Ok((name, read(at + 3)?)));
        let declared = declared.collect::<Result<Vec<(&String, Loadable)>, StepError>>()?;
        let asked: BTreeSet<Cow<'_, str>> = module.asks.iter().map(|ask| ask.name.text()).collect();
        let mut open: BTreeSet<&str> = asked.iter().map(|name| &**name).collect();
        open.retain(|name| module.offers_of(name).is_empty());
        let mut taken = Vec::new();
        for (name, file) in &declared {
            let offers = |name: &&&str| !file.offers_of(name).is_empty();
            let symbols: Vec<String> =
                open.iter().filter(offers).map(|name| (*name).to_owned()).collect();
            symbols.iter().for_each(|name| _ = open.remove(name.as_str()));
            taken.push(TakenFrom { module: (*name).clone(), symbols });
        }
        let mut needs_later = taken.split_off(self.before.len().min(taken.len()));
        let shown = self.shown_by_symbols(io, &open)?;
        taken.extend(
            shown
                .into_iter()
                .map(|(module, symbols)| TakenFrom { module, symbols: symbols.into_iter().collect() }),
        );
        needs_later.retain(|taken| !taken.symbols.is_empty());
        taken.retain(|taken| !taken.symbols.is_empty());
        let defines = module.offers.list().into_iter().filter(|offer| !offer.is_vague());
        let resolved = ResolvedSymbols {
            module: self.module.clone(),
            needs: taken,
            needs_later,
            defines: defines.map(|offer| offer.name.text().into_owned()).collect(),
            // Whether the host robs it, is known when there is one.
            interposed: Vec::new(),
        };
        io.write(0, &to_json(&resolved)?)
    }
}

impl TakeSymbols {
    /// The modules that nobody has declared, each with what one takes of it. A lazy module takes nothing before it calls.
    fn shown_by_symbols(
        &self,
        io: &mut StepIo<'_>,
        open: &BTreeSet<&str>,
    ) -> Result<ByModule, StepError> {
        let (path, stand_in) = (io.inputs()[1].to_owned(), io.inputs()[2].to_owned());
        if self.lazy.contains(&self.module) {
            return Ok(ByModule::new());
        }
        let known = module_offers(io, Among::Host(&path), &self.candidates)?;
        let report: PinReport = own_json(&path, &io.input(1)?)?;
        let own = report.modules.iter().find(|known| known.module == self.module);
        let needs = own.iter().flat_map(|module| &module.needs);
        let needs = needs.filter(|need| !need.weak && need.provider == Provider::Elsewhere);
        let symbols = needs.map(|need| need.symbol.as_str()).filter(|symbol| open.contains(symbol));
        let of_others = |symbol: &&str| known.who(symbol).iter().any(|name| *name != self.module);
        let mut symbols: BTreeSet<&str> = symbols.filter(of_others).collect();
        if symbols.is_empty() {
            return Ok(ByModule::new());
        }
        let module = io.inputs()[0].to_owned();
        let beside = beside_program(io, &stand_in, &[&module], &self.library_dirs)?;
        symbols.retain(|name| !beside.files.iter().any(|file| !file.offers_of(name).is_empty()));
        if symbols.iter().any(|symbol| known.who(symbol).len() > 1) {
            let all = undeclared(io, &stand_in, &self.library_dirs, &report, &known)?;
            return Err(self.refusal(&symbols, &known, &all));
        }
        let found = by_module(&symbols, &known);
        match found.is_empty() {
            true => Ok(found),
            false => self.without_cycle(io, &report, &found).map(|()| found),
        }
    }

    fn refusal(
        &self,
        symbols: &BTreeSet<&str>,
        known: &ModuleOffers,
        undeclared: &[Undeclared],
    ) -> StepError {
        let several = symbols.iter().map(|symbol| (symbol, known.who(symbol)));
        let several = several.filter(|(_, modules)| modules.len() > 1);
        let line = |(symbol, modules): (&&str, Vec<&str>)| {
            let modules: Vec<String> = modules.iter().map(|name| format!("module {name}")).collect();
            format!("\n  {symbol} is out of reach: it is in {}", modules.join(", "))
        };
        let lines: String = several.map(line).collect();
        let text = format!("module {:?} would not load into host {:?}:{lines}", self.module, self.host);
        StepError::Refused(shown::lines(&(text + &help(undeclared))).into_owned())
    }

    /// Modules that need each other, none of which can be loaded first.
    fn without_cycle(
        &self,
        io: &mut StepIo<'_>,
        report: &PinReport,
        found: &ByModule,
    ) -> Result<(), StepError> {
        let symbols = report.plan.elsewhere.iter().map(|elsewhere| elsewhere.symbol.as_str());
        let offers = offers(io, &self.candidates, &symbols.collect::<Vec<_>>())?;
        let mut dependencies = cycle::dependencies(report, &offers);
        dependencies.retain(|needs| {
            let by_symbols = needs.from != self.module || found.contains_key(&needs.to);
            by_symbols && !self.lazy.contains(&needs.from)
        });
        match cycle::shortest_cycle(&dependencies, &self.module) {
            Some(cycle) => Err(StepError::Refused(format!(
                "module {:?} would not load into host {:?}:\n  {}\n  {}",
                self.module,
                self.host,
                cycle::words(&cycle),
                cycle::HELP
            ))),
            None => Ok(()),
        }
    }
}

/// Of symbols that one module alone has.
fn by_module(symbols: &BTreeSet<&str>, known: &ModuleOffers) -> ByModule {
    let mut found = ByModule::new();
    for &symbol in symbols {
        for module in known.who(symbol) {
            found.entry(module.to_owned()).or_default().insert(symbol.to_owned());
        }
    }
    found
}
