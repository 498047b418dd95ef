//! README.md, "Declare": its files, written where it says, are a project that is built, loads its module and runs.

use modpin::{Executable, Flags, Library, Module, Project};
use modpin_test::World;

const README: &str = include_str!("../README.md");

fn declare(p: &mut Project) -> modpin::Result<()> {
    p.name("tool").identity("tool 1");
    p.include("c/include");

    // Finds and loads the modules, and refuses those of another build.
    let package = p.package("modpin-load")?;
    let load = Library::new("modpin_load").sources(package.sources("c/modpin_load.c"));
    let load = p.add(load.public(Flags::new().include(package.path("c"))));

    let core = p.add(Library::new("core").sources("c/core/*.c"));
    p.add(Module::new("hello").sources("c/hello.c"));
    let host = Executable::new("tool");
    let host = host.link([core, load]).system_library("dl");
    p.add(host.sources("c/main.c").loads("*"));
    Ok(())
}

/// Each file of the page: a line with its path, then its text.
pub fn files() -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    for (at, _) in README.match_indices("`:\n\n```") {
        let path = README[..at].rsplit('`').next().unwrap_or_default();
        let block = README[at..].split("```").nth(1).and_then(|block| block.split_once('\n'));
        found.extend(block.map(|(_, text)| (path, text)));
    }
    assert_eq!(found.len(), 8, "{found:?}");
    found
}

/// The project, in a workspace where modpin-load lies instead of being fetched, and where nobody compiles the `xtask`.
pub fn world() -> (World, Project) {
    let world = World::new(&files());
    for (path, text) in [
        ("load/c/modpin_load.c", include_str!("../crates/modpin-load/c/modpin_load.c")),
        ("load/c/modpin_load.h", include_str!("../crates/modpin-load/c/modpin_load.h")),
        (
            "load/Cargo.toml",
            "[package]\nname = \"modpin-load\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        ),
        ("load/src/lib.rs", ""),
        ("Cargo.toml", "[workspace]\nmembers = [\"xtask\", \"load\"]\nresolver = \"3\"\n"),
    ] {
        world.write(path, text);
    }
    let manifest = world.read("xtask/Cargo.toml");
    let (package, _) = manifest.split_once("modpin = ").expect("its dependencies");
    world.write("xtask/Cargo.toml", format!("{package}modpin-load = {{ path = \"../load\" }}\n"));
    let mut project = Project::new("tool", world.root());
    declare(&mut project).expect("a declaration");
    world.write("xtask.json", project.to_json().expect("a project"));
    (world, project)
}

#[test]
fn the_project_is_whole() {
    let here: Vec<&str> = include_str!("readme.rs").lines().collect();
    let (_, declared) = files().into_iter().find(|(path, _)| *path == "xtask/src/main.rs").expect("it");
    let (_, function) = declared.split_once("\n\nfn declare").expect("a declaration");
    let lines: Vec<&str> = function.lines().skip(1).collect();
    assert!(here.windows(lines.len()).any(|window| window == lines), "nobody builds this:\n{function}");

    let (world, project) = world();
    world.build(|p| *p = project.clone()).expect_success();
    assert_eq!(world.printed("tool", &[]), "hello, module");
}
