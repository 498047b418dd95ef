//! The rows of the table, one function each: what is measured against what. docs/performance.md tells what
//! they came to.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use crate::bench::{Bench, find, gcc};
use crate::measure::{Contender, Cost, command, contender, pass_ticks};
use crate::table::Table;
use crate::tree::Tree;

/// Nothing to do: time and memory. The floor looks once at each file that ninja looks at.
pub fn noop(bench: &Bench, sizes: &[usize], table: &mut Table) {
    for &size in sizes {
        let tree = bench.tree(size, false);
        let mut contenders: Vec<_> = bench.ninja(&tree).into_iter().collect();
        contenders.push(bench.modpin(&tree));
        if size <= 10000 {
            contenders.push(bench.make(&tree));
        }
        once(bench, &contenders);
        let files = files_of_ninja(&tree);
        contenders.push(floor(bench, &tree, "stat", &files));
        let (names, costs) = compare(bench, &contenders);
        let title = format!("no-op, {} sources, {} files", tree.sources(), files.len());
        table.cpu(&title, &names, &costs, 1);
        table.wall(&title, &names, &costs);
        table.memory(&title, &names, &costs);
    }
}

/// Everything, from nothing; what the toolchain can do is known already. The floor starts the same
/// commands, two at once.
pub fn clean(bench: &Bench, sizes: &[usize], table: &mut Table) {
    for &size in sizes.iter().filter(|&&size| size <= 10000) {
        let tree = bench.tree(size, false);
        let mut contenders: Vec<_> = bench.ninja(&tree).into_iter().collect();
        contenders.extend([bench.modpin(&tree), bench.make(&tree)]);
        once(bench, &contenders);
        let commands = commands_of_ninja(bench, &tree);
        contenders.push(floor(bench, &tree, "spawn", &commands));
        let contenders: Vec<_> = contenders
            .into_iter()
            .map(|contender| {
                let (root, name) = (tree.root.clone(), contender.name.clone());
                let before = Box::new(move || remove_outputs(&root, &name));
                Contender { before, ..contender }
            })
            .collect();
        let (names, costs) = compare(bench, &contenders);
        let title = format!("clean build, {} commands of ninja, each", commands.len());
        table.cpu(&title, &names, &costs, commands.len());
        table.wall("the same, all", &names, &costs);
    }
}

/// One source of an archive gets another content.
pub fn touch(bench: &Bench, sizes: &[usize], table: &mut Table) {
    for &size in sizes {
        let tree = bench.tree(size, false);
        let mut contenders: Vec<_> = bench.ninja(&tree).into_iter().collect();
        contenders.push(bench.modpin(&tree));
        let (names, costs) = edited(bench, &tree, contenders, "part1/f1.c");
        let title = format!("one source touched, {} sources", tree.sources());
        table.cpu(&title, &names, &costs, 1);
        table.wall(&title, &names, &costs);
    }
}

/// One source of a module gets another content, with a real compiler and pins.
pub fn pins(bench: &Bench, _: &[usize], table: &mut Table) {
    let tree = bench.tree(1000, true);
    let mut contenders: Vec<_> = bench.ninja(&tree).into_iter().collect();
    contenders.push(bench.modpin(&tree));
    let (names, costs) = edited(bench, &tree, contenders, "plug1/p1.c");
    let title = format!("one module source touched, {} real sources, with pins", tree.sources());
    table.cpu(&title, &names, &costs, 1);
    table.wall(&title, &names, &costs);
}

/// One archive of 500 objects, by archivers and by the step that modpin runs in its own process.
pub fn archive(bench: &Bench, _: &[usize], table: &mut Table) {
    let dir = bench.dir.join("archive");
    fs::create_dir_all(&dir).expect("a directory");
    let mut objects = Vec::new();
    for at in 0..500 {
        let (source, object) = (dir.join("part.c"), dir.join(format!("part{at}.o")));
        let text = (0..6).map(|f| format!("int part{at}_{f}(int x) {{ return x + {f}; }}\n"));
        fs::write(&source, text.collect::<String>()).expect("a source");
        if !object.exists() {
            gcc(&["-O0", "-c", "-o", &object.to_string_lossy(), &source.to_string_lossy()]);
        }
        objects.push(object.to_string_lossy().into_owned());
    }
    let archiver = |program: PathBuf, name: &str| {
        let (dir, objects) = (dir.clone(), objects.clone());
        let output = format!("{name}.a");
        let removed = dir.join(&output);
        let make = move || {
            let mut command = command(&dir, &program, &["rcs", &output]);
            command.args(&objects);
            command
        };
        let before = Box::new(move || drop(fs::remove_file(&removed)));
        Contender { before, ..contender(name, make) }
    };
    let mut contenders = Vec::new();
    for name in ["ar", "llvm-ar"] {
        contenders.extend(find(name).map(|program| archiver(program, name)));
    }
    contenders.push(step(bench, "archive", &dir, &objects));
    let (names, costs) = compare(bench, &contenders);
    table.cpu("archive of 500 objects", &names, &costs, 1);
}

