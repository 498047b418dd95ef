//! The rules of this repository that a compiler does not check: who may know whom, how a file begins, how
//! long it gets. Each failure names the file and the way out. Knows text only.

pub mod source;
mod imports;
mod floors;
mod listing;
mod twice;
mod variables;

use std::path::Path;

use source::{Source, files, read, sources};

/// Where unsafe code may be: one thing a file, with the reason at each place.
const UNSAFE: [&str; 12] = [
    "crates/modpin/src/foreign/bytes.rs",
    "crates/modpin/src/foreign/torn.rs",
    "crates/modpin-engine/src/world/attributes.rs",
    "crates/modpin-engine/src/world/child_guard.rs",
    "crates/modpin-engine/src/world/jobserver/mod.rs",
    "crates/modpin-engine/src/world/orders.rs",
    "crates/modpin-engine/src/world/supervisor.rs",
    "crates/modpin-load/src/library.rs",
    "crates/modpin-load/src/missing.rs",
    "crates/modpin-load/src/modules.rs",
    "tests/in_process.rs",
    "tests/load/program.rs",
];

/// Which crates of ours a crate may depend on: floors, from below.
const FLOORS: [(&str, &[&str]); 12] = [
    ("crates/modpin-budget", &[]),
    ("crates/modpin-load", &[]),
    ("crates/modpin-symbols", &["modpin-budget"]),
    ("crates/modpin-engine", &["modpin-budget"]),
    ("crates/modpin-project", &["modpin-budget"]),
    ("crates/modpin-loader", &["modpin-symbols"]),
    ("crates/modpin-steps", &["modpin-engine", "modpin-loader", "modpin-project", "modpin-symbols"]),
    (
        "crates/modpin",
        &["modpin-engine", "modpin-loader", "modpin-project", "modpin-steps", "modpin-symbols"],
    ),
    ("crates/modpin-cli", &["modpin", "modpin-engine"]),
    ("crates/modpin-remote", &["modpin-engine"]),
    ("crates/modpin-test", &["modpin", "modpin-engine", "modpin-remote", "modpin-symbols"]),
    ("xtask", &["modpin", "modpin-cli"]),
];

const LONGEST: usize = 400;

