//! Ways out of a module that does not load: each that is told is carried out, and what does not help is not told as one.

use std::process::Command;

use modpin::foreign::{OpenedFiles, pins_of_files, response_file};
use modpin::load_check::{Advice, LibraryWithIt, NeededOf, Report, Verdict};
use modpin_test::World;
use modpin_test::look::word;
use modpin_test::skip;

use super::{agreed, agreed_after, loaded, paths};

/// A host that loads what it is told, and a module for each source.
fn world(sources: &[(&str, &str)]) -> World {
    let world = World::new(sources);
    world.write(
        "host.c",
        "#include <dlfcn.h>\n#include <stdio.h>\nint host(void) { return 1; }\nint main(int count, char **names) {\n\
         for (int at = 1; at < count; at++)\nif (!dlopen(names[at], RTLD_NOW)) { puts(dlerror()); return 1; }\nreturn 0; }\n",
    );
    world.tool("cc", &["-rdynamic", "host.c", "-o", "host"]);
    world
}

fn module(world: &World, name: &str, more: &[&str]) {
    let (source, output) = (format!("{name}.c"), format!("{name}.so"));
    let args = [&["-shared", "-fPIC", &source, "-o", &output], more].concat();
    world.tool("cc", &args);
}

/// What is said of one, and nothing of where the world is.
fn told(world: &World, report: &Report) -> String {
    let text = format!("{} after {:?} {:?}", word(report.verdict), report.needs_modules, report.advice);
    text.replace(&format!("{}/", world.root().display()), "")
}

fn first(world: &World, report: &Report) -> Vec<String> {
    let below = format!("{}/", world.root().display());
    report.needs_modules.iter().map(|name| name.replace(&below, "")).collect()
}

#[test]
fn what_a_module_brings_through_its_libraries_counts() {
    let world = world(&[
        ("deep.c", "int deep(void) { return 1; }\n"),
        ("bringer.c", "int deep(void); int bringer(void) { return deep(); }\n"),
        ("asker.c", "int deep(void); int asker(void) { return deep(); }\n"),
    ]);
    world.tool("mkdir", &["lib"]);
    world.tool("cc", &["-shared", "-fPIC", "deep.c", "-o", "lib/libdeep.so"]);
    module(&world, "bringer", &["-Llib", "-ldeep", "-Wl,-rpath,$ORIGIN/lib"]);
    module(&world, "asker", &[]);
    let reports = agreed(&world, "host", &["asker.so"]);
    let found = reports[0].missing[0].found_in.join(" ");
    assert!(found.contains("libdeep.so, which comes with ") && found.contains("bringer.so"), "{found}");
    let first = first(&world, &reports[0]);
    assert_eq!(first, ["bringer.so"]);
    let reports = agreed_after(&world, "host", &["bringer.so"], &["asker.so"]);
    assert_eq!(reports[0].verdict, Verdict::Loads);
}

#[test]
fn who_does_not_load_is_no_help_and_another_one_is_taken() {
    let world = world(&[
        (
            "broken.c",
            "int nobody_has_it(void); int f(void) { return 1; } int g(void) { return nobody_has_it(); }\n",
        ),
        ("good.c", "int g(void) { return 2; }\n"),
        ("asker.c", "int g(void); int asker(void) { return g(); }\n"),
        ("other.c", "int f(void), g(void); int other(void) { return f() + g(); }\n"),
    ]);
    for name in ["broken", "good", "asker", "other"] {
        module(&world, name, &[]);
    }
    let reports = agreed(&world, "host", &["broken.so", "asker.so", "other.so"]);
    assert_eq!(first(&world, &reports[1]), ["good.so"], "broken.so was named, and it does not load");
    let said = told(&world, &reports[2]);
    assert_eq!(
        said,
        r#"missing-symbols after [] [DoesNotHelp { module: "broken.so", why: "undefined symbol: nobody_has_it" }]"#
    );
}

