//! `watch`: each change of the project is answered, by events and not by looking again and again; whatever happens to the files.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use modpin_test::World;
use serde_json::Value;

use crate::demo;
use crate::program::Program;

/// A program that watches, and the last line of each of its rounds.
struct Watched {
    child: Child,
    rounds: Receiver<(bool, u64)>,
}

impl Watched {
    fn new(world: &World, args: &str) -> Watched {
        let mut command = world.project(&format!("{args} --message-format json"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let (to, rounds) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let object: Value = serde_json::from_str(&line).expect("JSON");
                if object["reason"] == "finished" {
                    let round =
                        (object["success"] == true, object["commands"].as_u64().unwrap_or_default());
                    let _ = to.send(round);
                }
            }
        });
        Watched { child, rounds }
    }

    /// How the next round ends that runs a command, or fails.
    fn next(&self) -> (bool, u64) {
        loop {
            let round = self.rounds.recv_timeout(Duration::from_secs(120)).expect("a round");
            if round != (true, 0) {
                return round;
            }
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_change_is_answered() {
    let world = demo::world();
    let watched = Watched::new(&world, "watch build");
    assert!(watched.next().0);
    world.write("base.c", "int base(int x) { return x + 2; }\n");
    // One compilation and one link.
    assert_eq!(watched.next(), (true, 2));
    // An editor that writes another file and renames it, with its own notes beside it.
    world.write(".base.c.swp", "notes");
    world.write("base.c.new", "int base(int x) { return x + 3; }\n");
    std::fs::rename(world.path("base.c.new"), world.path("base.c")).expect("renamed");
    assert_eq!(watched.next(), (true, 2));
    // What does not compile is told, and then it does.
    world.write("base.c", "int base(int x) { return }\n");
    assert!(!watched.next().0);
    world.write("base.c", "int base(int x) { return x + 4; }\n");
    assert!(watched.next().0);
    // A project file with an error in it.
    world.write("demo.json", demo::PROJECT.replace("\"link\"", "\"lnik\""));
    assert!(!watched.next().0);
    world.write(
        "demo.json",
        demo::PROJECT.replace("\"name\": \"util\", ", "\"name\": \"util\", \"defines\": [\"X\"], "),
    );
    assert!(watched.next().0);
    // A branch that changes a thousand files at once, in directories that are new.
    let many = demo::PROJECT.replace("\"base.c\", ", "\"base.c\", \"many/**/*.c\", ");
    for at in 0..40 {
        for file in 0..25 {
            world.write(&format!("many/d{at}/h{file}.h"), "");
        }
        world.write(&format!("many/d{at}/m.c"), format!("int m{at};\n"));
    }
    world.write("demo.json", many);
    let archive = || std::fs::read(world.built("libutil.a")).unwrap_or_default();
    let members = || String::from_utf8_lossy(&archive()).matches("m.c.o/").count();
    while members() < 40 {
        watched.rounds.recv_timeout(Duration::from_secs(120)).expect("a round");
    }
    // A directory that was not there when it began.
    world.write("many/d7/m.c", "int m7 = 7;\n");
    assert_eq!(watched.next().1, 2);
    // A source outside of the root.
    let other = World::new(&[("far.c", "int far;\n")]);
    let far = other.path("far.c");
    let name = far.to_str().expect("a path");
    world
        .write("demo.json", demo::PROJECT.replace("\"base.c\", ", &format!("\"base.c\", \"{name}\", ")));
    assert!(watched.next().0);
    other.write("far.c", "int far = 1;\n");
    assert_eq!(watched.next(), (true, 2));
}

#[test]
fn what_cannot_be_watched_for() {
    let world = demo::world();
    world.modpin("watch nosuch").has(1, "unrecognized subcommand 'nosuch'");
    world.modpin("watch watch").has(1, "watch watches for one verb");
    world.modpin("watch build --nosuch").has(1, "unexpected argument '--nosuch'");
}
