//! `config`, and the file that says what is set (row A9): read by every verb, changed as a person would, seen by the next build.

use modpin_test::{World, next_tick};

use crate::demo;
use crate::program::{Program, finished};

/// The small project, with options of more kinds.
fn world() -> World {
    let world = demo::world();
    let options = r#"[
        { "name": "INET", "kind": "bool", "default": true, "help": "the internet" },
        { "name": "NET", "kind": "tristate", "depends_on": "INET", "select": ["ZLIB"] },
        { "name": "ZLIB", "kind": "tristate" },
        { "name": "HZ", "kind": "int", "default": 250, "range": [100, 1000] },
        { "name": "TITLE", "kind": "string", "default": "none" },
        { "name": "ALGO", "kind": "choice", "members": [{ "name": "AES", "kind": "bool" }, { "name": "DES", "kind": "bool" }] }
    ]"#;
    let was = r#"[{ "name": "NET", "kind": "tristate", "default": "n" }]"#;
    world.write(
        "demo.json",
        demo::PROJECT.replace(was, options).replace("\"format\": 1", "\"format\": 2"),
    );
    world
}

#[test]
fn options_are_listed_with_their_reasons() {
    let world = world();
    world.write(".config", "CONFIG_NET=m\nCONFIG_HZ=2000\nCONFIG_OLD=y\n");
    let said = world.modpin("config list -D INET=n");
    said.has(0, "warning: .config:3: option \"OLD\" is set, but the project does not declare it");
    said.has(0, "warning: option \"HZ\" is set to 2000, but it is 250: it must be between 100 and 1000");
    assert_eq!(
        said.out,
        "INET=n (set with -D)\n    bool: the internet\n\
         NET=n (depends on INET; INET=n (set with -D))\n    tristate; depends on INET\n\
         ZLIB=n (default)\n    tristate\n\
         HZ=250 (default)\n    int; from 100 to 1000\n\
         TITLE=\"none\" (default)\n    string\n\
         ALGO=AES (default)\n    choice\n\
         AES=y (chosen in ALGO)\n    bool\n\
         DES=n (the choice ALGO is AES)\n    bool\n"
    );
    let json = world.modpin("config list --message-format json").objects();
    let zlib = json.iter().find(|object| object["name"] == "ZLIB").expect("an option");
    assert_eq!(
        (zlib["value"].as_str(), zlib["why"].as_str()),
        (Some("m"), Some("ZLIB=m (selected by NET=m (set in .config))"))
    );
}

#[test]
fn options_are_set_and_forgotten_in_the_file() {
    let world = world();
    world.modpin("config get HZ").has_both(0, "250\n", "");
    let listed = "option      TITLE  none (string, default none)\noption      ALGO   AES (choice)\n";
    world.modpin("list").has_both(0, listed, "");
    world.modpin("config set NET=m HZ=500 ALGO=DES").has(0, "Changed");
    assert_eq!(world.read(".config"), "CONFIG_NET=m\nCONFIG_HZ=500\nCONFIG_DES=y\n");
    world.modpin("config get CONFIG_HZ").has_both(0, "500\n", "");
    world.modpin("config get ALGO").has_both(0, "DES\n", "");
    world.modpin("config set HZ=500").has(0, "Unchanged");
    // A contradiction is refused with its chain, and the file stays.
    world
        .modpin("config set ZLIB=n")
        .has(1, "option \"ZLIB\" is set to n, but it is m: selected by NET=m (set in .config)");
    world
        .modpin("config set NTE=y")
        .has(1, "option \"NTE\" is set, but the project does not declare it");
    world.modpin("config set HZ=many").has(1, "help: write HZ=16");
    world.modpin("config get HZZ").has(1, "help: did you mean \"HZ\"?");
    assert_eq!(world.read(".config"), "CONFIG_NET=m\nCONFIG_HZ=500\nCONFIG_DES=y\n");

    world.modpin("config diff").has_both(
        0,
        "NET=m (set in .config), else n\nZLIB=m (selected by NET=m (set in .config)), else n\n\
         HZ=500 (set in .config), else 250\nALGO=DES (set in .config), else AES\n",
        "",
    );
    world.write("other", "CONFIG_NET=m\nCONFIG_DES=y\n");
    world.modpin("config diff other").has_both(0, "HZ=500 (set in .config), else 250\n", "");
    world.modpin("config diff nowhere").has(1, "nowhere: cannot read a file of options");
    world.modpin("config save-defaults least -D TITLE=x").has(0, "Wrote");
    assert_eq!(world.read("least"), "CONFIG_NET=m\nCONFIG_HZ=500\nCONFIG_TITLE=\"x\"\nCONFIG_DES=y\n");
    world.modpin("config unset HZ ALGO").has(0, "Changed");
    assert_eq!(world.read(".config"), "CONFIG_NET=m\n");
}

