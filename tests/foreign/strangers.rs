//! What is no module, no program, or no program that can be asked: each is told, and nobody is blamed for it. And what the
//! loader refuses for reasons that are no symbols.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use expect_test::expect;
use modpin_test::skip::is_missing;
use modpin_test::{World, skip};

use modpin::foreign::OpenedFiles;

use super::{agreed, lines, loaded, paths};

fn world() -> World {
    let world = World::new(&[
        (
            "host.c",
            "#include <stdio.h>\nint host(void) { return 1; }\n__thread int of_thread;\n\
             int main(void) { fclose(fopen(\"main-has-run\", \"w\")); return 0; }\n",
        ),
        ("m.c", "int host(void); int m(void) { return host(); }\n"),
    ]);
    world.tool("cc", &["-rdynamic", "host.c", "-o", "host"]);
    world.tool("cc", &["-shared", "-fPIC", "m.c", "-o", "m.so"]);
    world
}

/// Builds `NAME.so` with more arguments.
fn module(world: &World, name: &str, source: &str, args: &[&str]) {
    let (file, output) = (format!("{name}.c"), format!("{name}.so"));
    world.write(&file, source);
    world.tool("cc", &[&["-shared", "-fPIC", "-w", &file, "-o", &output], args].concat());
}

#[test]
fn a_program_with_rights_of_another_user_is_not_started() {
    let world = world();
    let host = world.root().join("host");
    if chown(&host, Some(65534), None).is_err() {
        return skip("the load check of a setuid program", "only root can make one of another user");
    }
    std::fs::set_permissions(&host, PermissionsExt::from_mode(0o4755)).expect("it is ours");
    let (real, _) = loaded(&host, OpenedFiles::default(), &paths(&world, &["m.so"]));
    let error = real.expect_err("its loader would not obey").to_string();
    assert!(
        error.contains("it is setuid: it runs as user 65534, so its loader obeys nobody"),
        "{error}"
    );
    assert!(!Path::new("main-has-run").exists() && !world.root().join("main-has-run").exists());
    // The file tells as much as ever.
    let reports =
        modpin::foreign::resolve_files(&host, &paths(&world, &["m.so"]), None).expect("an answer");
    assert_eq!(lines(&reports), "m.so loads\n");
}

