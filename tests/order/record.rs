//! The record beside an archive (row O6): written by the project that builds it, followed by the one that links it.

use std::path::Path;

use modpin::{Executable, Library, LinkRecord, Project};
use modpin_test::{World, linkers};

use super::{calls, ldflags, line, prints};

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
    declare_for(p, &[]);
}

fn declare_for(p: &mut Project, ldflags: &[String]) {
    let top = p.add(Library::prebuilt("top", "lib/libtop.a"));
    p.add(Executable::new("host").sources("main.c").link(top).ldflags(ldflags.iter().cloned()));
}

/// An archive of one member in `dir`, with a record beside it.
fn install(world: &World, dir: &str, name: &str, text: &str, record: &str) {
    world.write(&format!("{dir}/{name}.c"), text);
    let (source, object) = (format!("{dir}/{name}.c"), format!("{dir}/{name}.o"));
    world.tool("cc", &["-c", "-o", &object, &source]);
    world.tool("ar", &["rcs", &format!("{dir}/lib{name}.a"), &object]);
    world.write(
        &format!("{dir}/lib{name}.link.json"),
        format!("{{\"format\": 1, \"name\": \"{name}\"{record}}}"),
    );
}

fn needs(names: &[&str]) -> String {
    let need = |name: &&str| format!("{{\"name\": \"{name}\", \"archive\": \"lib{name}.a\"}}");
    format!(", \"needs\": [{}]", names.iter().map(need).collect::<Vec<_>>().join(", "))
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
    for linker in linkers("link records") {
        let build = user.build(|p| declare_for(p, &ldflags(linker)));
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(
            (line(&user, "host").as_str(), user.printed("host", &[]).as_str()),
            ("top base", "2")
        );
        assert!(user.text(".modpin/link/host.libs").ends_with("lib/libbase.a\n-lm\n"));
    }
    user.build(declare).expect_success();
    assert_eq!(user.build(declare).ran, [""; 0]);
    // The directory may lie elsewhere tomorrow.
    std::fs::rename(user.root().join("lib"), user.root().join("moved")).expect("a directory to move");
    user.build(|p| {
        let top = p.add(Library::prebuilt("top", "moved/libtop.a"));
        p.add(Executable::new("host").sources("main.c").link(top));
    })
    .expect_success();
    assert_eq!(user.printed("host", &[]), "2");
}

