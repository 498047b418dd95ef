//! Files of any build system (rows N3 and N5): what is read from them is what the loader does, and each question has its
//! answer. The modules here are made to differ in one thing each.

mod parity;
mod search;
mod words;
mod hostile;
mod cross;

use std::path::{Path, PathBuf};
use std::time::Duration;

use modpin::foreign::{CheckFiles, check_load_files, resolve_files};
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
    let path = |name: &str| world.root().join(name);
    let modules: Vec<PathBuf> = modules.iter().map(|name| path(name)).collect();
    let foretold = resolve_files(&path(host), &modules, None).unwrap_or_else(|error| panic!("{error}"));
    let how = CheckFiles {
        timeout: Duration::from_secs(10),
        jobs: 2,
        whole_program: false,
        jobserver: None,
        cache: None,
    };
    let mut said = String::new();
    let real = check_load_files(&path(host), &modules, how, &mut |text| said += text);
    let real = real.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(lines(&foretold), lines(&real), "what was read and what the loader says");
    assert_eq!(said, "", "nothing to wonder about");
    foretold
}