#[test]
fn a_build_obeys_the_file_and_sees_it_change() {
    let world = world();
    let build = || world.modpin("build --message-format json");
    build();
    assert!(!world.built("net.so").exists());
    next_tick();
    world.write(".config", "CONFIG_NET=m\n");
    next_tick();
    build().has(0, "Compiling net.c");
    assert!(world.built("net.so").exists());
    assert!(world.read("target/modpin/debug/.modpin/config").contains("CONFIG_NET=m\nCONFIG_ZLIB=m\n"));
    build().has(0, "nothing to do");
    // Nothing is done, and the sentence is said all the same.
    world.write(".config", "CONFIG_NET=m\nCONFIG_OLD=y\n");
    next_tick();
    build().has(0, "warning: .config:2: option \"OLD\"");
    let again = build();
    again.has(0, "warning: .config:2: option \"OLD\"");
    assert_eq!(finished(&again), (true, 0));
    std::fs::remove_file(world.path(".config")).expect("a file");
    build().has(0, "");
    assert!(!world.built("net.so").exists(), "what nobody builds any more is gone");
}

#[test]
fn a_project_without_options_reads_no_file() {
    let world = demo::world();
    let options = r#""options": [{ "name": "NET", "kind": "tristate", "default": "n" }],"#;
    world.write("demo.json", demo::PROJECT.replace(options, "").replace(r#""when": "NET", "#, ""));
    world.write(".config", "somebody else's\n");
    let said = world.modpin("list");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
}

#[test]
fn what_a_condition_leaves_out_stays_known() {
    let world = demo::world();
    let project = demo::PROJECT.replace("\"format\": 1", "\"format\": 2");
    let sources = r#"["base.c", { "when": "NET", "then": ["extra.c"] }]"#;
    world.write(
        "demo.json",
        project.replace(r#"["base.c", "extra.c"]"#, sources).replace(r#""good.c""#, r#""base.c""#),
    );
    let said = world.modpin("explain extra.c");
    said.has_both(0, "extra.c\n  left out of library util: NET=n\n", "");
    world.modpin("explain net.c").has_both(0, "  left out of module net: NET=n\n", "");
    world.modpin("list").has_both(0, "source      util  without extra.c: NET=n\n", "");
    // A symbol that only it could define.
    world.write(
        "main.c",
        "int base(int); int extra(int); int main(void) { return base(-1) + extra(0); }\n",
    );
    let explained = world.modpin("explain extra");
    assert!(
        explained.out.contains("extra.c\n  left out of library util: NET=n\n  mentions extra\n"),
        "{}",
        explained.text()
    );
    let json = world.modpin("explain extra.c --message-format json").objects();
    assert_eq!(json[0]["answers"][0]["kind"], "left-out", "{json:?}");
    world.modpin("explain extra.c -D NET=y").has_both(0, "extra.c\n", "");
    let built = world.modpin("build -D NET=y");
    built.has(0, "Compiling extra.c");
}
