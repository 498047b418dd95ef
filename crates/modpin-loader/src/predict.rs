//! The loader's answer, predicted: which verdict, which symbols, and where what is missing can be seen but not reached.
//! What constructors do is beyond it: a module that is predicted to load may still crash.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use modpin_symbols::{
    Ask, Binds, FullTable, InScope, MissingSymbol, Rules, Unversioned, bind, definer, interposed,
    missing, missing_versions, other_versions, shown, unannounced_relr, unbound, unversioned,
};

use crate::musl::stumbles;
use crate::process::{Lost, Mapped, Opened, Process};
use crate::satisfied::{Identity, Satisfied};
use crate::thread_variables::without_place;
use crate::verdict::{HOST_DOES_NOT_START, Interposed, Missing, Stage, Verdict, Withheld, plain};

/// What would become of one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// The answer.
    pub verdict: Verdict,
    /// How far the host would come.
    pub stage: Stage,
    /// Every symbol that is missing. Askers are paths of files.
    pub missing: Vec<Missing>,
    /// In a sentence.
    pub detail: String,
    /// Symbols of the module that it gets from elsewhere all the same.
    pub interposed: Vec<Interposed>,
    /// What it takes of each module that was loaded before it.
    pub taken: Vec<BTreeSet<String>>,
    /// Functions that it calls and that nobody defines, where it was opened lazily: the call will fail.
    pub unbound: Vec<Missing>,
    /// Libraries that are named by a path that does not begin at the root, each with the file that names it.
    pub relative: Vec<(String, String)>,
}

/// Why the host itself would not start, if it would not.
pub fn predict_start(process: &Process) -> Option<Prediction> {
    if let Some(loader) = &process.lost_loader {
        let detail = format!(
            "its loader {} is not here\n  help: name the directory that has it, as the root of its system, in QEMU_LD_PREFIX \
             or with --sysroot",
            shown::line(loader)
        );
        return Some(Prediction::new(Verdict::Failed, detail).of_start());
    }
    let scope = scope(process, &[], Binds::AtStart);
    let rules = process.system.rules;
    let trouble = trouble(&scope, rules, &process.lost, &mut || missing(&scope, rules));
    let stumbles = || stumbles_on(process, 0).map(|why| Prediction::new(Verdict::Failed, why));
    trouble.or_else(stumbles).map(Prediction::of_start)
}

/// What `dlopen` would make of a module that [`Process::open`] mapped. What is found out of its libraries helps with the next
/// module of this process.
pub fn predict(process: &Process, opened: &Opened, satisfied: &mut Satisfied) -> Prediction {
    Prediction { relative: relative(process, opened), ..answer(process, opened, satisfied) }
}

/// What depends on the directory in which the program runs.
fn relative(process: &Process, opened: &Opened) -> Vec<(String, String)> {
    let new = process.files.get(opened.new_from..).unwrap_or_default().iter();
    let named = new.flat_map(|mapped| mapped.file.needed.iter().map(|name| (name, &mapped.path)));
    let relative = named.filter(|(name, _)| name.contains('/') && !name.starts_with(['/', '$']));
    relative.map(|(name, by)| (name.clone(), by.clone())).collect()
}

fn answer(process: &Process, opened: &Opened, satisfied: &mut Satisfied) -> Prediction {
    let failed = |detail: &str| Prediction::new(Verdict::Failed, detail);
    let Some(module) = opened.scope.first().map(|&at| &process.files[at]) else {
        return failed("there is no module");
    };
    if let Some(why) = process.refusal(&module.file) {
        return failed(&why);
    }
    let order = order(process, &opened.scope);
    let is_new = |at: usize| at >= opened.new_from;
    let scope = scope_of(process, opened, if opened.lazy { Binds::AtStart } else { Binds::Now });
    let rules = process.system.rules;
    let mut missing = || {
        let there: HashSet<Identity> =
            order.iter().map(|&at| Identity::of(&process.files[at].file)).collect();
        let mut lost = Vec::new();
        for (place, &at) in order.iter().enumerate().filter(|&(_, &at)| is_new(at)) {
            let file = &process.files[at].file;
            if satisfied.is_satisfied(file, &there) {
                continue;
            }
            let bound = bind(&scope, place, rules);
            match bound.missing.is_empty() {
                // Nobody else loads the module itself.
                true if Arc::ptr_eq(file, &module.file) => {}
                // Its calls were not looked up.
                true if opened.lazy => {}
                true => {
                    let givers = bound.givers.iter();
                    satisfied.learn(file, givers.map(|&giver| &process.files[order[giver]].file));
                }
                false => lost.push((place, bound)),
            }
        }
        unbound(&scope, &lost)
    };
    if let Some(trouble) = trouble(&scope, rules, &opened.lost, &mut missing) {
        return trouble;
    }
    if let Some(why) =
        without_place(process, opened, &scope).or_else(|| stumbles_on(process, opened.new_from))
    {
        return failed(&why);
    }
    let at = scope.iter().position(|of| std::ptr::eq(of.file, &*module.file));
    let interposed = at.map_or_else(Vec::new, |at| interposed(&scope, at, rules));
    let interposed =
        interposed.into_iter().map(|taken| Interposed { symbol: taken.symbol, by: taken.by });
    Prediction { interposed: interposed.collect(), ..Prediction::new(Verdict::Loads, "it would load") }
}

