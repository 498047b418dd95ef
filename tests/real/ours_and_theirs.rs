//! The sources that a cargo package ships, what its build script made of them, and what of an archive can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use modpin::Project;
use modpin_test::{Said, World};

/// Names for others, by the members that define them.
pub type Defined = BTreeMap<String, BTreeSet<String>>;

/// A path in a package of this workspace, where cargo put it.
pub fn in_package(package: &str, path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let package = Project::new("world", root).package(package).expect("a package of the workspace");
    package.path(path)
}

/// Copies a directory of a package into a world, but not the files whose names are `without`: their builds make those.
pub fn bring(world: &World, package: &str, from: &str, without: &[&str]) {
    copy(&PathBuf::from(in_package(package, from)), world.root(), without);
}

fn copy(from: &Path, to: &Path, without: &[&str]) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory of sources").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target, without);
        } else if !without.iter().any(|name| entry.file_name() == *name) {
            std::fs::copy(&path, &target).expect("a file");
        }
    }
}

/// An archive that the build script of a package made for this program.
pub fn made_by_build_script(archive: &str) -> PathBuf {
    let program = std::env::current_exe().expect("this program");
    youngest(&program.ancestors().nth(2).expect("cargo's directory").join("build"), archive)
}

fn youngest(build: &Path, archive: &str) -> PathBuf {
    let dirs = std::fs::read_dir(build).expect("build scripts' directories").flatten();
    let archives = dirs.map(|dir| dir.path().join("out").join(archive));
    let archives = archives.filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)));
    archives.max().unwrap_or_else(|| panic!("no build script made {archive}")).1
}

/// An archive that the build script of a package makes with these features, in a workspace of its own.
pub fn made_by_cargo(world: &World, package: &str, features: &str, archive: &str) -> PathBuf {
    let needs = format!("[dependencies]\n{package} = {{ version = \"*\", features = [{features}] }}");
    cargo_makes(world, &needs, archive)
}

/// The same where the package is there for build scripts, of which this is one.
pub fn made_by_script(world: &World, package: &str, script: &str, archive: &str) -> PathBuf {
    world.write("theirs/build.rs", script);
    cargo_makes(world, &format!("[build-dependencies]\n{package} = \"*\""), archive)
}

fn cargo_makes(world: &World, needs: &str, archive: &str) -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let manifest = "[package]\nname = \"theirs\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    world.write("theirs/Cargo.toml", format!("{manifest}{needs}\n[workspace]\n"));
    world.write("theirs/src/lib.rs", "");
    // The version of the package that is here.
    world.write("theirs/Cargo.lock", std::fs::read(repository.join("Cargo.lock")).expect("a lock file"));
    let mut cargo = world.command("cargo");
    let ours = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    for name in ours.filter(|name| name.starts_with("CARGO") && name != "CARGO_HOME") {
        cargo.env_remove(name);
    }
    let said = Said::of(cargo.current_dir(world.path("theirs")).args(["build", "--offline"]));
    assert!(said.success(), "{}", said.text());
    youngest(&world.path("theirs/target/debug/build"), archive)
}

/// What an archive defines for others.
pub fn defined(world: &World, archive: &Path) -> Defined {
    let archive = archive.to_string_lossy();
    let said = world.tool("nm", &["-A", "-g", "--defined-only", &archive]).out;
    let mut members = Defined::new();
    for line in said.lines() {
        let (place, symbol) = line.rsplit_once(' ').expect("a line of nm");
        let member = place.rsplit(':').nth(1).expect("a member");
        // Compilers' objects have a digest in front.
        let name = member.rsplit_once('-').map_or(member, |(_, name)| name);
        let name = name.split('.').next().unwrap_or_default().to_owned();
        members.entry(name).or_default().insert(symbol.to_owned());
    }
    members
}
