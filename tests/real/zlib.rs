//! Real C: zlib as the package `libz-sys` ships it. The checks of its `configure` are probes, its header is made from its template,
//! its shared library has its version script, and its own test program runs with each kind of library. What is made is compared with
//! what the package's build script makes, with the shared library of this machine, and, on demand, with what zlib's own `configure`
//! and makefile make.

use std::collections::BTreeSet;
use std::process::Stdio;

use modpin::{ConfigHeader, Dir, Executable, Flags, Library, Opt, Probe, Project, SharedLibrary, when};
use modpin_test::skip::is_long;
use modpin_test::{World, reliability, skip};

use super::ours_and_theirs::{Defined, bring, defined, made_by_build_script};

/// What deflates and inflates, and what reads and writes files.
const CORE: [&str; 9] = [
    "adler32.c",
    "crc32.c",
    "deflate.c",
    "infback.c",
    "inffast.c",
    "inflate.c",
    "inftrees.c",
    "trees.c",
    "zutil.c",
];
const FILES: [&str; 6] = ["compress.c", "uncompr.c", "gzclose.c", "gzlib.c", "gzread.c", "gzwrite.c"];

/// How `configure` asks for vsnprintf, and for what it returns.
const VSNPRINTF: &str = "#include <stdio.h>
#include <stdarg.h>
int mytest(const char *fmt, ...)
{
  char buf[20];
  va_list ap;
  va_start(ap, fmt);
  RETURNED vsnprintf(buf, sizeof(buf), fmt, ap);
  va_end(ap);
  return 0;
}
int main() { return mytest(\"Hello%d\\n\", 1); }
";
const STRERROR: &str = "#include <string.h>
#include <errno.h>
int main() { return strlen(strerror(errno)); }
";
const HIDDEN: &str = "#define ZLIB_INTERNAL __attribute__((visibility (\"hidden\")))
int ZLIB_INTERNAL foo;
int main(void) { return 0; }
";

/// As its `configure` and its makefile have it.
fn declare(p: &mut Project) {
    let prefix = p.option(Opt::bool("PREFIX").help("z_ in front of all symbols"));
    let solo = p.option(Opt::bool("SOLO").help("without the C library").depends_on(!prefix));
    probes(p);
    let header = ConfigHeader::new("zconf.h").template("zconf.h.cmakein");
    p.config_header(header.define("Z_PREFIX", prefix));
    p.flags(
        Flags::new()
            .include(".")
            .cflags(["-O0", "-g0"])
            .defines(when(solo, "Z_SOLO"))
            .defines(when("HAVE_STDARG_H", "HAVE_STDARG_H"))
            .defines(when("HAVE_HIDDEN", "HAVE_HIDDEN"))
            .defines(when("HAVE_OFF64_T", "_LARGEFILE64_SOURCE=1"))
            .defines(when("!HAVE_OFF64_T && !HAVE_FSEEKO", "NO_FSEEKO"))
            .defines(when("!HAVE_STRERROR", "NO_STRERROR"))
            .defines(when("!HAVE_VSNPRINTF", "NO_vsnprintf"))
            .defines(when("HAVE_VSNPRINTF && !VSNPRINTF_RETURNS", "HAS_vsnprintf_void"))
            .defines(when("!HAVE_SIZE_T && SIZEOF_VOID_P <= SIZEOF_INT", "NO_SIZE_T=int"))
            .defines(when("!HAVE_SIZE_T && SIZEOF_VOID_P > SIZEOF_INT", "NO_SIZE_T=long")),
    );
    let library = Library::new("z").sources(CORE).sources(when(!solo, FILES));
    p.add(library);
    p.add(
        SharedLibrary::new("shared/z")
            .sources(CORE)
            .sources(when(!solo, FILES))
            .define_flag("PIC")
            .version("1.2.13")
            .version_script("zlib.map"),
    );
    p.dir("test", programs).expect("nothing goes wrong").when(!solo);
}

fn probes(p: &mut Project) {
    p.probe(Probe::header("unistd.h").name("Z_HAVE_UNISTD_H"));
    p.probe(Probe::header("stdarg.h"));
    p.probe(Probe::type_("size_t").with_header(["stdio.h", "stdlib.h"]));
    p.probe(Probe::size_of("int"));
    p.probe(Probe::size_of("void *"));
    p.probe(Probe::type_("off64_t").with_header("sys/types.h").define("_LARGEFILE64_SOURCE=1"));
    p.probe(Probe::function("fseeko").with_header("stdio.h").when("!HAVE_OFF64_T"));
    p.probe(Probe::links("HAVE_STRERROR", STRERROR));
    p.probe(Probe::links("HAVE_VSNPRINTF", VSNPRINTF.replace("RETURNED", "")));
    let returned = VSNPRINTF.replace("RETURNED", "int n =");
    p.probe(Probe::compiles("VSNPRINTF_RETURNS", returned).when("HAVE_VSNPRINTF"));
    p.probe(Probe::compiles("HAVE_HIDDEN", HIDDEN).flags("-Werror"));
}

/// Its programs, with the archive, with the shared library, and with large files.
fn programs(d: &mut Dir<'_>) -> modpin::Result<()> {
    for source in ["example", "minigzip"] {
        let program =
            |end: &str| Executable::new(format!("{source}{end}")).sources(format!("{source}.c"));
        d.add(program("").link("z"));
        d.add(program("sh").link("shared/z"));
        d.add(program("64").link("z").define("_FILE_OFFSET_BITS", 64));
    }
    Ok(())
}

/// Its makefile's tests: a text goes through its compressor and back, and its example tries all that there is.
fn passes_its_own_tests(world: &World) {
    for end in ["", "sh", "64"] {
        let program = |name: &str| world.built(&format!("{name}{end}"));
        let text = "echo hello world | \"$0\" | \"$0\" -d";
        let mut zipped = world.command("sh");
        let zipped = zipped.args(["-c", text]).arg(program("minigzip")).stdin(Stdio::null());
        assert_eq!(modpin_test::Said::of(zipped).out, "hello world\n", "minigzip{end}");
        let said = world.tool(&program("example").to_string_lossy(), &["example.gz"]).out;
        assert!(said.starts_with("zlib version 1.2.13 = 0x12d0, "), "example{end}: {said}");
        assert!(said.ends_with("inflate with dictionary: hello, hello!\n"), "example{end}: {said}");
    }
}

/// What a shared library offers, with versions.
fn offered(world: &World, library: &str) -> BTreeSet<String> {
    let said = world.tool("nm", &["-D", "--defined-only", "--with-symbol-versions", library]).out;
    said.lines().filter_map(|line| line.rsplit(' ').next()).map(str::to_owned).collect()
}

fn world() -> World {
    let world = World::new(&[]);
    // Their builds make this one, and C looks beside zlib.h first.
    bring(&world, "libz-sys", "src/zlib", &["zconf.h"]);
    world
}

#[test]
fn zlib_is_what_its_own_builds_make_of_it() {
    if is_long("zlib::zlib_is_what_its_own_builds_make_of_it") {
        return;
    }
    let mut world = world();
    world.build(declare).expect_success();
    passes_its_own_tests(&world);
    let wanted = defined(&world, &made_by_build_script("lib/libz.a"));
    assert_eq!(wanted.len(), CORE.len() + FILES.len(), "{:?}", wanted.keys());
    assert_eq!(defined(&world, &world.built("libz.a")), wanted);
    has_the_versions_of_this_machine(&world);
    as_their_makefile(&world, "");

    with_the_prefix(&mut world, &wanted);
    world.config.set("SOLO", "y");
    let smaller = world.build(declare).expect_success();
    assert!(smaller.removed.iter().any(|path| path.ends_with("minigzip64")), "{:?}", smaller.removed);
    let mut core = wanted;
    core.retain(|member, _| CORE.contains(&format!("{member}.c").as_str()));
    // Without the C library, whoever uses it says how memory is had, and it copies by itself.
    let utilities = core.get_mut("zutil").expect("a member");
    utilities.retain(|symbol| symbol != "zcalloc" && symbol != "zcfree");
    utilities.extend(["zmemcmp", "zmemcpy", "zmemzero"].map(str::to_owned));
    assert_eq!(defined(&world, &world.built("libz.a")), core);
    as_their_makefile(&world, "--solo");
    assert!(world.build(declare).ran.is_empty());
}

/// Of z_errmsg it makes itself. That is a third configuration, so it is built on demand.
fn with_the_prefix(world: &mut World, wanted: &Defined) {
    if !reliability::count(false, true) {
        return;
    }
    world.config.set("PREFIX", "y");
    world.build(declare).expect_success();
    passes_its_own_tests(world);
    let name = |name: &String| format!("z_{}", name.trim_start_matches("z_"));
    let named = |(member, symbols): (&String, &BTreeSet<String>)| {
        (member.clone(), symbols.iter().map(name).collect())
    };
    let prefixed: Defined = wanted.iter().map(named).collect();
    assert_eq!(defined(world, &world.built("libz.a")), prefixed);
    as_their_makefile(world, "--zprefix");
    world.config.set("PREFIX", "n");
}

/// The shared library of this machine may be newer: all that ours has is there under the same version.
fn has_the_versions_of_this_machine(world: &World) {
    let ours = offered(world, &world.built("shared/libz.so.1").to_string_lossy());
    assert!(ours.contains("deflateBound@@ZLIB_1.2.0"), "{ours:?}");
    let path = world.call("cc -print-file-name=libz.so.1").out.trim().to_owned();
    if !path.starts_with('/') {
        return skip("zlib beside the one of this machine", "libz.so.1 is not installed");
    }
    let theirs = offered(world, &path);
    let missing: Vec<&String> = ours.difference(&theirs).collect();
    assert!(missing.is_empty(), "{path} lacks {missing:?}");
}

/// The same sources through `configure` and `make`.
fn as_their_makefile(world: &World, option: &str) {
    if !reliability::count(false, true) || skip::is_missing("make", "zlib's own makefile") {
        return;
    }
    let theirs = self::world();
    theirs.call(&format!("sh configure {option}"));
    theirs.call("make -j2 libz.a libz.so.1.2.13");
    let archives = [theirs.path("libz.a"), world.built("libz.a")];
    assert_eq!(defined(world, &archives[1]), defined(world, &archives[0]), "{option}");
    let libraries = [theirs.path("libz.so.1.2.13"), world.built("shared/libz.so.1.2.13")];
    let [theirs, ours] = libraries.map(|path| offered(world, &path.to_string_lossy()));
    assert_eq!(ours, theirs, "{option}");
}