#[test]
fn floors_hold() {
    for (krate, may) in FLOORS {
        let manifest = read(&format!("{krate}/Cargo.toml"));
        let dependencies = manifest.split("\n[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        let ours = dependencies.lines().filter(|line| line.starts_with("modpin"));
        let wrong: Vec<&str> = ours.filter(|line| !may.contains(&name_of(line))).collect();
        assert!(
            wrong.is_empty(),
            "{krate} depends on {wrong:?}\n  help: imports point down only; move the code to the floor where both are known"
        );
    }
    only("modpin_engine and modpin_symbols meet", "in crates/modpin-steps/src/steps", |source| {
        let both = source.says("modpin_engine") && source.says("modpin_symbols");
        both && !source.path.starts_with("crates/modpin-steps/src/steps/")
    });
    only(
        "modpin-symbols opens no file and runs no command",
        "let the caller read, and give bytes",
        |source| {
            let opens = ["modpin_engine", "std::fs", "std::process", "std::net", "fs::File"];
            source.path.starts_with("crates/modpin-symbols/src/")
                && opens.iter().any(|word| source.says(word))
        },
    );
    only("modpin-engine knows no symbol and no target", "decide above, in crates/modpin", |source| {
        let knows = ["modpin_symbols", "use modpin::", "cc::"];
        source.path.starts_with("crates/modpin-engine/src/")
            && knows.iter().any(|word| source.says(word))
    });
}

#[test]
fn each_foreign_crate_has_its_place() {
    only("only the toolchain names cc", "ask the toolchain", |source| {
        source.says("cc::Build") && source.path != "crates/modpin-steps/src/toolchain/cc_crate.rs"
    });
    only(
        "only the object and archive files name the object crate",
        "give it facts, not bytes",
        |source| {
            let file = source.path.strip_prefix("crates/modpin-symbols/src/");
            let may = file.is_some_and(|file| file.starts_with("elf/") || file.starts_with("archive/"));
            !may && ["object::read::", "object::elf", "object::write", "ar_archive_writer::"]
                .iter()
                .any(|word| source.says(word))
        },
    );
    only("only cargo_build.rs names duct", "start commands of a build through `Processes`", |source| {
        source.says("duct::") && source.path != "crates/modpin-cli/src/cargo_build.rs"
    });
    only("only jobserver/ names the jobserver crate", "ask for slots through `Slots`", |source| {
        source.says("use jobserver::")
            && !source.path.starts_with("crates/modpin-engine/src/world/jobserver/")
    });
    only("only the command line and a tutorial print", "send an event, or return the text", |source| {
        let may = [
            "crates/modpin-cli/",
            "crates/modpin-test/",
            "crates/modpin/tutorial/",
            "crates/modpin-remote/src/main.rs",
            "benches/",
        ]
        .iter()
        .any(|dir| source.path.starts_with(dir));
        !may && ["println!(", "print!(", "eprintln!(", "eprint!(", "dbg!("]
            .iter()
            .any(|word| source.says(word))
    });
}

#[test]
fn unsafe_code_is_where_it_has_to_be() {
    let marks = [concat!("allow(", "unsafe_code)"), concat!("expect(", "unsafe_code,")];
    let allowed = |source: &Source| marks.iter().any(|mark| source.text.contains(mark));
    let all: Vec<String> = sources().into_iter().filter(allowed).map(|source| source.path).collect();
    assert_eq!(
        all, UNSAFE,
        "help: find a safe way (rustix, tempfile), or add the file to UNSAFE with its reason in docs/design-notes.md"
    );
    for (krate, _) in FLOORS {
        let manifest = read(&format!("{krate}/Cargo.toml"));
        assert!(
            manifest.contains("\n[lints]\nworkspace = true"),
            "{krate}/Cargo.toml: the workspace's lints are not in force\n  help: add [lints] workspace = true"
        );
    }
}

#[test]
fn a_file_says_what_it_answers() {
    let files = sources();
    let silent: Vec<&str> = files
        .iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| &*source.path)
        .collect();
    assert_eq!(
        silent, [""; 0],
        "help: open with `//!`: what the file answers, and what it does not know"
    );
    let nameless = |source: &&Source| {
        let base =
            Path::new(&source.path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        ["utils", "util", "common", "helpers", "helper", "misc"].contains(&base.as_str())
    };
    let nameless: Vec<&str> = files.iter().filter(nameless).map(|source| &*source.path).collect();
    assert_eq!(nameless, [""; 0], "help: name a file by the one noun that it is about");
}

#[test]
fn files_stay_short() {
    for source in sources() {
        let lines = source.code().lines().count();
        assert!(
            lines <= LONGEST,
            "{}: {lines} lines before its tests, more than {LONGEST}\n  help: it is about two nouns; give the second a file",
            source.path
        );
    }
}

/// Where tests begin, [`Source::code`] ends: what stood behind them would be checked by nobody.
#[test]
fn tests_stand_at_the_end() {
    let is_of_tests =
        |line: &&str| line.is_empty() || line.starts_with("#[cfg(") || line.starts_with("mod ");
    for source in sources() {
        let behind = &source.text[source.code().len()..];
        let inline = behind.lines().position(|line| line.starts_with("mod ") && line.ends_with('{'));
        let wrong = behind.lines().take(inline.unwrap_or(usize::MAX)).find(|line| !is_of_tests(line));
        assert_eq!(
            wrong, None,
            "{}: this stands behind a module of tests\n  help: put it before them",
            source.path
        );
    }
}

#[test]
fn no_file_knows_this_machine() {
    let places = [concat!("/ro", "ot/"), concat!("/wo", "rk/")];
    for source in files(&["rs", "toml", "md", "c", "h", "lua", "json", "yml", ""]) {
        let line = source.text.lines().position(|line| places.iter().any(|place| line.contains(place)));
        assert!(
            line.is_none(),
            "{}:{}: a path of one machine\n  help: say it relative to the repository",
            source.path,
            line.unwrap_or(0) + 1
        );
    }
}

/// The document of the cases lists what their reader knows.
#[test]
fn every_directive_is_documented() {
    let (reader, document) = (read("crates/modpin-test/src/case.rs"), read("tests/cases/README.md"));
    let known = reader
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\"")?.split_once("\", ").map(|(word, _)| word));
    let missing: Vec<&str> = known.filter(|word| !document.contains(&format!("| `{word}: "))).collect();
    assert_eq!(missing, [""; 0], "help: add them to the table of tests/cases/README.md");
}

/// Fails for each file of code that offends; tests and measurements may know everything.
fn only(rule: &str, remedy: &str, offends: impl Fn(&Source) -> bool) {
    let wrong = sources().into_iter().filter(|source| !source.is_test() && offends(source));
    let wrong: Vec<String> = wrong.map(|source| source.path).collect();
    assert!(wrong.is_empty(), "{rule}; not so in {}\n  help: {remedy}", wrong.join(", "));
}

fn name_of(dependency: &str) -> &str {
    dependency.split(['.', ' ', '=']).next().unwrap_or_default()
}
