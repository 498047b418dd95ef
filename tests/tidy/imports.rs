//! Which file of a crate takes something from which: read from its `mod` lines, its `use` lines and the paths
//! in its code. A name that a module only hands on (`pub use`) leads to the file that defines it.
//! Knows text only: no macro is expanded, and a glob import stands for the module that it names.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::source::Source;

/// The modules of one crate, without those of its tests.
pub struct Crate {
    modules: BTreeMap<Vec<String>, Module>,
}

struct Module {
    /// Below `src/`.
    file: String,
    children: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths that stand in the code outside of `use` lines.
    paths: Vec<Vec<String>>,
}

/// One leaf of a `use` line.
struct Import {
    path: Vec<String>,
    /// The name by which the module knows it; `*` for all of them.
    name: String,
    public: bool,
}

/// From whom, to whom, and the path as it is written.
pub struct Arrow {
    pub from: String,
    pub to: String,
    pub path: String,
}

impl Crate {
    /// Reads the crate in `dir` (such as `crates/modpin`).
    pub fn read(dir: &str, sources: &[Source]) -> Crate {
        let below = format!("{dir}/src/");
        let mut files = BTreeMap::new();
        for source in sources {
            if let Some(file) = source.path.strip_prefix(&below) {
                files.insert(file.to_owned(), source);
            }
        }
        let mut modules = BTreeMap::new();
        read_module(&files, &[], &mut modules);
        assert!(!modules.is_empty(), "{dir}/src has no lib.rs");
        Crate { modules }
    }

    /// Every import of one file from another, in the order of the files.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = BTreeMap::new();
        for (at, module) in &self.modules {
            let imports = module.imports.iter().filter(|import| !self.hands_on(at, import));
            for path in imports.map(|import| &import.path).chain(&module.paths) {
                let Some(target) = self.definer(at, path, 0) else { continue };
                let to = &self.modules[&target].file;
                if *to != module.file {
                    let key = (module.file.clone(), to.clone());
                    arrows.entry(key).or_insert_with(|| path.join("::"));
                }
            }
        }
        arrows.into_iter().map(|((from, to), path)| Arrow { from, to, path }).collect()
    }

    /// A module's face: `pub use` of what lies below it. It takes nothing for itself.
    fn hands_on(&self, at: &[String], import: &Import) -> bool {
        let below = self.definer(at, &import.path, 0).is_some_and(|target| target.starts_with(at));
        import.public && below
    }

    /// The module in which the thing at the end of `path` is defined; `None` for other crates' things.
    fn definer(&self, at: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
        let mut here = at.to_vec();
        let mut rest = path;
        match rest.first()?.as_str() {
            "crate" => (here, rest) = (Vec::new(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|word| word == "super") {
                    here.pop()?;
                    rest = &rest[1..];
                }
            }
            first if self.modules[&here].children.contains(first) => {}
            first => {
                let import = self.modules[&here].imports.iter().find(|import| import.name == *first)?;
                return self.through(&here, import, &rest[1..], depth);
            }
        }
        while let Some(word) = rest.first() {
            let module = self.modules.get(&here)?;
            if module.children.contains(word) {
                here.push(word.clone());
                // Modules of tests are not read.
                self.modules.get(&here)?;
                rest = &rest[1..];
                continue;
            }
            let import = module.imports.iter().find(|import| import.name == *word);
            return match import {
                Some(import) => self.through(&here, import, &rest[1..], depth),
                None => Some(here),
            };
        }
        Some(here)
    }

    fn through(
        &self,
        at: &[String],
        import: &Import,
        rest: &[String],
        depth: usize,
    ) -> Option<Vec<String>> {
        let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
        // A name that leads to itself: `use x::x`.
        if depth > 16 { None } else { self.definer(at, &path, depth + 1) }
    }
}

/// The circles among files: each a list of files that reach each other.
pub fn circles(arrows: &[Arrow]) -> Vec<Vec<&str>> {
    let mut below: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in arrows {
        below.entry(&arrow.from).or_default().insert(&arrow.to);
    }
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        below.keys().map(|file| (*file, reached(&below, file))).collect();
    let mut circles = BTreeSet::new();
    for (file, seen) in &reach {
        if seen.contains(file) {
            let back = |to: &&&str| reach.get(**to).is_some_and(|seen| seen.contains(file));
            circles.insert(seen.iter().filter(back).copied().collect::<Vec<&str>>());
        }
    }
    circles.into_iter().collect()
}

fn reached<'a>(below: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(next) = open.pop() {
        let fresh = below.get(next).into_iter().flatten().filter(|to| seen.insert(**to));
        open.extend(fresh);
    }
    seen
}

fn read_module(
    files: &BTreeMap<String, &Source>,
    at: &[String],
    modules: &mut BTreeMap<Vec<String>, Module>,
) {
    let stem = at.join("/");
    let names = match at {
        [] => ["lib.rs".to_owned(), "main.rs".to_owned()],
        _ => [format!("{stem}.rs"), format!("{stem}/mod.rs")],
    };
    let Some((file, source)) = names.iter().find_map(|name| files.get_key_value(name)) else { return };
    let code = Code::read(source);
    for child in &code.children {
        read_module(files, &[at, std::slice::from_ref(child)].concat(), modules);
    }
    let Code { children, imports, paths } = code;
    modules.insert(at.to_vec(), Module { file: file.clone(), children, imports, paths });
}

