//! Kbuild files become lists of sources under conditions, as far as busybox's use the language: lists of objects by option, lists by
//! name, `ifeq` and `ifneq`. Rules are passed over; the project has its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// The sources of a Kbuild file's objects, each in its place, under the condition that its list's name says. A list of an option that
/// is not there is nobody's for make.
pub fn sources(text: &str, options: &BTreeSet<String>) -> Vec<Value> {
    let mut reader = Reader { options, lists: BTreeMap::new(), around: vec![], sources: vec![] };
    text.replace("\\\n", " ").lines().for_each(|line| reader.line(line));
    reader.sources
}

struct Reader<'a> {
    options: &'a BTreeSet<String>,
    /// Lists of objects that have a name of their own.
    lists: BTreeMap<String, String>,
    /// The conditions around a line.
    around: Vec<String>,
    sources: Vec<Value>,
}

impl Reader<'_> {
    fn line(&mut self, line: &str) {
        let line = if line.starts_with('\t') { "" } else { line.split('#').next().unwrap_or_default() };
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "ifeq" => self.around.push(compared(rest, "=")),
            "ifneq" => self.around.push(compared(rest, "!=")),
            "else" => {
                let last = self.around.pop().expect("a condition before its else");
                self.around.push(format!("!({last})"));
            }
            "endif" => drop(self.around.pop().expect("a condition before its end")),
            _ => self.assignment(line),
        }
    }

    fn assignment(&mut self, line: &str) {
        let Some((list, objects)) = line.split_once('=') else { return };
        let list = list.trim_end_matches([':', '+', ' ', '\t']).trim();
        let objects = self.expanded(objects);
        match list.split_once('-') {
            Some(("lib" | "obj", when)) => {
                let option = when.strip_prefix("$(CONFIG_").and_then(|name| name.strip_suffix(')'));
                assert!(when == "y" || option.is_some(), "a list of objects is called {list}");
                if option.is_none_or(|name| self.options.contains(name)) {
                    self.objects(option, &objects);
                }
            }
            // Directories and host programs are the project's.
            Some(("libs" | "hostprogs", _)) => {}
            _ => drop(self.lists.insert(list.to_owned(), objects)),
        }
    }

    fn expanded(&self, objects: &str) -> String {
        let mut expanded = objects.to_owned();
        for (name, list) in &self.lists {
            expanded = expanded.replace(&format!("$({name})"), list);
        }
        expanded
    }

    fn objects(&mut self, option: Option<&str>, objects: &str) {
        let sources: Vec<String> = objects
            .split_whitespace()
            .filter_map(|name| Some(format!("{}.c", name.strip_suffix(".o")?)))
            .collect();
        let mut when: Vec<&str> =
            self.around.iter().map(String::as_str).filter(|when| !when.is_empty()).collect();
        when.extend(option);
        match (sources.is_empty(), when.is_empty()) {
            (true, _) => {}
            (_, true) => self.sources.extend(sources.into_iter().map(Value::from)),
            _ => self.sources.push(json!({ "when": when.join(" && "), "then": sources })),
        }
    }
}

/// `($(CONFIG_X),y)`. A comparison of anything else than an option is of the list so far, which is never empty.
fn compared(sides: &str, operator: &str) -> String {
    let (left, right) = sides.trim().trim_matches(['(', ')']).split_once(',').expect("two sides");
    let option = left.strip_prefix("$(CONFIG_").map(|name| name.trim_end_matches(')'));
    option.map_or_else(String::new, |name| format!("{name} {operator} '{right}'"))
}