#[test]
fn another_version_is_no_help() {
    let world = world(&[
        ("old.c", "int f(void) { return 1; }\n"),
        ("asker.c", "int f(void); int asker(void) { return f(); }\n"),
        ("old.map", "V1 { global: f; };\n"),
        ("new.map", "V1 { }; V2 { global: f; } V1;\n"),
    ]);
    world.tool("mkdir", &["lib"]);
    // Linked with the newer one, and the older one is found.
    let library = ["-shared", "-fPIC", "old.c", "-o", "lib/libf.so", "-Wl,-soname,libf.so"];
    world.tool("cc", &[&library[..], &["-Wl,--version-script,new.map"]].concat());
    module(&world, "asker", &["-Llib", "-lf", "-Wl,-rpath,$ORIGIN/lib"]);
    world.tool("cc", &[&library[..], &["-Wl,--version-script,old.map"]].concat());
    world.tool("cp", &["lib/libf.so", "f.so"]);
    let reports = agreed(&world, "host", &["asker.so"]);
    assert_eq!(reports[0].verdict, Verdict::MissingSymbols);
    assert_eq!(told(&world, &reports[0]), "missing-symbols after [] []");
}

#[test]
fn modules_that_need_each_other_are_named_with_the_symbols() {
    let world = world(&[
        ("a.c", "int b(void); int a(void) { return b(); }\n"),
        ("b.c", "int c(void); int b(void) { return c(); }\n"),
        ("c.c", "int a(void); int c(void) { return a(); }\n"),
    ]);
    for name in ["a", "b", "c"] {
        module(&world, name, &[]);
    }
    let reports = agreed(&world, "host", &["a.so"]);
    let need = |module: &str, symbol: &str, of: &str| {
        let path = |name: &str| world.root().join(name).to_string_lossy().into_owned();
        NeededOf { module: path(module), symbol: symbol.to_owned(), of: path(of) }
    };
    let needs = vec![need("a.so", "b", "b.so"), need("b.so", "c", "c.so"), need("c.so", "a", "a.so")];
    assert_eq!(reports[0].advice, [Advice::Cycle { needs }]);
    assert_eq!(reports[0].needs_modules, [""; 0]);
}

#[test]
fn a_module_of_another_program_is_told_its_host() {
    let names: Vec<String> = (0..5).map(|at| format!("imap_{at}")).collect();
    let define = |name: &String| format!("int {name}(void) {{ return 1; }}\n");
    let imap: String = names.iter().map(define).collect();
    let asks: String = names.iter().map(|name| format!("int {name}(void);\n")).collect();
    let calls = names.iter().map(|name| format!("{name}()")).collect::<Vec<_>>().join(" + ");
    let world = world(&[
        ("imap.c", &format!("{imap}int main(void) {{ return 0; }}\n")),
        ("quota.c", "int quota(void) { return 1; }\n"),
        (
            "plugin.c",
            &format!("{asks}int quota(void);\nint plugin(void) {{ return quota() + {calls}; }}\n"),
        ),
    ]);
    world.tool("mkdir", &["-p", "lib/plugins"]);
    world.tool("cc", &["-rdynamic", "imap.c", "-o", "lib/imap"]);
    for name in ["plugin", "quota"] {
        let (source, output) = (format!("{name}.c"), format!("lib/plugins/{name}.so"));
        world.tool("cc", &["-shared", "-fPIC", &source, "-o", &output]);
    }
    let reports = agreed(&world, "host", &["lib/plugins/plugin.so"]);
    let [Advice::OtherHost { host, symbols, first, .. }] = &reports[0].advice[..] else {
        panic!("{:?}", reports[0].advice)
    };
    assert!(host.ends_with("/lib/imap"), "{host}");
    assert_eq!((*symbols, first.len()), (5, 1));
    // Carried out.
    let opened = OpenedFiles { first: vec![first[0].clone().into()], ..OpenedFiles::default() };
    let module = paths(&world, &["lib/plugins/plugin.so"]);
    let (answers, _) = loaded(host.as_ref(), opened, &module);
    assert_eq!(answers.expect("an answer")[0].verdict, Verdict::Loads);
    // Another program has it in a library that it alone finds. It lies where the module's tree has programs.
    world.tool("mkdir", &["sbin", "lib/own"]);
    world.tool("cc", &["-shared", "-fPIC", "imap.c", "-o", "lib/own/libimap.so"]);
    world.tool("rm", &["lib/imap", "lib/plugins/quota.so"]);
    let own = ["-Wl,--no-as-needed", "-Llib/own", "-limap", "-Wl,-rpath,$ORIGIN/../lib/own"];
    world.tool("cc", &[&["-rdynamic", "host.c", "quota.c", "-o", "sbin/other"], &own[..]].concat());
    let reports = agreed(&world, "host", &["lib/plugins/plugin.so"]);
    let [Advice::OtherHost { host, symbols: 6, libraries, first }] = &reports[0].advice[..] else {
        panic!("{:?}", reports[0].advice)
    };
    assert!(host.ends_with("/sbin/other") && libraries[0].ends_with("/libimap.so"), "{libraries:?}");
    assert!(first.is_empty());
    let (answers, _) = loaded(host.as_ref(), OpenedFiles::default(), &module);
    assert_eq!(answers.expect("an answer")[0].verdict, Verdict::Loads);
}

