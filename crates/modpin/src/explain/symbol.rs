//! What there is to say of a symbol: to each program and module that has to do with it, and where else it is. Pure.

use modpin_project::nearest;
use modpin_symbols::{Binding, Definer, Kind, SourceLine, Visibility};
use serde::Serialize;

use super::chain::{NeedOnWay, chain};
use super::finished::confirmed::confirmed;
use super::lines::{Lines, ObjectFile};
use super::needs::{Asking, defines, needs};
use super::program::Program;
use super::scene::{Scene, SceneLibrary};
use super::state::{Found, Givers, SymbolState, state};
use crate::plan::TargetKind;

/// A symbol, wherever it occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SymbolAnswer {
    /// Its name.
    pub symbol: String,
    /// Executables, shared libraries, and modules that have a definition of their own.
    pub programs: Vec<InProgram>,
    /// Definitions in libraries that none of these programs link.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<Definition>,
}

/// A symbol in one program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InProgram {
    /// The program's, module's or shared library's name.
    pub program: String,
    /// `executable`, `module` or `shared-library`.
    pub program_kind: TargetKind,
    /// What the symbol is to it.
    pub state: SymbolState,
    /// That in a sentence.
    pub summary: String,
    /// Why the host cannot give it to its modules, with a way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Who defines it, in link order: the first that is linked is the one.
    pub defined: Vec<Definition>,
    /// How the link comes to take the definition: empty when it is an object's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<NeedOnWay>,
    /// Who refers to it.
    pub needed: Vec<Asking>,
    /// Shared libraries that define it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<String>,
    /// Where it is defined but out of reach: archives that the program does not link, modules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub out_of_reach: Vec<String>,
    /// Of a symbol that is missing and nowhere else: one of nearly this name that somebody defines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similar: Option<String>,
}

/// One definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// The object by its source, or the archive.
    pub file: String,
    /// The archive's member; empty for an object.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub member: String,
    /// `function`, `variable`, `thread-local variable`, `ifunc`, `common`, `untyped`.
    pub what: &'static str,
    /// `global`, `weak` or `unique`.
    pub binding: &'static str,
    /// `default`, `protected`, `hidden` or `internal`.
    pub visibility: &'static str,
    /// The version it is published under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The unit that defines it is linked.
    pub linked: bool,
    /// The line at which it begins, where debug information tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<SourceLine>,
}

/// Everything about a symbol; `None` when nobody in the scene knows it.
pub fn explain_symbol(scene: &Scene, symbol: &str, lines: &mut dyn Lines) -> Option<SymbolAnswer> {
    let programs = Program::all(scene);
    let in_programs =
        (0..programs.len()).filter_map(|at| in_program(scene, &programs, at, symbol, lines));
    let in_programs: Vec<InProgram> = in_programs.collect();
    let linked: Vec<usize> =
        scene.links.iter().flat_map(|link| &link.archives).map(|archive| archive.library).collect();
    let others = scene.libraries.iter().enumerate().filter(|(at, _)| !linked.contains(at));
    let elsewhere: Vec<Definition> =
        others.flat_map(|(_, library)| in_library(library, symbol, lines)).collect();
    if in_programs.is_empty() && elsewhere.is_empty() {
        return None;
    }
    Some(SymbolAnswer { symbol: symbol.to_owned(), programs: in_programs, elsewhere })
}

