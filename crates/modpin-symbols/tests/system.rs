//! The symbols of this system's own files, compared with what readelf and nm print of them.
//!
//! Every file must agree with readelf in each symbol: name, version, binding, visibility, defined or not; and with nm in
//! names, versions, defined or not. MODPIN_SYSTEM_FILES=100000 compares all files that there are, however large.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use modpin_symbols::{Binding, Form, Index, Object, Table, read_loadable};

use crate::cc;

/// Files that a system with a C compiler has somewhere, found by asking gcc, and some that many have.
fn files() -> Vec<String> {
    let asked = [
        "crt1.o",
        "crti.o",
        "libc.a",
        "libc_nonshared.a",
        "libm.so.6",
        "libc.so.6",
        "libgcc.a",
        "libgcc_s.so.1",
    ];
    let maybe = [
        "libcrypto.a",
        "liblua5.4.a",
        "libsqlite3.a",
        "libstdc++.a",
        "libstdc++.so.6",
        "libcrypto.so.3",
    ];
    let find = |name: &&str| {
        let output = Command::new("gcc").arg(format!("-print-file-name={name}")).output().expect("gcc");
        let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Path::new(&path).is_absolute().then_some(path)
    };
    asked.iter().chain(&maybe).filter_map(find).collect()
}

/// One line a symbol, as `unit defined GLOBAL DEFAULT name@@version`; units are counted, as names repeat.
fn ours(index: &Index<'_>) -> BTreeSet<String> {
    let units = index.units.iter().filter_map(|unit| unit.object());
    units.enumerate().flat_map(|(unit, object)| lines(unit, &object.table)).collect()
}

fn lines(unit: usize, table: &Table<'_>) -> Vec<String> {
    let full = |name: &str, version: Option<&str>, default: bool| match version {
        // The symbol that stands for the version itself; readelf leaves its version out.
        Some(version) if version == name => name.to_owned(),
        Some(version) => format!("{name}{}{version}", if default { "@@" } else { "@" }),
        None => name.to_owned(),
    };
    let defined = table.defined.iter().map(|symbol| {
        let binding = match symbol.binding {
            Binding::Global => "GLOBAL",
            Binding::Weak => "WEAK",
            Binding::Unique => "UNIQUE",
        };
        let name = full(&symbol.name, symbol.version.as_deref(), symbol.default_version);
        format!("{unit} defined {binding} {} {name}", symbol.visibility.word().to_uppercase())
    });
    let needed = table.needed.iter().map(|symbol| {
        let binding = if symbol.weak { "WEAK" } else { "GLOBAL" };
        let name = full(&symbol.name, symbol.version.as_deref(), false);
        format!("{unit} undefined {binding} {} {name}", symbol.visibility.word().to_uppercase())
    });
    defined.chain(needed).collect()
}

fn theirs(path: &str, relocatable: bool) -> BTreeSet<String> {
    let what = if relocatable { "-sW" } else { "--dyn-syms" };
    let output =
        Command::new("readelf").args(["-W", what, path]).env("LC_ALL", "C").output().expect("readelf");
    let mut unit = 0;
    let mut first = true;
    let mut symbols = BTreeSet::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if line.starts_with("File: ") {
            unit += usize::from(!std::mem::take(&mut first));
        }
        symbols.extend(symbol(unit, line));
    }
    symbols
}

/// One line a symbol, as `unit defined name@@version`. nm says nothing of visibility.
fn of_nm(path: &str, index: &Index<'_>, relocatable: bool) -> BTreeSet<String> {
    let what = if relocatable { "-g" } else { "-gD" };
    // With gcc's plugin nm shows the compiler's names of an LTO object, not the linker's.
    let args = ["--plugin=/dev/null", "-P", what, path];
    let output = Command::new("nm").args(args).env("LC_ALL", "C").output().expect("nm");
    // It passes over what is no object.
    let is_object: Vec<bool> = index.units.iter().map(|unit| unit.object().is_some()).collect();
    let is_archive = index.object().is_none();
    let (mut unit, mut member) = (0, 0);
    let mut symbols = BTreeSet::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if is_archive && line.starts_with(path) && line.ends_with("]:") {
            member += 1;
            unit = is_object.iter().take(member).filter(|is| **is).count().saturating_sub(1);
            continue;
        }
        let Some((name, rest)) = line.split_once(' ') else { continue };
        let (defined, name) = match rest.as_bytes().first() {
            Some(b'U' | b'w' | b'v') => ("undefined", name.replace("@@", "@")),
            _ => ("defined", name.to_owned()),
        };
        symbols.insert(format!("{unit} {defined} {name}"));
    }
    symbols
}

