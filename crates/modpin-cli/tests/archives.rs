//! What a host of some other build system must keep, show, and link in which order, as users ask for it: what is printed,
//! the exit codes, the objects for programs.

use std::fs;

use expect_test::expect;

use crate::foreign::{self, Foreign};

#[test]
fn what_to_keep() {
    let files = foreign::world();
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
        "pins --module http.so --archive proxy.so",
        expect![[r#"
        error: proxy.so: it is no archive
          help: name what the program is linked from, X.a
        -- 1
    "#]],
    );
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
    let files = foreign::world();
    files.write("two.c", "int crc(void), good(void), puts(const char *); int two(void) { return crc() + good() + puts(\"\"); }\n");
    files.call("cc -c -fPIC two.c good.c");
    files.call("cc -nostdlib -r two.o -o two.mo");
    files.call("ar rcsD module.a two.o");
    files.call("ar rcsD libgood.a good.o");
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
    let said = files.said("pins --module two.mo --archive libcrc.a --format json");
    let text = said.trim_end_matches("-- 0\n");
    assert!(text.starts_with("{\n  \"pins\": [\n"), "{said}");
    let plan: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let asked_by = r#""asked_by":[{"module":{"module":"two.mo","object":"two.mo"}}]"#;
    let crc = r#""site":{"file":"libcrc.a","member":"crc.o","position":0},"symbol":"crc""#;
    let expected = [
        r#"{"clashes":[],"elsewhere":["#,
        &format!(r#"{{{asked_by},"symbol":"good"}},{{{asked_by},"symbol":"puts"}}],"#),
        &format!(r#""exports":[{{{asked_by},{crc},"weak":false}}],"pins":[{{{asked_by},{crc}}}],"#),
        r#""refused":[],"unread":[]}"#,
    ];
    assert_eq!(plan.to_string(), expected.concat());
}

/// What hides a needed symbol, or may be left out, is known only when everything that is linked is.
#[test]
fn what_depends_on_other_members() {
    let files = foreign::world();
    let hiding =
        "__attribute__((visibility(\"hidden\"))) int crc(void); int hides(void) { return crc(); }\n";
    for (name, text) in [
        ("hides.c", hiding),
        ("between.c", "int hides(void); int between(void) { return hides(); }\n"),
        ("one.c", "int crc(void); int one(void) { return crc(); }\n"),
        ("two.c", "int crc(void), between(void); int two(void) { return crc() + between(); }\n"),
        ("weak.c", "int crc(void) __attribute__((weak)); int weak(void) { return crc ? crc() : 0; }\n"),
        (
            "asks.c",
            "int crc(void) __attribute__((weak)); int one(void); int asks(void) { return crc() + one(); }\n",
        ),
    ] {
        files.write(name, text);
    }
    files.call("cc -c -fPIC hides.c between.c one.c two.c weak.c asks.c");
    files.call("ar rcsD libhides.a crc.o hides.o between.o one.o");
    // Nobody takes hides.o here.
    assert_eq!(files.said("pins --module http.o --archive libhides.a"), "-Wl,-u,crc\n-- 0\n");
    files.check("pins --module two.o --archive libhides.a", expect![[r#"
        error: crc: libhides.a(hides.o) refers to it as hidden, which hides the definition, so the host cannot offer it to modules (needed by module two.o: two.o)
          help: declare it with default visibility there
        -- 100
    "#]]);
    // A weak need pins nothing; the host shows it if its member is there for another reason.
    let exports = |module: &str| {
        let said = files.said(&format!("pins --module {module} --archive libhides.a --format json"));
        let plan: serde_json::Value =
            serde_json::from_str(said.trim_end_matches("-- 0\n")).expect("JSON");
        let names = plan["exports"]
            .as_array()
            .expect("exports")
            .iter()
            .map(|export| export["symbol"].to_string());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!((exports("weak.o").as_str(), exports("asks.o").as_str()), ("", "\"crc\" \"one\""));
}

/// Without an index nobody knows what such an object defines: that nothing is pinned is not all there is to say.
#[test]
fn what_cannot_be_read_is_told() {
    let files = foreign::world();
    files.call("gcc -c -flto -fno-fat-lto-objects crc.c -o slim.o");
    files.call("ar qcSD libslim.a slim.o");
    files.check("pins --module http.o --archive libslim.a", expect![[r#"
        warning: libslim.a(slim.o) is a slim LTO object of gcc: what it defines is not known, and may be needed
          help: compile it with -ffat-lto-objects or without -flto
        -- 0
    "#]]);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn files_of_two_machines() {
    let files = foreign::world();
    files.call("gcc -m32 -c crc.c -o crc32.o");
    files.call("ar rcsD lib32.a crc32.o");
    files.check(
        "pins --module http.o --archive lib32.a",
        expect![[r#"
        error: lib32.a: it is for i386, and http.o is for x86-64
          help: name files of one machine
        -- 1
    "#]],
    );
    files.check(
        "order libcrc.a lib32.a",
        expect![[r#"
        error: lib32.a: it is for i386, and libcrc.a is for x86-64
          help: name files of one machine
        -- 1
    "#]],
    );
    files.check(
        "exports --host host --module crc32.o",
        expect![[r#"
        error: crc32.o: it is for i386, and host is for x86-64
          help: name files of one machine
        -- 1
    "#]],
    );
}

/// Symbols whose bytes are no text are written with escapes, and are found all the same.
#[test]
fn names_that_are_no_text() {
    let files = foreign::world();
    let symbol = b"\xffodd";
    let source = |text: &[&[u8]]| text.concat();
    let defines = source(&[b".globl ", symbol, b"\n.globl crc\n", symbol, b":\ncrc:\n ret\n"]);
    files.write("odd.s", defines);
    files.write("user.s", source(&[b".globl ", symbol, b"\n.quad ", symbol, b"\n"]));
    files.call("cc -c odd.s user.s");
    files.call("ar rcsD libodd.a odd.o");
    files.check("pins --module user.o --archive libodd.a", expect![[r#"
        error: "\\xFFodd": such a name cannot be written on a linker's command line (needed by module user.o: user.o)
          help: give it a name of letters, digits and underscores
        -- 100
    "#]]);
}

#[test]
fn damage_is_told_with_its_member() {
    let files = foreign::world();
    let path = files.path("libhttp.a");
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
    let files = foreign::world();
    files.write("back.c", "int http(void); int proxy(void) { return http(); }\n");
    files.call("cc -c back.c");
    files.call("ar rcsD libback.a back.o");
    files.check("order libcrc.a libback.a libhttp.a", expect![[r#"
        -Wl,--start-group libback.a libhttp.a -Wl,--end-group libcrc.a
        warning: libback.a and libhttp.a need each other: libback.a(back.o) needs http of libhttp.a(http.o); libhttp.a(http.o) needs proxy of libback.a(back.o)
          help: what closes it is libhttp.a(http.o) needing proxy of libback.a(back.o)
        -- 0
    "#]]);
    files.check("order --message-format json libcrc.a libback.a libhttp.a", expect![[r#"
        {"reason":"warning","message":"libback.a and libhttp.a need each other: libback.a(back.o) needs http of libhttp.a(http.o); libhttp.a(http.o) needs proxy of libback.a(back.o)\n  help: what closes it is libhttp.a(http.o) needing proxy of libback.a(back.o)"}
        {"reason":"order","arguments":["-Wl,--start-group","libback.a","libhttp.a","-Wl,--end-group","libcrc.a"],"groups":[["libback.a","libhttp.a"],["libcrc.a"]],"twice":[]}
        {"reason":"finished","success":true,"commands":0}
        warning: libback.a and libhttp.a need each other: libback.a(back.o) needs http of libhttp.a(http.o); libhttp.a(http.o) needs proxy of libback.a(back.o)
          help: what closes it is libhttp.a(http.o) needing proxy of libback.a(back.o)
        -- 0
    "#]]);
}

#[test]
fn what_to_export() {
    let files = foreign::world();
    files.write("uses.c", "int listed(void); int uses(void) { return listed(); }\n");
    files.call("cc -shared -fPIC uses.c -o uses.so");
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
    let files = foreign::world();
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
        {"reason":"order","arguments":["libhttp.a","libcrc.a"],"groups":[["libhttp.a"],["libcrc.a"]],"twice":[]}
        {"reason":"finished","success":true,"commands":0}
        -- 0
    "#]],
    );
}

#[test]
fn which_of_two_definitions_wins() {
    let files = foreign::world();
    files.write("twin.c", "int twin(void) { return 1; }\n");
    files.write("asks.c", "int twin(void); int main(void) { return twin(); }\n");
    files.call("cc -c twin.c asks.c");
    files.call("ar rcs one.a twin.o");
    files.call("ar rcs two.a twin.o");
    files.check(
        "order asks.o one.a two.a",
        expect![[r#"
        one.a two.a
        warning: "twin" of one.a(twin.o) wins over that of two.a(twin.o)
        -- 0
    "#]],
    );
    // For archives alone nobody asks.
    files.check(
        "order one.a two.a",
        expect![[r#"
        one.a two.a
        -- 0
    "#]],
    );
}
