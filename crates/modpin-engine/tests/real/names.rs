//! File names with whatever bytes a name may have, and very many of them. No shell ever sees one.

use std::fs;

use modpin_engine::{
    Action, Arg, Command, Disk, Event, Graph, Interrupt, RealDisk, RealProcesses, Response, Work,
};
use tempfile::TempDir;

use crate::world::build;

const NAMES: [&str; 64] = [
    "plain",
    "with space",
    " leading",
    "trailing ",
    "two  spaces",
    "'single'",
    "\"double\"",
    "it's",
    "`back`",
    "$dollar",
    "$$",
    "${brace}",
    "$(command)",
    "#hash",
    "a#b",
    ":colon",
    "a:b",
    "a: b",
    "%percent",
    "%s%n",
    "*star",
    "?mark",
    "[bracket]",
    "{brace}",
    "back\\slash",
    "back\\",
    "a\\ b",
    "a\\nb",
    ",comma",
    "a,b",
    "=equals",
    "a=b",
    "@at",
    "@root",
    "@up",
    "-dash",
    "--help",
    "-o",
    "~tilde",
    "!bang",
    "^caret",
    "&and",
    "a;b",
    "a|b",
    "<less",
    ">more",
    "(paren)",
    "+plus",
    "tab\there",
    "new\nline",
    "return\rhere",
    "bell\u{7}",
    "\u{1b}[31mred",
    "del\u{7f}",
    "ünïcode",
    "日本語",
    "e\u{301}",
    "\u{202e}rtl",
    "🦀",
    "\u{fffd}",
    "...",
    ".hidden",
    "con",
    "name.d",
];

/// A copy of a file: `cp -- INPUT OUTPUT`.
fn copy(graph: &mut Graph, input: &str, output: &str) {
    let args = vec!["--".into(), input.into(), Arg::Output { prefix: String::new(), index: 0 }];
    let work = Work::Command(Command { program: "/bin/cp".into(), args, ..Command::default() });
    let (inputs, outputs) = (vec![graph.file(input)], vec![graph.file(output)]);
    let label = input.to_owned();
    graph.add(Action { verb: "Copying", label, work, inputs, outputs, depfile: None }).unwrap();
}

fn ran(graph: &Graph, dir: &TempDir) -> Vec<String> {
    let mut told = Vec::new();
    let hear = &mut |event: Event<'_>| match event {
        Event::Started(_, reason) => told.push(reason.to_string()),
        Event::Warning(text) => panic!("{text}"),
        Event::Finished { failure: Some(failure), output, .. } => {
            panic!("{}: {}", failure.message, String::from_utf8_lossy(output))
        }
        _ => {}
    };
    build(graph, dir.path(), 4, &RealProcesses::new(), &Interrupt::new(), hear).unwrap();
    told
}

