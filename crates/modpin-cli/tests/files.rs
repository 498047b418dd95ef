//! Modules of some other build system, and who asks whether they load, as users call it: what is printed, the exit codes,
//! the objects for programs. What is right in it is tested on the floors below.

use expect_test::expect;

use crate::foreign::{self, Foreign};

#[test]
fn would_it_load() {
    let files = foreign::world();
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
              crc; out of reach in libcrc.a(crc.o)
              proxy; out of reach in module proxy.so
              libcrc.a has 1 symbol: `pins --module http.so --archive libcrc.a` writes the arguments with which the host keeps and exports it
            proxy.so in host: ok
            1 of 2 modules would not load
            -- 100
        "#]],
    );
    files.check("resolve --message-format json --host host http.so proxy.so", expect![[r#"
        {"reason":"resolve","host":"host","module":"http.so","file":"http.so","verdict":"missing-symbols","missing":[{"symbol":"crc","asked_by":["http.so"],"found_in":["libcrc.a(crc.o)"]},{"symbol":"proxy","asked_by":["http.so"],"found_in":["module proxy.so"]}],"advice":[{"kind":"archive","archive":"libcrc.a","symbols":1}],"detail":"undefined symbol: crc"}
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
    let files = foreign::world();
    files.check(
        "check-load --host host http.so proxy.so",
        expect![[r#"
            http.so in host: does not load, 2 symbols are missing
              crc; out of reach in libcrc.a(crc.o)
              proxy; out of reach in module proxy.so
              libcrc.a has 1 symbol: `pins --module http.so --archive libcrc.a` writes the arguments with which the host keeps and exports it
            proxy.so in host: ok
            1 of 2 modules do not load
            -- 100
        "#]],
    );
    files.check("check-load --message-format json --host ./host http.so proxy.so", expect![[r#"
        {"reason":"load-check","host":"./host","module":"http.so","file":"http.so","verdict":"missing-symbols","missing":[{"symbol":"crc","asked_by":["http.so"],"found_in":["libcrc.a(crc.o)"]},{"symbol":"proxy","asked_by":["http.so"],"found_in":["module proxy.so"]}],"advice":[{"kind":"archive","archive":"libcrc.a","symbols":1}],"detail":"undefined symbol: crc"}
        {"reason":"load-check","host":"./host","module":"proxy.so","file":"proxy.so","verdict":"loads","missing":[],"detail":"it loads"}
        {"reason":"finished","success":false,"commands":0}
        -- 100
    "#]]);
    files.write("text.so", "no module\n");
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
fn what_to_do_about_it() {
    let files = foreign::world();
    files.write("need.c", "int listed(void); int need(void) { return listed(); }\n");
    files.call("cc -shared -fPIC need.c -o need.so");
    files.call("cp host bare");
    files.call("strip bare");
    files.write("start", "#!/bin/sh\nexec ./host\n");
    files.check("resolve --host host need.so", expect![[r#"
        need.so in host: does not load, a symbol is missing
          listed; out of reach in host (not exported)
        1 of 1 modules would not load
        help: host has it and does not export it: `exports --host host --module need.so` writes the list for its next link (-Wl,--dynamic-list=FILE)
        -- 100
    "#]]);
    files.check("resolve --host bare need.so", expect![[r#"
        need.so in bare: does not load, a symbol is missing
          listed; nobody defines it
        1 of 1 modules would not load
        help: bare is stripped, so what it has and does not export cannot be seen: ask about it as it was before
        help: no library of this system helps. Another module may define it: name all modules of bare; or look into its archives, with `explain --host bare SYMBOL MODULE --archive X.a`
        -- 100
    "#]]);
    files.check("exports --host bare --module need.so", expect![[r#"
        {
          modpin_exports_nothing_*;
        };
        warning: bare: it is stripped: what it has and does not export cannot be seen, and is not in the list
          help: name the program as it was before strip(1)
        -- 0
    "#]]);
    files.check("resolve --host start need.so", expect![[r#"
        error: start: it is a script for /bin/sh
          help: name the program that loads the modules: one that the script starts, or the one that reads it
        -- 1
    "#]]);
    files.check("exports --host start --module need.so", expect![[r#"
        error: start: it is a script for /bin/sh
          help: name the program that loads the modules: one that the script starts, or the one that reads it
        -- 1
    "#]]);
    // After the list, it loads.
    let list = files.said("exports --host host --module need.so");
    files.write("list", list.trim_end_matches("-- 0\n"));
    files.call("cc host.c -Wl,--dynamic-list=list -o host");
    files.check(
        "check-load --host host need.so",
        expect![[r#"
        need.so in host: ok
        1 module loads
        -- 0
    "#]],
    );
}

#[test]
fn modules_beside_it_and_loaded_first() {
    let files = foreign::world();
    files.call("rm http.so");
    files.call("cc -shared -fPIC http.c crc.c -o http.so");
    files.check(
        "resolve --host host http.so",
        expect![[r#"
        http.so in host: does not load, a symbol is missing
          proxy; out of reach in proxy.so, which lies beside it
          load proxy.so first, with RTLD_GLOBAL
        1 of 1 modules would not load
        -- 100
    "#]],
    );
    files.check(
        "resolve --host host --first proxy.so http.so",
        expect![[r#"
        http.so in host: ok
        1 module would load
        -- 0
    "#]],
    );
    files.check(
        "check-load --host host --first proxy.so http.so",
        expect![[r#"
        http.so in host: ok
        1 module loads
        -- 0
    "#]],
    );
    files.check(
        "check-load --host host --first http.so good.so",
        expect![[r#"
        good.so in host: does not load, a symbol is missing
          proxy, needed by http.so; out of reach in proxy.so, which lies beside it
          load proxy.so first, with RTLD_GLOBAL
        1 of 1 modules do not load
        -- 100
    "#]],
    );
}

#[test]
fn the_story_of_a_symbol() {
    let files = foreign::world();
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
    // A library that one module brings along is no business of the host's.
    files.call("cc -shared -fPIC crc.c -o libown.so");
    files.call("cc -shared -fPIC http.c -o own.so libown.so -Wl,-rpath,$ORIGIN");
    files.check(
        "explain --host host crc own.so --archive libcrc.a",
        expect![[r#"
        crc
          needed by   own.so; gets it from its library libown.so
          defined in  libown.so: a library of own.so
                      libcrc.a(crc.o): in an archive
          other modules of host do not see it
        -- 0
    "#]],
    );
    files.check(
        "explain --host host crc own.so http.so --archive libcrc.a",
        expect![[r#"
        crc
          needed by   own.so; gets it from its library libown.so
                      http.so
          defined in  libown.so: a library of own.so
                      libcrc.a(crc.o): in an archive
          other modules of host do not see it
          help: keep and export it: `pins --module … --archive …` writes the arguments
        -- 0
    "#]],
    );
    // Linked without -lresolv. Which library has it, and by what name, is the system's own affair.
    let source = "int ns_parserr(void); int ask(void) { return ns_parserr(); }\n";
    files.write("ask.c", source);
    files.call("cc -shared -fPIC ask.c -o ask.so");
    let said = files.said("explain --host host ns_parserr ask.so");
    let told =
        "libresolv.so.2: a library of this system that neither the host nor the module is linked with";
    assert!(said.contains(told) && said.contains("  help: link the module with it\n"), "{said}");
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
