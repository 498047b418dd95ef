//! A host that runs and has a module mapped survives that both are installed anew (row R26).

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use modpin_test::{reliability, skip};

use super::{modpin, world};

#[test]
fn a_running_host_survives_every_installation() {
    if skip::is_missing("strip", "installations that differ") {
        return;
    }
    let world = world();
    modpin(&world, "install --destdir d").has(0, "Installed");
    let mut child = world.command(world.path("d/usr/local/bin/app"));
    child.arg("stay").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = child.spawn().expect("it starts");
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    out.read_line(&mut first).expect("a line");
    assert_eq!(first, "27 30\n");
    let mut calls = child.stdin.take().expect("its input");
    let rounds = reliability::count(4, 1000);
    for round in 0..rounds {
        // Other bytes each time, and other code in the module now and then.
        let strip = ["--strip", "--strip=--strip-debug"][round % 2];
        if round % 10 == 3 {
            let body =
                format!("int down(void);\nint extra(void) {{ return down() + 1 + {round} * 0; }}\n");
            world.write("extra.c", format!("{body}const char padding[] = \"{}\";\n", "x".repeat(round)));
        }
        modpin(&world, &format!("install --destdir d {strip}"))
            .has(0, "Installing /usr/local/lib/app/extra.so\n");
        calls.write_all(b"x").expect("it lives");
    }
    drop(calls);
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "after {rounds} installations");
}
