//! One directory of results for builds that run at once, some of which are killed, and for the worktrees of a real project.

use std::path::Path;
use std::process::{Child, Stdio};

use modpin_test::skip::is_long;
use modpin_test::{Random, Said, World};

use crate::checkouts::Checkouts;
use crate::program::program_in;

/// Builds in several checkouts at once, some of which are killed, while somebody damages and trims what is kept: each
/// that ends well has made what a build without it makes.
#[test]
fn many_at_once_and_some_killed() {
    if is_long("cached::many_at_once_and_some_killed") {
        return;
    }
    let names = ["c0", "c1", "c2"];
    let all = Checkouts::new(&names);
    let mut random = Random::new(1);
    for round in 0..3 {
        let header = format!("int base(int);\n#define STEP {}\n", random.below(3));
        let start = |name: &&str| {
            all.write(name, "include/base.h", &header);
            let _ = std::fs::remove_dir_all(all.0.path(&format!("{name}/target")));
            all.command(name, "build -j2").stderr(Stdio::null()).spawn().expect("it starts")
        };
        let mut children: Vec<Child> = names.iter().map(start).collect();
        // Whoever is killed: after the first results came to be, if it goes so far.
        let killed = random.below(names.len() + 1);
        meddle(&all, &mut random);
        if let Some(child) = children.get_mut(killed) {
            child.kill().expect("it is ours");
        }
        for (at, child) in children.iter_mut().enumerate() {
            let ended = child.wait().expect("it ends");
            assert!(ended.success() || at == killed, "round {round}: {ended}");
        }
        for name in names {
            all.build(name, "");
            all.is_as_clean(name, "");
        }
    }
}

/// Some files of what is kept are cut, changed or gone.
fn meddle(all: &Checkouts, random: &mut Random) {
    let dir = all.0.path("cache/modpin-results");
    let mut files = Vec::new();
    for part in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        files.extend(
            std::fs::read_dir(part.path()).into_iter().flatten().flatten().map(|file| file.path()),
        );
    }
    files.sort();
    files.retain(|_| random.once_in(6));
    for file in &files {
        let Ok(mut bytes) = std::fs::read(file) else { continue };
        let at = random.below(bytes.len().max(1));
        match random.below(3) {
            0 => _ = std::fs::remove_file(file),
            1 => _ = std::fs::write(file, &bytes[..at.min(bytes.len())]),
            _ if bytes.is_empty() => {}
            _ => {
                bytes[at] ^= 0x10;
                _ = std::fs::write(file, bytes);
            }
        }
    }
    if random.once_in(2) {
        let mut command = program_in(all.0.root(), "modpin cache trim --size 10KiB");
        Said::of(command.env("MODPIN_CACHE", all.0.path("cache"))).has(0, "");
    }
}

/// Two worktrees of Lua, each switched to what the other has and back.
#[test]
fn worktrees_of_a_real_project_switch_back_and_forth_with_nothing_compiled() {
    if is_long("cached::worktrees_of_a_real_project_switch_back_and_forth_with_nothing_compiled") {
        return;
    }
    let project = r#"{
      "format": 2, "name": "lua", "cflags": ["-O1", "-DLUA_USE_LINUX"],
      "targets": [
        { "kind": "library", "name": "lua", "sources": ["src/*.c"], "system_libraries": ["m", "dl"] },
        { "kind": "module", "name": "vec", "sources": ["vec.c"], "includes": ["src"] },
        { "kind": "executable", "name": "host", "sources": ["host.c"], "includes": ["src"], "link": ["lua"], "loads": ["vec"] }
      ]
    }"#;
    let all = Checkouts(World::new(&[]));
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().and_then(Path::parent).expect("the workspace");
    let package =
        modpin::Project::new("lua", root).package("lua-src").expect("a package of the workspace");
    let sources = root.join(package.dir).join("lua-5.4.9");
    let switch = |worktree: &str, branch: usize| {
        for entry in std::fs::read_dir(&sources).expect("the sources of Lua").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".h") || (name.ends_with(".c") && !["lua.c", "luac.c"].contains(&&*name)) {
                let text = std::fs::read_to_string(entry.path()).expect("a source");
                // Half of all is compiled otherwise on the other branch.
                let changed = branch > 0 && ["lobject.h", "lapi.c"].contains(&&*name);
                let more = if changed { "\nextern int another_branch;\n" } else { "" };
                all.write(worktree, &format!("src/{name}"), &(text + more));
            }
        }
        all.write(worktree, "demo.json", project);
        all.write(worktree, "host.c", include_str!("../../../tests/fixtures/lua/host.c"));
        all.write(worktree, "vec.c", include_str!("../../../tests/fixtures/lua/vec.c"));
    };
    for (worktree, branch) in [("one", 0), ("two", 1)] {
        switch(worktree, branch);
        all.build(worktree, "");
    }
    for round in 1..3 {
        for (worktree, branch) in [("one", round % 2), ("two", (round + 1) % 2)] {
            switch(worktree, branch);
            let (ran, cached) = all.build(worktree, "");
            assert_eq!(ran, [""; 0], "{worktree} in round {round}");
            assert!(cached > 20, "{worktree} in round {round}: {cached}");
            all.run(worktree, "modules --check-load").has(0, "");
            all.run(worktree, "build").has(0, "nothing to do");
        }
    }
    all.is_as_clean("one", "");
    all.is_as_clean("two", "");
}
