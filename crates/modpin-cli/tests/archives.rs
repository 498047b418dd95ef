//! What a host of some other build system must keep, show, and link in which order, as users ask for it: what is printed,
//! the exit codes, the objects for programs.

mod foreign;

use std::fs;

use expect_test::expect;
use foreign::Files;

#[test]
fn what_to_keep() {
    let files = Files::new();
    files.check(
        "pins --module http.so --archive libhttp.a libcrc.a",
        expect![[r#"
        -Wl,-u,crc
        -- 0
    "#]],
    );
    files.check(
        "pins --module http.o good.so --archive libcrc.a --format args",
        expect![[r#"
        -Wl,-u,crc
        -- 0
    "#]],
    );
    files.check("pins --message-format json --module good.so --archive libcrc.a", expect![[r#"
        {"reason":"pins","plan":{"pins":[],"exports":[],"refused":[],"elsewhere":[],"clashes":[],"unread":[]}}
        {"reason":"finished","success":true,"commands":0}
        -- 0
    "#]]);
    files.check("pins --module http.so --archive libshy.a", expect![[r#"
        error: crc: libshy.a(shy.o) defines it as hidden, so the host cannot offer it to modules (needed by module http.so: http.so)
          help: give the definition default visibility, or offer a public function that calls it
        -- 100
    "#]]);
    files.check(
        "pins --module good.so --archive host.c",
        expect![[r#"
        error: host.c: not an ELF object or archive: this is a text file
          help: give an object, an archive or a shared library for ELF
        -- 1
    "#]],
    );
}

/// As QEMU's build calls undefsym.py, with several archives at once: one line for a command line, a file for `@FILE`, JSON
/// with who needs what.
#[test]
fn in_the_place_of_a_script() {
    let files = Files::new();
    fs::write(files.0.path().join("two.c"), "int crc(void), good(void), puts(const char *); int two(void) { return crc() + good() + puts(\"\"); }\n")
        .expect("a source");
    files.tool("cc -c -fPIC two.c good.c");
    files.tool("cc -nostdlib -r two.o -o two.mo");
    files.tool("ar rcsD module.a two.o");
    files.tool("ar rcsD libgood.a good.o");
    for module in ["two.o", "two.mo", "module.a"] {
        let said =
            files.said(&format!("pins --module {module} --archive libcrc.a libgood.a --format args"));
        assert_eq!(said, "-Wl,-u,crc -Wl,-u,good\n-- 0\n", "{module}");
    }
    files.check(
        "pins --module two.mo --archive libcrc.a libgood.a",
        expect![[r#"
        -Wl,-u,crc
        -Wl,-u,good
        -- 0
    "#]],
    );
    files.check(
        "pins --module two.mo --archive libcrc.a --format json",
        expect![[r#"
        {
          "pins": [
            {
              "symbol": "crc",
              "site": {
                "file": "libcrc.a",
                "member": "crc.o",
                "position": 0
              },
              "asked_by": [
                {
                  "module": {
                    "module": "two.mo",
                    "object": "two.mo"
                  }
                }
              ]
            }
          ],
          "exports": [
            {
              "symbol": "crc",
              "weak": false,
              "site": {
                "file": "libcrc.a",
                "member": "crc.o",
                "position": 0
              },
              "asked_by": [
                {
                  "module": {
                    "module": "two.mo",
                    "object": "two.mo"
                  }
                }
              ]
            }
          ],
          "refused": [],
          "elsewhere": [
            {
              "symbol": "good",
              "asked_by": [
                {
                  "module": {
                    "module": "two.mo",
                    "object": "two.mo"
                  }
                }
              ]
            },
            {
              "symbol": "puts",
              "asked_by": [
                {
                  "module": {
                    "module": "two.mo",
                    "object": "two.mo"
                  }
                }
              ]
            }
          ],
          "clashes": [],
          "unread": []
        }
        -- 0
    "#]],
    );
}

#[test]
fn damage_is_told_with_its_member() {
    let files = Files::new();
    let path = files.0.path().join("libhttp.a");
    let mut bytes = fs::read(&path).expect("an archive");
    let elf = bytes.windows(4).position(|start| start == b"\x7fELF").expect("an object");
    bytes[elf + 0x28..elf + 0x30].fill(0x7f);
    fs::write(&path, &bytes).expect("a damaged archive");
    files.check(
        "pins --module good.so --archive libcrc.a libhttp.a",
        expect![[r#"
        error: libhttp.a: member http.o: invalid ELF section header offset/size/alignment
          help: build it again
        -- 1
    "#]],
    );
    files.check(
        "order libcrc.a libhttp.a",
        expect![[r#"
        error: libhttp.a: member http.o: invalid ELF section header offset/size/alignment
          help: build it again
        -- 1
    "#]],
    );
    files.check(
        "explain --host host crc --archive libhttp.a",
        expect![[r#"
        error: libhttp.a: member http.o: invalid ELF section header offset/size/alignment
          help: build it again
        -- 1
    "#]],
    );
    fs::write(&path, &bytes[..bytes.len() - 100]).expect("a shorter archive");
    files.check(
        "order libcrc.a libhttp.a",
        expect![[r#"
        error: libhttp.a: damaged archive: the file is cut off (inside of member http.o)
          help: build it again
        -- 1
    "#]],
    );
    files.check(
        "order host libcrc.a",
        expect![[r#"
        error: host: it is neither an archive nor a relocatable object
          help: name what a link takes apart
        -- 1
    "#]],
    );
    let said = files.said("resolve --host cc good.so");
    assert!(said.starts_with("error: cc: there is no such file here\n  help: did you mean /"), "{said}");
}

#[test]
fn archives_that_need_each_other() {
    let files = Files::new();
    fs::write(files.0.path().join("back.c"), "int http(void); int proxy(void) { return http(); }\n")
        .expect("a source");
    files.tool("cc -c back.c");
    files.tool("ar rcsD libback.a back.o");
    files.check("order libcrc.a libback.a libhttp.a", expect![[r#"
        -Wl,--start-group libback.a libhttp.a -Wl,--end-group libcrc.a
        warning: libback.a and libhttp.a need each other: libback.a(back.o) needs http of libhttp.a(http.o); libhttp.a(http.o) needs proxy of libback.a(back.o)
          help: what closes it is libhttp.a(http.o) needing proxy of libback.a(back.o)
        -- 0
    "#]]);
    files.check("order --message-format json libcrc.a libback.a libhttp.a", expect![[r#"
        {"reason":"warning","message":"libback.a and libhttp.a need each other: libback.a(back.o) needs http of libhttp.a(http.o); libhttp.a(http.o) needs proxy of libback.a(back.o)\n  help: what closes it is libhttp.a(http.o) needing proxy of libback.a(back.o)"}
        {"reason":"order","arguments":["-Wl,--start-group","libback.a","libhttp.a","-Wl,--end-group","libcrc.a"],"groups":[["libback.a","libhttp.a"],["libcrc.a"]]}
        {"reason":"finished","success":true,"commands":0}
        warning: libback.a and libhttp.a need each other: libback.a(back.o) needs http of libhttp.a(http.o); libhttp.a(http.o) needs proxy of libback.a(back.o)
          help: what closes it is libhttp.a(http.o) needing proxy of libback.a(back.o)
        -- 0
    "#]]);
}

#[test]
fn what_to_export() {
    let files = Files::new();
    fs::write(files.0.path().join("uses.c"), "int listed(void); int uses(void) { return listed(); }\n")
        .expect("a file");
    files.tool("cc -shared -fPIC uses.c -o uses.so");
    files.check(
        "exports --host host --module uses.so",
        expect![[r#"
        {
          "listed";
        };
        -- 0
    "#]],
    );
}

#[test]
fn in_which_order() {
    let files = Files::new();
    files.check(
        "order libcrc.a libhttp.a",
        expect![[r#"
        libhttp.a libcrc.a
        -- 0
    "#]],
    );
    files.check(
        "order --message-format json libcrc.a libhttp.a",
        expect![[r#"
        {"reason":"order","arguments":["libhttp.a","libcrc.a"],"groups":[["libhttp.a"],["libcrc.a"]]}
        {"reason":"finished","success":true,"commands":0}
        -- 0
    "#]],
    );
}
