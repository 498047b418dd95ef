//! Plugins of real programs (row N5): for each one, what is read from the files is what the loader says. What is installed
//! is tested; CI installs enough for more than [`ENOUGH`] modules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use modpin::foreign::{CheckFiles, OpenedFiles, check_load_files, resolve_files};
use modpin::load_check::{Report, Verdict, agrees};
use modpin_test::look::word;
use modpin_test::reliability::count;
use modpin_test::skip;
use modpin_test::skip::is_long;

/// A program with plugins: its package, itself, and where the plugins lie. The first of several places of a program counts.
pub struct Plugins {
    package: &'static str,
    pub hosts: &'static [&'static str],
    pub dirs: &'static [&'static str],
}

pub const PROGRAMS: [Plugins; 19] = [
    Plugins { package: "libc-bin", hosts: &["/usr/bin/iconv"], dirs: &["/usr/lib/*/gconv"] },
    Plugins {
        package: "libpam-modules login",
        hosts: &["/usr/bin/su", "/bin/su"],
        dirs: &["/usr/lib/*/security"],
    },
    Plugins {
        package: "perl",
        hosts: &["/usr/bin/perl"],
        dirs: &["/usr/lib/*/perl", "/usr/lib/*/perl-base"],
    },
    Plugins {
        package: "python3",
        hosts: &["/usr/bin/python3.11", "/usr/bin/python3"],
        dirs: &["/usr/lib/python3.11/lib-dynload"],
    },
    Plugins {
        package: "apache2-bin",
        hosts: &["/usr/sbin/apache2"],
        dirs: &["/usr/lib/apache2/modules"],
    },
    Plugins { package: "zsh", hosts: &["/usr/bin/zsh", "/bin/zsh"], dirs: &["/usr/lib/*/zsh"] },
    Plugins { package: "collectd-core", hosts: &["/usr/sbin/collectd"], dirs: &["/usr/lib/collectd"] },
    Plugins {
        package: "gstreamer1.0-plugins-good gstreamer1.0-tools",
        hosts: &["/usr/bin/gst-inspect-1.0"],
        dirs: &["/usr/lib/*/gstreamer-1.0"],
    },
    Plugins {
        package: "postgresql-15",
        hosts: &["/usr/lib/postgresql/15/bin/postgres"],
        dirs: &["/usr/lib/postgresql/15/lib"],
    },
    Plugins {
        package: "nginx-core libnginx-mod-stream-geoip libnginx-mod-mail",
        hosts: &["/usr/sbin/nginx"],
        dirs: &["/usr/lib/nginx/modules"],
    },
    Plugins {
        package: "weechat-headless weechat-plugins",
        hosts: &["/usr/bin/weechat-headless"],
        dirs: &["/usr/lib/*/weechat"],
    },
    Plugins { package: "freeradius", hosts: &["/usr/sbin/freeradius"], dirs: &["/usr/lib/freeradius"] },
    Plugins { package: "irssi", hosts: &["/usr/bin/irssi"], dirs: &["/usr/lib/*/irssi"] },
    Plugins { package: "lua5.4 lua-socket", hosts: &["/usr/bin/lua5.4"], dirs: &["/usr/lib/*/lua"] },
    Plugins { package: "dovecot-core", hosts: &["/usr/lib/dovecot/auth"], dirs: &["/usr/lib/dovecot"] },
    Plugins { package: "php8.2-cli", hosts: &["/usr/bin/php8.2"], dirs: &["/usr/lib/php"] },
    Plugins {
        package: "qemu-utils qemu-block-extra",
        hosts: &["/usr/bin/qemu-img"],
        dirs: &["/usr/lib/*/qemu"],
    },
    Plugins { package: "ruby", hosts: &["/usr/bin/ruby3.1"], dirs: &["/usr/lib/*/ruby"] },
    Plugins {
        package: "vlc-plugin-base vlc-bin",
        hosts: &["/usr/bin/vlc"],
        dirs: &["/usr/lib/*/vlc/plugins"],
    },
];

/// How many modules there must be where everything is installed: a third of them is compared, or all.
const ENOUGH: usize = 180;

/// Packages that the test takes when they are there and does not insist on.
const OPTIONAL: [&str; 3] = ["vlc-plugin-base vlc-bin", "qemu-utils qemu-block-extra", "ruby"];

#[test]
fn what_is_read_is_what_the_loader_says() {
    if is_long("plugins::what_is_read_is_what_the_loader_says") {
        return;
    }
    let mut total = 0;
    for program in &PROGRAMS {
        let host = program.hosts.iter().map(Path::new).find(|host| host.is_file());
        let all = program.dirs.iter().flat_map(|dir| modules(dir));
        let modules: Vec<PathBuf> = all.step_by(count(3, 1)).collect();
        let Some(host) = host.filter(|_| !modules.is_empty()) else {
            if !OPTIONAL.contains(&program.package) {
                skip(
                    &format!("the plugins of {}", program.hosts[0]),
                    &format!("{} is not installed", program.package),
                );
            }
            continue;
        };
        total += compare(host, &modules);
    }
    println!("{total} modules: what was read is what the loader says");
    if total < ENOUGH {
        skip(&format!("the comparison of {ENOUGH} modules"), &format!("there are {total} here"));
    }
}

