//! One module for each rule of the loader about symbols: what is read is what it does.

use std::time::Duration;

use expect_test::{Expect, expect};
use modpin::foreign::{CheckFiles, OpenedFiles, check_load_files, resolve_files};
use modpin_test::look::word;
use modpin_test::skip::is_long;
use modpin_test::{World, skip::is_missing};

use super::{agreed, lines, loaded, paths};

const HOST: &str = "
int host_function(void) { return 1; }
int host_data = 1;
int host_common;
__thread int host_tls = 1;
__attribute__((weak)) int host_weak(void) { return 1; }
__attribute__((visibility(\"protected\"))) int host_protected(void) { return 1; }
__attribute__((visibility(\"hidden\"))) int host_hidden(void) { return 1; }
static int chosen(void) { return 1; }
static int (*choose(void))(void) { return chosen; }
int host_ifunc(void) __attribute__((ifunc(\"choose\")));
int twice(void) { return 1; }
int main(void) { return host_hidden() + host_common; }
";

/// A shared library with two versions, and one that is older than what its users were linked with.
const LIBRARY: &str = "
int old_both(void) { return 1; }
int new_both(void) { return 2; }
__asm__(\".symver old_both,both@V1\\n.symver new_both,both@@V2\");
int old_only(void) { return 1; }
__asm__(\".symver old_only,only@V2\");
int first_old(void) { return 1; }
__asm__(\".symver first_old,first@V1\");
int plain(void) { return 1; }
int later(void) { return 1; }
";

/// A host that offers each kind of symbol, and libraries.
pub fn world() -> World {
    let world = World::new(&[
        ("host.c", HOST),
        ("v.c", LIBRARY),
        ("v.map", "V1 { }; V2 { global: plain; } V1; V3 { global: later; } V2;"),
        ("old.map", "V1 { }; V2 { global: plain; local: later; } V1;"),
        ("under.c", "int nowhere(void); int under(void) { return nowhere(); }\n"),
        ("part.c", "int part(void) { return 1; }\n"),
    ]);
    let library = |args: &[&str]| world.tool("cc", &[&["-shared", "-fPIC"], args].concat());
    world.tool("cc", &["-rdynamic", "-fcommon", "host.c", "-o", "host"]);
    world.tool("mkdir", &["new", "old"]);
    library(&["v.c", "-Wl,--version-script=v.map,-soname,libv.so", "-o", "new/libv.so"]);
    library(&["v.c", "-Wl,--version-script=old.map,-soname,libv.so", "-o", "old/libv.so"]);
    library(&["under.c", "-o", "libunder.so"]);
    library(&["part.c", "-o", "libpart.so"]);
    world
}

/// Builds `NAME.so` from a source, with more arguments.
pub fn module(world: &World, name: &str, source: &str, args: &[&str]) -> String {
    let (file, output) = (format!("{name}.c"), format!("{name}.so"));
    world.write(&file, source);
    let all = [&["-shared", "-fPIC", "-w", &file, "-o", &output], args].concat();
    world.tool("cc", &all);
    output
}

/// What becomes of each module, by the loader and by its file.
pub fn check(world: &World, modules: &[String], expected: Expect) {
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    expected.assert_eq(&lines(&agreed(world, "host", &modules)));
}

#[test]
fn each_kind_of_symbol() {
    if is_long("parity::each_kind_of_symbol") {
        return;
    }
    let world = world();
    let needs = |name: &str, declared: &str, used: &str| {
        module(&world, name, &format!("{declared}; long run(void) {{ return (long){used}; }}"), &[])
    };
    let modules = [
        needs("function", "int host_function(void)", "host_function()"),
        needs("data", "extern int host_data, host_common", "(host_data + host_common)"),
        needs("tls", "extern __thread int host_tls", "host_tls"),
        needs("weak", "int host_weak(void)", "host_weak()"),
        needs("protected", "int host_protected(void)", "host_protected()"),
        needs("ifunc", "int host_ifunc(void)", "host_ifunc()"),
        needs("hidden", "int host_hidden(void)", "host_hidden()"),
        needs("nobody", "int nobody(void); extern int no_data", "(nobody() + no_data)"),
        needs("no-thread", "extern __thread int no_tls", "no_tls"),
        needs("can-do-without", "__attribute__((weak)) int nobody(void)", "nobody"),
        needs("own", "int run_again(void) { return 1; }", "run_again()"),
        needs("address", "extern char nobody_here[]", "nobody_here"),
    ];
    check(
        &world,
        &modules,
        expect![[r#"
        function.so loads
        data.so loads
        tls.so loads
        weak.so loads
        protected.so loads
        ifunc.so loads
        hidden.so missing-symbols: host_hidden
        nobody.so missing-symbols: no_data nobody
        no-thread.so missing-symbols: no_tls
        can-do-without.so loads
        own.so loads
        address.so missing-symbols: nobody_here
    "#]],
    );
}

#[test]
fn versions() {
    let world = world();
    let with = |name: &str, used: &str, dir: &str, linked: bool| {
        let source = format!("int {used}(void); int run(void) {{ return {used}(); }}");
        let (library, path) = ("new/libv.so", format!("-Wl,-rpath,$ORIGIN/{dir}"));
        match linked {
            true => module(&world, name, &source, &[library, &path]),
            // It gets the library without having been linked with it: no version is asked for.
            false => module(
                &world,
                name,
                &format!("int plain(void); int more(void) {{ return plain(); }} {source}"),
                &["-Wl,--no-as-needed", &path, "-L.", "-l:bare/libv.so"],
            ),
        }
    };
    // A library of the same name without versions.
    world.tool("mkdir", &["bare"]);
    world.write("bare.c", "int plain(void) { return 1; }\n");
    world.tool("cc", &["-shared", "-fPIC", "bare.c", "-Wl,-soname,libv.so", "-o", "bare/libv.so"]);
    let modules = [
        with("default", "both", "new", true),
        with("same", "plain", "old", true),
        with("lacks", "later", "old", true),
        with("knows-none", "plain", "bare", true),
        with("unversioned-default", "both", "new", false),
        with("unversioned-first", "first", "new", false),
        with("unversioned-old", "only", "new", false),
    ];
    check(
        &world,
        &modules,
        expect![[r#"
        default.so loads
        same.so loads
        lacks.so missing-symbols: later@V3
        knows-none.so failed
        unversioned-default.so loads
        unversioned-first.so loads
        unversioned-old.so missing-symbols: only
    "#]],
    );
}

#[test]
fn what_linkers_leave_behind() {
    let world = world();
    let nothing = "int run(void) { return 1; }";
    let call = "int nobody(void); int run(void) { return nobody(); }";
    let modules = [
        // It stands in the symbol table, and no relocation asks for it.
        module(&world, "only-a-name", nothing, &["-Wl,-u,nobody"]),
        module(&world, "lazy", call, &["-Wl,-z,lazy"]),
        module(
            &world,
            "symbolic",
            "int twice(void) { return 2; } int run(void) { return twice(); }",
            &["-Wl,-Bsymbolic"],
        ),
        module(
            &world,
            "old-hash",
            "int host_function(void); int run(void) { return host_function(); }",
            &["-Wl,--hash-style=sysv"],
        ),
        module(
            &world,
            "its-library-lacks",
            "int under(void); int run(void) { return under(); }",
            &["libunder.so", "-Wl,-rpath,$ORIGIN"],
        ),
        module(
            &world,
            "its-library-has",
            "int part(void); int run(void) { return part(); }",
            &["libpart.so", "-Wl,-rpath,$ORIGIN"],
        ),
    ];
    check(
        &world,
        &modules,
        expect![[r#"
        only-a-name.so loads
        lazy.so missing-symbols: nobody
        symbolic.so loads
        old-hash.so loads
        its-library-lacks.so missing-symbols: nowhere
        its-library-has.so loads
    "#]],
    );
}

#[test]
fn files_that_no_loader_takes() {
    let world = world();
    let good = module(&world, "good", "int run(void) { return 1; }", &[]);
    let never = module(&world, "never", "int run(void) { return 1; }", &["-Wl,-z,nodlopen"]);
    let bytes = std::fs::read(world.root().join(&good)).expect("a module");
    let damaged = |name: &str, damage: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        damage(&mut bytes);
        std::fs::write(world.root().join(name), bytes).expect("a file");
        name.to_owned()
    };
    let modules = [
        damaged("text.so", &|bytes| *bytes = b"int run(void);\n".to_vec()),
        damaged("empty.so", &Vec::clear),
        damaged("header-only.so", &|bytes| bytes.truncate(64)),
        // e_machine: no such processor.
        damaged("other-machine.so", &|bytes| bytes[18] = 0xfe),
        damaged("other-class.so", &|bytes| bytes[4] = 1),
        // e_shoff, e_shnum: a loader needs no sections.
        damaged("no-sections.so", &|bytes| {
            bytes[40..48].fill(0);
            bytes[60..64].fill(0);
        }),
        never,
        "host".to_owned(),
    ];
    check(
        &world,
        &modules,
        expect![[r#"
        text.so failed
        empty.so failed
        header-only.so failed
        other-machine.so failed
        other-class.so failed
        no-sections.so loads
        never.so failed
        host failed
    "#]],
    );
}

#[test]
fn who_comes_first_is_told() {
    let world = world();
    let own =
        module(&world, "own", "int twice(void) { return 2; } int run(void) { return twice(); }", &[]);
    let hidden = module(
        &world,
        "hidden",
        "__attribute__((visibility(\"hidden\"))) int twice(void) { return 2; } int run(void) { return twice(); }",
        &[],
    );
    let reports = agreed(&world, "host", &[&own, &hidden]);
    let taken: Vec<&str> = reports[0].interposed.iter().map(|taken| taken.symbol.as_str()).collect();
    assert_eq!(taken, ["twice"]);
    assert!(reports[0].interposed[0].by.ends_with("/host"), "{:?}", reports[0].interposed);
    assert_eq!(reports[1].interposed, []);
}

#[test]
fn a_host_that_does_not_start() {
    let world = world();
    world.write("needy.c", "int under(void); int main(void) { return under(); }\n");
    let link = |output: &str, more: &[&str]| {
        let args = ["needy.c", "libunder.so", "-Wl,--allow-shlib-undefined", "-o", output];
        world.tool("cc", &[&args, more].concat());
    };
    let good = module(&world, "good", "int run(void) { return 1; }", &[]);
    link("lost", &[]);
    link("late", &["-Wl,-rpath,$ORIGIN", "-Wl,-z,lazy"]);
    for (host, verdict) in [("lost", "good.so missing-library\n"), ("late", "good.so loads\n")] {
        assert_eq!(lines(&agreed(&world, host, &[&good])), verdict, "{host}");
    }
    // A library that is bound at once takes the program down with it.
    world.tool("cc", &["-shared", "-fPIC", "under.c", "-Wl,-z,now", "-o", "libunder.so"]);
    assert_eq!(lines(&agreed(&world, "late", &[&good])), "good.so missing-symbols: nowhere\n");
    // Nobody can look into a static program; what its own dlopen does, the files tell.
    world.tool("cc", &["-static", "host.c", "-o", "static"]);
    let (host, modules) = (world.root().join("static"), paths(&world, &[&good]));
    let (real, _) = loaded(&host, OpenedFiles::default(), &modules);
    assert_eq!(lines(&real.expect("an answer")), "good.so static-host\n");
    let foretold = resolve_files(&host, &modules, None).expect("an answer");
    assert_eq!(lines(&foretold), "good.so loads\n");
}

/// Ten modules are not ten times as long.
#[test]
fn a_host_that_hangs_is_waited_for_once() {
    let world = world();
    let starts = world.root().join("starts");
    let source = format!(
        "#include <stdio.h>\n#include <unistd.h>\n__attribute__((constructor)) static void hang(void)\n\
         {{ fputs(\"!\", fopen(\"{}\", \"a\")); fflush(NULL); pause(); }}\n",
        starts.display()
    );
    world.write("hang.c", &source);
    world.write("bare.c", "int main(void) { return 0; }\n");
    world.tool("cc", &["-shared", "-fPIC", "hang.c", "-o", "libhang.so"]);
    world.tool(
        "cc",
        &["bare.c", "-Wl,--no-as-needed", "libhang.so", "-Wl,-rpath,$ORIGIN", "-o", "hangs"],
    );
    let modules: Vec<String> =
        (0..4).map(|at| module(&world, &format!("m{at}"), "int run(void) { return 1; }", &[])).collect();
    let modules = paths(&world, &modules.iter().map(String::as_str).collect::<Vec<_>>());
    // On a busy machine it may not even start within half a second; then there is more time the next time.
    let mut timeout = Duration::from_millis(500);
    loop {
        let how = CheckFiles {
            opened: OpenedFiles::default(),
            timeout,
            jobs: 4,
            whole_program: false,
            jobserver: None,
            cache: None,
        };
        let reports =
            check_load_files(&world.root().join("hangs"), &modules, how, &mut |_| {}).expect("reports");
        assert!(reports.iter().all(|report| word(report.verdict) == "timed-out"), "{reports:?}");
        match std::fs::read_to_string(&starts) {
            Ok(started) => break assert_eq!(started, "!"),
            Err(error) => assert!(timeout < Duration::from_secs(60), "it never started: {error}"),
        }
        timeout *= 2;
    }
}

#[test]
fn a_host_of_musl() {
    if is_missing("musl-gcc", "a host of musl") {
        return;
    }
    let world = world();
    world.tool(
        "musl-gcc",
        &["-rdynamic", "-DNO_IFUNC", "bare_host.c", "-o", "musl"].map(|arg| {
            world.write(
                "bare_host.c",
                "int host_function(void) { return 1; } int main(void) { return 0; }\n",
            );
            arg
        }),
    );
    let build = |name: &str, source: &str, more: &[&str]| {
        world.write(&format!("{name}.c"), source);
        let (file, output) = (format!("{name}.c"), format!("{name}.so"));
        world.tool("musl-gcc", &[&["-shared", "-fPIC", "-w", &file, "-o", &output], more].concat());
        output
    };
    let modules = [
        build(
            "good",
            "int host_function(void), puts(char *); int run(void) { return host_function() + puts(\"\"); }",
            &[],
        ),
        build(
            "bad",
            "int nobody(void), nothing(void); int run(void) { return nobody() + nothing(); }",
            &[],
        ),
        // musl compares no versions.
        build(
            "version",
            "int later(void); int run(void) { return later(); }",
            &["new/libv.so", "-Wl,-rpath,$ORIGIN/old"],
        ),
        build(
            "found",
            "int plain(void); int run(void) { return plain(); }",
            &["new/libv.so", "-Wl,-rpath,$ORIGIN/old"],
        ),
        build("lost", "int plain(void); int run(void) { return plain(); }", &["new/libv.so"]),
    ];
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    expect![[r#"
        good.so loads
        bad.so missing-symbols: nobody nothing
        version.so missing-symbols: later@V3
        found.so loads
        lost.so missing-library
    "#]]
    .assert_eq(&lines(&agreed(&world, "musl", &modules)));
}