/// `   Num: Value Size Type Bind Vis Ndx Name (version)`
fn symbol(unit: usize, line: &str) -> Option<String> {
    // In files that do not say that they are GNU's, readelf does not call STB_GNU_UNIQUE and STT_GNU_IFUNC by name.
    let line = line.replace("<OS specific>: 10", "UNIQUE");
    let words: Vec<&str> = line.split_whitespace().collect();
    let &[number, _, _, kind, binding, visibility, section, name, ..] = words.as_slice() else {
        return None;
    };
    let counted = number.strip_suffix(':')?.parse::<usize>().is_ok();
    let wanted = binding != "LOCAL" && !["SECTION", "FILE"].contains(&kind);
    // A needed version is shown as `name@V` by some readelfs and as `name@@V` by others.
    let (defined, name) = match section {
        "UND" => ("undefined", name.replace("@@", "@")),
        _ => ("defined", name.to_owned()),
    };
    (counted && wanted).then(|| format!("{unit} {defined} {binding} {visibility} {name}"))
}

/// How many files there are at least where everything is installed.
const ENOUGH: usize = 500;

/// How many are compared when nobody asks for more, and how large they are at most.
const USUAL: (usize, u64) = (2_000, 10_000_000);

/// Objects, archives and libraries of the system, the ones that every system has first; sorted, each once, none so large
/// that a test should not read it.
fn all_files() -> Vec<String> {
    let mut found = BTreeSet::new();
    for dir in ["/usr/lib", "/lib", "/usr/lib64"] {
        walk(Path::new(dir), 6, &mut found);
    }
    let asked = std::env::var("MODPIN_SYSTEM_FILES").ok();
    let (count, largest) = match asked.map(|text| text.parse().expect("a number of files")) {
        Some(count) => (count, u64::MAX),
        None => USUAL,
    };
    let wanted = |path: &&PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_ours = name.ends_with(".o") || name.ends_with(".a") || name.contains(".so");
        is_ours && std::fs::metadata(path).is_ok_and(|found| found.len() < largest)
    };
    let found: Vec<&PathBuf> = found.iter().filter(wanted).collect();
    // Evenly over all directories.
    let step = found.len().div_ceil(count).max(1);
    let some = found.into_iter().step_by(step).map(|path| path.to_string_lossy().into_owned());
    files().into_iter().chain(some).collect()
}

fn walk(dir: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => walk(&entry.path(), depth - 1, found),
            Ok(kind) if kind.is_file() => {
                found.extend(std::fs::canonicalize(entry.path()));
            }
            _ => {}
        }
    }
}

#[test]
fn every_symbol_agrees_with_readelf() {
    let files = all_files();
    let totals = Mutex::new((0, 0, 0));
    let all_agree = |files: &[String]| files.iter().filter(|path| agrees(path, &totals)).count();
    let (one, other) = files.split_at(files.len() / 2);
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(|| all_agree(one));
        (all_agree(other), one.join().expect("no file disagrees"))
    });
    let count = one + other;
    let (symbols, hidden, versioned) = *totals.lock().expect("the counts");
    eprintln!(
        "{count} files agree with readelf and nm in {symbols} symbols, {hidden} of them hidden, {versioned} versioned"
    );
    assert!(hidden > 0 && versioned > 0, "there is nothing of a kind");
    if count < ENOUGH {
        modpin_test::skip(
            &format!("the comparison of {ENOUGH} files"),
            &format!("there are {count} here"),
        );
    }
}

