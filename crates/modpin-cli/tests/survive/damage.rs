//! Damage of every file below `.modpin` (row R31), and of what it knows of files that nobody makes any more (row R34): the
//! next build makes what a clean build makes, and what a removed target left is gone.

use std::fs;

use modpin_test::skip::is_long;
use modpin_test::{Random, World, reliability::count};

use super::{one_library, with};
use crate::outputs::outputs;
use crate::program::Program;
use crate::tree::{self, Node, Tree};

const STATE_DIR: &str = "target/modpin/debug/.modpin";

fn project(programs: &[&str]) -> String {
    // C sees an option, and what is written for that is damaged as well.
    let seen = r#""format": 2, "options": [{ "name": "X", "kind": "bool" }], "autoconf": { "force_include": true },
        "config_headers": [{ "header": "config.h" }]"#;
    one_library(["u.c", "main.c"], "\"-fstack-usage\"", "", programs).replace("\"format\": 1", seen)
}

fn files() -> World {
    let sources = [
        ("main.c", "int u(void); int main(void) { return u(); }\n"),
        ("u.c", "int u(void) { return 0; }\n"),
    ];
    with(&project(&["one", "two"]), &sources)
}

/// Does something to a file; a second file holds its content of an earlier build.
fn damage(world: &World, path: &str, older: Option<&Node>, random: &mut Random) -> String {
    let at = world.path(path);
    let mut bytes = fs::read(&at).unwrap();
    let place = random.below(bytes.len().max(1));
    let what = random.below(7);
    match what {
        0 | 1 if !bytes.is_empty() => bytes[place] ^= 1 << random.below(8),
        2 => bytes.truncate(place),
        3 => {
            let end = (place + 16).min(bytes.len());
            bytes[place..end].fill(0);
        }
        4 => bytes.extend_from_slice(b"more"),
        5 => {
            if let Some(Node::File(older)) = older {
                bytes.clone_from(older);
            }
        }
        _ => {
            fs::remove_file(&at).unwrap();
            return format!("{path} removed");
        }
    }
    fs::remove_file(&at).unwrap();
    fs::write(&at, bytes).unwrap();
    format!("{path} damaged ({what}) at {place}")
}

/// No action makes these: they are words for people.
#[test]
fn what_is_known_of_options_comes_back() {
    let world = files();
    world.modpin("build -q").has(0, "");
    for file in ["options", "config"] {
        let path = format!("{STATE_DIR}/{file}");
        let there = || fs::read(world.path(&path)).unwrap();
        let whole = there();
        for damaged in [Some("CONFIG_X=m\n"), None] {
            match damaged {
                Some(text) => world.write(&path, text),
                None => fs::remove_file(world.path(&path)).unwrap(),
            }
            world.modpin("build").has(0, "nothing to do");
            assert_eq!(there(), whole, "{damaged:?}");
            world.is_idle();
        }
    }
    world.write("demo.json", project(&["one"]).replace(r#"{ "name": "X", "kind": "bool" }"#, ""));
    world.modpin("build -q").has(0, "");
    assert!(!world.path(&format!("{STATE_DIR}/options")).exists(), "there are none any more");
}

#[test]
fn nothing_below_the_state_directory_is_believed_that_is_not_as_it_was_written() {
    if is_long("damage::nothing_below_the_state_directory_is_believed_that_is_not_as_it_was_written") {
        return;
    }
    let (world, clean) = (files(), files());
    clean.write("demo.json", project(&["one"]));
    clean.modpin("build -q").has(0, "");
    let mut expected = outputs(&clean);
    expected.retain(|path, _| !path.ends_with(".rsp"));
    world.write("demo.json", project(&["one"]));
    world.modpin("build -q").has(0, "");
    let older = tree::read(&world.path(STATE_DIR));
    world.write("demo.json", project(&["one", "two"]));
    world.modpin("build -q").has(0, "");
    let whole: Tree = tree::read(&world.path("target"));
    let is_file = |(path, node): (&String, &Node)| {
        let below = path.strip_prefix("modpin/debug/.modpin/")?;
        matches!(node, Node::File(_)).then(|| below.to_owned())
    };
    let paths: Vec<String> = whole.iter().filter_map(is_file).collect();
    let mut random = Random::new(7);
    for round in 0..count(20, 2000) {
        fs::remove_dir_all(world.path("target")).unwrap();
        fs::create_dir(world.path("target")).unwrap();
        tree::write(&whole, &world.path("target"));
        world.write("demo.json", project(&["one", "two"]));
        // As if all of it were of the last build.
        world.modpin("build -q").has(0, "");
        let path = random.pick(&paths).unwrap();
        let what = damage(&world, &format!("{STATE_DIR}/{path}"), older.get(path), &mut random);
        let what = format!("round {round}: {what}");
        let removed = random.once_in(2);
        if removed {
            world.write("demo.json", project(&["one"]));
        }
        let said = world.modpin("build");
        assert!(said.success(), "{what}: {}", said.text());
        assert!(world.modpin("build").err.contains("nothing to do"), "{what}");
        let mut there = outputs(&world);
        // Response files are written each time, and are nobody's input.
        there.retain(|path, _| !path.ends_with(".rsp") && (removed || expected.contains_key(path)));
        assert_eq!(there, expected, "{what}: {}", said.text());
        world.modpin("clean").has(0, "Removed");
        assert!(!world.built("").exists(), "{what}: {:?}", tree::read(&world.built("")).keys());
    }
}
