//! Programs and modules of musl: what its versions differ in, and files that others built for it. With `MODPIN_RELIABILITY=full`,
//! `MODPIN_MUSL_HOST` names a program and `MODPIN_MUSL` a directory below which modules are: what is foretold of each is compared with
//! what musl's loader does. Packages for `musllinux` of PyPI and for `linux-x64-musl` of npm hold such modules, many of them in Rust;
//! `@oven/bun-linux-x64-musl` is a program that loads the latter.

use std::collections::BTreeMap;
use std::path::PathBuf;

use expect_test::expect;
use modpin::foreign::{OpenedFiles, resolve_files};
use modpin::load_check::{Report, Verdict};
use modpin_test::skip::{is_missing, skip, skip_for_good};
use modpin_test::{World, look::word, reliability};

use super::{agreed, lines, loaded, paths};

#[test]
fn an_old_musl_knows_no_packed_relocations() {
    if is_missing("musl-gcc", "packed relocations under musl") {
        return;
    }
    let world = World::new(&[
        ("host.c", "int here; int *at = &here; int main(void) { return *at; }\n"),
        (
            "m.c",
            "int of_m; static int *at = &of_m; __attribute__((constructor)) static void begin(void) { *at = 1; }\n",
        ),
    ]);
    const PACKED: &str = "-Wl,-z,pack-relative-relocs";
    world.tool("musl-gcc", &["-rdynamic", "host.c", "-o", "host"]);
    world.tool("musl-gcc", &["-shared", "-fPIC", "m.c", PACKED, "-o", "m.so"]);
    let host = world.root().join("host");
    let modules = paths(&world, &["m.so"]);
    let foretold = resolve_files(&host, &modules, None).expect("an answer");
    if foretold[0].verdict == Verdict::Loads {
        agreed(&world, "host", &["m.so"]);
        return skip_for_good("packed relocations under an old musl", "this musl is a later one");
    }
    assert!(
        foretold[0].detail.contains("m.so has packed relocations (DT_RELR)"),
        "{}",
        foretold[0].detail
    );
    // Nothing but a crash comes of it; why is said all the same.
    let (real, said) = loaded(&host, OpenedFiles::default(), &modules);
    let real = real.expect("an answer");
    assert_eq!((lines(&real), said), ("m.so crashed\n".to_owned(), String::new()));
    assert!(real[0].detail.contains(&foretold[0].detail), "{}", real[0].detail);
    // The way out that is told.
    world.tool("musl-gcc", &["-shared", "-fPIC", "m.c", "-Wl,-z,nopack-relative-relocs", "-o", "m.so"]);
    assert_eq!(lines(&agreed(&world, "host", &["m.so"])), "m.so loads\n");
    // A program crashes before its main.
    world.tool("musl-gcc", &["-pie", "-fPIE", "-rdynamic", "host.c", PACKED, "-o", "packed"]);
    let foretold = resolve_files(&world.root().join("packed"), &modules, None).expect("an answer");
    assert!(foretold[0].detail.contains("packed has packed relocations"), "{}", foretold[0].detail);
}

#[test]
fn a_program_does_not_start_with_functions_that_are_chosen() {
    if is_missing("musl-gcc", "a program for musl with IFUNC") {
        return;
    }
    let chosen = "static int a(void) { return 0; }\nstatic int (*choose(void))(void) { return a; }\n\
        static int chosen(void) __attribute__((ifunc(\"choose\")));\nint (*where)(void) = chosen;\n";
    let world = World::new(&[
        ("l.c", chosen),
        ("host.c", "extern int (*where)(void); int main(void) { return where(); }\n"),
        ("m.c", "int m;\n"),
    ]);
    // musl's gcc knows no ifunc; another compiler's object has one all the same.
    world.tool("cc", &["-shared", "-fPIC", "-nostdlib", "l.c", "-Wl,-soname,libl.so", "-o", "libl.so"]);
    world.tool("musl-gcc", &["host.c", "./libl.so", "-Wl,-rpath,$ORIGIN", "-o", "host"]);
    world.tool("musl-gcc", &["-shared", "-fPIC", "m.c", "-o", "m.so"]);
    let said = agreed(&world, "host", &["m.so"]);
    assert_eq!(lines(&said), "m.so failed\n");
    assert!(said[0].detail.contains("IFUNC"), "{}", said[0].detail);
}

#[test]
fn it_is_every_library_of_libc_itself() {
    if is_missing("musl-gcc", "libraries that musl is itself") {
        return;
    }
    let world = World::new(&[("host.c", "int main(void) { return 0; }\n"), ("m.c", ""), ("lib.c", "")]);
    world.tool("musl-gcc", &["host.c", "-o", "host"]);
    let needing = |name: &str| {
        let module = format!("needs-{name}");
        world.tool(
            "musl-gcc",
            &["-shared", "-fPIC", "lib.c", &format!("-Wl,-soname,{name}"), "-o", "l.so"],
        );
        let m = ["-shared", "-fPIC", "m.c", "-Wl,--no-as-needed", "./l.so", "-o", &module];
        world.tool("musl-gcc", &m);
        module
    };
    let names = ["libc.musl-x86_64.so.1", "libm.so.6", "libpthread.so.0", "librt.so.1", "libother.so.1"];
    let modules = names.map(needing);
    expect![[r#"
        needs-libc.musl-x86_64.so.1 loads
        needs-libm.so.6 loads
        needs-libpthread.so.0 loads
        needs-librt.so.1 loads
        needs-libother.so.1 missing-library
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &modules.each_ref().map(String::as_str))));
}

#[test]
fn modules_that_others_built() {
    if !reliability::count(false, true) {
        return;
    }
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let (Some(host), Some(dir)) = (named("MODPIN_MUSL_HOST"), named("MODPIN_MUSL")) else {
        return skip("modules for musl", "MODPIN_MUSL_HOST and MODPIN_MUSL name none");
    };
    let modules = below(&dir);
    let foretold = resolve_files(&host, &modules, None).expect("an answer");
    let (real, said) = loaded(&host, OpenedFiles::default(), &modules);
    let real = real.expect("an answer");
    assert_eq!(said, "", "nothing to wonder about");
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut others = Vec::new();
    for (foretold, real) in foretold.iter().zip(&real) {
        *counts.entry((word(foretold.verdict), word(real.verdict))).or_default() += 1;
        if line(foretold) != line(real) {
            others.push(format!("{}foretold: {}", lines(std::slice::from_ref(real)), foretold.detail));
        }
    }
    println!("{} modules, as foretold and as loaded: {counts:#?}", modules.len());
    // A constructor may crash; nothing else may differ.
    let others: Vec<_> = others.into_iter().filter(|other| !other.contains(" crashed\n")).collect();
    assert!(others.is_empty(), "{others:#?}");
}

fn line(report: &Report) -> (Verdict, Vec<&str>) {
    (report.verdict, report.missing.iter().map(|missing| missing.symbol.as_str()).collect())
}

fn below(dir: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a directory").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(below(&path)),
            Ok(kind) if kind.is_file() => {
                let is_module =
                    name.ends_with(".so") || name.contains(".so.") || name.ends_with(".node");
                found.extend(is_module.then_some(path));
            }
            _ => {}
        }
    }
    found.sort();
    found
}