#[test]
fn a_library_of_the_system_is_told_and_helps() {
    let source = "int ns_initparse(const unsigned char *, int, void *); int asker(void) { return ns_initparse(0, 0, 0); }\n";
    let world = world(&[("asker.c", source), ("musl.c", "int ns_initparse(void) { return 0; }\n")]);
    module(&world, "asker", &[]);
    // musl's loader has it and is nobody to load first, wherever it lies.
    world.tool("cc", &["-shared", "-fPIC", "musl.c", "-o", "ld-musl-x86_64.so.1"]);
    let reports = agreed(&world, "host", &["asker.so"]);
    let [Advice::Libraries { libraries }] = &reports[0].advice[..] else {
        panic!("{:?}", reports[0].advice)
    };
    let LibraryWithIt { path, argument, symbols, package, .. } = &libraries[0];
    assert!(path.contains("libresolv.so"), "{path}");
    assert_eq!(symbols[..], ["ns_initparse"]);
    if std::path::Path::new("/var/lib/dpkg/info").is_dir() {
        assert_eq!(package.as_deref(), Some("libc6"));
    }
    assert!(reports[0].missing[0].found_in[0].ends_with(", a library of this system"));
    module(&world, "asker", &["-Wl,--no-as-needed", argument]);
    // Another module that brings the library is the second way.
    world.write("bringer.c", source.replace("asker", "bringer"));
    module(&world, "bringer", &["-Wl,--no-as-needed", argument]);
    module(&world, "asker", &[]);
    let reports = agreed(&world, "host", &["asker.so"]);
    assert_eq!(first(&world, &reports[0]), ["bringer.so"]);
    let [Advice::Libraries { libraries }] = &reports[0].advice[..] else {
        panic!("{:?}", reports[0].advice)
    };
    assert_eq!(libraries[0].argument, *argument);
    let reports = agreed_after(&world, "host", &["bringer.so"], &["asker.so"]);
    assert_eq!(reports[0].verdict, Verdict::Loads);
}

#[test]
fn an_archive_that_lies_beside_is_looked_into() {
    let world = world(&[
        ("crc.c", "int crc_of_nothing(void) { return 1; }\n"),
        ("asker.c", "int crc_of_nothing(void); int asker(void) { return crc_of_nothing(); }\n"),
    ]);
    world.tool("cc", &["-c", "crc.c"]);
    world.tool("ar", &["rcs", "libcrc.a", "crc.o"]);
    module(&world, "asker", &[]);
    let reports = agreed(&world, "host", &["asker.so"]);
    let [Advice::Archive { archive, symbols: 1 }] = &reports[0].advice[..] else {
        panic!("{:?}", reports[0].advice)
    };
    let plan = pins_of_files(&paths(&world, &["asker.so"]), &[archive.into()]);
    let pins = response_file(&plan.expect("a plan"));
    world.write("pins.rsp", pins);
    world.tool("cc", &["-rdynamic", "host.c", "@pins.rsp", "libcrc.a", "-o", "host"]);
    assert_eq!(agreed(&world, "host", &["asker.so"])[0].verdict, Verdict::Loads);
}

