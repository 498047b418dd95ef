//! Modules of some other build system, and who asks whether they load, as users call it: what is printed, the exit codes,
//! the objects for programs. What is right in it is tested on the floors below.

mod foreign;

use std::fs;

use expect_test::expect;
use foreign::Files;

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
          not an ELF object or archive: this is a text file
        good.so in host: ok
        1 of 2 modules do not load
        -- 100
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
