//! Where libraries are looked for: each rule of ld.so(8), and the loader's own word for it.

use expect_test::expect;
use modpin_test::World;
use modpin_test::child;

use super::{agreed, lines};

/// The library `libx.so` is whole in `good` and lacks `x` in `bad`: which one is found, shows.
fn world() -> World {
    let world = World::new(&[
        ("x.c", "int x(void) { return 1; }\n"),
        ("bad.c", "int not_x(void) { return 1; }\n"),
        ("y.c", "int x(void); int y(void) { return x(); }\n"),
        ("m.c", "int x(void); int run(void) { return x(); }\n"),
        ("n.c", "int y(void); int run(void) { return y(); }\n"),
        ("host.c", "int main(void) { return 0; }\n"),
    ]);
    world.tool("mkdir", &["good", "bad", "good/lib", "mid"]);
    let library = |args: &[&str]| world.tool("cc", &[&["-shared", "-fPIC"], args].concat());
    library(&["x.c", "-Wl,-soname,libx.so", "-o", "good/libx.so"]);
    library(&["bad.c", "-Wl,-soname,libx.so", "-o", "bad/libx.so"]);
    library(&["x.c", "-Wl,-soname,other.so", "-o", "good/unlike.so"]);
    world.tool("cc", &["host.c", "-o", "host"]);
    world
}

/// Links `output` with these paths, old (DT_RPATH) or new (DT_RUNPATH).
fn link(world: &World, output: &str, inputs: &[&str], old: &str, new: &str) -> String {
    let mut args = vec!["-shared", "-fPIC", "-o", output, "-Wl,--allow-shlib-undefined"];
    args.extend(inputs);
    let path = format!("-Wl,-rpath,{}", if old.is_empty() { new } else { old });
    args.push(if old.is_empty() { "-Wl,--enable-new-dtags" } else { "-Wl,--disable-new-dtags" });
    if !(old.is_empty() && new.is_empty()) {
        args.push(&path);
    }
    world.tool("cc", &args);
    output.to_owned()
}

#[test]
fn paths_in_the_files() {
    let world = world();
    let m = ["m.c", "good/libx.so"];
    // A library in the middle, that does not say where libx.so is.
    link(&world, "mid/liby.so", &["y.c", "good/libx.so", "-Wl,-soname,liby.so"], "", "");
    let n = ["n.c", "mid/liby.so", "-Wl,-rpath-link,good"];
    let modules = [
        link(&world, "none.so", &m, "", ""),
        link(&world, "runpath.so", &m, "", "$ORIGIN/good"),
        link(&world, "rpath.so", &m, "$ORIGIN/good", ""),
        link(&world, "first.so", &m, "", "$ORIGIN/bad:$ORIGIN/good"),
        link(&world, "braces.so", &m, "", "/nowhere:${ORIGIN}/good"),
        // DT_RPATH holds for the libraries of a library, DT_RUNPATH does not.
        link(&world, "inherited.so", &n, "$ORIGIN/mid:$ORIGIN/good", ""),
        link(&world, "not-inherited.so", &n, "", "$ORIGIN/mid:$ORIGIN/good"),
        link(
            &world,
            "no-default.so",
            &["m.c", "good/libx.so", "-lm", "-Wl,--no-as-needed", "-Wl,-z,nodefaultlib"],
            "",
            "$ORIGIN/good",
        ),
    ];
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    expect![[r#"
        none.so missing-library
        runpath.so loads
        rpath.so loads
        first.so missing-symbols: x
        braces.so loads
        inherited.so loads
        not-inherited.so missing-library
        no-default.so loads
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &modules)));
}