/// Compares a file; false for one that is neither an object nor an archive.
fn agrees(path: &str, totals: &Mutex<(usize, usize, usize)>) -> bool {
    let bytes = std::fs::read(path).expect("a readable file");
    // A script that names archives is none: readelf cannot read it, either.
    let refused = &mut |_: &str| Err(std::io::ErrorKind::Unsupported.into());
    let Ok(index) = Index::read(&bytes, refused) else {
        let readelf = Command::new("readelf").args(["-h", path]).output().expect("readelf");
        assert!(!readelf.status.success() || readelf.stdout.is_empty(), "{path}: readelf can read it");
        return false;
    };
    let relocatable = |object: &Object<'_>| object.form == Form::Relocatable;
    let relocatable = index.units.iter().filter_map(|unit| unit.object()).all(relocatable);
    let (ours, theirs) = (ours(&index), theirs(path, relocatable));
    let missing: Vec<_> = theirs.difference(&ours).take(5).collect();
    let invented: Vec<_> = ours.difference(&theirs).take(5).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "{path}: missing {missing:?}, invented {invented:?}"
    );
    let spoken = |line: &String| {
        let words: Vec<&str> = line.split(' ').collect();
        format!("{} {} {}", words[0], words[1], words[4..].join(" "))
    };
    let named: BTreeSet<String> = ours.iter().map(spoken).collect();
    let of_nm = of_nm(path, &index, relocatable);
    let missing: Vec<_> = of_nm.difference(&named).take(5).collect();
    let invented: Vec<_> = named.difference(&of_nm).take(5).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "{path}: nm: missing {missing:?}, invented {invented:?}"
    );
    let count = |what: &str| ours.iter().filter(|line| line.contains(what)).count();
    let mut totals = totals.lock().expect("the counts");
    *totals = (totals.0 + ours.len(), totals.1 + count(" HIDDEN "), totals.2 + count("@"));
    drop(totals);
    let text = index.to_text();
    assert!(Index::parse(&text).expect("our own text") == index, "{path}: the text form differs");
    if bytes.len() < 20_000_000 {
        cc::names_agree(path, &bytes, &index);
    }
    if let Some(object) = index.object().filter(|object| object.form != Form::Relocatable) {
        loads_as_it_links(path, &bytes, object);
    }
    true
}

/// What a loader finds by way of hash table and relocations is what a linker reads in the symbol table.
fn loads_as_it_links(path: &str, bytes: &[u8], object: &Object<'_>) {
    let loadable = read_loadable(bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
    let defined: BTreeSet<&str> = object.table.defined.iter().map(|symbol| &*symbol.name).collect();
    let needed: BTreeSet<&str> = object.table.needed.iter().map(|symbol| &*symbol.name).collect();
    let offered: BTreeSet<String> = loadable.offers.names().map(Cow::into_owned).collect();
    let offered: BTreeSet<&str> = offered.iter().map(String::as_str).collect();
    // The names of versions are symbols without a place.
    let versions = loadable.versions.clone().unwrap_or_default();
    let is_version = |name: &&&str| versions.iter().any(|version| version == **name);
    // Some linkers leave hidden symbols in the dynamic table, where no loader takes them.
    let visible = object.table.defined.iter().filter(|symbol| symbol.visibility.exportable());
    let visible: BTreeSet<&str> = visible.map(|symbol| &*symbol.name).collect();
    let lost: Vec<_> = visible.difference(&offered).filter(|name| !is_version(name)).take(5).collect();
    assert!(lost.is_empty() && offered.is_subset(&defined), "{path}: a loader does not find {lost:?}");
    for ask in loadable.asks.iter() {
        let known = if ask.own { &defined } else { &needed };
        assert!(known.contains(&*ask.name.text()), "{path}: nobody asks for {:?}", ask.name);
    }
    let dynamic = object.dynamic.as_deref().cloned().unwrap_or_default();
    let names: Vec<&str> = dynamic.needed.iter().map(|name| &**name).collect();
    assert_eq!(loadable.needed, names, "{path}: DT_NEEDED");
    assert_eq!(loadable.soname.as_deref(), dynamic.soname.as_deref(), "{path}: DT_SONAME");
    assert_eq!(loadable.interp.as_deref(), dynamic.interp.as_deref(), "{path}: PT_INTERP");
    assert_eq!(loadable.bind_now, dynamic.bind_now, "{path}: -z now");
}