/// What musl's loader crashes on, in the files from one on.
fn stumbles_on(process: &Process, from: usize) -> Option<String> {
    let new = process.files.get(from..).unwrap_or_default().iter();
    let new = new.map(|mapped| (mapped.path.as_str(), &*mapped.file));
    (process.system.rules == Rules::Musl).then(|| stumbles(process.system.musl, new)).flatten()
}

/// Functions that a module calls which was opened lazily, and that nobody defines by now. Each is missed when it is called.
pub fn unbound_calls(process: &Process, opened: &Opened) -> Vec<Missing> {
    if !opened.lazy {
        return Vec::new();
    }
    let scope = scope_of(process, opened, Binds::Now);
    let missing = missing(&scope, process.system.rules);
    symbols(&scope, missing)
}

/// The scope in which a module is opened: what came with it is bound so.
fn scope_of<'a>(process: &'a Process, opened: &Opened, new: Binds) -> Vec<InScope<'a>> {
    let binds = |at: usize| if at >= opened.new_from { new } else { Binds::Nothing };
    let order = order(process, &opened.scope).into_iter();
    order.map(|at| process.files[at].in_scope(binds(at))).collect()
}

/// What a module takes of each of some other files: indices into [`Process::files`].
pub fn taken(process: &Process, opened: &Opened, of: &[usize]) -> Vec<BTreeSet<String>> {
    let mut taken = vec![BTreeSet::new(); of.len()];
    let Some(module) = opened.scope.first().and_then(|&at| process.files.get(at)) else { return taken };
    let scope = scope(process, &opened.scope, Binds::Nothing);
    for ask in module.file.asks.iter().filter(|ask| !ask.own) {
        let Some(by) = definer(&scope, &ask, process.system.rules) else { continue };
        for (symbols, &at) in taken.iter_mut().zip(of) {
            if std::ptr::eq(scope[by].file, &*process.files[at].file) {
                symbols.insert(ask.name.text().into_owned());
            }
        }
    }
    taken
}

/// Where the host has these symbols without offering them: its full symbol table tells, if it is there.
pub fn unseen_in_host(host: &str, table: &FullTable, missing: &mut [Missing]) {
    let names: Vec<String> = missing.iter().map(|lost| plain(&lost.symbol).to_owned()).collect();
    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    // What cannot be told is left out.
    let Ok(found) = table.unseen(&names) else { return };
    for lost in missing {
        for unseen in found.get(plain(&lost.symbol)).into_iter().flatten() {
            let why = Withheld::of(unseen);
            // What a link could change is worth more.
            lost.in_host =
                if why == Withheld::NotExported { Some(why) } else { lost.in_host.or(Some(why)) };
            let why = why.words();
            let source =
                if unseen.source.is_empty() { String::new() } else { format!("{}, ", unseen.source) };
            lost.found_in.push(format!("{host} ({source}{why})"));
        }
    }
}

impl Prediction {
    /// An answer without symbols.
    pub fn new(verdict: Verdict, detail: impl Into<String>) -> Prediction {
        let (missing, interposed, taken) = (Vec::new(), Vec::new(), Vec::new());
        let (stage, detail, unbound) = (Stage::Loading, detail.into(), Vec::new());
        let relative = Vec::new();
        Prediction { verdict, stage, missing, detail, interposed, taken, unbound, relative }
    }

    /// The same of a host that the loader would not bring as far as its main.
    fn of_start(self) -> Prediction {
        let detail = format!("{HOST_DOES_NOT_START}: {}", self.detail);
        Prediction { stage: Stage::Starting, detail, ..self }
    }
}

