//! What `check-load` compiles is kept for the next time, and nothing that lies there is trusted.

mod foreign;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use foreign::Files;

const GOOD: &str = "good.so in host: ok\n1 module loads\n-- 0\n";

/// Modules of a program, a compiler that writes down how often it is called, and a directory for what is kept.
struct World(Files);

impl World {
    fn new() -> World {
        let world = World(Files::new());
        let script = "#!/bin/sh\necho called >> \"$CALLS\"\nexec cc \"$@\"\n";
        let compiler = world.path("compiler");
        fs::write(&compiler, script).expect("a script");
        fs::set_permissions(compiler, PermissionsExt::from_mode(0o755)).expect("a program");
        world
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.0.path().join(name)
    }

    /// Loads a good module; how often the compiler was called for that.
    fn calls(&self) -> usize {
        let calls = self.path("calls");
        fs::write(&calls, "").expect("a file");
        let compiler = self.path("compiler");
        let said = self.0.said_with("check-load --host host good.so", |command| {
            command.env("CC", &compiler).env("CALLS", &calls)
        });
        assert_eq!(said, GOOD);
        fs::read_to_string(calls).expect("a file").lines().count()
    }
}

#[test]
fn the_compiler_is_asked_once() {
    let world = World::new();
    assert!(world.calls() > 0);
    assert_eq!(world.calls(), 0);
    // Another compiler may make another probe.
    fs::write(world.path("compiler"), "#!/bin/sh\necho other >> \"$CALLS\"\nexec cc \"$@\"\n")
        .expect("a script");
    assert!(world.calls() > 0);
}

#[test]
fn what_is_kept_is_made_again_when_it_is_damaged_or_gone() {
    let world = World::new();
    world.calls();
    let kept = world.path("cache/modpin/probe-this-machine");
    for name in ["probe.so", "probe.c", "toolchain", ".modpin/state"] {
        fs::write(kept.join(name), "damaged\n").expect("a file");
        world.calls();
        fs::remove_file(kept.join(name)).expect("a file");
        world.calls();
    }
    fs::remove_dir_all(world.path("cache")).expect("a directory");
    assert!(world.calls() > 0);
}

#[test]
fn nothing_needs_to_be_kept() {
    let world = World::new();
    fs::write(world.path("cache"), "no directory\n").expect("a file");
    assert!(world.calls() > 0 && world.calls() > 0);
    let homeless = world.0.said_with("check-load --host host good.so", |command| {
        command.env("XDG_CACHE_HOME", "not/absolute").env("HOME", "")
    });
    assert_eq!(homeless, GOOD);
    assert!(!world.path("not").exists() && !world.path(".cache").exists());
}

/// The loader passes over an object that it cannot map as code, and the program's own main would run.
#[test]
fn the_probe_lies_where_programs_may_lie() {
    let world = World::new();
    let text = "#include <stdlib.h>\nint main(void) { system(\"echo > ran\"); return 0; }\n";
    fs::write(world.path("host.c"), text).expect("a source");
    world.0.tool("cc host.c -o host");
    fs::create_dir(world.path("data")).expect("a directory");
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--map-root-user", "sh", "-c"]).current_dir(world.0.0.path());
    // With a temporary directory that will do, then with none.
    let script = "mount -t tmpfs -o noexec tmpfs data || exit 90; mkdir data/temp; export XDG_CACHE_HOME=$PWD/data
        $MODPIN modpin check-load --host host good.so && ! TMPDIR=$PWD/data/temp $MODPIN modpin check-load --host host good.so";
    unshare.arg(script).env("MODPIN", env!("CARGO_BIN_EXE_cargo-modpin"));
    let output = unshare.output().expect("unshare, of util-linux");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.code() == Some(90) || said.contains("unshare failed") {
        return eprintln!("SKIPPED: a probe that cannot be mapped: nobody may mount a file system here");
    }
    assert!(output.status.success() && said.starts_with("good.so in host: ok\n"), "{said}");
    assert!(
        said.contains("help: set TMPDIR to a directory on a file system that is not mounted noexec"),
        "{said}"
    );
    assert!(!world.path("ran").exists(), "the host's main ran");
}
