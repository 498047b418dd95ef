//! What `check-load` compiles is kept for the next time, and nothing that lies there is trusted.

use std::fs;

use modpin_test::skip::{is_long, skip_for_good};
use modpin_test::{Said, World};

use crate::foreign::{self, Foreign};

const GOOD: &str = "good.so in host: ok\n1 module loads\n-- 0\n";

/// Modules of a program, and a compiler that writes down how often it is called.
fn world() -> World {
    let world = foreign::world();
    world.script("compiler", "#!/bin/sh\necho called >> \"$CALLS\"\nexec cc \"$@\"\n");
    world
}

/// Loads a good module; how often the compiler was called for that.
fn calls(world: &World) -> usize {
    world.write("calls", "");
    let said = world.said_with("check-load --host host good.so", |command| {
        command.env("CC", world.path("compiler")).env("CALLS", world.path("calls"))
    });
    assert_eq!(said, GOOD);
    world.read("calls").lines().count()
}

#[test]
fn the_compiler_is_asked_once() {
    let world = world();
    assert!(calls(&world) > 0);
    assert_eq!(calls(&world), 0);
    // Another compiler may make another probe.
    world.write("compiler", "#!/bin/sh\necho other >> \"$CALLS\"\nexec cc \"$@\"\n");
    assert!(calls(&world) > 0);
}

#[test]
fn what_is_kept_is_made_again_when_it_is_damaged_or_gone() {
    if is_long("kept_probe::what_is_kept_is_made_again_when_it_is_damaged_or_gone") {
        return;
    }
    let world = world();
    calls(&world);
    let kept = world.path("cache/modpin/probe-this-machine");
    for name in ["probe.so", "probe.c", "toolchain", ".modpin/state"] {
        fs::write(kept.join(name), "damaged\n").expect("a file");
        calls(&world);
        fs::remove_file(kept.join(name)).expect("a file");
        calls(&world);
    }
    fs::remove_dir_all(world.path("cache")).expect("a directory");
    assert!(calls(&world) > 0);
}

#[test]
fn nothing_needs_to_be_kept() {
    let world = world();
    world.write("cache", "no directory\n");
    assert!(calls(&world) > 0 && calls(&world) > 0);
    let homeless = world.said_with("check-load --host host good.so", |command| {
        command.env("XDG_CACHE_HOME", "not/absolute").env("HOME", "")
    });
    assert_eq!(homeless, GOOD);
    assert!(!world.path("not").exists() && !world.path(".cache").exists());
}

/// What lies there is run as us.
#[test]
fn what_others_may_write_is_not_believed() {
    if is_long("kept_probe::what_others_may_write_is_not_believed") {
        return;
    }
    use std::os::unix::fs::{PermissionsExt, chown};
    let mode = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    };
    let world = world();
    assert!(calls(&world) > 0);
    // Nobody else comes in there, whatever the modes below it say.
    mode(&world.path("cache/modpin"), 0o755);
    let probe = world.path("cache/modpin/probe-this-machine/probe.so");
    let modified = || fs::metadata(&probe).expect("it").modified().ok();
    for place in [
        "cache",
        "cache/modpin",
        "cache/modpin/probe-this-machine",
        "cache/modpin/probe-this-machine/probe.so",
    ] {
        let kept = world.path(place);
        for (open, closed) in [(0o777, 0o755), (0o775, 0o700), (0o757, 0o755)] {
            mode(&kept, open);
            let before = modified();
            assert!(calls(&world) > 0, "{place} {open:o}");
            assert_eq!(modified(), before, "it is left alone");
            mode(&kept, closed);
            assert_eq!(calls(&world), 0, "{place} {closed:o}");
        }
        let we = rustix::process::geteuid();
        if we.is_root() {
            chown(&kept, Some(12345), None).expect("another owner");
            assert!(calls(&world) > 0, "{place} of somebody else");
            chown(&kept, Some(we.as_raw()), None).expect("our own again");
            assert_eq!(calls(&world), 0, "{place} of ours");
        } else {
            skip_for_good(&format!("{place} of somebody else"), "only root can give it away");
        }
    }
}

/// A directory in which only owners may rename is one that leads to ours.
#[test]
fn links_on_the_way_are_followed_once() {
    let world = world();
    fs::create_dir(world.path("elsewhere")).expect("a directory");
    std::os::unix::fs::symlink("elsewhere", world.path("cache")).expect("a link");
    assert!(calls(&world) > 0);
    assert_eq!(calls(&world), 0);
    fs::remove_dir_all(world.path("elsewhere/modpin")).expect("a directory");
    fs::create_dir(world.path("planted")).expect("a directory");
    std::os::unix::fs::symlink(world.path("planted"), world.path("elsewhere/modpin")).expect("a link");
    fs::create_dir(world.path("planted/probe-this-machine")).expect("a directory");
    std::os::unix::fs::symlink(world.path("good.so"), world.path("planted/probe-this-machine/probe.so"))
        .expect("a link");
    assert!(calls(&world) > 0 && calls(&world) > 0, "a link in it is not believed");
}

/// The loader passes over an object that it cannot map as code, and the program's own main would run.
#[test]
fn the_probe_lies_where_programs_may_lie() {
    let world = world();
    let text = "#include <stdlib.h>\nint main(void) { system(\"echo > ran\"); return 0; }\n";
    world.write("host.c", text);
    world.call("cc host.c -o host");
    fs::create_dir(world.path("data")).expect("a directory");
    let mut unshare = world.command("unshare");
    unshare.args(["--mount", "--map-root-user", "sh", "-c"]);
    // With a temporary directory that will do, then with none.
    let script = "mount -t tmpfs -o noexec tmpfs data || exit 90; mkdir data/temp; export XDG_CACHE_HOME=$PWD/data
        $MODPIN modpin check-load --host host good.so && ! TMPDIR=$PWD/data/temp $MODPIN modpin check-load --host host good.so";
    unshare.arg(script).env("MODPIN", env!("CARGO_BIN_EXE_cargo-modpin"));
    let said = Said::of(&mut unshare);
    if said.code == Some(90) || said.err.contains("unshare failed") {
        return skip_for_good("a probe that cannot be mapped", "nobody may mount a file system here");
    }
    let help = "help: set TMPDIR to a directory on a file system that is not mounted noexec";
    said.has_both(0, "good.so in host: ok\n", help);
    assert!(!world.path("ran").exists(), "the host's main ran");
}