/// Compares all modules of a program; answers how many there are.
fn compare(host: &Path, modules: &[PathBuf]) -> usize {
    let foretold = resolve_files(host, modules, None).unwrap_or_else(|error| panic!("{error}"));
    let how = CheckFiles {
        opened: OpenedFiles::default(),
        timeout: Duration::from_secs(60),
        jobs: 2,
        whole_program: false,
        jobserver: None,
        cache: None,
    };
    let mut said = String::new();
    let real = match check_load_files(host, modules, how, &mut |text| said += &format!("{text}\n")) {
        Err(error) if error.to_string().contains("its loader obeys nobody") => {
            skip(
                &format!("the plugins of {}", host.display()),
                "only root can ask the loader of a setuid program",
            );
            return 0;
        }
        real => real.unwrap_or_else(|error| panic!("{error}")),
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (foretold, real) in foretold.iter().zip(&real) {
        assert!(
            agrees(foretold.verdict, real.verdict),
            "{} in {}: read {} ({}), but the loader says {} ({})",
            real.module,
            real.host,
            word(foretold.verdict),
            foretold.detail,
            word(real.verdict),
            real.detail
        );
        *counts.entry(word(real.verdict)).or_default() += 1;
    }
    assert_eq!(said, "", "the load check compares, too");
    let counted = foretold.iter().filter(|report| report.verdict == Verdict::MissingSymbols);
    counted.take(3).for_each(|report| every_missing_symbol(host, report));
    let helped = helped(host, &foretold);
    println!("{}: {} modules, {counts:?}; {helped} load after others", host.display(), foretold.len());
    foretold.len()
}

/// Loads modules after those that they are told to load first; answers how many load then, and those must be all. Modules that
/// need the same are asked together, and of many such groups some.
fn helped(host: &Path, foretold: &[Report]) -> usize {
    let mut groups: BTreeMap<&[String], Vec<PathBuf>> = BTreeMap::new();
    for report in foretold.iter().filter(|report| !report.needs_modules.is_empty()) {
        groups.entry(&report.needs_modules).or_default().push(PathBuf::from(&report.module));
    }
    for (needs, modules) in groups.iter().take(6) {
        let first = needs.iter().map(PathBuf::from).collect();
        let opened = OpenedFiles { first, ..OpenedFiles::default() };
        let timeout = Duration::from_secs(60);
        let how =
            CheckFiles { opened, timeout, jobs: 2, whole_program: false, jobserver: None, cache: None };
        let real = check_load_files(host, modules, how, &mut |text| panic!("{text}"));
        for report in real.unwrap_or_else(|error| panic!("{error}")) {
            let Report { module, verdict, detail, .. } = &report;
            assert_eq!(*verdict, Verdict::Loads, "{module} after {needs:?}: {detail}");
        }
    }
    groups.values().take(6).map(Vec::len).sum()
}

/// The loader's own list of all that is missing, when it is asked to go on (ld.so(8): LD_WARN).
fn every_missing_symbol(host: &Path, report: &Report) {
    let mut command = Command::new(host);
    command.env("LD_TRACE_LOADED_OBJECTS", "1").env("LD_WARN", "yes").env("LD_BIND_NOW", "yes");
    let output =
        command.env("LD_PRELOAD", &report.module).env("LC_ALL", "C").output().expect("the loader");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    let listed: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.split_once("undefined symbol: "))
        .filter_map(|(_, rest)| rest.split([',', ' ', '\t', '(']).next())
        .collect();
    let ours: BTreeSet<&str> =
        report.missing.iter().filter_map(|missing| missing.symbol.split('@').next()).collect();
    assert_eq!(ours, listed, "{} in {}", report.module, host.display());
}

/// The modules below a directory, whose name may hold one `*`; sorted.
pub fn modules(dir: &str) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    match dir.split_once('*') {
        None => walk(Path::new(dir), &mut found),
        Some((above, below)) => {
            for entry in std::fs::read_dir(above).into_iter().flatten().flatten() {
                walk(&entry.path().join(below.trim_start_matches('/')), &mut found);
            }
        }
    }
    found.into_iter().collect()
}

fn walk(dir: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, found),
            // Where a library is a module as well, the module's name is a link.
            Ok(_) if path.is_file() && path.extension().is_some_and(|extension| extension == "so") => {
                found.insert(path);
            }
            _ => {}
        }
    }
}
