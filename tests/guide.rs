//! docs/guide.md: all that it says in modpin's words is one declaration, which is built here in two configurations.

use modpin::{Autoconf, Executable, Flags, HostProgram, Library, Module, Opt, Probe, Project, Rule};
use modpin::{Tristate, input, output, when};
use modpin_test::{World, skip};

#[rustfmt::skip]
fn declare(p: &mut Project) -> modpin::Result<()> {
    let trace = p.option(Opt::bool("TRACE").help("say what is done"));
    let util = Library::new("util").sources("util/core.c").sources(when(trace, "util/trace.c"));
    let util = p.add(util.system_library(when(trace, "m")));
    let net = p.option(Opt::tristate("NET").default(Tristate::Module).help("talk to others"));
    p.add(Module::new("net").when(net).sources("net.c"));
    p.add(Module::new("fx").sources("fx.cpp"));
    p.dir("fs", |d| {
        d.flags(Flags::new().cflags("-Wshadow"));
        d.below(Flags::new().define_flag("FS"));
        let fs = Library::new("fs").sources("*.c");
        d.add(fs.flags_for("dir.c", Flags::new().cflags("-O3").without("-Wshadow")));
    })?;
    let epoll = p.probe(Probe::header("sys/epoll.h"));
    p.config_header("config.h");
    p.autoconf(Autoconf::new().force_include());
    let mktable = p.add(HostProgram::new("mktable").sources("tools/mktable.c"));
    let files = [input("table.def"), output("table.c"), output("table.h")];
    let table = p.add(Rule::new("table").run(mktable.arg()).run(files));
    let numbers = p.add(Library::new("numbers").sources("numbers.c").sources(table.output("table.c")));
    let mut host = Executable::new("host").sources("main.c").link([util, numbers]).loads(["net", "fx"]);
    host = host.sources(when(epoll, "epoll.c")).system_library("dl");
    p.add(host);
    Ok(())
}

const MAIN: &str = "#include <dlfcn.h>
#include <stdio.h>
#include \"config.h\"
int core(void), number(void);
int main(void)
{
    void *net = dlopen(\"./net.so\", RTLD_NOW);
#ifdef HAVE_SYS_EPOLL_H
    printf(\"epoll \");
#endif
    printf(\"%d %d %d\\n\", core(), net ? ((int (*)(void))dlsym(net, \"net\"))() : -1, number());
    return 0;
}
";

/// Writes `int table(void)` and a macro of what its input says.
const MKTABLE: &str = "#include <stdio.h>
int main(int count, char **names)
{
    FILE *def = fopen(names[1], \"r\"), *code = fopen(names[2], \"w\"), *header = fopen(names[3], \"w\");
    int value;
    if (count != 4 || fscanf(def, \"%d\", &value) != 1)
        return 1;
    fprintf(code, \"int table(void) { return %d; }\\n\", value);
    fprintf(header, \"#define TABLE %d\\n\", value);
    return fclose(code) | fclose(header);
}
";

fn world() -> World {
    World::new(&[
        ("main.c", MAIN),
        ("table.def", "3\n"),
        ("tools/mktable.c", MKTABLE),
        (
            "numbers.c",
            "#include \"table.h\"\nint table(void);\nint number(void) { return table() - TABLE + 3; }\n",
        ),
        ("epoll.c", "#include <sys/epoll.h>\nint waits = EPOLLIN;\n"),
        (
            "util/core.c",
            "int traced(void);\nint core(void)\n{\n#ifdef CONFIG_TRACE\n    return traced();\n#else\n    return 1;\n#endif\n}\n",
        ),
        ("util/trace.c", "int traced(void) { return 2; }\n"),
        ("fx.cpp", "extern \"C\" int core();\nextern \"C\" int fx() { return core(); }\n"),
        ("net.c", "int core(void);\nint net(void) { return 10 + core(); }\n"),
        (
            "fs/dir.c",
            "#ifndef FS\n#error the directory's macro\n#endif\nint dir(int x) { int y = x; { int x = y; y = x; } return y; }\n",
        ),
    ])
}

#[test]
fn what_the_guide_declares_builds_and_loads() {
    if skip::is_missing("c++", "guide::what_the_guide_declares_builds_and_loads") {
        return;
    }
    let mut world = world();
    let declared = |p: &mut Project| declare(p).expect("a declaration");
    world.build(declared).expect_success();
    assert_eq!(world.printed("host", &[]), "epoll 1 11 3");
    assert!(world.build(declared).ran.is_empty());
    world.config.set("TRACE", "y");
    let build = world.build(declared).expect_success();
    let compiled = build.ran.iter().filter(|ran| ran.starts_with("Compiling"));
    let compiled: Vec<&str> = compiled.map(|ran| ran.trim_start_matches("Compiling ")).collect();
    // config.h has all options; util/core.c mentions this one; util/trace.c came.
    assert_eq!(compiled, ["main.c", "util/core.c", "util/trace.c"]);
    assert_eq!(world.printed("host", &[]), "epoll 2 12 3");
}

#[test]
fn the_guide_says_what_is_built() {
    let here: Vec<&str> = include_str!("guide.rs").lines().map(str::trim).collect();
    let mut blocks = 0;
    for block in include_str!("../docs/guide.md").split("```rust\n").skip(1) {
        let lines: Vec<&str> =
            block.split("```").next().unwrap_or_default().lines().map(str::trim).collect();
        assert!(
            here.windows(lines.len()).any(|window| window == lines),
            "nobody builds this:\n{}",
            lines.join("\n")
        );
        blocks += 1;
    }
    assert_eq!(blocks, 8);
}
