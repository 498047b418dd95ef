//! Ways out of real modules that do not load: each that is told is carried out, and the loader is asked whether it helped. What
//! is installed is asked; a modest part of it, and all of it with `MODPIN_RELIABILITY=full`.

mod unpacked;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use modpin::foreign::{CheckFiles, OfMachine, OpenedFiles, check_load_files, resolve_files_opened};
use modpin::load_check::{Advice, Report, Verdict};
use modpin_test::reliability::count;

use crate::plugins::{PROGRAMS, modules};
use unpacked::UNPACKED;

/// Of what is told, so much must help.
const ENOUGH: f64 = 0.97;

/// What is to be done for a module: start this program, and load these before it.
type Carried = (PathBuf, Vec<PathBuf>);

/// More programs, whose modules the other comparison does not ask for.
const MORE: [(&str, &str); 5] = [
    ("/usr/bin/qemu-system-x86_64", "/usr/lib/*/qemu"),
    ("/usr/sbin/proftpd", "/usr/lib/proftpd"),
    ("/usr/bin/gtk3-widget-factory", "/usr/lib/*/gtk-2.0"),
    ("/usr/bin/gst-inspect-1.0", "/usr/lib/*/gtk-3.0"),
    ("/usr/bin/perl", "/usr/lib/*/perl5"),
];

#[test]
fn what_is_told_helps() {
    let mut counts = Counts::default();
    let mut different = BTreeSet::new();
    for (host, dirs) in programs() {
        let all: Vec<PathBuf> = dirs.iter().flat_map(|dir| modules(dir)).collect();
        if !Path::new(host).is_file() || all.is_empty() {
            continue;
        }
        let opened = OpenedFiles::default();
        let foretold = resolve_files_opened(Path::new(host), &all, &opened, &OfMachine::default());
        let foretold = foretold.unwrap_or_else(|error| panic!("{host}: {error}"));
        counts.modules += foretold.len();
        different.extend(all.iter().filter_map(|module| module.canonicalize().ok()));
        carry_out(Path::new(host), &foretold, &mut counts);
    }
    println!("{} different modules, {counts:#?}", different.len());
    let told: usize = counts.told.values().sum();
    let helped: usize = counts.helped.values().sum();
    assert!(helped as f64 >= told as f64 * ENOUGH, "{helped} of {told} loaded then");
}

fn programs() -> Vec<(&'static str, Vec<&'static str>)> {
    let known = PROGRAMS.iter().filter_map(|program| {
        let host = program.hosts.iter().find(|host| Path::new(host).is_file())?;
        Some((*host, program.dirs.to_vec()))
    });
    let more = MORE.iter().map(|(host, dir)| (*host, vec![*dir]));
    let unpacked = UNPACKED.iter().map(|(host, dirs)| (*host, dirs.to_vec()));
    known.chain(more).chain(unpacked).take(count(0, usize::MAX)).collect()
}

#[derive(Debug, Default)]
struct Counts {
    modules: usize,
    failing: usize,
    /// Why nothing was told that would help.
    untold: BTreeMap<&'static str, usize>,
    /// By kind of advice.
    told: BTreeMap<&'static str, usize>,
    helped: BTreeMap<&'static str, usize>,
}

/// Does what is told, for all modules for which it is the same at once.
fn carry_out(host: &Path, foretold: &[Report], counts: &mut Counts) {
    let mut groups: BTreeMap<(&'static str, Carried), Vec<PathBuf>> = BTreeMap::new();
    for report in foretold.iter().filter(|report| report.verdict == Verdict::MissingSymbols) {
        counts.failing += 1;
        match what_to_do(host, report) {
            Ok(done) => groups.entry(done).or_default().push(PathBuf::from(&report.module)),
            Err(why) => {
                let symbols: Vec<&str> =
                    report.missing.iter().map(|lost| &*lost.symbol).take(4).collect();
                println!("{why}: {} in {}: {symbols:?} {:?}", report.module, report.host, report.advice);
                *counts.untold.entry(why).or_default() += 1;
            }
        }
    }
    for ((kind, (host, first)), modules) in groups {
        *counts.told.entry(kind).or_default() += modules.len();
        let opened = OpenedFiles { first, ..OpenedFiles::default() };
        let timeout = Duration::from_secs(60);
        let how =
            CheckFiles { opened, timeout, jobs: 2, whole_program: false, jobserver: None, cache: None };
        let real = match check_load_files(&host, &modules, how, &mut |_| {}) {
            Ok(real) => real,
            Err(error) => {
                println!("{}: {error}", host.display());
                continue;
            }
        };
        for report in real {
            match report.verdict {
                Verdict::Loads => *counts.helped.entry(kind).or_default() += 1,
                _ => println!("{kind}: {} in {}: {}", report.module, report.host, report.detail),
            }
        }
    }
}

/// The kind of the advice, and what it comes to; or why there is none.
fn what_to_do(host: &Path, report: &Report) -> Result<(&'static str, Carried), &'static str> {
    let paths = |names: &[String]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
    if !report.needs_modules.is_empty() {
        return Ok(("load first", (host.to_owned(), paths(&report.needs_modules))));
    }
    for advice in &report.advice {
        match advice {
            Advice::OtherHost { host, first, .. } => {
                return Ok(("other host", (PathBuf::from(host), paths(first))));
            }
            // Loaded before it for all to see, they are where a link with them would put them.
            Advice::Libraries { libraries } => {
                let libraries = libraries.iter().map(|library| PathBuf::from(&library.path));
                return Ok(("libraries", (host.to_owned(), libraries.collect())));
            }
            _ => {}
        }
    }
    Err(match report.advice.first() {
        Some(Advice::Cycle { .. }) => "a cycle",
        Some(Advice::DoesNotHelp { .. }) => "who has it does not load",
        Some(Advice::Sanitizer { .. }) => "a sanitizer",
        Some(Advice::Archive { .. }) => "in an archive",
        _ => "nobody has it",
    })
}
