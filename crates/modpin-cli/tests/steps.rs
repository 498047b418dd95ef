//! The verbs for foreign files as steps of another build: files that are written only if they differ, that are gone when
//! something is wrong, and that say what they depend on.

use std::fs;

use expect_test::expect;
use modpin_test::World;

use crate::foreign::{self, Foreign};

fn there(world: &World, files: &[&str]) -> String {
    files.iter().filter(|file| world.path(file).exists()).map(|file| format!("{file} ")).collect()
}

#[test]
fn all_that_a_link_must_be_told_stands_in_one_file() {
    let files = foreign::world();
    let link = "link -o out/host.rsp --module http.so good.so --archive libcrc.a";
    fs::create_dir(files.path("out")).expect("a directory");
    files.check(
        link,
        expect![[r#"
        -- 0
    "#]],
    );
    expect![[r#"
        -Wl,-u,crc
        -Wl,-u,proxy
        -Wl,--dynamic-list=out/host.rsp.list
    "#]]
    .assert_eq(&files.read("out/host.rsp"));
    expect![[r#"
        {
          "crc";
          "proxy";
        };
    "#]]
    .assert_eq(&files.read("out/host.rsp.list"));
    // The same again is the same file.
    let modified =
        || fs::metadata(files.path("out/host.rsp")).and_then(|file| file.modified()).expect("a time");
    let before = modified();
    files.said(link);
    assert_eq!(modified(), before);
    // Whoever watches the one sees a change of the other.
    fs::remove_file(files.path("out/host.rsp.list")).expect("it was there");
    files.said(link);
    assert_ne!(modified(), before);
    // With objects of the host, only what they and the archives have.
    files.call("cc -c host.c");
    files.check(
        &format!("{link} --object host.o"),
        expect![[r#"
        -- 0
    "#]],
    );
    expect![[r#"
        {
          "crc";
        };
    "#]]
    .assert_eq(&files.read("out/host.rsp.list"));
    // What is wrong leaves nothing.
    files.check("link -o out/host.rsp --module http.so --archive libshy.a", expect![[r#"
        error: crc: libshy.a(shy.o) defines it as hidden, so the host cannot offer it to modules (needed by module http.so: http.so)
          help: give the definition default visibility, or offer a public function that calls it
        -- 100
    "#]]);
    assert_eq!(there(&files, &["out/host.rsp", "out/host.rsp.list"]), "");
    files.said(link);
    files.check(
        "link -o out/host.rsp --module gone.so",
        expect![[r#"
        error: gone.so: cannot look at it: No such file or directory (os error 2)
        -- 1
    "#]],
    );
    assert_eq!(there(&files, &["out/host.rsp", "out/host.rsp.list"]), "");
}

#[test]
fn a_path_with_a_space_is_one_argument() {
    let files = foreign::world();
    files.write("arguments", "link --output 'a b.rsp' --module http.so --archive libcrc.a\n");
    files.check(
        "@arguments",
        expect![[r#"
        -- 0
    "#]],
    );
    let text = files.read("a b.rsp");
    assert!(text.ends_with("-Wl,--dynamic-list=a\\ b.rsp.list\n"), "{text}");
    fs::rename(files.path("a b.rsp"), files.path("rsp")).expect("a file");
    files.call("cc -rdynamic host.c @rsp libcrc.a -o linked");
    files.check(
        "resolve --host gone @nowhere",
        expect![[r#"
        error: nowhere: cannot read the arguments in it: No such file or directory (os error 2)

        Usage: cargo modpin [OPTIONS] <COMMAND>

        For more information, try '--help'.
        -- 1
    "#]],
    );
}

#[test]
fn what_is_printed_goes_into_a_file() {
    let files = foreign::world();
    for (line, file) in [
        ("pins --module http.so --archive libcrc.a", "pins"),
        ("exports --host host --module good.so", "list"),
        ("order libcrc.a libhttp.a", "order"),
    ] {
        let printed = files.said(line);
        files.check(&format!("{line} --output {file}"), expect![["-- 0\n"]]);
        assert_eq!(format!("{}-- 0\n", files.read(file)), printed, "{line}");
    }
    files.check("pins --module http.so --archive libshy.a --output pins", expect![[r#"
        error: crc: libshy.a(shy.o) defines it as hidden, so the host cannot offer it to modules (needed by module http.so: http.so)
          help: give the definition default visibility, or offer a public function that calls it
        -- 100
    "#]]);
    assert_eq!(there(&files, &["pins"]), "");
}

#[test]
fn a_check_is_silent_leaves_a_stamp_and_says_what_it_depends_on() {
    let files = foreign::world();
    for verb in ["check-load", "resolve"] {
        let line = format!("{verb} -q --stamp ok --depfile ok.d --host host good.so");
        files.check(&line, expect![["-- 0\n"]]);
        let depfile = files.read("ok.d");
        let named =
            |name: &str| depfile.lines().any(|line| line.trim_end_matches(" \\").ends_with(name));
        assert!(depfile.starts_with("ok:") && named("host") && named("good.so"), "{depfile}");
        assert!(depfile.contains("libc.so"), "{depfile}");
        let said = files.said(&format!("{verb} -q --stamp ok --host host http.so good.so"));
        assert!(said.ends_with("-- 100\n") && !said.contains("good.so"), "{said}");
        assert_eq!(there(&files, &["ok"]), "");
    }
    files.check(
        "resolve --depfile ok.d --host host good.so",
        expect![[r#"
        error: the following required arguments were not provided:
          --stamp <FILE>

        Usage: cargo modpin resolve --host <PROG> --stamp <FILE> --depfile <FILE> <MODULE>...

        For more information, try '--help'.
        -- 1
    "#]],
    );
}
