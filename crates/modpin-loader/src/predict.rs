//! The loader's answer, predicted: which verdict, which symbols, and where what is missing can be seen but not reached.
//! What constructors do is beyond it: a module that is predicted to load may still crash.

use std::collections::BTreeSet;

use modpin_symbols::{
    Ask, Binds, InScope, Rules, Unversioned, definer, interposed, missing, missing_versions,
    other_versions, shown, unannounced_relr, unseen, unversioned,
};

use crate::process::{Lost, Mapped, Opened, Process};
use crate::verdict::{Interposed, Missing, Verdict, plain};

/// What would become of one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// The answer.
    pub verdict: Verdict,
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
}

/// Why the host itself would not start, if it would not.
pub fn predict_start(process: &Process) -> Option<Prediction> {
    if let Some(loader) = &process.lost_loader {
        let detail = format!(
            "the host does not start: its loader {} is not here\n  help: name the directory that has it, as the root of its \
             system, in QEMU_LD_PREFIX or with --sysroot",
            shown::line(loader)
        );
        return Some(Prediction::new(Verdict::Failed, detail));
    }
    let scope = scope(process, &[], Binds::AtStart);
    let trouble = trouble(&scope, process.system.rules, &process.lost);
    trouble.map(|trouble| {
        let detail = format!("the host does not start: {}", trouble.detail);
        Prediction { detail, ..trouble }
    })
}

/// What `dlopen` would make of a module that [`Process::open`] mapped.
pub fn predict(process: &Process, opened: &Opened) -> Prediction {
    let failed = |detail: &str| Prediction::new(Verdict::Failed, detail);
    let Some((host, module)) =
        process.files.first().zip(opened.scope.first().map(|&at| &process.files[at]))
    else {
        return failed("there is no module");
    };
    if module.file.machine != host.file.machine {
        let (theirs, ours) = (&module.file.machine, &host.file.machine);
        return failed(&format!("it is for {theirs}, and the host is for {ours}"));
    }
    if module.file.program {
        return failed("it is a program, and a loader loads no program into another");
    }
    if module.file.no_dlopen {
        return failed("it was linked with -z nodlopen");
    }
    let scope = scope_of(process, opened, if opened.lazy { Binds::AtStart } else { Binds::Now });
    let rules = process.system.rules;
    if let Some(trouble) = trouble(&scope, rules, &opened.lost) {
        return trouble;
    }
    let at = scope.iter().position(|of| std::ptr::eq(of.file, &*module.file));
    let interposed = at.map_or_else(Vec::new, |at| interposed(&scope, at, rules));
    let interposed =
        interposed.into_iter().map(|taken| Interposed { symbol: taken.symbol, by: taken.by });
    Prediction { interposed: interposed.collect(), ..Prediction::new(Verdict::Loads, "it would load") }
}

/// Functions that a module calls which was opened lazily, and that nobody defines by now. Each is missed when it is called.
pub fn unbound(process: &Process, opened: &Opened) -> Vec<Missing> {
    match opened.lazy {
        true => symbols(&scope_of(process, opened, Binds::Now), process.system.rules),
        false => Vec::new(),
    }
}

/// The scope in which a module is opened: what came with it is bound so.
fn scope_of<'a>(process: &'a Process, opened: &Opened, binds: Binds) -> Vec<InScope<'a>> {
    let new: Vec<usize> = opened.scope.iter().copied().filter(|&at| at >= opened.new_from).collect();
    let scope = scope(process, &opened.scope, Binds::Nothing).into_iter();
    let is_new =
        |of: &InScope<'_>| new.iter().any(|&at| std::ptr::eq(of.file, &*process.files[at].file));
    scope.map(|of| if is_new(&of) { InScope { binds, ..of } } else { of }).collect()
}

/// What a module takes of each of some other files: indices into [`Process::files`].
pub fn taken(process: &Process, opened: &Opened, of: &[usize]) -> Vec<BTreeSet<String>> {
    let mut taken = vec![BTreeSet::new(); of.len()];
    let Some(module) = opened.scope.first().and_then(|&at| process.files.get(at)) else { return taken };
    let scope = scope(process, &opened.scope, Binds::Nothing);
    for ask in module.file.asks.iter().filter(|ask| !ask.own) {
        let Some(by) = definer(&scope, ask, process.system.rules) else { continue };
        for (symbols, &at) in taken.iter_mut().zip(of) {
            if std::ptr::eq(scope[by].file, &*process.files[at].file) {
                symbols.insert(ask.name.clone());
            }
        }
    }
    taken
}

/// Where the host has these symbols without offering them: its full symbol table tells, if it is there.
pub fn unseen_in_host(host: &str, content: &[u8], missing: &mut [Missing]) {
    let names: Vec<String> = missing.iter().map(|lost| plain(&lost.symbol).to_owned()).collect();
    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    // A host that cannot be read was refused before.
    let Ok(found) = unseen(content, &names) else { return };
    for lost in missing {
        for unseen in found.get(plain(&lost.symbol)).into_iter().flatten() {
            let why = if unseen.local { "static or hidden" } else { "not exported" };
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
        Prediction { verdict, missing, detail: detail.into(), interposed, taken, unbound: Vec::new() }
    }
}

/// The file that gives a module this symbol, where the loader finds one. Before what `opened` brings the loader looks in the
/// global scope.
pub fn provider<'a>(process: &'a Process, opened: &Opened, ask: &Ask) -> Option<&'a str> {
    let scope = scope(process, &opened.scope, Binds::Now);
    definer(&scope, ask, process.system.rules).map(|at| scope[at].name)
}

/// The global scope, then what a module brings.
fn scope<'a>(process: &'a Process, more: &[usize], binds: Binds) -> Vec<InScope<'a>> {
    let local = more.iter().filter(|at| !process.global.contains(at));
    let mapped = process.global.iter().chain(local).map(|&at| &process.files[at]);
    mapped.map(|Mapped { path, file, .. }| InScope { name: path, file, binds }).collect()
}

/// In the order in which the loader meets it: libraries, versions, symbols.
fn trouble(scope: &[InScope<'_>], rules: Rules, lost: &[Lost]) -> Option<Prediction> {
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
    let mut symbols = symbols(scope, rules);
    for lost in &versions {
        let suffix = format!("@{}", lost.version);
        let of_version = symbols.iter_mut().filter(|missing| missing.symbol.ends_with(&suffix));
        let found = format!("{}, which has no version {}", lost.provider, lost.version);
        let told = of_version.map(|missing| missing.found_in.push(found.clone())).count();
        if told == 0 {
            let symbol = format!("version {} of {}", lost.version, lost.provider);
            let (asked_by, found_in) = (vec![lost.asked_by.clone()], Vec::new());
            symbols.push(Missing { symbol, asked_by, found_in });
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

fn symbols(scope: &[InScope<'_>], rules: Rules) -> Vec<Missing> {
    let missing = missing(scope, rules).into_iter().map(|lost| Missing {
        found_in: other_versions(scope, &lost.symbol),
        symbol: match &lost.version {
            Some(version) => format!("{}@{version}", lost.symbol),
            None => lost.symbol,
        },
        asked_by: lost.asked_by.into_iter().collect(),
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