/// `top` calls `base` and does not say so; `twice` stands in two libraries, and nobody knows which is meant.
#[test]
fn what_symbols_show_is_in_the_record_too() {
    let maker = World::new(&[
        ("top.c", "int base(void), twice(void); int top(void) { return base() + twice(); }\n"),
        ("base.c", "int base(void) { return 1; }\n"),
        ("one.c", "int twice(void) { return 2; }\n"),
        ("two.c", "int twice(void) { return 3; }\n"),
        ("main.c", &prints(&["top"])),
    ]);
    let declare = |p: &mut Project| {
        ["top", "base", "one", "two"].iter().for_each(|name| {
            p.add(Library::new(*name).sources([format!("{name}.c")]));
        });
        p.add(Executable::new("host").sources("main.c").link(["top", "base", "one"]));
    };
    maker.build(declare).expect_success();
    let record = maker.text("libtop.link.json");
    assert!(record.contains("\"libbase.a\"") && !record.contains("\"libone.a\""), "{record}");
    assert_eq!(maker.build(declare).ran, [""; 0]);
    // The need goes, and the record says so.
    let without = "int twice(void); int top(void) { return twice(); }\n";
    maker.write("top.c", without);
    maker.build(declare).expect_success();
    assert!(!maker.text("libtop.link.json").contains("needs"));
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
        (
            "{\"format\": 1, \"name\": \"top\", \"needs\": [{\"name\": \"../../up\", \"archive\": \"libbase.a\"}]}",
            "not a link record: in its need of \"../../up\", the name has the part \"..\"",
        ),
        (
            "{\"format\": 1, \"name\": \"top\", \"needs\": [{\"name\": \"base\", \"archive\": \"/lib/libbase.a\"}]}",
            "not a link record: \"/lib/libbase.a\" is not the name of a file",
        ),
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

/// Two ways lead to `base`, and to `core` behind it; one of them begins in a higher layer, so both stand there.
#[test]
fn what_records_add_stands_behind_all_who_need_it() {
    let world = World::new(&[("main.c", &prints(&["low", "high"]))]);
    install(&world, "lib", "low", &calls("low", &[]), &needs(&["base"]));
    install(&world, "lib", "high", &calls("high", &["base"]), &needs(&["base"]));
    let arguments = ", \"link_args\": [\"-Wl,-O1\", \"{archive}\"], \"system_libraries\": [\"m\"]";
    install(&world, "lib", "base", &calls("base", &["core"]), &(needs(&["core"]) + arguments));
    install(&world, "lib", "core", &calls("core", &[]), "");
    for linker in linkers("layers of link records") {
        let build = world.build(|p| {
            p.before_layer(2, "-Wl,-z,now");
            let low = p.add(Library::prebuilt("low", "lib/liblow.a"));
            let high = p.add(Library::prebuilt("high", "lib/libhigh.a").layer(2));
            p.add(Executable::new("host").sources("main.c").link([low, high]).ldflags(ldflags(linker)));
        });
        assert!(build.outcome.success() && build.said.is_empty(), "{linker}: {}", build.said);
        assert_eq!(world.printed("host", &[]), "4", "{linker}");
        let libs = world.text(".modpin/link/host.libs");
        assert_eq!(
            libs,
            "lib/liblow.a\n-Wl,-z,now\nlib/libhigh.a\n-Wl,-O1\nlib/libbase.a\nlib/libcore.a\n-lm\n"
        );
    }
}

/// Two directories hold a `base` each: whose is meant, nobody here can know.
#[test]
fn of_two_archives_of_one_name_none_is_chosen() {
    let world = World::new(&[("main.c", &prints(&["left", "right"]))]);
    for (dir, name) in [("one", "left"), ("two", "right")] {
        install(&world, dir, name, &calls(name, &["base"]), &needs(&["base"]));
        install(&world, dir, "base", &calls("base", &[]), "");
    }
    let declare = |p: &mut Project| {
        let left = p.add(Library::prebuilt("left", "one/libleft.a"));
        let right = p.add(Library::prebuilt("right", "two/libright.a"));
        p.add(Executable::new("host").sources("main.c").link([left, right]));
    };
    let error = world.plan(declare).expect_err("two archives").to_string();
    assert_eq!(
        error,
        "library \"right\": two/libright.link.json needs \"base\", and there are two: one/libbase.a and two/libbase.a\n  \
         help: say which: declare Library::prebuilt(\"base\", \"PATH\")"
    );
    let build = world.build(|p| {
        p.add(Library::prebuilt("base", "two/libbase.a"));
        declare(p);
    });
    build.expect_success();
    assert_eq!(world.printed("host", &[]), "4");
    // One archive by two ways is one.
    std::fs::remove_file(world.root().join("two/libbase.a")).expect("an archive");
    std::os::unix::fs::symlink("../one/libbase.a", world.root().join("two/libbase.a")).expect("a link");
    world.build(declare).expect_success();
}

/// Records that need each other are followed once. Where their symbols do, too, nobody here can change that: a group.
#[test]
fn records_may_need_each_other() {
    let world = World::new(&[("main.c", &prints(&["one"]))]);
    install(&world, "lib", "one", &calls("one", &["two"]), &needs(&["two", "one"]));
    install(&world, "lib", "two", &calls("two", &[]), &needs(&["one"]));
    let declare = |p: &mut Project, linker: &str| {
        let one = p.add(Library::prebuilt("one", "lib/libone.a"));
        p.add(Executable::new("host").sources("main.c").link(one).ldflags(ldflags(linker)));
    };
    for linker in linkers("records that need each other") {
        install(&world, "lib", "two", &calls("two", &[]), &needs(&["one"]));
        world.build(|p| declare(p, linker)).expect_success();
        assert_eq!(
            (line(&world, "host").as_str(), world.printed("host", &[]).as_str()),
            ("one two", "2")
        );
        world.write("lib/back.c", calls("back", &[]));
        world.tool("cc", &["-c", "-o", "lib/back.o", "lib/back.c"]);
        world.tool("ar", &["rcs", "lib/libone.a", "lib/back.o"]);
        install(&world, "lib", "two", &calls("two", &["back"]), &needs(&["one"]));
        world.build(|p| declare(p, linker)).expect_success();
        assert_eq!(
            (line(&world, "host").as_str(), world.printed("host", &[]).as_str()),
            ("[one two]", "3")
        );
    }
}

/// What `cargo` makes is an archive like others; a record says which system libraries it needs. Each has Rust's library in
/// it: that is one note at most, not one for each symbol.
#[test]
fn archives_that_rust_made_have_records_too() {
    let world = World::new(&[("main.c", &prints(&["first", "second"]))]);
    for name in ["first", "second"] {
        let text = format!(
            "#[unsafe(no_mangle)] pub extern \"C\" fn {name}() -> i32 {{ std::hint::black_box(vec![1, 2]).len() as i32 }}\n"
        );
        world.write(&format!("{name}.rs"), &text);
        let archive = format!("lib{name}.a");
        world.tool(
            "rustc",
            &["--edition=2024", "--crate-type=staticlib", "-o", &archive, &format!("{name}.rs")],
        );
        let system =
            "\"system_libraries\": [\"gcc_s\", \"util\", \"rt\", \"pthread\", \"m\", \"dl\", \"c\"]";
        world.write(
            &format!("lib{name}.link.json"),
            format!("{{\"format\": 1, \"name\": \"{name}\", {system}}}"),
        );
    }
    for linker in linkers("archives that Rust made") {
        let build = world.build(|p| {
            p.add(Library::prebuilt("first", "libfirst.a"));
            p.add(Library::prebuilt("second", "libsecond.a"));
            let host = Executable::new("host").sources("main.c").link(["second", "first"]);
            p.add(host.ldflags(ldflags(linker)));
        });
        assert!(build.outcome.success() && build.said.lines().count() <= 1, "{linker}: {}", build.said);
        assert_eq!(world.printed("host", &[]), "4", "{linker}");
    }
}

#[test]
fn a_record_lies_beside_its_archive() {
    assert_eq!(LinkRecord::beside("lib/libX.a"), "lib/libX.link.json");
}
