//! Programs for other machines and for another C library than this machine's own: cargo links them with their linker, they keep and
//! export what their modules need, and load them, under an emulator where it must be. Each is one more build, so on demand only.

use std::path::Path;

use modpin_test::world::command_in;
use modpin_test::{Said, reliability, skip};

use serde_json::json;

use crate::workspace::{PRINTED, Workspace, project};

const MUSL: &str = "x86_64-unknown-linux-musl";

/// Where rustc has its library for a target. That it has none is said.
fn library(target: &str) -> Option<String> {
    let asked = ["--print", "target-libdir", "--target", target];
    let dir = Said::of(command_in(Path::new("/"), "rustc").args(asked)).out.trim().to_owned();
    let is_there = Path::new(&dir).is_dir();
    if !is_there {
        skip::skip(
            &format!("programs in Rust for {target}"),
            &format!("rustup target add {target} was not called"),
        );
    }
    is_there.then_some(dir)
}

/// The small workspace, with the library of mathematics: `-lm` must be the target's, not this machine's.
fn workspace() -> Workspace {
    let mut project = project();
    project["targets"][0]["system_libraries"] = json!(["m"]);
    Workspace::declaring(&project)
}

/// A program for a target loads its modules, exports nothing else, and a second build has nothing to do.
fn check(workspace: &Workspace, target: &str, env: &[(&str, &str)]) {
    for profile in ["dev", "release"] {
        let build = ["build", "--target", target, "--profile", profile];
        let run = ["run", "-q", "--target", target, "--profile", profile, "--", "hello", "plain"];
        workspace.cargo_with(env, &run).has_both(0, PRINTED, "");
        let again = workspace.cargo_with(env, &build);
        again.has(0, "Finished");
        assert!(!again.err.contains("Compiling"), "for nothing: {}", again.err);
        let dir = format!("{target}/{}", if profile == "dev" { "debug" } else { profile });
        let program = workspace.world.path("target").join(&dir).join("app");
        let bytes = std::fs::read(&program).expect("a program");
        let object = modpin_symbols::read_object(&bytes).expect("an ELF file");
        let exports = |name: &str| object.table.defined.iter().any(|symbol| symbol.name == name);
        assert!(exports("core_extra") && exports("rust_log"), "{target}");
        assert!(!exports("core_back") && !exports("rust_base"), "{target}: more than modules need");
    }
}

#[test]
fn aarch64() {
    let target = "aarch64-unknown-linux-gnu";
    let (compiler, emulator) = ("aarch64-linux-gnu-gcc", "qemu-aarch64");
    let lacks = |program| skip::is_missing(program, "programs in Rust for aarch64");
    if reliability::count(true, false) || lacks(compiler) || lacks(emulator) || library(target).is_none()
    {
        return;
    }
    let env = [
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", compiler),
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", "qemu-aarch64 -L /usr/aarch64-linux-gnu"),
    ];
    check(&workspace(), target, &env);
}

#[test]
fn musl_with_a_loader_and_without() {
    if reliability::count(true, false) || skip::is_missing("musl-gcc", "programs in Rust for musl") {
        return;
    }
    let Some(library) = library(MUSL) else { return };
    let workspace = workspace();
    let linker = ("CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER", "musl-gcc");
    let build = ["build", "--target", MUSL];
    let said = workspace.cargo_with(&[linker], &build);
    said.has(101, "executable \"app\" loads modules, and for x86_64-unknown-linux-musl it would be linked statically");
    said.has(101, "-Ctarget-feature=-crt-static");
    assert!(!said.err.contains("linking with"), "{}", said.err);

    // rustc asks for libgcc_s, which Debian has for glibc alone; what unwinds stacks is in rustc's own directory as well.
    std::fs::create_dir(workspace.world.path("unwind")).expect("a directory");
    let unwinds = Path::new(&library).join("self-contained/libunwind.a");
    std::fs::copy(unwinds, workspace.world.path("unwind/libgcc_s.a")).expect("an archive of rustc's");
    let flags = format!("-Ctarget-feature=-crt-static -L{}", workspace.world.path("unwind").display());
    check(&workspace, MUSL, &[linker, ("RUSTFLAGS", &flags)]);
    let program = std::fs::read(workspace.world.path("target").join(MUSL).join("debug/app"));
    let program = program.expect("a program");
    let loader = program.windows(24).any(|text| text == b"/lib/ld-musl-x86_64.so.1");
    assert!(loader, "it is not linked with musl");
}
