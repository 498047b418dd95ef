//! A real program, converted: ripgrep with PCRE2 inside. Many know it, and its own three hundred tests run the finished program, a
//! good part of them once more with PCRE2. Its build script calls modpin now, and that of `pcre2-sys`, which called the cc crate,
//! does nothing. And what it has never had: a module, which calls functions of PCRE2 that the program leaves out. It is fetched, and
//! takes compilers long, so on demand only.

use std::path::{Path, PathBuf};

use modpin::Embedded;
use modpin_test::{Said, World, linkers, reliability, skip};
use serde_json::json;

use crate::workspace::{Workspace, becomes};

/// A program is no dependency to cargo, which fetches it and then leaves it out of what it knows: hence a library beside it.
const WANTED: &str = "[package]\nname = \"wanted\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                      [dependencies]\nripgrep = \"=14.1.1\"\ngrep = \"0.3\"\n";

/// The function is none that ripgrep calls.
const MODULE: &str = "#define PCRE2_CODE_UNIT_WIDTH 8\n#include <pcre2.h>\n\n\
                      int replace(const pcre2_code *code, PCRE2_SPTR text, PCRE2_UCHAR *out, PCRE2_SIZE *size)\n{\n    \
                      return pcre2_substitute(code, text, PCRE2_ZERO_TERMINATED, 0, 0, 0, 0, text, 0, out, size);\n}\n";

/// cargo, which may ask the registry.
fn fetch(workspace: &Workspace, args: &[&str]) -> Said {
    Said::of(workspace.command(args).env("CARGO_NET_OFFLINE", "false"))
}

/// Where cargo has put the sources of a package that the workspace depends on.
fn sources(workspace: &Workspace, package: &str) -> PathBuf {
    let said = workspace.cargo(&["metadata", "--format-version", "1", "--all-features"]);
    let metadata: serde_json::Value = serde_json::from_str(&said.out).expect("what cargo knows");
    let packages = metadata["packages"].as_array().expect("packages");
    let found = packages.iter().find(|found| found["name"] == package).expect("the package");
    Path::new(found["manifest_path"].as_str().expect("a path")).parent().expect("a directory").to_owned()
}

/// ripgrep and pcre2-sys as they are published.
fn published() -> Option<Workspace> {
    let wanted = Workspace::of(World::new(&[("Cargo.toml", WANTED), ("src/lib.rs", "")]));
    if !fetch(&wanted, &["fetch"]).success() {
        skip::skip("ripgrep with PCRE2 in it", "cargo cannot fetch ripgrep");
        return None;
    }
    let ripgrep = Workspace::of(World::new(&[]));
    let copy = |from: &Path, to: &str| {
        let from = format!("{}/.", from.display());
        ripgrep.world.tool("cp", &["-r", &from, ripgrep.world.path(to).to_str().expect("a path")]);
    };
    copy(&sources(&wanted, "grep").with_file_name("ripgrep-14.1.1"), "");
    // The versions with which it was published.
    fetch(&ripgrep, &["fetch", "--locked"]).has(0, "");
    std::fs::create_dir(ripgrep.world.path("pcre2-sys")).expect("a directory");
    copy(&sources(&ripgrep, "pcre2-sys"), "pcre2-sys");
    Some(ripgrep)
}

/// What its build script did is said by flags and names here.
fn project() -> serde_json::Value {
    let upstream = "package:pcre2-sys/upstream";
    let (code, include) = (format!("{upstream}/src"), format!("{upstream}/include"));
    let without = ["jit_match", "jit_misc", "ucptables"].map(|part| format!("{code}/pcre2_{part}.c"));
    json!({
        "format": 2, "name": "ripgrep", "cflags": ["-w"],
        "targets": [
            { "kind": "library", "name": "pcre2", "sources": [format!("{code}/*.c")], "exclude": without,
              "includes": [code], "public": { "includes": [include] },
              "defines": ["PCRE2_CODE_UNIT_WIDTH=8", "HAVE_STDLIB_H=1", "HAVE_MEMMOVE=1", "HAVE_CONFIG_H=1",
                          "PCRE2_STATIC=1", "STDC_HEADERS=1", "SUPPORT_PCRE2_8=1", "SUPPORT_UNICODE=1", "SUPPORT_JIT=1"] },
            { "kind": "module", "name": "replace", "sources": ["c/replace.c"], "includes": [include] },
            { "kind": "executable", "name": "rg", "cargo": {}, "link": ["pcre2"], "loads": ["replace"] },
        ],
    })
}

fn convert(ripgrep: &Workspace) {
    let world = &ripgrep.world;
    world.write(".cargo/config.toml", "[patch.crates-io]\npcre2-sys = { path = \"pcre2-sys\" }\n");
    world.write("pcre2-sys/build.rs", "fn main() {}\n");
    // cargo takes what modpin says from packages for Rust 1.77 on; modpin itself needs what is written here.
    let manifest = world.read("Cargo.toml");
    world.write("Cargo.toml", manifest.replace("rust-version = \"1.72\"", "rust-version = \"1.89\""));
    // What else its own build script does stays.
    let theirs = world.read("build.rs").replacen("fn main() {", "fn theirs() {", 1);
    let ours = becomes(env!("CARGO_BIN_EXE_build-script")).replacen(
        "fn main() {",
        "fn main() {\n    theirs();",
        1,
    );
    world.write("build.rs", ours + "\n" + &theirs);
    world.write("project.json", project().to_string());
    world.write("c/replace.c", MODULE);
}

/// Its tests, and what the program is made of.
fn check(ripgrep: &Workspace, profile: &str, linker: Option<&str>) {
    let flags = linker.map_or_else(String::new, |linker| format!("-Clink-arg=-fuse-ld={linker}"));
    let args = ["test", "--features", "pcre2", "--profile", profile];
    let said = ripgrep.cargo_with(&[("RUSTFLAGS", &flags)], &args);
    said.has_both(0, "test flags::defs::test_pcre2 ... ok", "");
    let passed: usize = said
        .out
        .lines()
        .filter_map(|line| {
            line.strip_prefix("test result: ok. ")?
                .split_once(" passed; 0 failed")?
                .0
                .parse::<usize>()
                .ok()
        })
        .sum();
    assert!(passed > 300, "{passed} tests of ripgrep have passed");

    let dir = if profile == "dev" { "debug" } else { profile };
    let program = ripgrep.world.path("target").join(dir).join("rg");
    let embedded = Embedded::read(&ripgrep.built(dir)).expect("the build script's record");
    assert_eq!(embedded.verify(&program).expect("a verdict"), [""; 0], "{profile} {linker:?}");
    let exports =
        ripgrep.world.tool("nm", &["-D", "--defined-only", program.to_str().expect("a path")]).out;
    assert!(exports.contains("pcre2_substitute_8") && !exports.contains("pcre2_match_8"), "{exports}");
    let archives = ripgrep.world.call("find target -name libpcre2*.a").out;
    assert!(archives.lines().all(|archive| archive.contains("/out/modpin/")), "{archives}");
}

#[test]
fn ripgrep_passes_its_tests_with_pcre2_by_modpin() {
    if !reliability::count(false, true) {
        return;
    }
    let Some(ripgrep) = published() else { return };
    convert(&ripgrep);
    check(&ripgrep, "dev", None);
    if linkers("ripgrep with PCRE2 in it").contains(&"bfd") {
        check(&ripgrep, "release", Some("bfd"));
    }
}
