//! Programs and modules for other machines, and the world of each as a directory: answered from the files, started
//! never. No C library of these machines is needed: the loader is a library that defines what only a loader has.

use expect_test::expect;
use modpin::foreign::resolve_files;
use modpin::load_check::Withheld;
use modpin_test::{World, skip::is_missing};

use super::lines;

const COMPILERS: [&str; 4] =
    ["gcc", "aarch64-linux-gnu-gcc", "arm-linux-gnueabihf-gcc", "i686-linux-gnu-gcc"];

const HOST: &str = "
    __thread int tls = 1;
    int common;
    static int picked(void) { return 7; }
    static void *pick(void) { return (void *)picked; }
    int indirect(void) __attribute__((ifunc(\"pick\")));
    __attribute__((visibility(\"protected\"))) int protected_one(void) { return 2; }
    __attribute__((visibility(\"internal\"))) int internal_one(void) { return 3; }
    __attribute__((visibility(\"hidden\"))) int hidden_one(void) { return 4; }
    __attribute__((weak)) int weak_one(void) { return 5; }
    static int static_one(void) { return 6; }
    int main(void) { return internal_one() + hidden_one() + static_one(); }";

const WHOLE: &str = "
    extern __thread int tls; extern int common;
    int indirect(void), protected_one(void), weak_one(void), versioned(void), base(void);
    __attribute__((weak)) int nowhere(void);
    int run(void)
    {
        return tls + common + indirect() + protected_one() + weak_one() + versioned() + base()
            + (nowhere ? nowhere() : 0);
    }";

/// The same libraries, hosts and modules for each machine.
fn make(world: &World, compiler: &str) {
    let tool = |line: &str| world.tool(compiler, &line.split_whitespace().collect::<Vec<_>>());
    let library =
        |line: &str| tool(&format!("-shared -fPIC -nostdlib -Wl,--allow-shlib-undefined {line}"));
    library("loader.c -Wl,-soname,ld-made.so.1 -o sys/lib/ld-made.so.1");
    library("base.c -Wl,-soname,libbase.so -o sys/usr/lib/libbase.so");
    library("new.c -Wl,--version-script=new.map -Wl,-soname,libv.so -o new/libv.so");
    library("old.c -Wl,--version-script=old.map -Wl,-soname,libv.so -o old/libv.so");
    tool(
        "-fPIE -pie -fcommon -nostdlib -rdynamic -Wl,--no-as-needed -Wl,-e,main -Wl,--dynamic-linker=/lib/ld-made.so.1 host.c \
         sys/lib/ld-made.so.1 -o host",
    );
    let libraries = "new/libv.so sys/usr/lib/libbase.so";
    library(&format!("whole.c {libraries} -Wl,-rpath,$ORIGIN/new -o whole.so"));
    library(&format!("whole.c {libraries} -Wl,-rpath,$ORIGIN/old -o old-version.so"));
    library(&format!("whole.c {libraries} -o no-library.so"));
    library("inside.c -o inside.so");
}

#[test]
fn each_kind_of_symbol_on_each_machine() {
    for compiler in COMPILERS {
        if is_missing(compiler, &format!("resolving for the machine of {compiler}")) {
            continue;
        }
        let world = World::new(&[
            ("host.c", HOST),
            ("whole.c", WHOLE),
            (
                "inside.c",
                "int hidden_one(void), internal_one(void), static_one(void); \
                          int run(void) { return hidden_one() + internal_one() + static_one(); }",
            ),
            (
                "loader.c",
                "void *__tls_get_addr(void) { return 0; } void *___tls_get_addr(void) { return 0; }",
            ),
            ("base.c", "int base(void) { return 8; }"),
            ("new.c", "int v2(void) { return 9; } __asm__(\".symver v2,versioned@@V2\");"),
            ("new.map", "V1 {}; V2 { global: versioned; local: *; } V1;"),
            ("old.c", "int v1(void) { return 9; } __asm__(\".symver v1,versioned@@V1\");"),
            ("old.map", "V1 { global: versioned; local: *; };"),
            ("sys/lib/README", ""),
            ("sys/usr/lib/README", ""),
            ("new/README", ""),
            ("old/README", ""),
        ]);
        make(&world, compiler);
        let path = |name: &str| world.root().join(name);
        let modules = ["whole.so", "inside.so", "old-version.so", "no-library.so"].map(path);
        let reports = resolve_files(&path("host"), &modules, Some(&path("sys")));
        let reports = reports.unwrap_or_else(|error| panic!("{compiler}: {error}"));
        println!("{compiler}");
        expect![[r#"
            whole.so loads
            inside.so missing-symbols: hidden_one internal_one static_one
            old-version.so missing-symbols: versioned@V2
            no-library.so missing-library
        "#]]
        .assert_eq(&lines(&reports));
        let inside = &reports[1].missing;
        let why: Vec<_> = inside.iter().map(|lost| lost.in_host).collect();
        let [hidden, one] = [Withheld::Hidden, Withheld::Static].map(Some);
        assert_eq!(why, [hidden, hidden, one], "{inside:?}");
        // Without its world a host of another machine does not start, and that is told.
        let lost = resolve_files(&path("host"), &modules[..1], None).expect("an answer");
        assert!(
            lost[0].detail.contains("its loader /lib/ld-made.so.1 is not here"),
            "{}",
            lost[0].detail
        );
    }
}