#[test]
fn what_the_host_has_is_not_looked_for_again() {
    let world = world();
    world.tool(
        "cc",
        &["host.c", "-Wl,--no-as-needed", "good/libx.so", "-Wl,-rpath,$ORIGIN/good", "-o", "has"],
    );
    world.tool("cc", &["host.c", "-Wl,--disable-new-dtags,-rpath,$ORIGIN/good", "-o", "says"]);
    let m = ["m.c", "good/libx.so"];
    let modules =
        [link(&world, "bad-path.so", &m, "", "$ORIGIN/bad"), link(&world, "none.so", &m, "", "")];
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    expect![[r#"
        bad-path.so loads
        none.so loads
    "#]]
    .assert_eq(&lines(&agreed(&world, "has", &modules)));
    // The host's DT_RPATH holds for modules, too, but not for one that has DT_RUNPATH.
    expect![[r#"
        bad-path.so missing-symbols: x
        none.so loads
    "#]]
    .assert_eq(&lines(&agreed(&world, "says", &modules)));
}

#[test]
fn names_with_a_slash_and_sonames() {
    let world = world();
    let slash = world.root().join("good/bare.so");
    world.tool("cc", &["-shared", "-fPIC", "x.c", "-o", "good/bare.so"]);
    let absolute = slash.to_string_lossy().into_owned();
    let modules = [
        link(&world, "slash.so", &["m.c", &absolute], "", ""),
        // What was linked is a file; what is looked for is its soname.
        link(&world, "unlike.so", &["m.c", "good/unlike.so"], "", "$ORIGIN/good"),
    ];
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    expect![[r#"
        slash.so loads
        unlike.so missing-library
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &modules)));
}

#[test]
fn where_a_file_is_when_links_lead_to_it() {
    let world = world();
    let m = ["m.c", "good/libx.so"];
    world.tool("mkdir", &["links", "links/bad"]);
    link(&world, "good/own.so", &m, "", "$ORIGIN");
    link(&world, "below.so", &m, "", "$ORIGIN/good");
    let linked = |from: &str, to: &str| {
        std::os::unix::fs::symlink(from, world.path(to)).expect("a link");
    };
    // A link to a module, to a library and to a directory: what counts is the path by which it was opened.
    linked("../good/own.so", "links/own.so");
    linked("../bad/libx.so", "links/libx.so");
    linked("good", "dir");
    linked("../below.so", "links/below.so");
    expect![[r#"
        own.so missing-symbols: x
        own.so loads
        below.so missing-library
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &["links/own.so", "dir/own.so", "links/below.so"])));
    // The program's own path is the one without links.
    let host = ["host.c", "-Wl,--disable-new-dtags,-rpath,$ORIGIN/good", "-o", "says"];
    world.tool("cc", &host);
    linked("../says", "links/says");
    link(&world, "none.so", &m, "", "");
    assert_eq!(lines(&agreed(&world, "links/says", &["none.so"])), "none.so loads\n");
}

#[test]
fn the_environment() {
    let name = "foreign::search::the_environment";
    if !child::inside() {
        let world = world();
        let bad = world.root().join("bad");
        let other = world.root().join("mid");
        // A file for another machine is passed over.
        let mut bytes = std::fs::read(world.root().join("good/libx.so")).expect("a library");
        bytes[18] = 0xfe;
        std::fs::write(other.join("libx.so"), bytes).expect("a library");
        let good = world.root().join("good");
        let path = [&other, &good, &bad].map(|dir| dir.to_string_lossy().into_owned()).join(":");
        return child::run_again(name, &[("LD_LIBRARY_PATH", &path)]);
    }
    let world = world();
    let m = ["m.c", "good/libx.so"];
    let modules = [
        link(&world, "none.so", &m, "", ""),
        // The environment comes before DT_RUNPATH and after DT_RPATH.
        link(&world, "runpath.so", &m, "", "$ORIGIN/bad"),
        link(&world, "rpath.so", &m, "$ORIGIN/bad", ""),
    ];
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    expect![[r#"
        none.so loads
        runpath.so loads
        rpath.so missing-symbols: x
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &modules)));
}
