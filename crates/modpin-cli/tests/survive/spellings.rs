//! Paths are files, not texts (rows R35 and R36): whatever a tool or a user writes, a file is compiled once, and a build
//! directory is one.

use std::fs;
use std::path::Path;

use modpin_engine::{RealDisk, Store};
use modpin_test::skip::{is_long, linkers};
use modpin_test::{Said, World};

use super::{small, with};
use crate::program::{Program, finished, program_in};

/// Headers by way of other directories, as zsh and Apache have them.
const UPWARDS: [(&str, &str); 6] = [
    ("g/a.c", "#include \"../f/x.h\"\n#include \"deep/../../f/y.h\"\nint a = X + Y;\n"),
    ("g/b.c", "#include \"h/z.h\"\n#include <../f/x.h>\nint b = X + Z;\n"),
    ("g/deep/none", ""),
    ("g/h/z.h", "#define Z 1\n"),
    ("f/x.h", "#define X 2\n"),
    ("f/y.h", "#include \"../g/h/z.h\"\n#define Y Z\n"),
];

const UPWARDS_PROJECT: &str = r#"{ "format": 1, "name": "demo", "targets": [
    { "kind": "library", "name": "u", "sources": ["g/*.c"], "includes": ["g/h", "g"], "cflags": ["-Ig/../f", "-Ig/deep/.."] }
]}"#;

fn compiled(said: &Said) -> Vec<String> {
    let started = said.objects_of("started").into_iter().filter(|line| line["verb"] == "Compiling");
    let mut compiled: Vec<String> =
        started.map(|line| line["label"].as_str().unwrap().to_owned()).collect();
    compiled.sort();
    compiled
}

fn build(world: &World) -> Vec<String> {
    let said = world.modpin("build --message-format json");
    assert!(said.success(), "{}", said.text());
    compiled(&said)
}

#[test]
fn headers_that_are_included_by_way_of_other_directories() {
    let world = with(UPWARDS_PROJECT, &UPWARDS);
    assert_eq!(build(&world).len(), 2);
    world.is_idle();
    world.write("f/y.h", "#include \"../g/h/z.h\"\n#define Y (Z + 1)\n");
    assert_eq!(build(&world), ["g/a.c"]);
    world.is_idle();
    world.write("g/h/z.h", "#define Z 3\n");
    assert_eq!(build(&world), ["g/a.c", "g/b.c"]);
    world.is_idle();
    // <../f/x.h> is looked for as g/h/../f/x.h before it is found as g/../f/x.h. Who looked for it is not known.
    world.write("g/f/x.h", "#define X 4\n");
    assert_eq!(build(&world), ["g/a.c", "g/b.c"]);
    world.is_idle();
}

#[test]
fn a_directory_on_the_way_becomes_a_link() {
    let project = r#"{ "format": 1, "name": "demo", "targets": [
        { "kind": "library", "name": "u", "sources": ["a.c"], "cflags": ["-I."] }] }"#;
    let files = [
        ("a.c", "#include \"way/../x.h\"\nint a = X;\n"),
        ("x.h", "#define X 1\n"),
        ("way/none", ""),
        ("else/x.h", "#define X 2\n"),
        ("else/way/none", ""),
    ];
    let world = with(project, &files);
    build(&world);
    world.is_idle();
    fs::remove_dir_all(world.path("way")).unwrap();
    std::os::unix::fs::symlink("else/way", world.path("way")).unwrap();
    assert_eq!(build(&world), ["a.c"]);
    world.is_idle();
    world.write("x.h", "#define X 3\n");
    assert_eq!(build(&world), [""; 0]);
    world.write("else/x.h", "#define X 4\n");
    assert_eq!(build(&world), ["a.c"]);
    world.is_idle();
}

/// What compilers write into depfiles as it is, and what ends a line or a name in make's syntax.
const ODD: [&str; 11] =
    ["\r", "\u{c}", "\u{b}", "a\rb", " ", "a b", "\t", "\\x", "#", "$", "\u{1b}[0m\u{7}"];