struct Code {
    children: BTreeSet<String>,
    imports: Vec<Import>,
    paths: Vec<Vec<String>>,
}

impl Code {
    /// Files are as rustfmt leaves them: `use` and `mod` begin a line.
    fn read(source: &Source) -> Code {
        let mut code = Code { children: BTreeSet::new(), imports: Vec::new(), paths: Vec::new() };
        let mut lines = source.lines();
        let mut in_test = false;
        while let Some(line) = lines.next() {
            let words = line.trim_start();
            let (public, words) = without_visibility(words);
            if let Some(first) = words.strip_prefix("use ") {
                let mut tree = first.to_owned();
                while !tree.contains(';') {
                    tree.push_str(lines.next().unwrap_or(";"));
                }
                let tree = tree.split(';').next().unwrap_or_default();
                if !in_test {
                    expand(tree, &[], public, &mut code.imports);
                }
            } else if let Some(name) = words.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'))
            {
                if !in_test {
                    code.children.insert(name.to_owned());
                }
            } else if !in_test {
                paths_in(line, &mut code.paths);
            }
            in_test = words.starts_with("#[cfg(test)]") || in_test && words.starts_with("#[");
        }
        let heads = ["crate", "self", "super"];
        let names: Vec<&String> = code.imports.iter().map(|import| &import.name).collect();
        code.paths.retain(|path| {
            heads.contains(&path[0].as_str())
                || code.children.contains(&path[0])
                || names.contains(&&path[0])
        });
        code
    }
}

fn without_visibility(line: &str) -> (bool, &str) {
    let Some(rest) = line.strip_prefix("pub") else { return (false, line) };
    let rest = match rest.strip_prefix('(') {
        Some(inside) => inside.split_once(')').map_or("", |(_, after)| after),
        None => rest,
    };
    (true, rest.trim_start())
}

/// `a::{b, c::{self, D as E}}` as its leaves.
fn expand(tree: &str, before: &[String], public: bool, imports: &mut Vec<Import>) {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let head = tree[..open].split("::").map(str::trim).filter(|word| !word.is_empty());
        let before: Vec<String> = before.iter().cloned().chain(head.map(str::to_owned)).collect();
        let inside = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
        for part in split_at_commas(inside) {
            expand(part, &before, public, imports);
        }
        return;
    }
    if tree.is_empty() {
        return;
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name)));
    let mut path: Vec<String> =
        before.iter().cloned().chain(path.split("::").map(|word| word.trim().to_owned())).collect();
    if path.last().is_some_and(|word| word == "self") {
        path.pop();
    }
    let last = path.last().cloned().unwrap_or_default();
    let name = alias.map_or_else(|| last.clone(), |name| name.trim().to_owned());
    if last == "*" {
        path.pop();
    }
    if !path.is_empty() {
        imports.push(Import { path, name, public });
    }
}

fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Every `a::b…` in a line of code, outside of its strings.
fn paths_in(line: &str, paths: &mut Vec<Vec<String>>) {
    for (nth, piece) in line.split('"').enumerate() {
        if nth % 2 == 1 {
            continue;
        }
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
        for chain in piece.split(|letter| !is_word(letter)) {
            let words: Vec<String> =
                chain.split("::").map(|word| word.trim_matches(':').to_owned()).collect();
            if words.len() > 1 && !words[0].is_empty() {
                paths.push(words.into_iter().filter(|word| !word.is_empty()).collect());
            }
        }
    }
}

#[test]
fn arrows_lead_to_the_file_that_defines_a_name() {
    let file = |path: &str, text: &str| Source { path: format!("k/src/{path}"), text: text.to_owned() };
    let sources = [
        file(
            "lib.rs",
            "mod a;\nmod b;\npub use a::{Inner, deep::Deep as D};\n#[cfg(test)]\nmod tests;\n",
        ),
        file("a/mod.rs", "mod deep;\nmod inner;\npub use inner::Inner;\nuse deep::{Deep};\n"),
        file("a/deep.rs", "pub struct Deep;\n// use crate::b::no\n"),
        file(
            "a/inner.rs",
            "use crate::{D, b};\nfn f() { b::run(super::deep::x(), \"crate::tests\") }\n",
        ),
        file(
            "b.rs",
            "fn run() {\n    use crate::Inner;\n}\n#[cfg(test)]\nmod tests {\n use crate::tests; }\n",
        ),
        file("tests.rs", "use crate::b;\n"),
    ];
    let arrows = Crate::read("k", &sources).arrows();
    let told: Vec<String> = arrows.iter().map(|arrow| format!("{} {}", arrow.from, arrow.to)).collect();
    let expected = ["a/inner.rs a/deep.rs", "a/inner.rs b.rs", "a/mod.rs a/deep.rs", "b.rs a/inner.rs"];
    assert_eq!(told, expected);
    assert_eq!(circles(&arrows), [["a/inner.rs", "b.rs"]]);
}