#[test]
fn any_name_of_a_source_a_directory_and_an_output() {
    let dir = TempDir::new().unwrap();
    fs::create_dir_all(dir.path().join("out/.state")).unwrap();
    let mut graph = Graph::new();
    let long = "n".repeat(255);
    let names: Vec<&str> = NAMES.iter().copied().chain([long.as_str()]).collect();
    for name in &names {
        fs::write(dir.path().join(name), name).unwrap();
        copy(&mut graph, name, &format!("out/{name}/{name}"));
        copy(&mut graph, &format!("out/{name}/{name}"), &format!("out/again/{name}/copy"));
    }
    assert_eq!(ran(&graph, &dir).len(), 2 * names.len());
    for name in &names {
        assert_eq!(
            fs::read_to_string(dir.path().join(format!("out/again/{name}/copy"))).unwrap(),
            *name
        );
    }
    assert!(ran(&graph, &dir).is_empty());
    for name in &names {
        fs::write(dir.path().join(name), format!("new {name}")).unwrap();
        let reasons = [format!("{name} changed"), format!("out/{name}/{name} changed")];
        assert_eq!(ran(&graph, &dir), reasons);
    }
    assert!(ran(&graph, &dir).is_empty());
    // And away with all of them.
    let mut none = Graph::new();
    copy(&mut none, "plain", "out/one");
    ran(&none, &dir);
    let left: Vec<_> =
        fs::read_dir(dir.path().join("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_name_that_no_file_can_have_is_named() {
    let dir = TempDir::new().unwrap();
    fs::create_dir_all(dir.path().join("out/.state")).unwrap();
    let name = "n".repeat(256);
    let mut graph = Graph::new();
    copy(&mut graph, &name, "out/x");
    let result = build(&graph, dir.path(), 1, &RealProcesses::new(), &Interrupt::new(), &mut |_| ());
    let error = result.unwrap_err().to_string();
    assert!(error.starts_with(&format!("{name}: cannot look at: ")), "{error}");
}

#[test]
fn a_file_with_a_nul_in_its_name_is_none() {
    // Behind a NUL stands the name of a value; no command can be given such a path.
    let dir = TempDir::new().unwrap();
    fs::create_dir_all(dir.path().join("out/.state")).unwrap();
    let mut graph = Graph::new();
    copy(&mut graph, "a\0b", "out/x");
    let built = build(&graph, dir.path(), 1, &RealProcesses::new(), &Interrupt::new(), &mut |_| ());
    let failed = built.unwrap().failed;
    assert_eq!(failed.len(), 1);
    assert!(!dir.path().join("out/x").exists());
}

/// `sort`, which takes its inputs from a file when it is told to.
fn sort(graph: &mut Graph, inputs: &[String], response: bool) {
    let mut args: Vec<Arg> = vec!["-o".into(), Arg::Output { prefix: String::new(), index: 0 }];
    let list = Response { path: "out/list".into(), text: inputs.join("\0") };
    let response = match response {
        true => {
            args.push("--files0-from=out/list".into());
            Some(list)
        }
        false => {
            args.extend(inputs.iter().map(|input| input.as_str().into()));
            None
        }
    };
    let work = Work::Command(Command {
        program: "/usr/bin/sort".into(),
        args,
        response: response.map(Box::new),
        ..Command::default()
    });
    let inputs = inputs.iter().map(|input| graph.file(input.as_str())).collect();
    let outputs = vec![graph.file("out/sorted")];
    graph
        .add(Action { verb: "Sorting", label: "all".into(), work, inputs, outputs, depfile: None })
        .unwrap();
}

#[test]
fn twenty_thousand_inputs_of_one_command() {
    let dir = TempDir::new().unwrap();
    fs::create_dir_all(dir.path().join("out/.state")).unwrap();
    let deep = "d".repeat(120);
    fs::create_dir(dir.path().join(&deep)).unwrap();
    let inputs: Vec<String> = (0..20_000).map(|at| format!("{deep}/{at:05}")).collect();
    inputs.iter().for_each(|input| fs::write(dir.path().join(input), format!("{input}\n")).unwrap());
    let mut graph = Graph::new();
    sort(&mut graph, &inputs, true);
    assert_eq!(ran(&graph, &dir).len(), 1);
    assert_eq!(fs::read_to_string(dir.path().join("out/sorted")).unwrap().lines().count(), 20_000);
    assert!(ran(&graph, &dir).is_empty());
    fs::write(dir.path().join(&inputs[12_345]), "A\n").unwrap();
    assert_eq!(ran(&graph, &dir), [format!("{} changed", inputs[12_345])]);
    assert!(fs::read_to_string(dir.path().join("out/sorted")).unwrap().starts_with("A\n"));
    // Without the file, what the system says is told.
    let mut typed = Graph::new();
    sort(&mut typed, &inputs, false);
    let result = build(&typed, dir.path(), 1, &RealProcesses::new(), &Interrupt::new(), &mut |_| ());
    let outcome = result.unwrap();
    let message = &outcome.failed[0].1.message;
    assert_eq!(message, "/usr/bin/sort: cannot start: Argument list too long (os error 7)");
}

#[test]
fn only_a_file_with_one_name_is_written_over() {
    let dir = TempDir::new().unwrap();
    let (disk, file) = (RealDisk::new(dir.path()), dir.path().join("file"));
    let read = || fs::read(&file).unwrap();
    let inode = || disk.stat("file").unwrap().unwrap().inode;
    let old = vec![b'o'; 10_000];
    fs::write(&file, &old).unwrap();
    let first = inode();
    let mut new = old.clone();
    (new[0], new[9_999]) = (b'n', b'n');
    assert!(disk.overwrite("file", &old, &new));
    assert_eq!((read() == new, inode()), (true, first));
    // What is known to be the same is left as it is.
    fs::write(&file, [b"s".repeat(5_000), b"o".repeat(5_000)].concat()).unwrap();
    assert!(disk.overwrite("file", &old, &new));
    assert_eq!((read()[4_095], read()[4_096], read()[9_999]), (b'o', b's', b'n'));
    assert!(!disk.overwrite("file", &old, b"short") && !disk.overwrite("none", b"", b""));
    fs::hard_link(&file, dir.path().join("other")).unwrap();
    std::os::unix::fs::symlink("lone", dir.path().join("link")).unwrap();
    fs::write(dir.path().join("lone"), &old).unwrap();
    let before = read();
    assert!(!disk.overwrite("file", &[], &old) && !disk.overwrite("link", &[], &new));
    assert_eq!((read(), fs::read(dir.path().join("lone")).unwrap()), (before, old));
}
