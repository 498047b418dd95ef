//! The record beside an archive (row O6): written by the project that builds it, followed by the one that links it.

use std::path::Path;

use modpin::{Executable, Library, LinkRecord, Project};
use modpin_test::World;

use super::{calls, line, prints};

/// A project that builds `top`, which needs `base`, which needs the system's libm; and another one beside it that links
/// what the first has installed.
fn installed() -> (World, World) {
    let maker = World::new(&[
        ("top/top.c", &calls("top", &["base"])),
        ("base/base.c", "#include <math.h>\ndouble zero; int base(void) { return (int)cos(zero); }\n"),
    ]);
    maker
        .build(|p| {
            p.add(Library::new("base").sources("base/*.c").system_library("m"));
            p.add(Library::new("sub/top").sources("top/*.c").link("base"));
        })
        .expect_success();
    let user = World::new(&[("main.c", &prints(&["top"]))]);
    for file in ["libbase.a", "libbase.link.json", "sub/libtop.a", "sub/libtop.link.json"] {
        let name = Path::new(file).file_name().expect("a name").to_str().expect("text").to_owned();
        std::fs::create_dir_all(user.root().join("lib")).expect("a directory");
        std::fs::write(user.root().join("lib").join(name), maker.bytes(file)).expect("a file");
    }
    (maker, user)
}

fn declare(p: &mut Project) {
    let top = p.add(Library::prebuilt("top", "lib/libtop.a"));
    p.add(Executable::new("host").sources("main.c").link(top));
}

#[test]
fn what_a_record_needs_is_linked() {
    let (maker, user) = installed();
    let record = maker.text("sub/libtop.link.json");
    assert_eq!(
        record,
        "{\n  \"format\": 1,\n  \"name\": \"sub/top\",\n  \"needs\": [\n    {\n      \"name\": \"base\",\n      \
         \"archive\": \"libbase.a\"\n    }\n  ]\n}\n"
    );
    user.build(declare).expect_success();
    assert_eq!((line(&user, "host").as_str(), user.printed("host", &[]).as_str()), ("top base", "2"));
    assert!(user.text(".modpin/link/host.libs").ends_with("lib/libbase.a\n-lm\n"));
    assert_eq!(user.build(declare).ran, [""; 0]);
}

#[test]
fn the_projects_own_library_stands_in() {
    let (_maker, user) = installed();
    user.write("base.c", "int base(void) { return 40; }\n");
    user.build(|p| {
        p.add(Library::new("base").sources("base.c"));
        declare(p);
    })
    .expect_success();
    assert_eq!(user.printed("host", &[]), "41");
}

#[test]
fn a_need_that_is_not_there_is_an_error_and_so_is_a_record_that_cannot_be_read() {
    let (_maker, user) = installed();
    std::fs::remove_file(user.root().join("lib/libbase.a")).expect("the archive");
    let error = user.plan(declare).expect_err("no archive").to_string();
    assert_eq!(
        error,
        "library \"top\": lib/libtop.link.json needs \"base\", and there is no libbase.a beside it\n  help: install \
         that archive there, or declare Library::prebuilt(\"base\", \"PATH\")"
    );
    for (text, words) in [
        (
            "{\"format\": 2, \"name\": \"top\", \"new\": 1}",
            "link record format 2 is not one that this modpin reads",
        ),
        ("{\"format\": 1, \"name\": \"top\", \"new\": 1}", "not a link record: unknown field `new`"),
        ("[1]", "not a link record"),
        ("", "not a link record: EOF"),
    ] {
        user.write("lib/libtop.link.json", text);
        let error = user.plan(declare).expect_err(text).to_string();
        assert!(
            error.starts_with("library \"top\": lib/libtop.link.json: ") && error.contains(words),
            "{error}"
        );
    }
}

#[test]
fn a_record_lies_beside_its_archive() {
    assert_eq!(LinkRecord::beside("lib/libX.a"), "lib/libX.link.json");
}