/// The file that gives a module this symbol, where the loader finds one. Before what `opened` brings the loader looks in the
/// global scope.
pub fn provider<'a>(process: &'a Process, opened: &Opened, ask: &Ask<'_>) -> Option<&'a str> {
    let scope = scope(process, &opened.scope, Binds::Now);
    definer(&scope, ask, process.system.rules).map(|at| scope[at].name)
}

fn scope<'a>(process: &'a Process, more: &[usize], binds: Binds) -> Vec<InScope<'a>> {
    order(process, more).into_iter().map(|at| process.files[at].in_scope(binds)).collect()
}

/// The global scope, then what a module brings: indices into [`Process::files`].
fn order(process: &Process, more: &[usize]) -> Vec<usize> {
    let local = more.iter().filter(|at| !process.global.contains(at));
    process.global.iter().chain(local).copied().collect()
}

impl Mapped {
    fn in_scope(&self, binds: Binds) -> InScope<'_> {
        InScope { name: &self.path, file: &self.file, binds }
    }
}

/// In the order in which the loader meets it: libraries, versions, symbols.
fn trouble(
    scope: &[InScope<'_>],
    rules: Rules,
    lost: &[Lost],
    missing: &mut dyn FnMut() -> Vec<MissingSymbol>,
) -> Option<Prediction> {
    if let Some(first) = lost.first() {
        let all: Vec<String> = lost.iter().map(words).collect();
        let verdict = if first.why.is_empty() { Verdict::MissingLibrary } else { Verdict::Failed };
        return Some(Prediction::new(verdict, all.join("; ")));
    }
    let versions = missing_versions(scope, rules);
    if versions.is_empty()
        && let Some(file) = unannounced_relr(scope, rules)
    {
        let detail = format!(
            "{} has packed relocations (DT_RELR) without GLIBC_ABI_DT_RELR: link it with -z pack-relative-relocs",
            shown::line(file)
        );
        return Some(Prediction::new(Verdict::Failed, detail));
    }
    let mut symbols = symbols(scope, missing());
    for lost in &versions {
        let suffix = format!("@{}", lost.version);
        let of_version = symbols.iter_mut().filter(|missing| missing.symbol.ends_with(&suffix));
        let found = format!("{}, which has no version {}", lost.provider, lost.version);
        let told = of_version.map(|missing| missing.found_in.push(found.clone())).count();
        if told == 0 {
            let symbol = format!("version {} of {}", lost.version, lost.provider);
            symbols.push(Missing::new(symbol, [lost.asked_by.clone()]));
        }
    }
    let Some(first) = symbols.first() else {
        let lost = unversioned(scope, rules)?;
        let Unversioned { symbol, version, provider, asked_by } = lost;
        let detail = format!(
            "the loader stops the process: {} has no versions, and {} asks for {symbol} of version {version}",
            shown::line(&provider),
            shown::line(&asked_by)
        );
        return Some(Prediction::new(Verdict::Failed, detail));
    };
    let detail = match versions.first() {
        Some(lost) => {
            format!(
                "version {} not found in {} (required by {})",
                lost.version,
                shown::line(&lost.provider),
                shown::line(&lost.asked_by)
            )
        }
        None => format!("undefined symbol: {}", first.symbol),
    };
    Some(Prediction { missing: symbols, ..Prediction::new(Verdict::MissingSymbols, detail) })
}

fn symbols(scope: &[InScope<'_>], missing: Vec<MissingSymbol>) -> Vec<Missing> {
    let missing = missing.into_iter().map(|lost| {
        let found_in = other_versions(scope, &lost.symbol);
        let symbol = match &lost.version {
            Some(version) => format!("{}@{version}", lost.symbol),
            None => lost.symbol,
        };
        Missing { found_in, ..Missing::new(symbol, lost.asked_by) }
    });
    missing.collect()
}

fn words(lost: &Lost) -> String {
    let Lost { name, by, why, elsewhere } = lost;
    let elsewhere: String = elsewhere.iter().map(|seen| format!("; {}", shown::line(seen))).collect();
    let (name, by, why) = (shown::line(name), shown::line(by), shown::line(why));
    match why.is_empty() {
        true => format!("the shared library {name} is not to be found (needed by {by}){elsewhere}"),
        false => format!("{why} (needed by {by} as {name})"),
    }
}
