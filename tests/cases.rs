//! Every folder of `tests/cases`, with every linker: built, loaded, run, compared with its directives.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use modpin::load_check::Report;
use modpin_test::child;
use modpin_test::look::{report, word};
use modpin_test::reliability::count;
use modpin_test::skip::{is_long, is_missing};
use modpin_test::{Case, CaseModule, World, linkers};

#[test]
fn every_case_with_every_linker() {
    run(&linkers("cases"));
}

/// The same C through clang, which has other defaults: what is about it, and some of the rest.
#[test]
fn every_case_with_clang() {
    if child::inside() {
        return run(&linkers("cases with clang")
            .into_iter()
            .filter(|name| ["bfd", "lld"].contains(name))
            .rev()
            .take(count(1, 2))
            .collect::<Vec<_>>());
    }
    if is_missing("clang", "cases with clang") {
        return;
    }
    child::run_again("cases::every_case_with_clang", &[("CC", "clang")]);
}

fn run(linkers: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let entries = std::fs::read_dir(&folder).expect("the folder of cases").flatten();
    let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut cases: Vec<Case> = folders.map(|folder| Case::read(&folder)).collect();
    cases.sort_by(|one, other| other.name.cmp(&one.name));
    assert!(cases.len() > 30, "cases are lost");
    let load_h = std::fs::read_to_string(folder.join("load.h")).expect("load.h");
    let with_second = !is_long("cases with a second linker");
    let todo = Mutex::new(cases.into_iter().enumerate().collect::<Vec<_>>());
    let failures = Mutex::new(Vec::new());
    let work = || {
        let next = || todo.lock().expect("the list").pop();
        while let Some((at, case)) = next() {
            let run = || run_case(&case, &load_h, &linkers_of(at, &case, linkers, with_second));
            let failed = std::panic::catch_unwind(run).is_err();
            failures.lock().expect("the list").extend(failed.then_some(case.name));
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let failures = failures.into_inner().expect("the list");
    assert!(
        failures.is_empty(),
        "cases that failed: {}; what is wrong stands above",
        failures.join(", ")
    );
}

/// Each case meets the compiler's usual linker and, if that is wanted, one other: all of them when everything is counted. With clang a third of
/// what is not about it, or everything.
fn linkers_of<'a>(at: usize, case: &Case, linkers: &[&'a str], with_second: bool) -> Vec<&'a str> {
    let is_about =
        |linker: &&&str| case.linkers.is_empty() || case.linkers.iter().any(|name| name == **linker);
    let about: Vec<&str> = linkers.iter().filter(is_about).copied().collect();
    match (child::inside(), about.split_first()) {
        (true, _) if case.needs.is_none() && !at.is_multiple_of(count(3, 1)) => Vec::new(),
        (false, Some((first, others))) if !others.is_empty() => {
            if case.linkers.is_empty() && !with_second {
                return vec![*first];
            }
            let one = at % others.len();
            let others = if count(false, true) { others } else { &others[one..=one] };
            [&[*first], others].concat()
        }
        _ => about,
    }
}

fn run_case(case: &Case, load_h: &str, linkers: &[&str]) {
    let files: Vec<(&str, &str)> =
        case.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut world = World::new(&files);
    world.write("load.h", load_h);
    // Who is not about it never comes near it, on a busy machine neither.
    world.timeout = Duration::from_secs(case.timeout.unwrap_or(60));
    let compiler = world.toolchain().expect("a compiler").compiler;
    let is_clang = compiler.rsplit('/').next().unwrap_or_default().contains("clang");
    if case.needs.as_deref().is_some_and(|needs| (needs == "clang") != is_clang) {
        return println!("{:36} is not about {compiler}", case.name);
    }
    for linker in linkers {
        let started = Instant::now();
        with_linker(case, &world, linker);
        println!("{:36} {linker:4} {:5} ms", case.name, started.elapsed().as_millis());
    }
}

fn with_linker(case: &Case, world: &World, linker: &str) {
    let at = format!("case {} with {linker}", case.name);
    let ldflags = [format!("-fuse-ld={linker}")];
    let declare = |project: &mut modpin::Project| case.declare(project, &ldflags);
    let sources = world.sources();

    let build = world.build(declare);
    assert_eq!(build.outcome.success(), case.refused.is_empty(), "{at}: {}", build.said);
    for words in &case.refused {
        assert!(build.said.contains(words), "{at}: no {words:?} in what was said:\n{}", build.said);
    }
    // What prints a warning in every build soon is not read any more.
    if case.refused.is_empty() {
        assert_eq!(build.said, "", "{at}: what the build says");
    }
    let wants_links = case.refused.is_empty() || !case.modules.iter().all(|m| m.missing.is_empty());
    if wants_links {
        pins_are_right(case, world, &at);
    }

    let (reports, _) = world.check_load(declare);
    let built: Vec<&CaseModule> =
        case.modules.iter().filter(|_| wants_links || !reports.is_empty()).collect();
    for module in built {
        verdict_is_right(module, report(&reports, &module.name), &at);
        if let (Some(prints), true) = (&module.prints, case.refused.is_empty()) {
            let file = world.built(&format!("{}.so", module.name)).to_string_lossy().into_owned();
            assert_eq!(&world.printed("host", &[&file]), prints, "{at}: what {} prints", module.name);
        }
    }
    assert_eq!(world.sources(), sources, "{at}: a load check left files behind");
    nobody_is_left(world, &at);
}

fn pins_are_right(case: &Case, world: &World, at: &str) {
    let plan = world.pin_report("host").plan;
    let pins: Vec<&str> = plan.pins.iter().map(|pin| pin.symbol.as_str()).collect();
    if let Some(expected) = &case.pins {
        assert_eq!(&pins, expected, "{at}: pins");
    }
    if let Some(expected) = &case.from {
        let sites: Vec<String> = plan.pins.iter().map(|pin| pin.site.to_string()).collect();
        assert_eq!(&sites, expected, "{at}: where the pins are");
    }
    let Some(expected) = &case.exports else { return };
    // The finished program's own word: of its own names, exactly these.
    let own: BTreeSet<String> = world
        .files(".modpin/obj")
        .iter()
        .filter_map(|path| modpin_symbols::read_object(&world.bytes(path)).ok()?.into_owned().into())
        .flat_map(|object: modpin_symbols::Object<'static>| object.table.defined)
        .map(|symbol| symbol.name.to_string())
        .collect();
    let mut shown = world.exports("host");
    shown.retain(|name| own.contains(name));
    shown.sort();
    assert_eq!(&shown, expected, "{at}: .dynsym of the host");
}

fn verdict_is_right(module: &CaseModule, report: &Report, at: &str) {
    let expected = match (&module.verdict, module.missing.is_empty()) {
        (Some(verdict), _) => verdict,
        (None, false) => "missing-symbols",
        (None, true) => "loads",
    };
    assert_eq!(word(report.verdict), expected, "{at}: {}: {}", module.name, report.detail);
    let missing: Vec<&str> = report.missing.iter().map(|missing| missing.symbol.as_str()).collect();
    assert_eq!(missing, module.missing, "{at}: {}", module.name);
}

/// Processes that were killed need a moment to be gone. Those that were not would be there for ever.
fn nobody_is_left(world: &World, at: &str) {
    let patience = Instant::now();
    while !world.processes().is_empty() {
        assert!(
            patience.elapsed() < Duration::from_secs(60),
            "{at}: still run: {:?}",
            world.processes()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}
