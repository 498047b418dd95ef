//! What helps where a program of the build failed, and only the graph tells: who makes a header that is not found, or which library has
//! it, or where in the project it lies; which assembler of a module cannot be moved.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use modpin_engine::{Action, Graph, Work};

/// `output` is what the program of the action said, `root` the directory that paths of the graph start from.
pub fn way_out(graph: &Graph, action: &Action, output: &[u8], root: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    // In the words of bfd, gold, lld and mold.
    if action.verb == "Linking" && text.contains("recompile with -fPIC") {
        return fixed_assembler(graph, action);
    }
    let header = named(&text)?;
    made_by_rule(graph, header)
        .or_else(|| found_by_others(graph, header, root))
        .or_else(|| beside_sources(graph, header, root))
}

/// What is linked there and no compiler has written.
fn fixed_assembler(graph: &Graph, action: &Action) -> Option<String> {
    let mut sources = BTreeSet::new();
    let mut seen = HashSet::new();
    let mut left = action.inputs.clone();
    while let Some(file) = left.pop() {
        let Some(producer) = graph.file_at(file).producer.filter(|_| seen.insert(file)) else {
            continue;
        };
        let made_by = graph.action(producer);
        if target_of(graph, made_by).is_none() {
            left.extend(&made_by.inputs);
            continue;
        }
        let source = made_by.inputs.first().map(|&source| graph.path(source));
        sources.extend(source.filter(|path| [".S", ".s", ".asm"].iter().any(|end| path.ends_with(end))));
    }
    let named = Vec::from_iter(sources).join(", ");
    (!named.is_empty()).then(|| {
        format!(
            "{named}: assembler is position-independent if it is written so, whatever the arguments: it reaches data relative to the \
             program counter or through the GOT (x86-64: `name(%rip)`, `name@GOTPCREL(%rip)`)"
        )
    })
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
    let mut dirs = BTreeSet::new();
    for (_, action) in graph.actions() {
        if let (Work::Command(command), Some(target)) = (&action.work, target_of(graph, action)) {
            let searched = command.search.iter().flat_map(|search| &search.dirs);
            dirs.extend(searched.map(|dir| (target, dir)));
        }
    }
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
fn target_of<'a>(graph: &'a Graph, action: &Action) -> Option<&'a str> {
    let object = graph.path(*action.outputs.first()?);
    let inside = object.split_once("/.modpin/")?.1;
    let of_target = inside.strip_prefix("obj/").or_else(|| inside.strip_prefix("pic/"))?;
    of_target.split('/').next()
}

/// It lies beside some source of the project, or above one.
fn beside_sources(graph: &Graph, header: &str, root: &Path) -> Option<String> {
    let compiled = graph.actions().filter(|(_, action)| target_of(graph, action).is_some());
    let sources = compiled.filter_map(|(_, action)| Some(graph.path(*action.inputs.first()?)));
    let dirs: BTreeSet<&Path> =
        sources.flat_map(|source| Path::new(source).ancestors().skip(1)).collect();
    let has = |dir: &&Path| dir.is_relative() && root.join(dir).join(header).is_file();
    let dir = dirs.into_iter().rev().find(has)?.to_str()?;
    let dir = if dir.is_empty() { "." } else { dir };
    Some(format!("it lies in {dir:?}: name that directory in includes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_a_rule_makes() {
        let mut graph = Graph::new();
        for (rule, made) in [("names for a.txt", "inc/names.h"), ("table", "table.h")] {
            let outputs = vec![graph.file(format!("target/modpin/debug/.modpin/gen/{made}"))];
            let (verb, label, work) = ("Generating", rule.to_owned(), Work::Command(Default::default()));
            graph
                .add(Action { verb, label, work, inputs: vec![], outputs, depfile: None })
                .expect("one of it");
        }
        let work = Work::Command(Default::default());
        let (label, verb) = ("a.c".to_owned(), "Compiling");
        let compiling = Action { verb, label, work, inputs: vec![], outputs: vec![], depfile: None };
        let said = |text: &str| {
            way_out(&graph, &compiling, text.as_bytes(), Path::new("nowhere")).unwrap_or_default()
        };
        let of_gcc = |header: &str| {
            said(&format!("a.c:1:10: fatal error: {header}: No such file or directory\n"))
        };
        assert_eq!(
            of_gcc("names.h"),
            "rule \"names\" makes \"inc/names.h\": name the rule in generated_headers, and \"inc\" in includes if the source does not lie there"
        );
        assert!(of_gcc("inc/names.h").contains("and \".\" in includes"), "{}", of_gcc("inc/names.h"));
        assert!(
            said("a.c:1:10: fatal error: 'table.h' file not found\n")
                .starts_with("rule \"table\" makes")
        );
        assert_eq!(
            [
                of_gcc("other.h"),
                said("a.c:1: error: table.h\n"),
                said("a.c:1: fatal error: too many errors\n")
            ],
            [""; 3]
        );
    }
}
