//! The verbs that need no project, as users call them on files of some other build system: what is printed, the exit
//! codes, the objects for programs. What is right in them is tested on the floors below.

use std::fs;
use std::process::Command;

use expect_test::{Expect, expect};
use tempfile::TempDir;

const SOURCES: [(&str, &str); 6] = [
    ("host.c", "int listed(void) { return 1; }\nint main(void) { return listed() - 1; }\n"),
    ("good.c", "int good(void) { return 1; }\n"),
    ("proxy.c", "int proxy(void) { return 1; }\n"),
    ("http.c", "int proxy(void), crc(void); int http(void) { return proxy() + crc(); }\n"),
    ("crc.c", "int crc(void) { return 1; }\n"),
    ("shy.c", "__attribute__((visibility(\"hidden\"))) int crc(void) { return 1; }\n"),
];

struct Files(TempDir);

impl Files {
    fn new() -> Files {
        let files = Files(tempfile::tempdir().expect("a directory"));
        for (name, text) in SOURCES {
            fs::write(files.0.path().join(name), text).expect("a source");
        }
        files.tool("cc host.c -o host");
        for module in ["good", "proxy", "http"] {
            files.tool(&format!("cc -shared -fPIC {module}.c -o {module}.so"));
        }
        files.tool("cc -c -fPIC crc.c shy.c http.c");
        files.tool("ar rcsD libcrc.a crc.o");
        files.tool("ar rcsD libshy.a shy.o");
        files.tool("ar rcsD libhttp.a http.o");
        files
    }

    fn tool(&self, line: &str) {
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().unwrap_or_default());
        let output = command.args(words).current_dir(self.0.path()).output().expect("a tool");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn check(&self, line: &str, expected: Expect) {
        expected.assert_eq(&self.said(line));
    }

    /// Both streams and the exit code.
    fn said(&self, line: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-modpin"));
        command.arg("modpin").args(line.split(' ')).current_dir(self.0.path());
        for name in ["CARGO_TERM_COLOR", "CARGO_TERM_QUIET", "CARGO_TERM_VERBOSE", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let code = output.status.code().unwrap_or(-1);
        let (out, err) = (text(output.stdout), text(output.stderr));
        let dir = fs::canonicalize(self.0.path()).expect("a directory").display().to_string();
        format!("{out}{err}-- {code}\n").replace(&format!("{dir}/"), "")
    }
}

#[test]
fn would_it_load() {
    let files = Files::new();
    files.check(
        "resolve --host host good.so",
        expect![[r#"
        good.so in host: ok
        1 module would load
        -- 0
    "#]],
    );
    files.check(
        "resolve --host host http.so proxy.so",
        expect![[r#"
            http.so in host: does not load, 2 symbols are missing
              crc; nobody defines it
              proxy; out of reach in module proxy.so
              load proxy.so first, with RTLD_GLOBAL
            proxy.so in host: ok
            1 of 2 modules would not load
            help: another module may define it: name all modules of host; or look into its archives, with `explain --host host SYMBOL MODULE --archive X.a`
            -- 100
        "#]],
    );
    files.check("resolve --message-format json --host host http.so proxy.so", expect![[r#"
        {"reason":"resolve","host":"host","module":"http.so","file":"http.so","verdict":"missing-symbols","missing":[{"symbol":"crc","asked_by":["http.so"],"found_in":[]},{"symbol":"proxy","asked_by":["http.so"],"found_in":["module proxy.so"]}],"needs_modules":["proxy.so"],"detail":"undefined symbol: crc"}
        {"reason":"resolve","host":"host","module":"proxy.so","file":"proxy.so","verdict":"loads","missing":[],"detail":"it would load"}
        {"reason":"finished","success":false,"commands":0}
        -- 100
    "#]]);
    files.check(
        "resolve --host host gone.so",
        expect![[r#"
        error: gone.so: cannot look at it: No such file or directory (os error 2)
        -- 1
    "#]],
    );
    files.check(
        "resolve --host good.so good.so",
        expect![[r#"
        error: good.so: it is a shared library
          help: name the program that loads the modules
        -- 1
    "#]],
    );
}

#[test]
fn does_it_load() {
    let files = Files::new();
    files.check(
        "check-load --host host http.so proxy.so",
        expect![[r#"
            http.so in host: does not load, 2 symbols are missing
              crc; nobody defines it
              proxy; out of reach in module proxy.so
              load proxy.so first, with RTLD_GLOBAL
            proxy.so in host: ok
            1 of 2 modules do not load
            help: another module may define it: name all modules of host; or look into its archives, with `explain --host host SYMBOL MODULE --archive X.a`
            -- 100
        "#]],
    );
    files.check("check-load --message-format json --host ./host http.so proxy.so", expect![[r#"
        {"reason":"load-check","host":"./host","module":"http.so","file":"http.so","verdict":"missing-symbols","missing":[{"symbol":"crc","asked_by":["http.so"],"found_in":[]},{"symbol":"proxy","asked_by":["http.so"],"found_in":["module proxy.so"]}],"needs_modules":["proxy.so"],"detail":"undefined symbol: crc"}
        {"reason":"load-check","host":"./host","module":"proxy.so","file":"proxy.so","verdict":"loads","missing":[],"detail":"it loads"}
        {"reason":"finished","success":false,"commands":0}
        -- 100
    "#]]);
    fs::write(files.0.path().join("text.so"), "no module\n").expect("a file");
    files.check(
        "check-load --host host text.so good.so",
        expect![[r#"
        text.so in host: does not load
          file too short
        good.so in host: ok
        1 of 2 modules do not load
        -- 100
    "#]],
    );
}

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

#[test]
fn the_story_of_a_symbol() {
    let files = Files::new();
    files.check(
        "explain --host host listed http.so",
        expect![[r#"
        listed
          defined in  host: linked, but not exported
          modules of host do not see it
          help: make it public and export it: `exports --host host --module …` writes the list
        -- 0
    "#]],
    );
    files.check(
        "explain --host host crc http.so --archive libcrc.a libshy.a",
        expect![[r#"
        crc
          needed by   http.so
          defined in  libcrc.a(crc.o): in an archive
                      libshy.a(shy.o): in an archive, hidden
          modules of host do not see it
          help: keep and export it: `pins --module … --archive …` writes the arguments
        -- 0
    "#]],
    );
    files.check(
        "explain --host host prxy http.so proxy.so",
        expect![[r#"
        prxy
          nobody mentions it: did you mean "proxy"?
        -- 1
    "#]],
    );
    files.check("explain --message-format json --host host proxy http.so proxy.so", expect![[r#"
        {"reason":"explain","name":"proxy","answers":[{"kind":"symbol-of-files","symbol":"proxy","needed_by":[{"file":"http.so","weak":false}],"defined_in":[{"file":"proxy.so","visible":false,"how":"a module: others see it when it is loaded before them, with RTLD_GLOBAL"}],"taken_from":null,"did_you_mean":null}]}
        {"reason":"finished","success":true,"commands":0}
        -- 0
    "#]]);
}
