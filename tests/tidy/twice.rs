//! Nothing stands twice: no run of eight lines in two places, no type name with two meanings in one crate.
//! Compares text: code that does the same in other words passes.

use std::collections::HashMap;

use crate::tidy::source::{Source, sources};

/// So many lines that are the same are no chance.
const RUN: usize = 8;

#[test]
fn no_eight_lines_stand_twice() {
    let sources = sources();
    let mut seen: HashMap<Vec<&str>, (&str, usize)> = HashMap::new();
    let mut twice = Vec::new();
    for source in &sources {
        let lines = telling(source);
        // A long run is told once.
        let mut told_until = 0;
        for window in lines.windows(RUN) {
            let words: Vec<&str> = window.iter().map(|(_, line)| *line).collect();
            let here = (source.path.as_str(), window[0].0);
            let first = *seen.entry(words).or_insert(here);
            if first != here && here.1 > told_until {
                twice.push(format!("{}:{} is {}:{}", here.0, here.1, first.0, first.1));
                told_until = window[RUN - 1].0;
            }
        }
    }
    assert!(
        twice.is_empty(),
        "{RUN} lines stand twice:\n  {}\n  help: give them one home (test support: crates/modpin-test) and call it",
        twice.join("\n  ")
    );
}

#[test]
fn a_type_name_has_one_meaning_in_a_crate() {
    let mut homes: HashMap<(String, String), Vec<String>> = HashMap::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let Some((krate, _)) = source.path.split_once("/src/") else { continue };
        for name in types(source) {
            homes.entry((krate.to_owned(), name.to_owned())).or_default().push(source.path.clone());
        }
    }
    let mut two: Vec<String> = homes
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|((_, name), files)| format!("{name}: {}", files.join(", ")))
        .collect();
    two.sort();
    assert!(
        two.is_empty(),
        "one name, two types:\n  {}\n  help: call each by what only it is",
        two.join("\n  ")
    );
}

/// Lines that say something, with their numbers: no imports, no comments, no lone brackets.
fn telling(source: &Source) -> Vec<(usize, &str)> {
    let mut in_import = false;
    let mut lines = Vec::new();
    for (at, line) in source.text.lines().enumerate() {
        let words = line.trim();
        let begins =
            ["use ", "pub use ", "mod ", "pub mod "].iter().any(|start| words.starts_with(start));
        let skip = in_import || begins;
        in_import = skip && !words.ends_with(';');
        let thin = words.chars().filter(|letter| letter.is_alphanumeric()).count() < 3;
        if !skip && !thin && !words.starts_with("//") && !words.starts_with("#[") {
            lines.push((at + 1, words));
        }
    }
    lines
}

/// The names of the types that a file defines at its outermost level.
fn types(source: &Source) -> Vec<&str> {
    let kinds = ["struct ", "enum ", "trait ", "type "];
    let name = |line: &'_ str| -> Option<usize> {
        let words = match line.strip_prefix("pub") {
            Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
            Some(rest) => rest.trim_start(),
            None => line,
        };
        let start = kinds.iter().find_map(|kind| words.strip_prefix(kind))?;
        Some(line.len() - start.len())
    };
    let word = |line: &'_ str, start: usize| {
        let end =
            line[start..].find(|letter: char| !letter.is_alphanumeric()).unwrap_or(line.len() - start);
        start + end
    };
    source.lines().filter_map(|line| name(line).map(|start| &line[start..word(line, start)])).collect()
}
