//! A header that a compiler did not find: who makes it, which library has it, where in the project it lies, or which one was meant.

use std::collections::BTreeSet;
use std::path::Path;

use modpin::nearest;
use modpin_engine::{Action, Graph, Work};

/// As many files are looked at to find out which header was meant.
const FILES: usize = 10_000;

/// What helps, if the compiler said in `text` that a header is not there.
pub fn way_out(graph: &Graph, action: &Action, text: &str, root: &Path) -> Option<String> {
    let header = named(text)?;
    made_by_rule(graph, header)
        .or_else(|| found_by_others(graph, header, root))
        .or_else(|| beside_sources(graph, header, root))
        .or_else(|| meant(graph, action, (header, text), root))
}

/// The header that is not there, in the words of a compiler.
fn named(text: &str) -> Option<&str> {
    let behind = text.split_once("fatal error: ")?.1.lines().next()?;
    let (header, rest) = behind.trim_start_matches('\'').split_once([':', '\''])?;
    (rest.contains("No such file") || rest.contains("file not found")).then_some(header)
}

fn made_by_rule(graph: &Graph, header: &str) -> Option<String> {
    let end = format!("/{header}");
    let rules = graph.actions().map(|(_, action)| action).filter(|it| it.verb == "Generating");
    rules.into_iter().find_map(|action| {
        let mut paths = action.outputs.iter().map(|&file| graph.path(file));
        let path = paths.find_map(|path| Some(path.split_once("/.modpin/gen")?.1).filter(|it| it.ends_with(&end)))?;
        let dir = path.strip_suffix(&end)?.trim_start_matches('/');
        let dir = if dir.is_empty() { "." } else { dir };
        let rule = action.label.split(" for ").next().unwrap_or(&action.label);
        Some(format!(
            "rule {rule:?} makes {:?}: name the rule in generated_headers, and {dir:?} in includes if the source does not lie there",
            path.trim_start_matches('/')
        ))
    })
}

/// Another target is compiled with a directory that has it. Of several targets, a library that could be linked.
fn found_by_others(graph: &Graph, header: &str, root: &Path) -> Option<String> {
    let targets = graph.actions().filter_map(|(_, action)| Some((target_of(graph, action)?, action)));
    let searched = targets.flat_map(|(target, action)| searched(action).map(move |dir| (target, dir)));
    let mut dirs: BTreeSet<(&str, &String)> = searched.collect();
    dirs.retain(|(_, dir)| root.join(dir).join(header).is_file());
    let of_library = |&(target, dir): &(&str, &String)| {
        let library = target.strip_prefix("lib")?.strip_suffix(".a")?;
        Some(format!(
            "library {library:?} finds it in {dir:?}: name that directory in the includes of its public flags and link the \
             library, or name it in includes here"
        ))
    };
    let of_other = |(target, dir): &(&str, &String)| {
        format!("{target:?} finds it in {dir:?}: name that directory in includes here, too")
    };
    dirs.iter().find_map(of_library).or_else(|| dirs.first().map(of_other))
}

/// The target whose object an action makes: objects lie in a directory of its name.
pub fn target_of<'a>(graph: &'a Graph, action: &Action) -> Option<&'a str> {
    let object = graph.path(*action.outputs.first()?);
    let inside = object.split_once("/.modpin/")?.1;
    let of_target = inside.strip_prefix("obj/").or_else(|| inside.strip_prefix("pic/"))?;
    of_target.split('/').next()
}

/// Where a compilation looks for headers.
fn searched(action: &Action) -> impl Iterator<Item = &String> {
    let Work::Command(command) = &action.work else { return None.into_iter().flatten() };
    Some(command.search.iter().flat_map(|search| &search.dirs)).into_iter().flatten()
}

/// It lies beside some source of the project, or above one.
fn beside_sources(graph: &Graph, header: &str, root: &Path) -> Option<String> {
    let has = |dir: &&str| root.join(dir).join(header).is_file();
    let dir = dirs_of_sources(graph).into_iter().rev().find(has)?;
    let dir = if dir.is_empty() { "." } else { dir };
    Some(format!("it lies in {dir:?}: name that directory in includes"))
}

/// The directories of the project in which sources lie, and those above them.
fn dirs_of_sources(graph: &Graph) -> BTreeSet<&str> {
    let compiled = graph.actions().filter(|(_, action)| target_of(graph, action).is_some());
    let sources = compiled.filter_map(|(_, action)| Some(graph.path(*action.inputs.first()?)));
    let dirs = sources.flat_map(|source| Path::new(source).ancestors().skip(1));
    dirs.filter(|dir| dir.is_relative()).filter_map(Path::to_str).collect()
}

/// One of nearly this name, or of this name in another directory: where this compilation looks, or else where others do.
fn meant(graph: &Graph, action: &Action, (header, text): (&str, &str), root: &Path) -> Option<String> {
    let own = searched(action).map(String::as_str).filter(|dir| is_of_project(dir));
    // What stands in quotes is looked for beside its reader first.
    let source = action.inputs.first().map(|&source| graph.path(source));
    let beside = source.filter(|_| text.contains(&format!("\"{header}\"")));
    let beside = beside.and_then(|source| Path::new(source).parent()?.to_str());
    if let Some((_, meant)) = near(beside.into_iter().chain(own), header, root) {
        return Some(format!("did you mean {meant:?}?"));
    }
    let others = graph.actions().flat_map(|(_, action)| searched(action)).map(String::as_str);
    let others: BTreeSet<&str> = others.filter(|dir| is_of_project(dir)).collect();
    let (dir, meant) =
        near(others.into_iter().chain(dirs_of_sources(graph).into_iter().rev()), header, root)?;
    let dir = if dir.is_empty() { "." } else { dir };
    Some(format!("did you mean {meant:?}, which lies in {dir:?}? Name that directory in includes"))
}

fn is_of_project(dir: &str) -> bool {
    !dir.starts_with('/') && !dir.split('/').any(|part| part == ".modpin")
}

/// The likeliest header below one of these directories, and the directory.
fn near<'a>(
    dirs: impl Iterator<Item = &'a str>,
    header: &str,
    root: &Path,
) -> Option<(&'a str, String)> {
    let mut left = FILES;
    let listed = dirs.map(|dir| (dir, below(&root.join(dir), &mut left)));
    let listed: Vec<(&str, Vec<String>)> = listed.collect();
    let all =
        || listed.iter().flat_map(|(dir, names)| names.iter().map(move |name| (*dir, name.as_str())));
    let file = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let of_name = all().filter(|(_, name)| file(name) == file(header)).map(|(_, name)| name);
    let of_name: Vec<&str> = of_name.collect();
    let meant = nearest(header, of_name.iter().copied())
        .or_else(|| of_name.first().copied())
        .or_else(|| nearest(header, all().map(|(_, name)| name)))?;
    all().find(|(_, name)| *name == meant).map(|(dir, name)| (dir, name.to_owned()))
}

/// The headers below a directory, by their paths in it, sorted.
fn below(dir: &Path, left: &mut usize) -> Vec<String> {
    let (mut found, mut dirs) = (Vec::new(), vec![String::new()]);
    while let Some(at) = dirs.pop() {
        for entry in dir.join(&at).read_dir().into_iter().flatten().flatten().take(*left) {
            *left -= 1;
            let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else {
                continue;
            };
            let path = format!("{at}{name}");
            if kind.is_dir() && !name.starts_with('.') && !entry.path().join("CACHEDIR.TAG").exists() {
                dirs.push(format!("{path}/"));
            } else if [".h", ".hh", ".hpp", ".inc"].iter().any(|end| name.ends_with(end)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
