//! What becomes of linked files on their way: symbols and debug information go, or go into files of their own.

use modpin_test::{Said, skip};

use super::{modpin, world};

#[test]
fn symbols_go_and_debug_information_is_found_by_build_id() {
    if skip::is_missing("strip", "stripped files")
        || skip::is_missing("objcopy", "split debug information")
    {
        return;
    }
    let world = world();
    let sections = |path: &str| Said::of(world.command("readelf").args(["-SW", path])).out;
    modpin(&world, "install --destdir plain").has(0, "Installed");
    assert!(sections("plain/usr/local/bin/app").contains(".debug_info"));
    let install = "install --destdir d --strip";
    modpin(&world, install).has(0, "Installed");
    for file in ["bin/app", "lib/libz.so.1.2.13", "lib/app/deep/down.so"] {
        let all = sections(&format!("d/usr/local/{file}"));
        assert!(!all.contains(".debug_info") && !all.contains(".symtab"), "{file}: {all}");
        assert!(all.contains(".dynsym"), "{file}: {all}");
    }
    // Whoever links it needs its symbols.
    world.call("nm d/usr/local/lib/libutil.a").has_both(0, "T util", "");
    let runs =
        || Said::of(&mut world.command(world.path("d/usr/local/bin/app"))).has_both(0, "27 30", "");
    runs();
    modpin(&world, install).has(0, "nothing to install");
    modpin(&world, "install --destdir d --strip=--strip-debug").has(0, "Installed 4 files");
    assert!(sections("d/usr/local/bin/app").contains(".symtab"));
    modpin(&world, "install --destdir d --strip=--no-such").has(1, "--no-such file refuses it");
    runs();

    let install = "install --destdir d --split-debug";
    let said = modpin(&world, install);
    said.has(0, "Installing /usr/local/lib/debug/.build-id/");
    let debug = super::listed(&world, "d/usr/local/lib/debug/.build-id");
    let debug: Vec<&str> = debug.lines().filter(|line| line.ends_with(".debug")).collect();
    // The program, the shared library, both modules.
    assert_eq!(debug.len(), 4, "{debug:?}");
    for file in &debug {
        let file = format!("d/usr/local/lib/debug/.build-id/{file}");
        assert!(sections(&file).contains(".debug_info"), "{file}");
    }
    let link =
        Said::of(world.command("readelf").args(["-p", ".gnu_debuglink", "d/usr/local/bin/app"])).out;
    assert!(debug.iter().any(|file| link.contains(file.rsplit('/').next().unwrap_or(file))), "{link}");
    assert!(!sections("d/usr/local/bin/app").contains(".debug_info"));
    runs();
    modpin(&world, install).has(0, "nothing to install");
    if !skip::is_missing("gdb", "debug information by build id") {
        let dir = format!("set debug-file-directory {}", world.path("d/usr/local/lib/debug").display());
        let args =
            ["-nx", "-batch", "-ex", &dir, "-ex", "file d/usr/local/bin/app", "-ex", "info line main"];
        let said = Said::of(world.command("gdb").args(args));
        assert!(said.out.contains("of \"main.c\""), "{}", said.text());
    }
    // They go with the files that they belong to.
    modpin(&world, "install --destdir d").has(0, "removed 4 files");
    assert!(!world.path("d/usr/local/lib/debug").exists());
}