/// A header with such a name. For gcc a carriage return ends the line in which it would be included.
fn header(odd: &str) -> String {
    format!("x{}.h", odd.replace('\r', "return"))
}

#[test]
fn sources_and_headers_with_odd_names() {
    if is_long("spellings::sources_and_headers_with_odd_names") {
        return;
    }
    let project = r#"{ "format": 1, "name": "demo", "targets": [
        { "kind": "library", "name": "u", "sources": ["lib/*.c"] },
        { "kind": "executable", "name": "tool", "sources": ["*.c"], "link": ["u"] }] }"#;
    let world = with(project, &[("main.c", "int main(void) { return 0; }\n")]);
    for (at, odd) in ODD.iter().enumerate() {
        let header = header(odd);
        world.write(&header, format!("#define X {at}\n"));
        world.write(&format!("e{odd}.c"), format!("#include \"{header}\"\nint e{at} = X;\n"));
        world.write(&format!("lib/l{odd}.c"), format!("#include \"../{header}\"\nint l{at} = X;\n"));
    }
    // As the last name of a depfile, and as one before others.
    for (at, (last, more)) in
        [("x\\", ""), ("y\\", "#include \"x .h\"\n"), ("y z\\", "#include \"x\\\"\n")]
            .into_iter()
            .enumerate()
    {
        world.write(last, format!("#define LAST {at}\n"));
        world
            .write(&format!("last{at}.c"), format!("#include \"{last}\"\n{more}int last{at} = LAST;\n"));
    }
    let sources = 1 + 2 * ODD.len() + 3;
    assert_eq!(build(&world).len(), sources);
    world.is_idle();
    for odd in ODD {
        world.write(&header(odd), "#define X 100\n");
        let mut expected = vec![format!("e{odd}.c"), format!("lib/l{odd}.c")];
        expected.extend((odd == " ").then(|| "last1.c".to_owned()));
        expected.sort();
        let mut compiled = build(&world);
        compiled.sort();
        assert_eq!(compiled, expected, "{odd:?}");
        world.is_idle();
    }
    for (last, sources) in
        [("x\\", &["last0.c", "last2.c"][..]), ("y\\", &["last1.c"]), ("y z\\", &["last2.c"])]
    {
        world.write(last, "#define LAST 100\n");
        let mut compiled = build(&world);
        compiled.sort();
        assert_eq!(compiled, sources, "{last:?}");
        world.is_idle();
    }
}

/// lld writes a slash for a backslash.
#[test]
fn objects_with_a_backslash_are_known_to_every_linker() {
    for linker in linkers("names with backslashes") {
        let project = format!(
            r#"{{ "format": 1, "name": "demo", "targets": [
                {{ "kind": "executable", "name": "tool", "sources": ["*.c"], "ldflags": ["-fuse-ld={linker}"] }}] }}"#
        );
        let world = with(&project, &[("a\\b.c", "int main(void) { return 0; }\n")]);
        world.modpin("build").has(0, "");
        world.is_idle();
        world.write("a\\b.c", "int main(void) { return 1; }\n");
        world.modpin("build").has(0, "Linking");
        world.is_idle();
    }
}