/// 100 modules that load. The floor opens each in a process of its own.
pub fn load(bench: &Bench, _: &[usize], table: &mut Table) {
    let dir = bench.dir.join("load");
    fs::create_dir_all(&dir).expect("a directory");
    let at = |name: &str| dir.join(name).to_string_lossy().into_owned();
    fs::write(dir.join("host.c"), "int main(void) { return 0; }\n").expect("a source");
    fs::write(dir.join("module.c"), "int module(void) { return 0; }\n").expect("a source");
    gcc(&["-O0", "-o", &at("host"), &at("host.c")]);
    let modules: Vec<String> = (0..100).map(|number| at(&format!("module{number}.so"))).collect();
    for module in &modules {
        gcc(&["-O0", "-shared", "-fPIC", "-o", module, &at("module.c")]);
    }
    let list = at("list");
    fs::write(&list, modules.join("\n")).expect("a list");
    let probe = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/modpin-steps/src/load/load_probe.c");
    gcc(&["-w", "-O1", "-shared", "-fPIC", "-o", &at("probe.so"), probe, "-ldl"]);
    let words = ["load", &list, &at("host"), &at("probe.so")];
    let floor = contender("floor", || command(&dir, bench.tool("floor"), &words));
    let modpin = contender("modpin", || {
        let mut command = command(&dir, bench.program(), &["modpin", "check-load", "-q", "--host"]);
        command.arg(at("host")).args(&modules);
        command
    });
    let (names, costs) = compare(bench, &[floor, modpin]);
    table.cpu("load check, 100 modules, each", &names, &costs, modules.len());
    table.wall("the same, all", &names, &costs);
}

/// Which of 120 undefined names archives define, every member read. modpin says more in the same time: which it must
/// refuse, and why.
pub fn scan(bench: &Bench, _: &[usize], table: &mut Table) {
    let crypto = gcc_file("libcrypto.a");
    let llvm: Vec<String> = ["/usr/lib/llvm-14/lib", "/usr/lib/llvm-16/lib", "/usr/lib/llvm-19/lib"]
        .iter()
        .flat_map(|dir| fs::read_dir(dir).into_iter().flatten().flatten())
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .filter(|path| path.contains("/libLLVM") && path.ends_with(".a"))
        .collect();
    for (title, archives) in [("libcrypto.a", crypto), ("all LLVM static libraries", llvm)] {
        if archives.is_empty() {
            println!("no {title} here: the row is left out (apt-get install libssl-dev llvm-dev)");
            continue;
        }
        let module = module_that_needs(bench, &archives);
        let defined = "awk '$2 != \"U\" {print $1}' | sort -u > defined";
        let script = format!(
            "nm -P -g {} | {defined}; nm -u -P -g {module} | awk '{{print $1}}' | sort -u | comm -12 - defined",
            archives.join(" ")
        );
        let shell = contender("nm | awk", move || command(&bench.dir, "/bin/sh", &["-c", &script]));
        let modpin = contender("modpin pins", move || {
            let words = ["modpin", "pins", "--module", &module, "--archive"];
            let mut command = command(&bench.dir, bench.program(), &words);
            command.args(&archives);
            command
        });
        let (names, costs) = compare(bench, &[shell, modpin]);
        table.cpu(&format!("pin scan, {title}"), &names, &costs, 1);
    }
}

/// An object that needs 120 functions of these archives, evenly out of all that a C program could name.
fn module_that_needs(bench: &Bench, archives: &[String]) -> String {
    let output = command(&bench.dir, "nm", &["-P", "-g"]).args(archives).output().expect("nm starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let function = |line: &str| {
        let (name, rest) = line.split_once(' ')?;
        (rest.starts_with("T ") && !name.starts_with('_') && !name.contains('.'))
            .then(|| name.to_owned())
    };
    let names: std::collections::BTreeSet<String> = text.lines().filter_map(function).collect();
    let some: Vec<&String> = names.iter().step_by((names.len() / 120).max(1)).take(120).collect();
    let declared: String = some.iter().map(|name| format!("void {name}(void);\n")).collect();
    let called: String = some.iter().map(|name| format!("{name}();")).collect();
    let at = |name: &str| bench.dir.join(name).to_string_lossy().into_owned();
    fs::write(at("needs.c"), format!("{declared}void needs(void) {{ {called} }}\n")).expect("a source");
    gcc(&["-w", "-fno-builtin", "-c", "-o", &at("needs.o"), &at("needs.c")]);
    at("needs.o")
}

