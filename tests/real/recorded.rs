//! A project file out of what a program's own build asks of its compiler: programs that stand in front of compiler and archiver write
//! down where they were called and with which words. What was compiled for which archive, module and program is told by the objects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use modpin_test::World;
use serde_json::{Value, json};

/// Writes down how it was called, a word in front of each zero byte and a line end behind each call, and does it.
const IN_FRONT: &str = "#!/bin/sh\n{ printf '%s\\0' \"$PWD\" \"$@\"; printf '\\n\\0'; } >> \"$RECORD\"\nexec PROGRAM \"$@\"\n";

/// Commands by the names that builds call, each in front of a program.
const PROGRAMS: [(&str, &str); 4] = [
    ("gcc", "/usr/bin/gcc"),
    ("x86_64-linux-gnu-gcc", "/usr/bin/gcc"),
    ("ar", "/usr/bin/ar"),
    ("x86_64-linux-gnu-ar", "/usr/bin/ar"),
];

/// Words of a link or a compilation that take the next one with them.
const WITH_NEXT: [&str; 4] = ["-o", "-rpath", "-MT", "-MF"];

/// What was compiled, archived and linked, by the paths of outputs from the root on.
#[derive(Default)]
pub struct Recorded {
    compiled: BTreeMap<String, Compiled>,
    archived: BTreeMap<String, Vec<String>>,
    linked: BTreeMap<String, Linked>,
}

struct Compiled {
    source: String,
    flags: Value,
}

/// A link: its objects and archives, and its libraries.
struct Linked {
    files: Vec<String>,
    libraries: Vec<String>,
    is_module: bool,
}

/// Lets a script build what lies in a world; answers what it asked of compiler and archiver.
pub fn record(world: &World, script: &str) -> Recorded {
    for (name, program) in PROGRAMS {
        world.script(&format!(".in-front/{name}"), &IN_FRONT.replace("PROGRAM", program));
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let mut build = world.command("sh");
    build.args(["-ec", script]).env("RECORD", world.path(".record")).env("CC", "gcc");
    build.env("PATH", format!("{}:{path}", world.path(".in-front").display()));
    let said = modpin_test::Said::of(&mut build);
    assert!(said.success(), "{}", said.text());
    Recorded::read(world.root(), &world.read(".record"))
}

impl Recorded {
    fn read(root: &Path, text: &str) -> Recorded {
        let mut recorded = Recorded::default();
        let words: Vec<&str> = text.split('\0').collect();
        for call in words.split(|word| *word == "\n") {
            if let [dir, words @ ..] = call {
                recorded.take(&Place { root: root.to_str().expect("a path in UTF-8"), dir }, words);
            }
        }
        recorded
    }

    fn take(&mut self, place: &Place<'_>, words: &[&str]) {
        let output = words.iter().position(|word| *word == "-o").and_then(|at| words.get(at + 1));
        if words.contains(&"-c") {
            let Some(source) = words.iter().find(|word| word.ends_with(".c")) else { return };
            let stem = source.rsplit('/').next().unwrap_or(source).trim_end_matches(".c");
            let object = output.map_or(format!("{stem}.o"), |output| (*output).to_owned());
            let compiled = Compiled { source: place.path(source), flags: flags(place, words) };
            self.compiled.insert(place.path(&object), compiled);
        } else if let ([operation, archive, members @ ..], None) = (words, output)
            && archive.ends_with(".a")
            && operation.contains('c')
        {
            let members = members.iter().map(|member| place.path(member)).collect();
            self.archived.insert(place.path(archive), members);
        } else if let Some(output) = output.filter(|_| !words.contains(&"-E")) {
            self.linked.insert(place.path(output), Linked::of(place, words));
        }
    }

    /// A project of some programs and of all modules, which each program loads. `module` says what a module is called.
    pub fn project(&self, programs: &[&str], module: impl Fn(&str) -> String) -> Value {
        let mut targets = Vec::new();
        let is_wanted = |path: &str| programs.contains(&path);
        let linked = self.linked.iter().filter(|(path, linked)| linked.is_module || is_wanted(path));
        for (path, linked) in linked {
            let (archives, objects): (Vec<_>, Vec<_>) =
                linked.files.iter().partition(|file| self.archived.contains_key(*file));
            let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
            let mut target = self.of_objects(&objects.into_iter().cloned().collect::<Vec<_>>());
            target["link"] = json!(archives.iter().map(|archive| library(archive)).collect::<Vec<_>>());
            target["system_libraries"] = json!(linked.libraries);
            (target["kind"], target["name"]) = match linked.is_module {
                true => (json!("module"), json!(module(path))),
                false => (json!("executable"), json!(name(path))),
            };
            if !linked.is_module {
                target["loads"] = json!(self.modules().map(&module).collect::<Vec<_>>());
            }
            targets.push(target);
        }
        let is_linked = |archive: &String| {
            let mut linked = self.linked.iter().filter(|(path, it)| it.is_module || is_wanted(path));
            linked.any(|(_, linked)| linked.files.contains(archive))
        };
        for (path, objects) in self.archived.iter().filter(|(path, _)| is_linked(path)) {
            let mut target = self.of_objects(objects);
            (target["kind"], target["name"]) = (json!("library"), json!(library(path)));
            targets.push(target);
        }
        json!({ "format": 2, "name": "recorded", "targets": targets })
    }

    fn modules(&self) -> impl Iterator<Item = &str> {
        let modules = self.linked.iter().filter(|(_, linked)| linked.is_module);
        modules.map(|(path, _)| path.as_str())
    }

    /// A target's sources, each with its flags.
    fn of_objects(&self, objects: &[String]) -> Value {
        let compiled: Vec<&Compiled> =
            objects.iter().filter_map(|object| self.compiled.get(object)).collect();
        assert_eq!(compiled.len(), objects.len(), "nobody compiled one of {objects:?}");
        let flags = compiled.iter().map(|it| json!({ "sources": it.source, "flags": it.flags }));
        let flags: Vec<Value> = flags.collect();
        let sources: Vec<&str> = compiled.iter().map(|compiled| compiled.source.as_str()).collect();
        json!({ "sources": sources, "flags_for": flags })
    }
}

impl Linked {
    fn of(place: &Place<'_>, words: &[&str]) -> Linked {
        let mut linked =
            Linked { files: Vec::new(), libraries: Vec::new(), is_module: words.contains(&"-shared") };
        for word in single(words) {
            if let Some(library) = word.strip_prefix("-l").filter(|library| *library != "c") {
                linked.libraries.push(library.to_owned());
            } else if let Some(library) = word.strip_suffix(".so").and_then(|it| it.rsplit_once("/lib"))
            {
                linked.libraries.push(library.1.to_owned());
            } else if !word.starts_with('-') && (word.ends_with(".o") || word.ends_with(".a")) {
                linked.files.push(place.path(word));
            }
        }
        let mut seen = BTreeSet::new();
        linked.libraries.retain(|library| seen.insert(library.clone()));
        linked
    }
}

/// Where a call was made.
struct Place<'a> {
    root: &'a str,
    dir: &'a str,
}