#[test]
fn the_loaders_few_words_are_explained() {
    let world = world();
    world.tool("cc", &["-c", "m.c"]);
    world.tool("ar", &["rcsD", "m.a", "m.o"]);
    world.write("text.so", "no library\n");
    world.write("m.la", "# m.la - a libtool library file\ndlname='m.so'\n");
    let names = ["m.o", "m.a", "m.la", "text.so"];
    let (real, said) =
        loaded(&world.root().join("host"), OpenedFiles::default(), &paths(&world, &names));
    let details: String =
        real.expect("answers").into_iter().map(|report| report.detail + "\n").collect();
    expect![[r#"
        only ET_DYN and ET_EXEC can be loaded
        it is an object before its link: link it with -shared, and name what comes out
        invalid ELF header
        it is an archive: link it with -shared, and name what comes out
        file too short
        it is libtool's description of a module: name m.so (or .libs/m.so) itself
        file too short
        not an ELF object or archive: this is a text file
    "#]]
    .assert_eq(&details);
    assert_eq!(said, "");
}

#[test]
fn a_library_that_is_there_all_the_same_is_told() {
    let world = world();
    world.tool("mkdir", &["lib"]);
    world.write("copy.c", "int copy(void) { return 1; }\n");
    world.write("user.c", "int copy(void); int user(void) { return copy(); }\n");
    let library = |args: &[&str]| world.tool("cc", &[&["-shared", "-fPIC"], args].concat());
    library(&["copy.c", "-Wl,-soname,libcopy.so", "-o", "lib/libcopy.so"]);
    library(&["user.c", "lib/libcopy.so", "-Wl,-soname,libuser.so", "-o", "lib/libuser.so"]);
    let path = "-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib,-rpath-link,lib";
    let source = "int user(void); int m(void) { return user(); }\n";
    module(&world, "runpath", source, &["lib/libuser.so", path]);
    let reports = agreed(&world, "host", &["runpath.so"]);
    let detail = reports[0].detail.replace(&format!("{}/", world.root().display()), "");
    expect!["the shared library libcopy.so is not to be found (needed by lib/libuser.so); lib/libcopy.so is there, and is not on the path that is searched for this"].assert_eq(&detail);
}

#[test]
fn a_file_that_stands_for_another() {
    let world = world();
    world.write("real.c", "int real(void) { return 1; }\n");
    world.tool("cc", &["-shared", "-fPIC", "real.c", "-o", "libreal.so"]);
    let (path, source) = ("-Wl,-rpath,$ORIGIN", "int real(void); int m(void) { return real(); }\n");
    module(&world, "must", source, &["-Wl,-F,libnowhere.so"]);
    module(&world, "may", "int m(void) { return 1; }\n", &["-Wl,-f,libnowhere.so"]);
    module(&world, "filter", source, &["-Wl,-F,libreal.so", path]);
    module(&world, "auxiliary", source, &["-Wl,-f,libreal.so", path]);
    let reports = agreed(&world, "host", &["must.so", "may.so", "filter.so", "auxiliary.so"]);
    expect![[r#"
        must.so missing-library
        may.so loads
        filter.so loads
        auxiliary.so loads
    "#]]
    .assert_eq(&lines(&reports));
}

#[test]
fn packed_relocations_must_be_announced() {
    if is_missing("ld.lld", "packed relocations") {
        return;
    }
    let world = world();
    let source = "int host(void); int (*f)(void) = host; static int g; int *p = &g, **q = &p;\n\
                  int puts(const char *); int m(void) { return puts(\"\"); }\n";
    module(&world, "relr", source, &["-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr"]);
    module(&world, "plain", source, &["-fuse-ld=lld"]);
    let reports = agreed(&world, "host", &["relr.so", "plain.so"]);
    // Loaders from before 2.36 do not look; they may take it or die of it.
    let loader = std::fs::read("/lib64/ld-linux-x86-64.so.2").unwrap_or_default();
    if loader.windows(17).any(|window| window == b"GLIBC_ABI_DT_RELR") {
        assert_eq!(lines(&reports), "relr.so failed\nplain.so loads\n");
        assert!(
            reports[0].detail.contains("link it with -z pack-relative-relocs"),
            "{}",
            reports[0].detail
        );
    }
}

#[test]
fn what_this_machine_forbids_is_nobodys_bug() {
    let world = world();
    let source = "__thread char big[200000]; int host(void); int m(void) { return host() + big[5]; }\n";
    module(&world, "tls", source, &["-ftls-model=initial-exec"]);
    let (real, said) =
        loaded(&world.root().join("host"), OpenedFiles::default(), &paths(&world, &["tls.so"]));
    let report = real.expect("an answer").remove(0);
    assert!(report.detail.contains("-ftls-model=global-dynamic"), "{}", report.detail);
    assert_eq!(said, "", "no bug of ours");
}

#[test]
fn who_ends_the_process_early_leaves_no_verdict_on_symbols() {
    let world = world();
    let crash = "static int f(void) { return 1; } static void *choose(void) { *(volatile int *)0 = 1; return (void *)f; }\n\
                 int g(void) __attribute__((ifunc(\"choose\"))); int nobody(void); int m(void) { return g() + nobody(); }\n";
    module(&world, "resolver", crash, &[]);
    let (real, said) =
        loaded(&world.root().join("host"), OpenedFiles::default(), &paths(&world, &["resolver.so"]));
    let report = real.expect("an answer").remove(0);
    expect![[r#"
        the process died of SIGSEGV while loading it
        undefined symbol: nobody"#]]
    .assert_eq(&report.detail);
    assert_eq!(said, "", "no bug of ours");
}

#[test]
fn a_constructor_may_miss_the_hosts_main() {
    let world = world();
    world.write("set.c", "int *ready; static int one; int main(void) { ready = &one; return 0; }\n");
    world.tool("cc", &["-rdynamic", "set.c", "-o", "set"]);
    let source =
        "extern int *ready; __attribute__((constructor)) static void start(void) { *ready = 1; }\n";
    module(&world, "early", source, &[]);
    let (real, _) =
        loaded(&world.root().join("set"), OpenedFiles::default(), &paths(&world, &["early.so"]));
    let report = real.expect("an answer").remove(0);
    expect![[r#"
        the process died of SIGSEGV while loading it
        the host's main has not run: a constructor that needs what main sets up fails here, and not in the program"#]]
    .assert_eq(&report.detail);
}

/// Modules for static programs, and what the program itself says of them.
#[test]
fn static_programs_load_what_needs_nothing_of_them() {
    let world = World::new(&[
        (
            "host.c",
            "#include <dlfcn.h>\n#include <stdio.h>\nint api(void) { return 1; }\nint main(int n, char **names) {\n    \
             for (int i = 1; i < n; i++) puts(dlopen(names[i], RTLD_NOW) ? \"loads\" : dlerror());\n    return 0;\n}\n",
        ),
        ("self.c", "int mod(void) { return 1; }\n"),
        ("libc.c", "int puts(const char *); int mod(void) { return puts(\"\"); }\n"),
        ("needs.c", "int api(void); int mod(void) { return api(); }\n"),
        ("math.c", "double cbrt(double); double mod(double x) { return cbrt(x); }\n"),
        ("gone.c", "int q(void); int mod(void) { return q(); }\n"),
        ("q.c", "int q(void) { return 1; }\n"),
    ]);
    if !world.try_call("cc -static -w host.c -o host").success() {
        return skip("static programs", "there is no static libc");
    }
    world.tool("cc", &["-shared", "-fPIC", "q.c", "-Wl,-soname,libgone.so", "-o", "libq.so"]);
    for (name, more) in
        [("self", ""), ("libc", ""), ("needs", ""), ("math", "-lm"), ("gone", "./libq.so")]
    {
        let (source, output) = (format!("{name}.c"), format!("{name}.so"));
        let args = ["-shared", "-fPIC", &source, "-o", &output];
        world
            .tool("cc", &args.into_iter().chain((!more.is_empty()).then_some(more)).collect::<Vec<_>>());
    }
    let names = ["self.so", "libc.so", "needs.so", "math.so", "gone.so"];
    let host = world.root().join("host");
    let modules = paths(&world, &names);
    let foretold = modpin::foreign::resolve_files(&host, &modules, None).expect("answers");
    expect![[r#"
        self.so loads
        libc.so loads
        needs.so missing-symbols: api
        math.so loads
        gone.so missing-library
    "#]]
    .assert_eq(&lines(&foretold));
    // What the program does, each module in a process of its own.
    for (module, report) in modules.iter().zip(&foretold) {
        let said = world.call(&format!("./host {}", module.display())).text();
        let loads = said == "loads\n";
        assert_eq!(loads, report.verdict == modpin::load_check::Verdict::Loads, "{}", report.module);
    }
    let (real, _) = loaded(&host, OpenedFiles::default(), &paths(&world, &["self.so"]));
    let report = real.expect("an answer").remove(0);
    expect![[r#"
        ROOT/host is linked statically: a load check cannot look into such a program
          help: `resolve` reads from the files what its dlopen would do"#]]
    .assert_eq(&report.detail.replace(&*world.root().to_string_lossy(), "ROOT"));
}
