//! Variables of threads at a fixed distance from the thread's pointer (static TLS): there is room for some, and what is read
//! from the files knows for how many.

use expect_test::expect;
use modpin::foreign::resolve_files;
use modpin::load_check::Verdict;
use modpin_test::World;
use modpin_test::child;
use modpin_test::skip::{is_long, is_missing, skip};

use super::{agreed, agreed_after, lines, paths};

fn world() -> World {
    let world = World::new(&[("host.c", "int main(void) { return 0; }\n")]);
    world.tool("cc", &["-rdynamic", "host.c", "-o", "host"]);
    world
}

/// A module that has such variables, of this size and alignment.
fn module(world: &World, compiler: &str, size: usize, align: usize) -> String {
    let name = format!("tls-{size}-{align}");
    let source = format!(
        "static __thread char of_thread[{size}] __attribute__((tls_model(\"initial-exec\"), aligned({align})));\n\
         char *mod(void) {{ return of_thread; }}\n"
    );
    world.write(&format!("{name}.c"), &source);
    let (source, output) = (format!("{name}.c"), format!("{name}.so"));
    world.tool(compiler, &["-shared", "-fPIC", &source, "-o", &output]);
    output
}

/// The largest that is foretold to load, one that is eight bytes smaller, and the two that come next.
fn around_the_end(world: &World, host: &str, align: usize) -> Vec<String> {
    let loads = |size: usize| {
        let module = paths(world, &[&module(world, "cc", size, align)]);
        let foretold = resolve_files(&world.root().join(host), &module, None).expect("an answer");
        foretold[0].verdict == Verdict::Loads
    };
    let (mut some, mut none) = (8, 4096);
    while none - some > 8 {
        let size = (some + none) / 16 * 8;
        if loads(size) { some = size } else { none = size }
    }
    [some - 8, some, none, none + 8].map(|size| module(world, "cc", size, align)).to_vec()
}

#[test]
fn the_last_one_that_has_room() {
    if is_long("thread_variables::the_last_one_that_has_room") {
        return;
    }
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    let world = world();
    // What comes with the program has its own, and what is left depends on it.
    world.write("own.c", "__thread char own[300]; __thread long more __attribute__((aligned(256)));\nint main(void) { return own[0] + more; }\n");
    world.tool("cc", &["-rdynamic", "own.c", "-o", "own"]);
    for (host, align) in [("host", 1), ("host", 64), ("own", 8), ("own", 128)] {
        let near = around_the_end(&world, host, align);
        let near: Vec<&str> = near.iter().map(String::as_str).collect();
        let said = agreed(&world, host, &near);
        let loads: Vec<bool> = said.iter().map(|report| report.verdict == Verdict::Loads).collect();
        assert_eq!(loads, [true, true, false, false], "{host} {align}: {}", lines(&said));
    }
}

