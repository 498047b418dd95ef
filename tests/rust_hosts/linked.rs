//! Programs that are linked: with each linker, in each profile, they export exactly what their modules need, the modules load, and
//! archives are found wherever Rust and C call each other.

use std::collections::BTreeSet;
use std::path::Path;

use modpin::Embedded;
use modpin_test::skip::is_long;
use modpin_test::{reliability, skip};

use crate::workspace::{PRINTED, Workspace, project};

/// How a profile is chosen: cargo's arguments and variables.
type Profile = (&'static [&'static str], &'static [(&'static str, &'static str)]);

const DEV: Profile = (&[], &[]);
const RELEASE: Profile = (&["--release"], &[]);
const FAT: Profile = (
    &["--release"],
    &[("CARGO_PROFILE_RELEASE_LTO", "fat"), ("CARGO_PROFILE_RELEASE_STRIP", "symbols")],
);
const THIN: Profile =
    (&["--release"], &[("CARGO_PROFILE_RELEASE_LTO", "thin"), ("CARGO_PROFILE_RELEASE_PANIC", "abort")]);

fn exports(program: &Path) -> BTreeSet<String> {
    let bytes = std::fs::read(program).expect("a program");
    let object = modpin_symbols::read_object(&bytes).expect("an ELF file");
    let names = object.table.defined.iter().map(|symbol| symbol.name.to_string());
    // What every program has for the loader and the C library.
    let own = ["_init", "_fini", "_start", "main", "__data_start", "data_start", "_IO_stdin_used"];
    names.filter(|name| !own.contains(&&**name)).collect()
}

fn check(linker: Option<&str>, (args, env): Profile) {
    let workspace = Workspace::new();
    let flags = linker.map_or_else(String::new, |linker| format!("-Clink-arg=-fuse-ld={linker}"));
    let env = [env, &[("RUSTFLAGS", flags.as_str())]].concat();
    let said = workspace.cargo_with(&env, &[&["build"], args].concat());
    assert!(said.success(), "{linker:?} {env:?}:\n{}", said.text());
    let profile = if args.is_empty() { "debug" } else { "release" };
    workspace.run(profile, &["hello", "plain"]).has_both(0, PRINTED, "");
    let program = workspace.world.path("target").join(profile).join("app");
    let found = exports(&program);
    let expected = ["core_extra", "rust_log"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected), "{linker:?} {env:?}");
    let embedded = Embedded::read(&workspace.built(profile)).expect("the build script's record");
    assert_eq!(embedded.verify(&program).expect("a verdict"), [""; 0], "{linker:?} {env:?}");
}

#[test]
fn rusts_own_linker_in_the_development_profile() {
    check(None, DEV);
}

#[test]
fn bfd_with_all_of_rust_in_one_piece() {
    if is_long("linked::bfd_with_all_of_rust_in_one_piece") {
        return;
    }
    check(Some("bfd"), FAT);
}

#[test]
fn every_linker_in_every_profile() {
    let linkers = skip::linkers("programs in Rust");
    let linkers = linkers.into_iter().map(Some).chain([None]);
    let profiles = [DEV, RELEASE, THIN, FAT];
    let all = linkers.flat_map(|linker| profiles.map(|profile| (linker, profile)));
    for (linker, profile) in all.take(reliability::count(0, usize::MAX)) {
        check(linker, profile);
    }
}

#[test]
fn an_archive_in_cxx_brings_its_library() {
    if skip::is_missing("c++", "linked::an_archive_in_cxx_brings_its_library") {
        return;
    }
    let mut project = project();
    project["targets"][1]["sources"] = serde_json::json!(["c/util/*.cc"]);
    let workspace = Workspace::declaring(&project);
    let text = "#include <string>\nextern \"C\" int core_back(int);\n\
                extern \"C\" int util_twice(int of) { return std::stoi(std::to_string(2 * core_back(of))); }\n";
    workspace.world.write("app/c/util/twice.cc", text);
    workspace.cargo(&["build"]).has(0, "");
    workspace.run("debug", &["hello", "plain"]).has_both(0, PRINTED, "");
}
