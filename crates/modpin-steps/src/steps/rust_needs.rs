//! What a host that cargo links must get from Rust for its modules and archives, and what its link is told of it. Nobody can
//! read the symbols of Rust before they are linked, so this is what is left over: what modules and archives need, without what
//! archives define, without what shared libraries of the modules have.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use modpin_engine::{StepError, StepIo};
use modpin_symbols::{
    Export, File, Index, Link, PinPlan, Scope, Site, can_be_pinned, closure, dynamic_list,
    linker_provides, response_file, shown,
};
use serde::{Deserialize, Serialize};

use super::own_files::{own_index, own_json, to_json};
use super::pin_report::{PinReport, Provider};
use super::predict::beside_program;
use super::rust_report::{RustNeed, RustReport};
use super::task::{Task, each, key};

/// Inputs: the pin report; a program that stands for the host; its modules; the symbols of the objects of modules that are
/// built in; those of its archives; those of its shared libraries. Outputs: arguments as a response file; the dynamic list; a C source that refers to all that
/// Rust must define; the report as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RustNeeds {
    /// The executable's name.
    pub host: String,
    /// How many modules it loads.
    pub modules: usize,
    /// What its archives are called, in the order of declaration.
    pub archives: Vec<String>,
    /// Which of them are linked with all members.
    pub whole: Vec<bool>,
    /// What Rust is declared to offer.
    pub offers: Vec<String>,
    /// What is declared to come from shared libraries of the host.
    pub from_shared: Vec<String>,
    /// How many shared libraries of the project it links.
    pub shared: usize,
    /// What shared libraries leave to the program: Rust has what no archive has.
    pub left: Vec<String>,
    /// Where shared libraries are looked for.
    pub library_dirs: Vec<String>,
}

impl Task for RustNeeds {
    fn key(&self) -> String {
        let RustNeeds {
            host,
            modules,
            archives,
            whole,
            offers,
            from_shared,
            shared,
            left,
            library_dirs,
        } = self;
        let archives = archives.iter().zip(whole);
        let archives = archives
            .map(|(name, &whole)| (if whole { "whole archive" } else { "archive" }, name.clone()));
        let facts = [("modules", modules.to_string()), ("shared libraries", shared.to_string())];
        let facts = facts.into_iter().chain(each("left", left));
        let facts = facts.chain(archives).chain(each("offered", offers));
        let facts = facts.chain(each("shared", from_shared)).chain(each("directory", library_dirs));
        key(&format!("needs of Rust 2 in {host}"), facts)
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let report: PinReport = own_json(io.inputs()[0], &io.input(0)?)?;
        let mut elsewhere = self.elsewhere(io)?;
        let from = 2 + self.modules;
        let texts = (from..io.inputs().len()).map(|at| Ok((io.inputs()[at].to_owned(), io.input(at)?)));
        let texts = texts.collect::<Result<Vec<_>, StepError>>()?;
        let indexes = texts.iter().map(|(path, bytes)| own_index(path, bytes));
        let indexes = indexes.collect::<Result<Vec<_>, StepError>>()?;
        let (indexes, shared) = indexes.split_at(indexes.len().saturating_sub(self.shared));
        let objects = shared.iter().flat_map(|index| &index.units).filter_map(|unit| unit.object());
        elsewhere.extend(objects.flat_map(|it| &it.table.defined).map(|symbol| symbol.name.to_string()));
        let wanted = self.wanted(&report.plan, indexes, &elsewhere);
        let plan = plan_of(&report, &wanted.must);
        let unseen = wanted.must.iter().filter(|need| !need.exported).map(|need| &need.symbol);
        let unseen = unseen.chain(&wanted.may).map(|symbol| format!("-Wl,-u,{symbol}\n"));
        let args = response_file(&plan) + &unseen.collect::<String>() + &format!("-Wl,-u,{KEPT}\n");
        io.write(0, args.as_bytes())?;
        io.write(1, dynamic_list(&plan).as_bytes())?;
        io.write(2, source(&self.host, &wanted.must).as_bytes())?;
        io.write(3, &to_json(&RustReport { host: self.host.clone(), needs: wanted.must })?)
    }
}

