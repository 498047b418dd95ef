//! What helps where a program of the build failed, and only the graph tells: where a header is that was not found, which assembler of a
//! module cannot be moved.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use modpin::steps::lost_symbol;
use modpin_engine::{Action, Graph};

use crate::say::failure::undefined;
use crate::say::lost_header::{self, target_of};

/// `output` is what the program of the action said, `root` the directory that paths of the graph start from.
pub fn way_out(graph: &Graph, action: &Action, output: &[u8], root: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    // In the words of bfd, gold, lld and mold.
    if action.verb == "Linking" && text.contains("recompile with -fPIC") {
        return fixed_assembler(graph, action);
    }
    if let Some(symbol) = undefined(output).filter(|_| action.verb == "Linking") {
        let asked = format!("`explain {symbol}` tells who needs it, and which library has it");
        return Some(lost_symbol(graph, action, root, &symbol).unwrap_or(asked));
    }
    lost_header::way_out(graph, action, &text, root)
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

#[cfg(test)]
mod tests {
    use modpin_engine::Work;

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
