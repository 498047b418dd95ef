//! Input that is damaged or not what it should be: a sentence that names the file and the member, and never a panic.

use std::path::PathBuf;

use modpin::foreign::{explain_symbol, exports_of_files, pins_of_files, resolve_files};
use modpin_test::skip::is_long;
use modpin_test::{Random, World, reliability::count};

fn world() -> World {
    let world = World::new(&[
        ("host.c", "int main(void) { return 0; }\n"),
        ("m.c", "int f(void), puts(char *); int run(void) { return f() + puts(\"\"); }\n"),
        ("f.c", "int f(void) { return 1; }\n"),
    ]);
    world.tool("cc", &["host.c", "-o", "host"]);
    world.tool("cc", &["-shared", "-fPIC", "m.c", "-o", "m.so"]);
    world.tool("cc", &["-c", "f.c"]);
    world.tool("ar", &["rcsD", "libf.a", "f.o"]);
    world
}

/// A file with bytes of another, changed.
fn changed(world: &World, from: &str, to: &str, change: impl Fn(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = std::fs::read(world.root().join(from)).expect("a file");
    change(&mut bytes);
    let path = world.root().join(to);
    std::fs::write(&path, bytes).expect("a file");
    path
}

#[test]
fn what_is_wrong_is_named() {
    let world = world();
    let path = |name: &str| world.root().join(name);
    let module = vec![path("m.so")];
    let pins = |archive: PathBuf| pins_of_files(&module, &[archive]).expect_err("an error").to_string();
    let cut = pins(changed(&world, "libf.a", "cut.a", |bytes| bytes.truncate(bytes.len() - 200)));
    assert!(cut.contains("cut.a: damaged archive") && cut.contains("f.o"), "{cut}");
    // The member's own header: sections beyond the end.
    let inside = pins(changed(&world, "libf.a", "inside.a", |bytes| {
        let elf = bytes.windows(4).position(|bytes| bytes == b"\x7fELF").expect("a member");
        bytes[elf + 40..elf + 48].fill(0xf0);
    }));
    assert!(inside.contains("inside.a: member f.o: "), "{inside}");
    assert!(pins(path("host.c")).contains("host.c: not an ELF object or archive"));
    assert!(pins(path("nowhere.a")).contains("nowhere.a: cannot look at it"));
    let host = |name: &str| resolve_files(&path(name), &module, None).expect_err("an error").to_string();
    assert!(host("m.so").contains("m.so: it is a shared library"), "{}", host("m.so"));
    assert!(host("host.c").contains("host.c: not an ELF object"), "{}", host("host.c"));
    assert!(host("").contains("it is no file"), "{}", host(""));
    let missing = resolve_files(&path("host"), &[path("gone.so")], None).expect_err("an error");
    assert!(missing.to_string().contains("gone.so: cannot look at it"), "{missing}");
}

#[test]
fn damage_of_every_sort_is_survived() {
    if is_long("hostile::damage_of_every_sort_is_survived") {
        return;
    }
    let world = world();
    let mut random = Random::new(1);
    for round in 0..count(60, 300) {
        let from = ["m.so", "libf.a", "host"][round % 3];
        let mut numbers: Vec<(usize, u8)> = Vec::new();
        let length = std::fs::metadata(world.root().join(from)).expect("a file").len() as usize;
        for _ in 0..8 {
            // Headers are where the numbers are that everything else hangs on.
            let below = if round % 2 == 0 { length } else { length.min(400) };
            numbers.push((random.below(below), random.below(256) as u8));
        }
        let bad =
            changed(&world, from, "bad", |bytes| numbers.iter().for_each(|&(at, to)| bytes[at] = to));
        let (host, module) = (world.root().join("host"), world.root().join("m.so"));
        let _ = resolve_files(&host, std::slice::from_ref(&bad), None);
        let _ = resolve_files(&bad, std::slice::from_ref(&module), None);
        let _ = pins_of_files(std::slice::from_ref(&module), std::slice::from_ref(&bad));
        let _ = exports_of_files(&bad, std::slice::from_ref(&module));
        // Somebody always defines it: nobody reads all libraries of this system, which are not damaged.
        let archives = [bad.clone(), world.root().join("libf.a")];
        let _ = explain_symbol(&host, "f", std::slice::from_ref(&bad), &archives);
    }
}