/// What is wanted of Rust.
struct Wanted {
    /// The link fails without these.
    must: Vec<RustNeed>,
    /// Members of archives need these, if they are linked; linkers that look at each archive once would be past them.
    may: BTreeSet<String>,
}

impl RustNeeds {
    /// What neither Rust nor an archive of the host has to define.
    fn elsewhere(&self, io: &mut StepIo<'_>) -> Result<HashSet<String>, StepError> {
        let inputs = io.inputs().to_vec();
        let (program, modules) = (inputs[1], &inputs[2..2 + self.modules]);
        let beside = beside_program(io, program, modules, &self.library_dirs)?;
        for lost in &beside.lost {
            io.say(&format!(
                "warning: host {:?}: {} needs {}, which its loader does not find; what it defines is asked of Rust\n  \
                 help: install the library, or tell the loader where it is: .ldflags(\"-Wl,-rpath,DIR\")",
                self.host, lost.by, lost.name
            ));
        }
        let offers = beside.files.iter().flat_map(|file| file.offers.names()).map(Cow::into_owned);
        Ok(offers.chain(self.from_shared.iter().cloned()).collect())
    }

    fn wanted(&self, plan: &PinPlan, indexes: &[Index<'_>], elsewhere: &HashSet<String>) -> Wanted {
        let link = self.link(indexes);
        let scope = Scope::new(&link);
        let is_rusts = |symbol: &str| !elsewhere.contains(symbol) && !linker_provides(symbol);
        let mut must: BTreeMap<String, RustNeed> = BTreeMap::new();
        let mut ask = |symbol: &str, by: String, exported: bool| {
            let need = must.entry(symbol.to_owned()).or_insert_with(|| RustNeed {
                symbol: symbol.to_owned(),
                asked_by: vec![],
                exported,
            });
            need.exported |= exported;
            if !need.asked_by.contains(&by) {
                need.asked_by.push(by);
            }
        };
        for need in plan.elsewhere.iter().filter(|need| is_rusts(&need.symbol)) {
            need.asked_by.iter().for_each(|by| ask(&need.symbol, by.to_string(), true));
        }
        self.offers.iter().for_each(|symbol| ask(symbol, "the declaration".to_owned(), true));
        let nobody_has = |symbol: &&String| scope.definers(symbol).next().is_none() && is_rusts(symbol);
        let left = self.left.iter().filter(nobody_has);
        left.for_each(|symbol| ask(symbol, "a shared library".to_owned(), true));
        let strong = plan.exports.iter().filter(|export| !export.weak);
        let pinned: Vec<&str> = strong.map(|export| export.symbol.as_str()).collect();
        let linked = closure(&scope, &pinned);
        for open in linked.open.iter().filter(|open| is_rusts(open.symbol)) {
            let by = open.by.map_or_else(String::new, |unit| Site::of(&scope, unit).to_string());
            ask(open.symbol, by, false);
        }
        let units = scope.unit_ids().filter(|&unit| linked.why(unit).is_none());
        let objects = units.filter_map(|unit| scope.unit(unit)?.object());
        let needed = objects.flat_map(|object| &object.table.needed).filter(|need| !need.weak);
        let open =
            needed.filter(|need| is_rusts(&need.name) && scope.definers(&need.name).next().is_none());
        let may = open.map(|need| need.name.to_string());
        let may = may.filter(|symbol| can_be_pinned(symbol) && !must.contains_key(symbol)).collect();
        let must = must.into_values().filter(|need| can_be_pinned(&need.symbol)).collect();
        Wanted { must, may }
    }

    /// What is known of the link: all but Rust.
    fn link<'a>(&'a self, indexes: &'a [Index<'a>]) -> Link<'a> {
        let (objects, archives) = indexes.split_at(1.min(indexes.len()));
        let named = self.archives.iter().zip(archives).map(|(name, index)| File { name, index });
        let (whole, lazy): (Vec<_>, Vec<_>) = named.zip(&self.whole).partition(|(_, whole)| **whole);
        let only = |files: Vec<(File<'a>, &bool)>| -> Vec<File<'a>> {
            files.into_iter().map(|(file, _)| file).collect()
        };
        let objects: Vec<File<'a>> = objects.iter().map(|index| File { name: "", index }).collect();
        Link { objects: [objects, only(whole)].concat(), archives: only(lazy) }
    }
}