#[test]
fn a_target_directory_is_one_however_it_is_spelled() {
    let world = small();
    fs::create_dir_all(world.path("sub/inner")).unwrap();
    fs::create_dir(world.path("t")).unwrap();
    for (target, link) in [("t", "link"), ("../t", "sub/link"), (".", "self")] {
        std::os::unix::fs::symlink(target, world.path(link)).unwrap();
    }
    let from = |dir: &str, target_dir: &str| {
        let project = world.path("demo.json");
        let mut command = program_in(&world.path(dir), "--project");
        command.arg(project).args(["build", "--message-format", "json", "--target-dir", target_dir]);
        let said = Said::of(&mut command);
        assert!(said.success(), "{}", said.text());
        finished(&said).1
    };
    assert!(from("", "t") > 0);
    let root = world.root().to_str().unwrap();
    let name = world.root().file_name().unwrap().to_str().unwrap();
    let spellings = [
        ("", "./t".to_owned()),
        ("", "t/".to_owned()),
        ("", "sub/../t".to_owned()),
        ("", format!("../{name}/t")),
        ("", format!("{root}/t")),
        ("", format!("{root}/sub/inner/../../t")),
        ("", "link".to_owned()),
        ("", "self/self/t".to_owned()),
        ("sub", "../t".to_owned()),
        ("sub/inner", "../../t".to_owned()),
        ("sub", "link".to_owned()),
        ("sub", "../link".to_owned()),
    ];
    for (dir, target_dir) in &spellings {
        assert_eq!(from(dir, target_dir), 0, "{target_dir} from {dir:?}");
    }
    // Outside, by a link and without.
    let elsewhere = modpin_test::room::directory();
    std::os::unix::fs::symlink(elsewhere.path(), world.path("out")).unwrap();
    assert!(from("", "out") > 0);
    assert_eq!(from("", elsewhere.path().to_str().unwrap()), 0);
    // And what one spelling has made, another takes away.
    let project = world.path("demo.json");
    let mut command = program_in(&world.path("sub"), "--project");
    command.arg(project).args(["clean", "--target-dir", "../out"]);
    Said::of(&mut command).has(0, "Removed");
    assert!(!elsewhere.path().join("modpin/debug").exists());
}

/// The paths of all objects in the memory of a build.
fn objects(root: &Path) -> Vec<String> {
    let (store, _) = Store::read(&RealDisk::new(root), "target/modpin/debug/.modpin/state").unwrap();
    let all = store.actions().map(|(id, _)| store.path(id).to_owned());
    let mut objects: Vec<String> = all.filter(|path| path.ends_with(".c.o")).collect();
    objects.sort();
    objects
}

#[test]
fn sources_above_the_root_wherever_both_lie() {
    let project = r#"{ "format": 1, "name": "demo", "includes": ["../shared/include"], "targets": [
        { "kind": "library", "name": "u", "sources": ["../shared/src/*.c", "main/../../shared/src/a.c"] },
        { "kind": "executable", "name": "tool", "sources": ["main/*.c"], "link": ["u"] }] }"#;
    let place = |way: &str| {
        let place = modpin_test::room::directory();
        let files = [
            ("p/demo.json", project),
            ("p/main/main.c", "int a(void); int main(void) { return a(); }\n"),
            ("shared/src/a.c", "#include <a.h>\n#include \"../b.h\"\nint a(void) { return A - B; }\n"),
            ("shared/include/a.h", "#define A 1\n"),
            ("shared/b.h", "#define B 1\n"),
        ];
        for (path, text) in files {
            let path = place.path().join(way).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        place
    };
    let build = |root: &Path| {
        let said = Said::of(&mut program_in(root, "--project demo.json build --message-format json"));
        assert!(said.success(), "{}", said.text());
        (compiled(&said), fs::read(root.join("target/modpin/debug/tool")).unwrap())
    };
    let (near, far) = (place("x"), place("some/longer/way/to/it"));
    let (near_root, far_root) = (near.path().join("x/p"), far.path().join("some/longer/way/to/it/p"));
    let (first, second) = (build(&near_root), build(&far_root));
    assert_eq!(first.0, ["../shared/src/a.c", "main/main.c"]);
    assert_eq!(first, second);
    assert_eq!(objects(&near_root), objects(&far_root));
    assert!(objects(&near_root)[0].ends_with("/__/shared/src/a.c.o"), "{:?}", objects(&near_root));
    assert_eq!(build(&near_root).0, [""; 0]);
    for header in ["shared/include/a.h", "shared/b.h"] {
        let path = near.path().join("x").join(header);
        fs::write(&path, fs::read_to_string(&path).unwrap().replace('1', "2")).unwrap();
        assert_eq!(build(&near_root).0, ["../shared/src/a.c"], "{header}");
    }
    // Moved together, nothing is compiled again.
    let moved = far.path().join("moved");
    fs::rename(far.path().join("some/longer/way/to/it"), &moved).unwrap();
    assert_eq!(build(&moved.join("p")).0, [""; 0]);
}
