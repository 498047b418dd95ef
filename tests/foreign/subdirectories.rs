//! Libraries for better processors, in directories below those of the search: found where the loader finds them, before what
//! lies in the directory itself.

use expect_test::expect;
use modpin::foreign::{OfMachine, OpenedFiles, resolve_files_opened};
use modpin_test::World;
use modpin_test::skip::is_long;

use super::{agreed, lines, paths};

/// A module that looks in `DIR` for a library, of which the right one lies in `DIR/below` and a wrong one, if wanted, in
/// `DIR/wrong`.
fn module(world: &World, below: &str, wrong: Option<&str>) -> String {
    let name = format!("{below} {}", wrong.unwrap_or_default()).replace(['/', ' '], "_");
    let place = |below: &str| format!("{name}.d/{below}/libq.so");
    let library = |source: &str, at: &str| {
        std::fs::create_dir_all(world.root().join(at).parent().expect("a directory"))
            .expect("it is ours");
        world.tool("cc", &["-shared", "-fPIC", source, "-Wl,-soname,libq.so", "-o", at]);
    };
    library("q.c", &place(below));
    wrong.iter().for_each(|wrong| library("not_q.c", &place(wrong)));
    let (output, path) = (format!("{name}.so"), format!("-Wl,-rpath,$ORIGIN/{name}.d"));
    world.tool("cc", &["-shared", "-fPIC", "m.c", &place(below), &path, "-o", &output]);
    output
}

fn world() -> World {
    let world = World::new(&[
        ("host.c", "int main(void) { return 0; }\n"),
        ("q.c", "int q(void) { return 1; }\n"),
        ("not_q.c", "int not_q(void) { return 1; }\n"),
        ("m.c", "int q(void); int m(void) { return q(); }\n"),
    ]);
    world.tool("cc", &["-rdynamic", "host.c", "-o", "host"]);
    world
}

/// The names that any x86-64 loader may know.
const NAMES: [&str; 12] = [
    "glibc-hwcaps/x86-64-v4",
    "glibc-hwcaps/x86-64-v3",
    "glibc-hwcaps/x86-64-v2",
    "glibc-hwcaps/x86-64-v1",
    "tls/haswell/avx512_1/x86_64",
    "tls/x86_64",
    "tls",
    "haswell/x86_64",
    "haswell",
    "xeon_phi",
    "avx512_1/x86_64",
    "x86_64",
];

#[test]
fn what_this_loader_finds_on_this_processor() {
    if is_long("subdirectories::what_this_loader_finds_on_this_processor") {
        return;
    }
    let world = world();
    let modules: Vec<String> = NAMES.iter().map(|name| module(&world, name, Some("."))).collect();
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    // Which they are depends on the machine: what counts is that both say the same.
    let said = lines(&agreed(&world, "host", &modules));
    assert!(said.contains("x86-64-v1_..so missing-symbols: q"), "{said}");
}

#[test]
fn the_order_among_them() {
    if is_long("subdirectories::the_order_among_them") {
        return;
    }
    let world = world();
    let mut modules = Vec::new();
    for pair in NAMES.windows(2) {
        modules.push(module(&world, pair[0], Some(pair[1])));
        modules.push(module(&world, pair[1], Some(pair[0])));
    }
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    agreed(&world, "host", &modules);
}

#[test]
fn another_processor_has_what_is_said_of_it() {
    let world = world();
    let module = module(&world, "glibc-hwcaps/x86-64-v3", Some("."));
    let mut said = String::new();
    for levels in [&[][..], &["x86-64-v2"], &["x86-64-v3"], &["x86-64-v4"], &["power10"]] {
        let levels = Some(levels.iter().map(|&level| level.to_owned()).collect());
        let of_machine = OfMachine { sysroot: None, levels };
        let opened = OpenedFiles::default();
        let host = world.root().join("host");
        let reports = resolve_files_opened(&host, &paths(&world, &[&module]), &opened, &of_machine);
        said += &lines(&reports.expect("an answer"));
    }
    expect![[r#"
        glibc-hwcaps_x86-64-v3_..so missing-symbols: q
        glibc-hwcaps_x86-64-v3_..so missing-symbols: q
        glibc-hwcaps_x86-64-v3_..so loads
        glibc-hwcaps_x86-64-v3_..so loads
        glibc-hwcaps_x86-64-v3_..so missing-symbols: q
    "#]]
    .assert_eq(&said);
}