impl Place<'_> {
    /// A path from the root on, as long as it lies below.
    fn path(&self, path: &str) -> String {
        let whole = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", self.dir) };
        let mut parts: Vec<&str> = Vec::new();
        for part in whole.split('/') {
            match part {
                "" | "." => {}
                ".." => _ = parts.pop(),
                part => parts.push(part),
            }
        }
        let whole = format!("/{}", parts.join("/"));
        let below = whole.strip_prefix(self.root).map(|below| below.trim_start_matches('/'));
        below.map_or(whole.clone(), |below| if below.is_empty() { "." } else { below }.to_owned())
    }
}

/// The words that stand for themselves.
fn single<'a>(words: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let mut next = false;
    words.iter().copied().filter(move |word| {
        let passed = std::mem::replace(&mut next, WITH_NEXT.contains(word));
        !(passed || next)
    })
}

/// How a source was compiled. What every compilation says otherwise here (how objects of modules are made, what is optimised) is left out.
fn flags(place: &Place<'_>, words: &[&str]) -> Value {
    let (mut includes, mut defines, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for word in single(words) {
        if let Some(dir) = word.strip_prefix("-I") {
            let dir = place.path(dir);
            if dir != "/usr/include" && !includes.contains(&dir) {
                includes.push(dir);
            }
        } else if let Some(define) = word.strip_prefix("-D").filter(|define| *define != "PIC") {
            defines.push(define.to_owned());
        } else if word.starts_with("-f") && !word.to_lowercase().contains("pic")
            || word.starts_with("-std")
        {
            others.push(word.to_owned());
        }
    }
    defines.dedup();
    json!({ "includes": includes, "defines": defines, "cflags": others })
}

/// The name of a library, by the path of its archive.
fn library(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.trim_start_matches("lib").trim_end_matches(".a").to_owned()
}
