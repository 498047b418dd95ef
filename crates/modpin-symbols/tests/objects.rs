//! What a real compiler writes, read back.

use expect_test::{Expect, expect};
use modpin_symbols::{Error, Form, Lto, read_object};
use modpin_test::{World, skip::is_missing};

use crate::cc::{Cc, text};

fn check(source: &str, flags: &str, expect: Expect) {
    let bytes = World::new(&[]).compile("x", source, flags);
    expect.assert_eq(&text(read_object(&bytes).expect("an object")));
}

#[test]
fn definitions_of_every_kind() {
    check(
        r#"
        int function(void) { return 0; }
        int data = 1;
        int common;
        static int local = 2;
        int *reach = &local;
        __thread int tls = 3;
        static int (*resolve(void))(void) { return function; }
        int ifunc(void) __attribute__((ifunc("resolve")));
        __attribute__((weak)) int weak_function(void) { return 0; }
        __attribute__((visibility("hidden"))) int hidden;
        __attribute__((visibility("internal"))) int internal(void) { return 0; }
        __attribute__((visibility("protected"))) int protected = 4;
        __asm__(".globl untyped\nuntyped: nop\n");
        __asm__(".section .text.g,\"axG\",@progbits,grouped,comdat\n.globl grouped\n.type grouped,@function\ngrouped: ret\n.text");
        "#,
        "-fcommon",
        expect![[r#"
            modpin-syms 1
            =r.	MACHINE	
            dgdc	common
            dgdd	data
            dgdf	function
            dGdf	grouped
            dghc	hidden
            dgdi	ifunc
            dgif	internal
            dgpd	protected
            dgdd	reach
            dgdt	tls
            dgdo	untyped
            dwdf	weak_function
        "#]],
    );
}

#[test]
fn needs_of_every_kind() {
    check(
        r#"
        int strong(void);
        __attribute__((weak)) int weak(void);
        __attribute__((visibility("hidden"))) int hidden(void);
        int unused(void);
        int user(void) { return strong() + (weak ? weak() : 0) + hidden(); }
        "#,
        "-fno-pic",
        expect![[r#"
            modpin-syms 1
            =r.	MACHINE	
            dgdf	user
            nsh	hidden
            nsd	strong
            nwd	weak
        "#]],
    );
}

#[test]
fn versions_are_taken_off_the_names() {
    check(
        r#"
        int new_one(void) { return 2; }
        int old_one(void) { return 1; }
        int other(void);
        __asm__(".symver new_one,foo@@V2\n.symver old_one,foo@V1\n.symver other,bar@V1");
        int user(void) { return other(); }
        "#,
        "",
        expect![[r#"
            modpin-syms 1
            =r.	MACHINE	
            dgdf	foo	@V1
            dgdf	foo	@@V2
            dgdf	new_one
            dgdf	old_one
            dgdf	user
            nsd	bar	@V1
        "#]],
    );
}

#[test]
fn an_object_without_symbols_is_normal() {
    check(
        "typedef int nothing;",
        "",
        expect![[r#"
        modpin-syms 1
        =r.	MACHINE	
    "#]],
    );
    let dir = World::new(&[]);
    dir.compile("x", "static int f(void) { return 0; } int (*g(void))(void) { return f; }", "");
    dir.call("strip x.o");
    let bytes = dir.content("x.o");
    expect![[r#"
        modpin-syms 1
        =r.	MACHINE	
    "#]]
    .assert_eq(&text(read_object(&bytes).expect("an object")));
}

#[test]
fn names_that_are_no_utf8_are_shown() {
    let source = "int f(void); int user(void) { return f(); }";
    let bytes = World::new(&[]).compile("x", source, "");
    let at = bytes.windows(6).position(|window| window == b"\0user\0").expect("the name");
    let mut foreign = bytes.clone();
    foreign[at + 2] = 0xff;
    let object = read_object(&foreign).expect("an object");
    assert_eq!(object.table.defined[0].name, "u\\xFFer");
    assert_eq!(object.table.needed.len(), 1);
}

#[test]
fn lto_objects_are_recognised() {
    let lto = |flags| {
        let bytes = World::new(&[]).compile("x", "int f(void) { return 0; }", flags);
        let object = read_object(&bytes).expect("an object").into_owned();
        (object.lto, object.hides_symbols(), object.table.defined.len())
    };
    assert_eq!(lto(""), (None, false, 1));
    assert_eq!(lto("-flto -fno-fat-lto-objects"), (Some(Lto::GccSlim), true, 0));
    assert_eq!(lto("-flto -ffat-lto-objects"), (Some(Lto::GccFat), false, 1));
}

#[test]
fn an_empty_fat_lto_object_is_not_taken_for_a_slim_one() {
    let bytes = World::new(&[]).compile("x", "typedef int nothing;", "-flto -ffat-lto-objects");
    let object = read_object(&bytes).expect("an object");
    assert_eq!((object.lto, object.table.defined.len()), (Some(Lto::GccFat), 0));
}

#[test]
fn bitcode_is_recognised() {
    if is_missing("clang", "bitcode") {
        return;
    }
    let dir = World::new(&[]);
    dir.write("x.c", "int f(void) { return 0; }");
    dir.call("clang -flto -c x.c -o x.o");
    let bytes = dir.content("x.o");
    let object = read_object(&bytes).expect("bitcode");
    assert_eq!((object.lto, object.table.defined.len()), (Some(Lto::ClangBitcode), 0));
}

fn check_finished(flags: &str, expect: Expect) {
    let dir = World::new(&[]);
    dir.write(
        "x.c",
        "int puts(const char *); int api(void) { return 1; } int main(void) { return puts(\"x\"); }",
    );
    dir.call(&format!("gcc {flags} x.c -o x"));
    let bytes = dir.content("x");
    let object = read_object(&bytes).expect("a finished file");
    let interp = object.interpreter().is_some();
    let dynamic = object.dynamic.as_ref().map(|dynamic| {
        let needed = dynamic.needed.join(",");
        format!(
            "needed {needed} soname {:?} rpath {:?} runpath {:?} now {}",
            dynamic.soname, dynamic.rpath, dynamic.runpath, dynamic.bind_now
        )
    });
    let names = object.table.defined.iter().map(|definition| &*definition.name);
    let ours: Vec<&str> = names.filter(|name| ["api", "main"].contains(name)).collect();
    expect.assert_eq(&format!(
        "{:?} pie {} interp {interp} {dynamic:?} {ours:?}",
        object.form, object.pie
    ));
}

#[test]
fn finished_files_say_what_they_are() {
    check_finished(
        "-no-pie",
        expect![[
            r#"Executable pie false interp true Some("needed libc.so.6 soname None rpath None runpath None now false") []"#
        ]],
    );
    check_finished(
        "-pie -rdynamic -Wl,-z,now",
        expect![[
            r#"Executable pie true interp true Some("needed libc.so.6 soname None rpath None runpath None now true") ["api", "main"]"#
        ]],
    );
    check_finished(
        "-shared -fPIC -Wl,-soname,libx.so.1 -Wl,-rpath,/a,--disable-new-dtags",
        expect![[
            r#"Shared pie false interp false Some("needed libc.so.6 soname Some(\"libx.so.1\") rpath Some(\"/a\") runpath None now false") ["api", "main"]"#
        ]],
    );
    check_finished(
        "-shared -fPIC -Wl,-rpath,/a,--enable-new-dtags -Wl,-z,lazy",
        expect![[
            r#"Shared pie false interp false Some("needed libc.so.6 soname None rpath None runpath Some(\"/a\") now false") ["api", "main"]"#
        ]],
    );
    check_finished(
        "-shared -fPIC -Wl,-z,now -Wl,-Bsymbolic -s",
        expect![[
            r#"Shared pie false interp false Some("needed libc.so.6 soname None rpath None runpath None now true") ["api", "main"]"#
        ]],
    );
}

#[test]
fn static_programs_ask_for_no_loader() {
    let dir = World::new(&[]);
    dir.write("x.c", "int main(void) { return 0; }");
    dir.call("gcc -c -fPIE x.c");
    for (flags, pie) in [("-static -no-pie", false), ("-static-pie", true)] {
        dir.call(&format!("gcc {flags} x.o -o x"));
        let bytes = dir.content("x");
        let object = read_object(&bytes).expect("a program");
        assert_eq!(
            (object.form, object.pie, object.interpreter()),
            (Form::Executable, pie, None),
            "{flags}"
        );
    }
}

#[test]
fn a_library_with_an_interpreter_is_a_library() {
    let dir = World::new(&[]);
    let start =
        "const char interp[] __attribute__((section(\".interp\"))) = \"/lib64/ld-linux-x86-64.so.2\";";
    dir.write("x.c", start);
    dir.call("gcc -shared -fPIC -Wl,-soname,libx.so x.c -o x.so");
    let bytes = dir.content("x.so");
    let object = read_object(&bytes).expect("a library");
    assert_eq!(object.form, Form::Shared);
    assert!(object.interpreter().is_some());
}

#[test]
fn dynamic_symbols_carry_their_versions() {
    let dir = World::new(&[]);
    dir.write("lib.map", "V1 { global: f; local: *; }; V2 { global: g; f; } V1;");
    dir.write(
        "lib.c",
        "int f1(void) { return 1; } int f2(void) { return 2; } int g(void) { return 3; } int hidden(void) { return 4; }
         __asm__(\".symver f1,f@V1\\n.symver f2,f@@V2\");",
    );
    dir.call("gcc -shared -fPIC -Wl,--version-script=lib.map -Wl,-soname,lib.so lib.c -o lib.so");
    dir.write("use.c", "int f(void); int g(void); __attribute__((weak)) int h(void); int user(void) { return f() + g() + (h ? h() : 0); }");
    dir.call("gcc -shared -fPIC -nostdlib use.c lib.so -o use.so");
    let (lib, user) = (dir.content("lib.so"), dir.content("use.so"));
    let lines = |bytes: &[u8]| {
        let text = text(read_object(bytes).expect("a library"));
        text.lines()
            .filter(|line| line.contains(['f', 'g', 'h']) && line.contains('@') || line.ends_with("\th"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    expect![[r#"
        dgdd	V1	@@V1
        dgdd	V2	@@V2
        dgdf	f	@V1
        dgdf	f	@@V2
        dgdf	g	@@V2"#]]
    .assert_eq(&lines(&lib));
    expect![[r#"
        nsd	f	@V2
        nsd	g	@V2
        nwd	h"#]]
    .assert_eq(&lines(&user));
}

#[test]
fn what_is_no_object_is_named() {
    let check = |bytes: &[u8], found: &str| match read_object(bytes) {
        Err(Error::NotAnObject { found: other }) => assert_eq!(other, found),
        other => panic!("{other:?}"),
    };
    check(b"", "an empty file");
    check(b"int main(void) { return 0; }\n", "a text file");
    check(b"!<arch>\n", "an archive");
    let mut core = vec![0; 64];
    core[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    core[16] = 4;
    check(&core, "a core dump");
}

#[test]
fn a_cut_object_is_damaged_and_never_silently_smaller() {
    let bytes = World::new(&[]).compile("x", "int f(void); int g(void) { return f(); }", "-g");
    for length in 4..bytes.len() {
        assert!(
            matches!(read_object(&bytes[..length]), Err(Error::DamagedObject { .. })),
            "cut at {length}"
        );
    }
}

#[test]
fn a_library_without_section_headers_has_its_dynamic_symbols() {
    let dir = World::new(&[]);
    dir.write("x.c", "int g(void); int f(void) { return g(); }");
    dir.call("gcc -shared -fPIC x.c -o x.so");
    let mut bytes = dir.content("x.so");
    let names = |bytes: &[u8]| {
        let object = read_object(bytes).expect("a library");
        let (defined, needed) = (&object.table.defined, &object.table.needed);
        let strong = needed.iter().filter(|need| !need.weak).map(|need| need.name.to_string());
        (
            object.form,
            defined.iter().map(|it| it.name.to_string()).collect::<Vec<_>>(),
            strong.collect::<Vec<_>>(),
        )
    };
    let whole = names(&bytes);
    bytes[40..48].fill(0);
    bytes[60..64].fill(0);
    assert_eq!(names(&bytes), whole);
    assert_eq!((whole.1, whole.2), (vec!["f".to_owned()], vec!["g".to_owned()]));
}