/// The function of the source that refers to everything. Linkers name it when something is missing.
const KEPT: &str = "modpin_needs_this_of_Rust";

/// A C source that refers to each symbol in a line of its own. So a symbol that Rust does not define is an error of every
/// linker, in its usual words, with a line that says more. Options that do the same (`--defsym`, `--require-defined`) are not
/// known to all of them, and mold dies of one.
fn source(host: &str, needs: &[RustNeed]) -> String {
    let mut text = format!(
        "/* What the modules and archives of {} need of Rust, a symbol a line. Where a linker says that one of them is not\n\
         \x20  defined, one of these is so:\n\
         \x20  - No function or static of Rust has this name: `#[unsafe(no_mangle)] pub extern \"C\" fn NAME` makes one.\n\
         \x20  - It is in a crate that nothing mentions, so rustc leaves the crate out: `use that_crate as _;` in main.rs.\n\
         \x20  - It is no symbol of Rust: a library that is not declared has it (.link, .system_library, .from_shared). */\n\
         #define NEEDS(name, symbol) {{ extern char name[] __asm__(symbol); __asm__ volatile(\"\" : : \"r\"(name)); }}\n\
         __attribute__((visibility(\"hidden\"))) void {KEPT}(void);\n\
         void {KEPT}(void)\n{{\n",
        comment(host)
    );
    for (at, need) in needs.iter().enumerate() {
        let askers = comment(&need.asked_by.join(", "));
        text += &format!("  NEEDS(s{at}, \"{}\") /* needed by {askers} */\n", need.symbol);
    }
    text + "}\n"
}

fn comment(text: &str) -> String {
    shown::line(text).replace("*/", "* /")
}

/// The plan of the pins with what Rust is to offer.
fn plan_of(report: &PinReport, must: &[RustNeed]) -> PinPlan {
    let mut plan = report.plan.clone();
    let export = |symbol: &str, weak| Export {
        symbol: symbol.to_owned(),
        version: None,
        weak,
        site: Site { file: "Rust".to_owned(), member: String::new(), position: 0 },
        asked_by: vec![],
    };
    let strong = must.iter().filter(|need| need.exported).map(|need| export(&need.symbol, false));
    let needs = report.modules.iter().flat_map(|module| &module.needs);
    let weak = needs.filter(|need| need.weak && need.provider == Provider::Elsewhere);
    let weak = weak.filter(|need| can_be_pinned(&need.symbol)).map(|need| export(&need.symbol, true));
    plan.exports.extend(strong.chain(weak));
    plan.exports.sort_by(|a, b| (&a.symbol, a.weak).cmp(&(&b.symbol, b.weak)));
    plan.exports.dedup_by(|a, b| a.symbol == b.symbol);
    plan
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn each_need_has_a_line_of_its_own() {
        let need = |symbol: &str, asked_by: &[&str]| RustNeed {
            symbol: symbol.to_owned(),
            asked_by: asked_by.iter().map(|&by| by.to_owned()).collect(),
            exported: true,
        };
        let needs = [need("int", &["module a: a.c"]), need("b.cold", &["module */", "util.a(b.o)"])];
        let text = source("app", &needs);
        expect![[r#"
            void modpin_needs_this_of_Rust(void)
            {
              NEEDS(s0, "int") /* needed by module a: a.c */
              NEEDS(s1, "b.cold") /* needed by module * /, util.a(b.o) */
            }
        "#]]
        .assert_eq(text.split_once("(void);\n").expect("a prototype").1);
    }
}
