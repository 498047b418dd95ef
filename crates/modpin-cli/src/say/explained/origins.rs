//! Where the arguments of a compilation or of a link come from, in words.

use modpin::explain::{Argued, ArgumentOrigin, ArgumentSource, Compilation, Linkage, TakenAway};

use crate::command::shell;

/// A title, then what the compiler is told with who says it; what is taken away; each a line with a title.
pub fn lines(compilation: &Compilation) -> Vec<(&'static str, String)> {
    let Compilation { target, target_kind, arguments, taken_away, .. } = compilation;
    let target = format!("{target_kind} {target}");
    let mut lines = vec![("compiled", format!("for {target}, into {}", compilation.object))];
    lines.extend(told(arguments, taken_away, &target));
    lines
}

/// The same of a link.
pub fn of_link(linkage: &Linkage) -> Vec<(&'static str, String)> {
    let Linkage { target, target_kind, arguments, taken_away } = linkage;
    let target = format!("{target_kind} {target}");
    let mut lines = vec![("linked", format!("as {target}"))];
    lines.extend(told(arguments, taken_away, &target));
    lines
}

fn told(arguments: &[Argued], taken_away: &[TakenAway], target: &str) -> Vec<(&'static str, String)> {
    let said = arguments.iter().map(|Argued { words, origin }| {
        let words: Vec<String> = words.iter().map(|word| shell::quote(word).into_owned()).collect();
        format!("{}: {}", whose(origin, target), words.join(" "))
    });
    let taken = taken_away.iter().map(|TakenAway { word, origin, by }| {
        format!("{}, of {}, by {}", shell::quote(word), whose(origin, target), whose(by, target))
    });
    let said = said.zip(titles("told")).map(|(line, title)| (title, line));
    said.chain(taken.zip(titles("without")).map(|(line, title)| (title, line))).collect()
}

/// A title before the first line only.
fn titles(first: &'static str) -> impl Iterator<Item = &'static str> {
    std::iter::once(first).chain(std::iter::repeat(""))
}

fn whose(origin: &ArgumentOrigin, target: &str) -> String {
    let of = origin.of.as_deref().unwrap_or_default();
    let who = match origin.from {
        ArgumentSource::Toolchain => "the compiler for this machine and profile".to_owned(),
        ArgumentSource::PathMap => "modpin, which keeps the checkout's path out".to_owned(),
        ArgumentSource::CargoProgram => "modpin, for a program that cargo links".to_owned(),
        ArgumentSource::ModuleFile => "modpin, for a file that is loaded".to_owned(),
        ArgumentSource::ModuleName => "modpin, the module's name".to_owned(),
        ArgumentSource::Headers => "modpin, for headers that the build writes".to_owned(),
        ArgumentSource::Files => "modpin, the files".to_owned(),
        ArgumentSource::Project => "the project".to_owned(),
        ArgumentSource::Below => format!("directory {of:?} and all below"),
        ArgumentSource::Directory => format!("directory {of:?}"),
        ArgumentSource::Library => format!("public flags of library {of}"),
        ArgumentSource::Target => target.to_owned(),
        ArgumentSource::Sources => format!("{target} for {of:?}"),
        ArgumentSource::CompiledAs => format!("{target} as {of}"),
        ArgumentSource::Environment => format!("{of} of the environment"),
        ArgumentSource::LinkMode => "modpin, for a file of this kind".to_owned(),
        ArgumentSource::Exports => "modpin, what is kept and exported".to_owned(),
        ArgumentSource::Linked => format!("library {of}"),
        ArgumentSource::LibraryOrder => "modpin, the order of libraries".to_owned(),
        ArgumentSource::SharedLibraries => "modpin, the way to shared libraries".to_owned(),
    };
    match origin.list {
        Some(list) => format!("{who} ({list})"),
        None => who,
    }
}