#[test]
fn a_sanitizer_without_its_runtime_is_told_and_where_it_is() {
    let world = world(&[("asker.c", "int here[4]; int asker(int at) { return here[at]; }\n")]);
    let compiled = Command::new("cc")
        .current_dir(world.root())
        .args(["-shared", "-fPIC", "-fsanitize=address", "asker.c", "-o", "asker.so"])
        .output();
    if !compiled.is_ok_and(|compiled| compiled.status.success()) {
        return skip("the sanitizer's runtime", "this compiler has none");
    }
    // Some compilers name the runtime in the module.
    world.tool("cc", &["-c", "-fPIC", "-fsanitize=address", "asker.c"]);
    world.tool("cc", &["-shared", "asker.o", "-o", "asker.so"]);
    let reports = agreed(&world, "host", &["asker.so"]);
    let [Advice::Sanitizer { name, runtime: Some(runtime) }] = &reports[0].advice[..] else {
        panic!("{:?}", reports[0])
    };
    assert_eq!(name, "address");
    let run = |preload: &str| {
        let host = world.root().join("host");
        let mut command = Command::new(host);
        command.arg(world.root().join("asker.so")).env("ASAN_OPTIONS", "detect_leaks=0");
        command.env("LD_PRELOAD", preload).status().expect("a host").success()
    };
    assert!(!run("") && run(runtime), "{runtime}");
    // The other way.
    world.tool("cc", &["-rdynamic", "-fsanitize=address", "host.c", "-o", "host"]);
    assert_eq!(agreed(&world, "host", &["asker.so"])[0].verdict, Verdict::Loads);
}

#[test]
fn a_library_by_a_path_from_nowhere_is_told() {
    let world = world(&[
        ("lib.c", "int lib(void) { return 1; }\n"),
        ("asker.c", "int lib(void); int asker(void) { return lib(); }\n"),
    ]);
    world.tool("mkdir", &["-p", "some/lib"]);
    world.tool("cc", &["-shared", "-fPIC", "lib.c", "-o", "some/lib/liblib.so"]);
    module(&world, "asker", &["some/lib/liblib.so"]);
    let reports = agreed(&world, "host", &["asker.so"]);
    assert_eq!(reports[0].verdict, Verdict::MissingLibrary, "this test runs elsewhere");
    let [Advice::Directory { library, .. }] = &reports[0].advice[..] else {
        panic!("{:?}", reports[0].advice)
    };
    assert_eq!(library, "some/lib/liblib.so");
    // With a soname, only the name is looked for.
    let soname = ["-shared", "-fPIC", "-Wl,-soname,liblib.so", "lib.c", "-o", "some/lib/liblib.so"];
    world.tool("cc", &soname);
    module(&world, "asker", &["some/lib/liblib.so", "-Wl,-rpath,$ORIGIN/some/lib"]);
    world.tool("mkdir", &["elsewhere"]);
    world.tool("ln", &["-s", "../asker.so", "elsewhere/by-link.so"]);
    let reports = agreed(&world, "host", &["asker.so", "elsewhere/by-link.so"]);
    assert!(reports.iter().all(|report| report.advice.is_empty()), "{reports:?}");
    // $ORIGIN is where the name of the module is, and not where a link leads.
    let verdicts = [reports[0].verdict, reports[1].verdict];
    assert_eq!(verdicts, [Verdict::Loads, Verdict::MissingLibrary]);
}
