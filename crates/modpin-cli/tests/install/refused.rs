//! What is refused, before anything is written; and what was there before.

use modpin_test::World;

use super::{command, modpin, world};
use modpin_test::Said;

/// A project with this in its lists.
fn refused(world: &World, install: &str, targets: &str, args: &str, words: &[&str]) {
    let text = format!(
        r#"{{ "format": 2, "name": "app", "install": [{install}], "targets": [
           {{ "kind": "executable", "name": "try", "sources": ["try.c"] }}{targets} ] }}"#
    );
    world.write("app.json", text);
    let said = modpin(world, &format!("install --destdir d {args}"));
    words.iter().for_each(|words| said.has(1, words));
    // Before anything runs.
    assert!(!world.path("d").exists() && !said.err.contains("Compiling"), "{words:?}");
}

#[test]
fn what_collides_or_leaves_the_prefix() {
    let world = world();
    let two = r#"{ "dir": "include", "files": ["inc/z.h"] }, { "dir": "include", "files": ["inc/app/../z.h", "modpin_load.h"] }"#;
    // The same file twice is one file.
    world.write("inc/app/z.h", "other\n");
    let same =
        r#"{ "dir": "include", "files": ["inc/z.h"] }, { "dir": "include", "files": ["inc/app/z.h"] }"#;
    refused(
        &world,
        same,
        "",
        "",
        &["would both be \"/usr/local/include/z.h\"", "help: give one of them"],
    );
    let shared = r#", { "kind": "executable", "name": "tools/try", "sources": ["try.c"] }"#;
    let words = "executable \"try\" and executable \"tools/try\" would both be \"/usr/local/bin/try\"";
    refused(&world, "", shared, "", &[words]);
    let below = r#"{ "dir": "bin/try", "files": ["inc/z.h"] }"#;
    refused(&world, below, "", "", &["would both be at or below \"/usr/local/bin/try\""]);
    let up = r#"{ "dir": "../etc", "files": ["inc/z.h"] }"#;
    refused(&world, up, "", "", &["installs into \"../etc\", which is not below the prefix"]);
    refused(&world, "", "", "--prefix usr", &["--prefix usr is not an absolute path"]);
    refused(
        &world,
        "",
        "",
        "--prefix /usr --bindir /bin",
        &["--bindir /bin is not below the prefix /usr"],
    );
    refused(&world, "", "", "--libdir ../lib", &["--libdir ../lib is not below the prefix /usr/local"]);
    let needs = r#", { "kind": "shared-library", "name": "z", "sources": ["z.c"], "installed": "n" },
        { "kind": "executable", "name": "user", "sources": ["try.c"], "link": ["z"] }"#;
    let words = "program \"user\" is installed and needs the shared library \"z\", which is not";
    refused(&world, "", needs, "", &[words]);

    world.write(
        "app.json",
        format!(r#"{{ "format": 2, "name": "app", "install": [{two}], "targets": [] }}"#),
    );
    modpin(&world, "install --destdir d").has(0, "Installed 2 files of app");
    // A directory is in the way of a program: all the rest stays as it was, too.
    let world = super::world();
    std::fs::create_dir_all(world.path("d/usr/local/bin/app")).expect("a directory");
    let said = modpin(&world, "install --destdir d");
    said.has(1, "usr/local/bin/app is a directory");
    assert_eq!(super::listed(&world, "d"), "usr/\nusr/local/\nusr/local/bin/\nusr/local/bin/app/\n");
}

#[test]
fn what_was_there_is_replaced_and_that_is_told() {
    let world = world();
    world.write("d/usr/local/include/z.h", "theirs\n");
    world.write("precious", "precious\n");
    std::fs::create_dir_all(world.path("d/usr/local/bin")).expect("a directory");
    std::os::unix::fs::symlink(world.path("precious"), world.path("d/usr/local/bin/app"))
        .expect("a link");
    // As for make, the environment may say it.
    let said = Said::of(command(&world, "install").env("DESTDIR", "d"));
    said.has(0, "/usr/local/include/z.h, /usr/local/bin/app: what was there is of no installation of this project");
    assert_eq!(world.read("d/usr/local/include/z.h"), "int z(void);\n");
    assert_eq!(world.read("precious"), "precious\n");
    assert!(!world.path("d/usr/local/bin/app").is_symlink());
    // What somebody has changed since is put right, and what is missing comes again; the rest stays.
    world.write("d/usr/local/include/z.h", "edited\n");
    std::fs::remove_file(world.path("d/usr/local/lib/libz.so")).expect("a link");
    let said = modpin(&world, "install --destdir d");
    said.has(0, "Installed 2 files of app");
    assert!(!said.err.contains("no installation of this project"), "{}", said.err);
    // A record that names what it must not is no record.
    let record =
        world.read("d/usr/local/lib/modpin/app.json").replace("/usr/local/include/z.h", "/../precious");
    world.write("d/usr/local/lib/modpin/app.json", record);
    modpin(&world, "uninstall --destdir d")
        .has(1, "no record of an installation: it names \"/../precious\"");
    modpin(&world, "install --destdir d").has(1, "no record of an installation");
    assert!(world.path("precious").exists() && world.path("d/usr/local/bin/app").exists());
}

#[test]
fn a_file_is_no_place_to_install_to() {
    let world = world();
    for dir in ["try.c", "try.c/below"] {
        let said = modpin(&world, &format!("install --destdir {dir}"));
        said.has(1, "try.c is a file\n  help: name a directory; it need not be there yet\n");
        assert!(!said.err.contains("Finished"), "{}", said.err);
    }
}