/// Builds everything, so that what is measured next is not the first build.
fn once(bench: &Bench, contenders: &[Contender<'_>]) {
    for contender in contenders {
        bench.meter.cost(&(contender.command)());
    }
}

fn compare(bench: &Bench, contenders: &[Contender<'_>]) -> (Vec<String>, Vec<Cost>) {
    let names = contenders.iter().map(|contender| contender.name.clone()).collect();
    (names, bench.meter.compare(contenders, bench.runs))
}

/// Builds everything, then measures a build after each edit of one file.
fn edited(
    bench: &Bench,
    tree: &Tree,
    contenders: Vec<Contender<'_>>,
    path: &str,
) -> (Vec<String>, Vec<Cost>) {
    // Twice: what a build of nothing leaves behind is there when the edit comes.
    once(bench, &contenders);
    once(bench, &contenders);
    let (file, edits) = (tree.root.join(path), Cell::new(0));
    let text = fs::read_to_string(&file).expect("a source");
    let edit = || {
        edits.set(edits.get() + 1);
        fs::write(&file, format!("{text}int edited{};\n", edits.get())).expect("an edit");
        pass_ticks();
    };
    let contenders: Vec<_> = contenders
        .into_iter()
        .map(|contender| Contender { before: Box::new(edit), ..contender })
        .collect();
    compare(bench, &contenders)
}

/// A step of modpin in a process of its own (see examples/ of this package).
fn step<'a>(bench: &'a Bench, name: &str, dir: &Path, files: &[String]) -> Contender<'a> {
    let (name, dir, files) = (name.to_owned(), dir.to_owned(), files.to_vec());
    contender("modpin", move || {
        let mut command = command(&dir, bench.step(), &[&name]);
        command.args(&files);
        command
    })
}

fn floor<'a>(bench: &'a Bench, tree: &Tree, what: &'a str, lines: &[String]) -> Contender<'a> {
    let list = bench.dir.join(format!("{what}-list"));
    fs::write(&list, lines.join("\n")).expect("a list");
    let (dir, list) = (tree.root.clone(), list.to_string_lossy().into_owned());
    contender("floor", move || command(&dir, bench.tool("floor"), &[what, &list, "2"]))
}

/// What ninja looks at: sources, headers, outputs.
fn files_of_ninja(tree: &Tree) -> Vec<String> {
    let mut files = Vec::new();
    collect(&tree.root, "", &mut files);
    let own = |path: &&String| !["make/", "target/"].iter().any(|dir| path.starts_with(dir));
    let looked_at = |path: &&String| {
        [".c", ".h", ".o", ".a", ".mo", ".so", "host", "pins"].iter().any(|end| path.ends_with(end))
    };
    files.iter().filter(own).filter(looked_at).cloned().collect()
}

fn collect(root: &Path, below: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(below)).expect("a directory").flatten() {
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            true => collect(root, &format!("{path}/"), files),
            false => files.push(path),
        }
    }
}

/// The commands of a whole build, words between tabs.
fn commands_of_ninja(bench: &Bench, tree: &Tree) -> Vec<String> {
    let Some(ninja) = &bench.ninja else { return Vec::new() };
    let output = command(&tree.root, ninja, &["-t", "commands"]).output().expect("ninja starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join("\t")).collect()
}

/// What a tool has made, but for the answers that modpin has of the toolchain, which no other tool asks here.
/// The floor writes again over what ninja made.
fn remove_outputs(root: &Path, tool: &str) {
    let made: &[&str] = match tool {
        "ninja" => &["ninja", ".ninja_log", ".ninja_deps"],
        "make" => &["make"],
        "modpin" => &["target"],
        _ => &[],
    };
    let known = root.join("target/modpin/debug/.modpin/toolchain.json");
    let text = fs::read(&known).ok();
    for name in made {
        let path = root.join(name);
        let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
    }
    if let Some(text) = text.filter(|_| tool == "modpin") {
        fs::create_dir_all(known.parent().unwrap_or(root)).expect("a directory");
        fs::write(&known, text).expect("the toolchain's answers");
    }
}

/// A file that the compiler finds among its libraries.
fn gcc_file(name: &str) -> Vec<String> {
    let output = std::process::Command::new("gcc").arg(format!("-print-file-name={name}")).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.ok().filter(|path| path.starts_with('/')).into_iter().collect()
}
