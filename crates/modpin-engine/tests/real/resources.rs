//! Too few file descriptors, too few processes, directories that cannot be written: a clear sentence or a
//! slower build, never a panic.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use modpin_test::World;
use modpin_test::skip::{is_missing, skip};

use crate::tool::Tool;
use crate::world::{SOURCES, Sources, world};

/// Runs the tool by another program; answers its exit code and what it said.
fn under(world: &World, wrapper: &[&str]) -> (Option<i32>, Vec<String>) {
    let mut tool = Tool::start_under(world, &[], wrapper);
    let mut said = Vec::new();
    while let Some(line) = tool.says("") {
        said.push(line);
    }
    said.retain(|line| line != "started" && line != "building");
    (tool.code(), said)
}

/// It is done, or has said what is missing.
fn done_or_clear(what: &str, code: Option<i32>, said: &[String], errno: i32) -> bool {
    let done = code == Some(0) && matches!(said, [ran] if ran.starts_with("ran "));
    let cause = format!("(os error {errno})");
    let clear = code == Some(101) && said.iter().any(|line| line.ends_with(&cause));
    // A compiler that finds no room for its own children says so in its own words.
    let compiler = code == Some(101) && said.iter().any(|line| line.starts_with("failed: sh ended"));
    assert!(done || clear || compiler, "{what}: {code:?}, {said:?}");
    done
}

#[test]
fn few_file_descriptors() {
    if is_missing("prlimit", "few file descriptors") {
        return;
    }
    for limit in ["16", "20", "24", "32"] {
        let world = world();
        let (code, said) = under(&world, &["/usr/bin/prlimit", &format!("--nofile={limit}")]);
        let done = done_or_clear(limit, code, &said, 24);
        // Thirty-two are enough for four at once.
        assert!(done || limit != "32", "{limit}: {code:?}, {said:?}");
        world.is_sound(limit);
    }
}

/// As somebody without rights: the tests themselves may run as root, who has them all.
const NOBODY: [&str; 4] = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

fn cannot_be_nobody(world: &World, what: &str) -> bool {
    if !rustix::process::geteuid().is_root() {
        skip(what, "only root can become nobody");
        return true;
    }
    if is_missing("setpriv", what) {
        return true;
    }
    fs::set_permissions(world.root(), fs::Permissions::from_mode(0o755)).unwrap();
    let itself = std::env::current_exe().unwrap();
    let can =
        std::process::Command::new(NOBODY[0]).args(&NOBODY[1..]).arg(itself).arg("--list").output();
    let cannot = !can.is_ok_and(|output| output.status.success());
    if cannot {
        skip(what, "nobody cannot run this test binary");
    }
    cannot
}

#[test]
fn a_directory_that_cannot_be_written() {
    let world = world();
    if cannot_be_nobody(&world, "a directory that cannot be written") {
        return;
    }
    let (code, said) = under(&world, &NOBODY);
    let lock = world.path("out/.state/lock");
    let expected = format!("error: {}: cannot open: Permission denied (os error 13)", lock.display());
    assert_eq!((code, said), (Some(101), vec![expected]));
    // The engine's own directory can be written, the outputs' not.
    fs::set_permissions(world.path("out/.state"), fs::Permissions::from_mode(0o777)).unwrap();
    let (code, said) = under(&world, &NOBODY);
    assert!(said.iter().any(|line| line.ends_with("Permission denied (os error 13)")), "{said:?}");
    assert_eq!(code, Some(101), "{said:?}");
    assert_eq!(world.outputs(), []);
    fs::set_permissions(world.path("out"), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(under(&world, &NOBODY), (Some(0), vec![format!("ran {}", SOURCES + 1)]));
    assert_eq!(world.outputs(), world.expected());
}

#[test]
fn a_source_that_cannot_be_read() {
    let world = world();
    if cannot_be_nobody(&world, "a source that cannot be read") {
        return;
    }
    for dir in ["out", "out/.state"] {
        fs::set_permissions(world.path(dir), fs::Permissions::from_mode(0o777)).unwrap();
    }
    fs::set_permissions(world.path("s3"), fs::Permissions::from_mode(0o000)).unwrap();
    let (code, said) = under(&world, &NOBODY);
    let expected = "error: s3: cannot read: Permission denied (os error 13)".to_owned();
    assert_eq!((code, said), (Some(101), vec![expected]));
}

#[test]
fn few_processes() {
    let world = world();
    let what = "few processes";
    if cannot_be_nobody(&world, what) || is_missing("prlimit", what) {
        return;
    }
    for dir in ["out", "out/.state"] {
        fs::set_permissions(world.path(dir), fs::Permissions::from_mode(0o777)).unwrap();
    }
    for limit in [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15] {
        let limited = format!("--nproc={limit}");
        let wrapper = [&NOBODY[..], &["/usr/bin/prlimit", &limited]].concat();
        let (code, said) = under(&world, &wrapper);
        done_or_clear(&limited, code, &said, 11);
    }
    fs::remove_dir_all(world.path("out")).unwrap();
    fs::create_dir_all(world.path("out/.state")).unwrap();
    world.is_sound("few processes");
}