#[test]
fn what_was_opened_before_has_taken_its_part() {
    if is_long("thread_variables::what_was_opened_before_has_taken_its_part") {
        return;
    }
    let world = world();
    let [large, small, tiny] = [1200, 600, 100].map(|size| module(&world, "cc", size, 16));
    if child::inside() {
        let expected = std::env::var("EXPECTED").expect("a verdict");
        let said = lines(&agreed_after(&world, "host", &[&large], &[&small]));
        return assert_eq!(said, format!("{small} {expected}\n"));
    }
    // A library has the variable, and its user asks for a fixed distance.
    world.write("has.c", "__thread char has[1400];\n");
    world.tool("cc", &["-shared", "-fPIC", "has.c", "-Wl,-soname,libhas.so", "-o", "libhas.so"]);
    world.write(
        "asks.c",
        "extern __thread char has[1400] __attribute__((tls_model(\"initial-exec\")));\nchar *asks(void) { return has; }\n",
    );
    world
        .tool("cc", &["-shared", "-fPIC", "asks.c", "libhas.so", "-Wl,-rpath,$ORIGIN", "-o", "asks.so"]);
    expect![[r#"
        tls-1200-16.so loads
        tls-600-16.so loads
        tls-100-16.so loads
        asks.so loads
        libhas.so loads
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &[&large, &small, &tiny, "asks.so", "libhas.so"])));
    expect![[r#"
        tls-600-16.so failed
        tls-100-16.so loads
        asks.so failed
        libhas.so loads
    "#]]
    .assert_eq(&lines(&agreed_after(
        &world,
        "host",
        &[&large],
        &[&small, &tiny, "asks.so", "libhas.so"],
    )));
    let detail = agreed_after(&world, "host", &[&large], &[&small]).remove(0).detail;
    expect![[r#"
        ROOT/tls-600-16.so needs 600 bytes at a fixed distance from the thread's pointer (static TLS, initial-exec), and of what the loader keeps spare 512 are left
          help: link the host with it, load it with LD_PRELOAD, or start the program with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=640"#]].assert_eq(&detail.replace(&*world.root().to_string_lossy(), "ROOT"));
    // The way out helps, and a little less does not.
    for (size, verdict) in [(640, "loads"), (512, "failed")] {
        let tunable = format!("glibc.rtld.optional_static_tls={size}");
        let variables = [("GLIBC_TUNABLES", tunable.as_str()), ("EXPECTED", verdict)];
        let name = "foreign::thread_variables::what_was_opened_before_has_taken_its_part";
        child::run_again(name, &variables);
    }
}

#[test]
fn the_environment_gives_more_or_less() {
    let name = "foreign::thread_variables::the_environment_gives_more_or_less";
    if !child::inside() {
        return child::run_again(
            name,
            &[("GLIBC_TUNABLES", "glibc.rtld.nns=1:glibc.rtld.optional_static_tls=0x800")],
        );
    }
    let world = world();
    let modules = [2000, 2160, 2400].map(|size| module(&world, "cc", size, 16));
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    expect![[r#"
        tls-2000-16.so loads
        tls-2160-16.so loads
        tls-2400-16.so failed
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &modules)));
}

#[test]
fn musl_has_no_room_for_what_comes_later() {
    if is_missing("musl-gcc", "variables of threads under musl") {
        return;
    }
    let world = World::new(&[
        ("host.c", "__thread int of_host = 1;\nint main(void) { return of_host; }\n"),
        (
            "uses.c",
            "extern __thread int of_host __attribute__((tls_model(\"initial-exec\")));\nint *uses(void) { return &of_host; }\n",
        ),
        ("dynamic.c", "__thread int here;\nint *mod(void) { return &here; }\n"),
        (
            "named.c",
            "__thread int here __attribute__((tls_model(\"initial-exec\")));\nint *mod(void) { return &here; }\n",
        ),
        (
            "chosen.c",
            "static int a(void) { return 1; }\nstatic int (*choose(void))(void) { return a; }\nstatic int chosen(void) __attribute__((ifunc(\"choose\")));\nint mod(void) { return chosen(); }\nint (*where)(void) = chosen;\n",
        ),
        (
            "offers.c",
            "static int a(void) { return 1; }\nstatic int (*choose(void))(void) { return a; }\nint chosen(void) __attribute__((ifunc(\"choose\")));\n",
        ),
        ("asks.c", "int chosen(void); int mod(void) { return chosen(); }\n"),
    ]);
    world.tool("musl-gcc", &["-rdynamic", "host.c", "-o", "host"]);
    // The loader crashes when it wants to name a variable that has no name.
    let nameless = module(&world, "musl-gcc", 4, 4);
    let foretold = resolve_files(&world.root().join("host"), &paths(&world, &[&nameless]), None);
    expect![[r#"
        tls-4-4.so failed
    "#]]
    .assert_eq(&lines(&foretold.expect("an answer")));
    let mut modules = Vec::new();
    for name in ["uses", "dynamic", "named"] {
        let output = format!("{name}.so");
        world.tool("musl-gcc", &["-shared", "-fPIC", &format!("{name}.c"), "-o", &output]);
        modules.push(output);
    }
    // musl's gcc knows no ifunc; another compiler's object has one all the same.
    for name in ["chosen", "offers"] {
        let output = format!("{name}.so");
        let soname = format!("-Wl,-soname,{output}");
        world.tool(
            "cc",
            &["-shared", "-fPIC", "-nostdlib", &format!("{name}.c"), &soname, "-o", &output],
        );
        modules.push(output);
    }
    world.tool(
        "musl-gcc",
        &["-shared", "-fPIC", "asks.c", "./offers.so", "-Wl,-rpath,$ORIGIN", "-o", "asks.so"],
    );
    modules.push("asks.so".to_owned());
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    expect![[r#"
        uses.so loads
        dynamic.so loads
        named.so failed
        chosen.so failed
        offers.so loads
        asks.so missing-symbols: chosen
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &modules)));
}

/// Real libraries that take too much: what is read agrees with the loader, and the setting that is told is enough.
#[test]
fn runtimes_of_sanitizers_and_an_allocator() {
    if is_long("thread_variables::runtimes_of_sanitizers_and_an_allocator") {
        return;
    }
    const TEST: &str = "foreign::thread_variables::runtimes_of_sanitizers_and_an_allocator";
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    let world = world();
    if child::inside() {
        let library = std::env::var("LIBRARY").expect("a library");
        let said = agreed(&world, "host", &[&library]);
        return assert_eq!(said[0].verdict, Verdict::Loads, "{}", lines(&said));
    }
    for (name, file) in
        [("liblsan", "liblsan.so"), ("libtsan", "libtsan.so"), ("libjemalloc2", "libjemalloc.so.2")]
    {
        let said = world.tool("cc", &[&format!("-print-file-name={file}")]);
        let path = said.out.trim().to_owned();
        if !path.starts_with('/') {
            skip(&format!("{name} in a bare host"), &format!("{name} is not installed"));
            continue;
        }
        let said = agreed(&world, "host", &[&path]);
        assert_eq!(said[0].verdict, Verdict::Failed, "{}", lines(&said));
        let told = resolve_files(&world.root().join("host"), &paths(&world, &[&path]), None);
        let detail = told.expect("an answer")[0].detail.clone();
        let (_, setting) = detail.split_once("GLIBC_TUNABLES=").unwrap_or_else(|| panic!("{detail}"));
        // Who is loaded late by a sanitizer's runtime may not like it; the allocator does not mind.
        if name == "libjemalloc2" {
            child::run_again(TEST, &[("GLIBC_TUNABLES", setting.trim()), ("LIBRARY", &path)]);
        }
    }
}
