//! What no target must say of itself: arguments that no command line can carry, and what contradicts its kind.

use crate::declare::cargo_link::CargoLink;
use crate::declare::code::Code;
use crate::declare::executable::Executable;
use crate::declare::flags::Flags;
use crate::declare::library::Library;
use crate::declare::links::Links;
use crate::declare::module::Module;
use crate::declare::options::item::entries;
use crate::declare::shared_library::SharedLibrary;
use crate::declare::symbol_pattern::ALL_SYMBOLS;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::broken::flags::{self, arguments};
use crate::resolve::broken::names::wrong_name;
use crate::resolve::broken::symbols::{export, exports};

/// What is wrong with one target, its name apart.
pub(super) fn of_target(target: &Target) -> Vec<Problem> {
    let title = target.title();
    let mut problems = flags::of_target(target);
    match target {
        Target::Library(library) => {
            problems.extend(arguments(&title, "link_args", entries(&library.link_args)));
            problems.extend(of_prebuilt_library(&title, library));
        }
        Target::SharedLibrary(library) => {
            problems.extend(of_shared_library(&title, library));
        }
        Target::HostProgram(_) | Target::Group(_) | Target::Rule(_) => {}
        Target::Module(module) => {
            problems.extend(of_prebuilt_module(&title, module));
        }
        Target::Executable(executable) => {
            problems.extend(entries(&executable.exports).filter_map(|entry| exports(&title, entry)));
            problems.extend(linked_by_cargo(&title, executable));
        }
    }
    let [before_objects, before_libraries] = target.places();
    problems.extend(arguments(&title, "ldflags_before_objects", entries(before_objects)));
    problems.extend(arguments(&title, "ldflags_before_libraries", entries(before_libraries)));
    problems.extend(compiled_again(&title, target.code()));
    let of_system = target.links().into_iter().flat_map(Links::of_system).flat_map(entries);
    problems.extend(of_system.filter_map(|library| system_library(&title, library)));
    problems
}

/// What a library must not say whose archive is there already.
fn of_prebuilt_library(title: &str, library: &Library) -> Option<Problem> {
    let is_more = library.archive.is_some() && library.code != Code::default();
    is_more.then(|| {
        let text =
            format!("{title} is an archive that is there already, so nothing is compiled into it");
        Problem::new(text, "leave its sources out, or declare a library of its own for them")
    })
}

/// What a module must not say whose file is there already.
fn of_prebuilt_module(title: &str, module: &Module) -> Option<Problem> {
    let Module { name, when, needs, needs_later, binding, scope, .. } = module.clone();
    let bare = Module {
        file: module.file.clone(),
        name,
        when,
        needs,
        needs_later,
        binding,
        scope,
        ..Module::default()
    };
    let is_more = module.file.is_some() && *module != bare;
    is_more.then(|| {
        let text = format!("{title} is a file that is there already, so nothing is compiled or linked into it");
        Problem::new(text, "say no more of it than when it is built and how it is opened, or declare it with its sources")
    })
}

/// Names that become files, symbols that are none.
fn of_shared_library(title: &str, library: &SharedLibrary) -> Vec<Problem> {
    let SharedLibrary { base_name, version, soname, .. } = library;
    let fields = [("base_name", base_name), ("version", version), ("soname", soname)];
    let texts = fields.into_iter().filter_map(|(field, text)| Some((field, text.as_ref()?)));
    let bad = texts.filter(|(_, text)| text.contains('/') || wrong_name(text).is_some());
    let bad = bad.map(|(field, text)| {
        let text = format!("{title}: {text:?} as its {field} makes no name of a file");
        Problem::new(text, "write letters, digits, `_`, `-`, `+`, and `.` inside")
    });
    let undefined = entries(&library.undefined).filter_map(|symbol| {
        let help = "name one symbol, without version and without wildcards";
        export(title, symbol).map(|_| Problem::new(format!("{title}: {symbol:?} is no symbol"), help))
    });
    let all = entries(&library.exports).any(|entry| entry == ALL_SYMBOLS).then(|| {
        let help = "leave the list out: then it offers what its objects define for everybody";
        Problem::new(format!("{title}: it cannot export \"all\" by a list"), help)
    });
    let exports = entries(&library.exports).filter_map(|entry| exports(title, entry));
    bad.chain(undefined).chain(all).chain(exports).collect()
}

/// What a program that cargo links must not say.
fn linked_by_cargo(title: &str, executable: &Executable) -> Vec<Problem> {
    let Some(CargoLink { offers, from_shared }) = &executable.cargo else { return Vec::new() };
    let mut problems: Vec<Problem> =
        offers.iter().chain(from_shared).filter_map(|symbol| export(title, symbol)).collect();
    problems.extend(offers.iter().filter(|symbol| from_shared.contains(symbol)).map(|symbol| {
        let text = format!("{title}: {symbol} is offered by Rust and comes from a shared library");
        Problem::new(text, "name it in .offers() or in .from_shared(), where it really is")
    }));
    if entries(&executable.exports).any(|entry| entry == ALL_SYMBOLS) {
        let text =
            format!("{title}: it cannot export \"all\", which would be all of Rust's own symbols");
        problems.push(Problem::new(
            text,
            "export what its C has, with .exports(\"*\"), and name Rust's in .offers()",
        ));
    }
    let ldflags = executable.flags.ldflags.clone();
    if executable.code != Code::default() || executable.flags != (Flags { ldflags, ..Flags::new() }) {
        let text = format!("{title}: cargo links it, so nothing is compiled into it here");
        problems.push(Problem::new(text, "put its C sources into a library, and .link() that"));
    }
    problems
}

/// Sources under other names: the names become parts of file names.
fn compiled_again(title: &str, code: &Code) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, again) in code.sources_as.iter().enumerate() {
        problems.extend(arguments(title, "sources_as", entries(&again.cflags)));
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if again.name.is_empty() || !again.name.chars().all(letters) {
            let text = format!("{title}: it cannot compile sources as {:?}", again.name);
            problems.push(Problem::new(text, "name them with ASCII letters, digits and `_`"));
        }
        if code.sources_as[..at].iter().any(|earlier| earlier.name == again.name) {
            let text = format!("{title}: sources are compiled as {:?} twice", again.name);
            problems.push(Problem::new(
                text,
                "give one of them another name, or name all sources in one .sources_as()",
            ));
        }
    }
    problems
}

fn system_library(title: &str, library: &str) -> Option<Problem> {
    let bare = library.strip_prefix("-l").unwrap_or(library);
    let bad = |c: char| c.is_control() || c.is_whitespace() || c == '/';
    let of_file =
        library.strip_prefix("lib").and_then(|name| name.split_once(".so").or(name.split_once(".a")));
    if let Some((name, _)) =
        of_file.filter(|(name, end)| !name.is_empty() && !name.contains(bad) && !end.contains(bad))
    {
        let text = format!("{title}: {library:?} is no name of a system library");
        return Some(Problem::new(
            text,
            format!("write what stands after -l: .system_library({name:?})"),
        ));
    }
    if bare == library && !library.is_empty() && !library.starts_with('-') && !library.contains(bad) {
        return None;
    }
    let text = format!("{title}: {library:?} is no name of a system library");
    let help = if bare != library && !bare.is_empty() {
        format!("write it without -l: .system_library({bare:?})")
    } else {
        "write what stands after -l, such as \"m\"; other arguments of the link go to .ldflags()"
            .to_owned()
    };
    Some(Problem::new(text, help))
}
