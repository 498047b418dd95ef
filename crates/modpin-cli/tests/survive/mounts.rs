//! What is mounted in the build directory or over it: told with a way out, never written through, and without a trace once it is
//! taken away.

use std::collections::BTreeMap;
use std::process::Command;

use modpin_test::skip::skip_for_good;
use modpin_test::{Said, World};

use super::world;
use crate::outputs::outputs;
use crate::program::{PROGRAM, Program};

/// A shell that mounts what it likes, for itself alone.
fn alone(world: &World, script: &str) -> Command {
    let mut command = world.command("unshare");
    let user = if rustix::process::geteuid().is_root() { "-m" } else { "-rm" };
    command.args([user, "--propagation", "private", "sh", "-ec", script]);
    command
}

fn may_mount(world: &World, what: &str) -> bool {
    let said = Said::of(&mut alone(world, "mkdir -p probe && mount -t tmpfs none probe"));
    if !said.success() {
        skip_for_good(what, "nobody may mount here");
    }
    said.success()
}

const BUILD: &str = "target/modpin/debug";

#[test]
fn what_is_mounted_in_a_build_directory_is_told_and_never_written() {
    let world = world();
    if !may_mount(&world, "mounts in the build directory") {
        return;
    }
    world.write("precious", "precious");
    world.modpin("build -q").has(0, "");
    for (number, (mount, error, help)) in [
        (
            "mount --bind precious B/tool",
            "B/tool: cannot replace",
            "help: something is mounted there: take",
        ),
        (
            "mount --bind precious B/.modpin/state",
            "B/.modpin/state: cannot replace",
            "take it away with umount",
        ),
        (
            "mount -t tmpfs none B/.modpin/obj",
            "cannot replace",
            "help: a build puts its files in place by rename",
        ),
        (
            "mount -t tmpfs none B/.modpin",
            "B/CACHEDIR.TAG: cannot write",
            "let nothing be mounted in its directory",
        ),
        (
            "mount --bind B B; mount -o remount,ro,bind B",
            "B/.modpin/lock: cannot open",
            "help: let it be written, or",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        world.write(
            "util/base.c",
            format!("#include \"base.h\"\nint base(int x) {{ return x + {number}; }}\n"),
        );
        if error.contains("TAG") {
            std::fs::remove_file(world.built("CACHEDIR.TAG")).expect("a tag");
        }
        let [mount, error] = [mount, error].map(|text| text.replace("B", BUILD));
        let said =
            Said::of(&mut alone(&world, &format!("{mount}; {PROGRAM} --project demo.json build")));
        assert!(said.err.contains(&error) && said.err.contains(help), "{mount}: {}", said.text());
        assert_eq!(said.code, Some(101), "{mount}: {}", said.text());
        assert_eq!(world.read("precious"), "precious", "{mount}");
        world.modpin("build -q").has(0, "");
        let clean = self::world();
        clean.write("util/base.c", world.read("util/base.c"));
        clean.modpin("build -q").has(0, "");
        let (made, expected) = (outputs(&world), outputs(&clean));
        // What was begun of our own is written anew the next time, and `clean` knows it.
        let made: BTreeMap<_, _> =
            made.into_iter().filter(|(path, _)| !path.ends_with(".new")).collect();
        let other = made.iter().filter(|(path, hash)| expected.get(*path) != Some(hash));
        let lost = expected.iter().filter(|(path, _)| !made.contains_key(*path));
        assert_eq!(other.chain(lost).collect::<Vec<_>>(), [], "{mount}");
        world.is_idle();
    }
}

/// As in an image of a container: what was built lies in a layer that nobody writes, and directories there cannot be renamed.
#[test]
fn a_built_tree_in_a_layer_below_is_built_on() {
    let world = world();
    if !may_mount(&world, "layers") {
        return;
    }
    world.modpin("build -q").has(0, "");
    let script = format!(
        "mount -t tmpfs none probe; mkdir probe/upper probe/work; \
         mount -t overlay -o lowerdir=.,upperdir=probe/upper,workdir=probe/work,redirect_dir=off overlay . && cd \"$PWD\" || exit 77; \
         run() {{ {PROGRAM} --project demo.json build; }}; run; run; \
         echo '// more' >> include/base.h; run; run; rm util/base.c; echo 'int base(int x) {{ return x; }}' > util/base.c; run; run"
    );
    let said = Said::of(&mut alone(&world, &script));
    if said.code == Some(77) {
        return skip_for_good("layers", "there is no overlay here");
    }
    said.has(0, "");
    let ends: Vec<&str> = said.err.lines().filter(|line| line.contains("Finished")).collect();
    let idle = |at: usize| ends[at].ends_with("nothing to do");
    assert!(
        ends.len() == 6 && [1, 3, 5].into_iter().all(idle) && !idle(2) && !idle(4),
        "{}",
        said.text()
    );
    // The layer below is as it was.
    world.is_idle();
}