fn in_program(
    scene: &Scene,
    programs: &[Program<'_>],
    at: usize,
    symbol: &str,
    lines: &mut dyn Lines,
) -> Option<InProgram> {
    let program = &programs[at];
    let is_loaded = programs.iter().any(|other| other.modules.contains(&at));
    let has_itself = program.link.is_module() && scene.finished.has_itself(&program.link.name);
    if program.link.is_module() && is_loaded && !has_itself && !defines(program, symbol) {
        // Its needs are told where its host is.
        return None;
    }
    let shared = shared(program, symbol);
    let mut needed = needs(programs, at, symbol, lines);
    needed.retain(|asking| {
        !program.link.executable
            || !asking.module.as_ref().is_some_and(|module| scene.finished.has_itself(module))
    });
    if program.scope.definers(symbol).next().is_none() && needed.is_empty() {
        return None;
    }
    let givers = Givers { modules: given_by_modules(programs, &needed, symbol), shared };
    let planned = state(program, symbol, &needed, &givers)?;
    let found = confirmed(program.link, planned, &needed, &scene.finished);
    let found = interposed(programs, at, symbol, found);
    let taken = program.taken(symbol);
    let defined: Vec<Definition> =
        program.scope.definers(symbol).map(|definer| definition(program, &definer, lines)).collect();
    let out_of_reach = match found.state {
        SymbolState::Missing | SymbolState::Unknown | SymbolState::Absent => {
            out_of_reach(scene, programs, at, symbol)
        }
        _ => Vec::new(),
    };
    let is_nowhere =
        matches!(found.state, SymbolState::Missing | SymbolState::Unknown) && out_of_reach.is_empty();
    Some(InProgram {
        program: program.link.name.clone(),
        program_kind: program.link.kind(),
        state: found.state,
        summary: found.summary,
        refusal: found.refusal,
        defined,
        chain: taken.map(|unit| chain(programs, at, unit, lines)).unwrap_or_default(),
        needed,
        shared: givers.shared,
        out_of_reach,
        similar: is_nowhere.then(|| similar(scene, symbol)).flatten(),
    })
}

/// A module that has a symbol gets that of its host, if the host exports one and the module's own is for everybody.
fn interposed(programs: &[Program<'_>], at: usize, symbol: &str, found: Found) -> Found {
    let program = &programs[at];
    let own = program.scope.definers(symbol).find(|definer| program.linked.why(definer.unit).is_some());
    let is_open = own.is_some_and(|own| own.definition.visibility == Visibility::Default);
    let exports = |host: &&Program<'_>| {
        host.modules.contains(&at) && host.plan.exports.iter().any(|export| export.symbol == symbol)
    };
    let host = programs.iter().find(exports).filter(|_| program.link.is_module() && is_open);
    let Some(host) = host.filter(|_| found.state == SymbolState::Linked) else { return found };
    Found {
        state: found.state,
        summary: format!(
            "the module has it itself, and gets that of host {:?} all the same",
            host.link.name
        ),
        refusal: Some(
            "help: rename one of them, or give the module's definition hidden visibility; where both have it of one library, the module need not link that".to_owned(),
        ),
    }
}

fn definition(program: &Program<'_>, definer: &Definer<'_>, lines: &mut dyn Lines) -> Definition {
    let (file, member) = program.name(definer.unit);
    let linked = program.linked.why(definer.unit).is_some();
    let line = lines.mentions(&program.object_file(definer.unit), &definer.definition.name).defined;
    described(definer.definition, file, member, linked, line)
}

fn described(
    found: &modpin_symbols::Definition<'_>,
    file: String,
    member: String,
    linked: bool,
    line: Option<SourceLine>,
) -> Definition {
    Definition {
        file,
        member,
        what: match found.kind {
            Kind::Function => "function",
            Kind::Data => "variable",
            Kind::Tls => "thread-local variable",
            Kind::Ifunc => "ifunc",
            Kind::Common => "common",
            Kind::Other => "untyped",
        },
        binding: match found.binding {
            Binding::Global => "global",
            Binding::Weak => "weak",
            Binding::Unique => "unique",
        },
        visibility: found.visibility.word(),
        version: found.version.as_deref().map(str::to_owned),
        linked,
        line,
    }
}

fn in_library(library: &SceneLibrary, symbol: &str, lines: &mut dyn Lines) -> Vec<Definition> {
    let mut found = Vec::new();
    for (position, unit) in library.index.units.iter().enumerate() {
        let Some(object) = unit.object() else { continue };
        for definition in object.table.definitions(symbol) {
            let file = ObjectFile { path: &library.path, position: Some(position) };
            let line = lines.mentions(&file, symbol).defined;
            let (file, member) = (library.file_name.clone(), unit.name.to_string());
            found.push(described(definition, file, member, false, line));
        }
    }
    found
}

fn shared(program: &Program<'_>, symbol: &str) -> Vec<String> {
    let libraries = program.link.shared.iter().flatten();
    let libraries = libraries.filter(|library| library.offers.contains(symbol));
    libraries.map(|library| library.path.clone()).collect()
}

/// Modules that define it, where each who asks is a module that is declared to need one of them.
fn given_by_modules(programs: &[Program<'_>], needed: &[Asking], symbol: &str) -> Vec<String> {
    let module = |name: &str| {
        programs.iter().find(|program| program.link.is_module() && program.link.name == name)
    };
    let mut givers: Vec<String> = Vec::new();
    for asking in needed.iter().filter(|asking| asking.linked) {
        let asker = asking.module.as_deref().and_then(module);
        let mut needs = asker.iter().flat_map(|asker| &asker.link.needs);
        let giver = needs.find(|name| module(name).is_some_and(|giver| defines(giver, symbol)));
        match giver {
            Some(giver) if givers.contains(giver) => {}
            Some(giver) => givers.push(giver.clone()),
            None => return Vec::new(),
        }
    }
    givers
}

/// Who else defines it: libraries that the program does not link, and its modules.
fn out_of_reach(scene: &Scene, programs: &[Program<'_>], at: usize, symbol: &str) -> Vec<String> {
    let mine =
        |library: usize| programs[at].link.archives.iter().any(|archive| archive.library == library);
    let mut found = Vec::new();
    let others = scene.libraries.iter().enumerate().filter(|(number, _)| !mine(*number));
    for (_, library) in others {
        let units = library.index.units.iter().filter(|unit| {
            unit.object().is_some_and(|object| !object.table.definitions(symbol).is_empty())
        });
        found.extend(units.map(|unit| format!("{}({})", library.file_name, unit.name)));
    }
    let others = programs.iter().filter(|other| !other.link.executable && defines(other, symbol));
    found.extend(others.map(|other| format!("{} {}", other.link.kind(), other.link.name)));
    found
}

/// The likeliest name that was meant.
fn similar(scene: &Scene, symbol: &str) -> Option<String> {
    nearest(symbol, scene.defined().into_iter().filter(|name| *name != symbol)).map(str::to_owned)
}
