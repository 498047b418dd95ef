//! Files of any build system (rows N3 and N5): what is read from them is what the loader does, and each question has its
//! answer. The modules here are made to differ in one thing each.

mod parity;
mod hash_tables;
mod musl;
mod next;
mod odd_files;
mod refused;
mod subdirectories;
mod thread_variables;

mod search;
mod words;
mod hostile;
mod cross;
mod first;
mod ways;
mod strangers;

use std::path::{Path, PathBuf};
use std::time::Duration;

use modpin::Result;
use modpin::foreign::{CheckFiles, OfMachine, OpenedFiles, check_load_files, resolve_files_opened};
use modpin::load_check::Report;
use modpin_test::World;
use modpin_test::look::word;

/// A line for each module: its verdict, then what is missing.
pub fn lines(reports: &[Report]) -> String {
    let line = |report: &Report| {
        let missing: Vec<&str> = report.missing.iter().map(|missing| missing.symbol.as_str()).collect();
        let name = Path::new(&report.module).file_name().unwrap_or_default().to_string_lossy();
        let missing =
            if missing.is_empty() { String::new() } else { format!(": {}", missing.join(" ")) };
        format!("{name} {}{missing}\n", word(report.verdict))
    };
    reports.iter().map(line).collect()
}

/// What was foretold, after the loader said the same of every module.
pub fn agreed(world: &World, host: &str, modules: &[&str]) -> Vec<Report> {
    agreed_after(world, host, &[], modules)
}

/// The same when other modules are loaded first.
pub fn agreed_after(world: &World, host: &str, first: &[&str], modules: &[&str]) -> Vec<Report> {
    let host = world.root().join(host);
    let [first, modules] = [first, modules].map(|names| paths(world, names));
    let opened = OpenedFiles { first, ..OpenedFiles::default() };
    let foretold = resolve_files_opened(&host, &modules, &opened, &OfMachine::default());
    let foretold = foretold.unwrap_or_else(|error| panic!("{error}"));
    let (real, said) = loaded(&host, opened, &modules);
    let real = real.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(lines(&foretold), lines(&real), "what was read and what the loader says");
    let needs = |reports: &[Report]| -> Vec<Vec<String>> {
        reports.iter().map(|report| report.needs_modules.clone()).collect()
    };
    assert_eq!(needs(&foretold), needs(&real));
    let advice =
        |reports: &[Report]| -> Vec<_> { reports.iter().map(|report| report.advice.clone()).collect() };
    assert_eq!(advice(&foretold), advice(&real));
    for (foretold, real) in foretold.iter().zip(&real) {
        assert_eq!(foretold.missing, real.missing, "who asks, and where it is");
    }
    assert_eq!(said, "", "nothing to wonder about");
    foretold
}

/// What the loader says, and what else was said.
pub fn loaded(host: &Path, opened: OpenedFiles, modules: &[PathBuf]) -> (Result<Vec<Report>>, String) {
    let timeout = Duration::from_secs(60);
    let how =
        CheckFiles { opened, timeout, jobs: 2, whole_program: false, jobserver: None, cache: None };
    let mut said = String::new();
    let real = check_load_files(host, modules, how, &mut |text| said += text);
    (real, said)
}

/// Files of the world.
pub fn paths(world: &World, names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| world.root().join(name)).collect()
}
