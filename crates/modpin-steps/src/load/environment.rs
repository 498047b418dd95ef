//! What the environment of this process tells a host's loader: where libraries are, and how much room it keeps.

use std::path::Path;
use std::sync::OnceLock;

use modpin_loader::LoaderEnvironment;

/// What the loader of a host is told here. A compiler's library directories tell where a cross compiler's world lies.
pub fn loader_environment(library_dirs: &[String]) -> LoaderEnvironment {
    LoaderEnvironment {
        library_path: library_path(),
        tunables: std::env::var("GLIBC_TUNABLES").ok(),
        sysroot: sysroot(),
        levels: None,
        library_dirs: library_dirs.to_vec(),
    }
}

/// Where qemu looks for the libraries of a program of another machine.
fn sysroot() -> Option<String> {
    std::env::var("QEMU_LD_PREFIX").ok().filter(|root| !root.is_empty())
}

/// The user's `LD_LIBRARY_PATH` without what `cargo run` puts in front of it for Rust programs.
pub fn library_path() -> Option<String> {
    let path = std::env::var("LD_LIBRARY_PATH").ok()?;
    if std::env::var_os("CARGO").is_none() {
        return Some(path);
    }
    let ours = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.to_owned()));
    let toolchain = std::env::var("RUSTUP_TOOLCHAIN").unwrap_or_else(|_| "rustlib".to_owned());
    let theirs = |dir: &&str| {
        let cargos = ours.as_ref().is_some_and(|ours| Path::new(dir).starts_with(ours));
        !cargos && !dir.contains(&toolchain) && !dir.contains("/rustlib/")
    };
    let kept: Vec<&str> = path.split(':').filter(theirs).collect();
    (!kept.is_empty()).then(|| kept.join(":"))
}

/// What loaders obey, and emulators: ld.so(8), "Environment". Checks set `LD_PRELOAD` themselves. Asked once: each step of a
/// module says it, and nobody changes the environment of this process.
pub fn told() -> &'static [String] {
    static TOLD: OnceLock<Vec<String>> = OnceLock::new();
    TOLD.get_or_init(ask)
}

fn ask() -> Vec<String> {
    let is_one = |name: &str| {
        let set_by_checks = ["LD_LIBRARY_PATH", "LD_PRELOAD"].contains(&name);
        ["GLIBC_TUNABLES", "QEMU_LD_PREFIX"].contains(&name)
            || (name.starts_with("LD_") && !set_by_checks)
    };
    let mut told: Vec<String> = std::env::vars_os()
        .filter(|(name, _)| is_one(&name.to_string_lossy()))
        .map(|(name, value)| format!("{}={}", name.to_string_lossy(), value.to_string_lossy()))
        .chain(library_path().map(|path| format!("LD_LIBRARY_PATH={path}")))
        .collect();
    told.sort();
    told
}
