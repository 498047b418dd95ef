//! The guard of the children is asked for its end before the program ends: nobody inherits it. A program of its
//! own, because it takes in every process that anybody leaves behind.

use std::process::Stdio;

use modpin_test::World;
use rustix::process::{WaitOptions, getpid, set_child_subreaper, wait};

#[test]
fn a_program_that_ended_leaves_no_process_behind() {
    let world = World::new(&[]);
    let project = r#"{ "format": 1, "name": "p", "targets": [{ "kind": "library", "name": "l", "sources": ["*.c"] }] }"#;
    world.write("p.json", project);
    // Orphans become our children.
    set_child_subreaper(Some(getpid())).unwrap();
    for (text, code) in [("int a;\n", 0), ("int a, b;\n", 0), ("wrong\n", 101)] {
        world.write("a.c", text);
        let mut command = world.command(env!("CARGO_BIN_EXE_cargo-modpin"));
        command.args(["modpin", "--project", "p.json", "build"]);
        // Nobody who is left behind is waited for.
        let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!(ended.code(), Some(code));
        let left = wait(WaitOptions::NOHANG);
        assert_eq!(left.map(drop), Err(rustix::io::Errno::CHILD), "a child is left");
    }
}
