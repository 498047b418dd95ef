//! The examples of the documentation, run: each code block of a crate stands here as it stands there, hidden lines included.
//! A doctest would be a program of its own, linked for that, and the last words of a run of all tests would be about those.

use crate::tidy::source::sources;

#[test]
fn every_example_is_run() {
    let here = [include_str!("examples.rs"), include_str!("rules/examples.rs")];
    let here: Vec<&str> = here.iter().flat_map(|text| text.lines()).map(str::trim).collect();
    let mut count = 0;
    for source in sources() {
        for block in blocks(&source.text) {
            let is_run = here.windows(block.len()).any(|lines| *lines == block);
            assert!(
                is_run,
                "{}: an example that nobody runs:\n{}\n  help: copy it into a test in tests/examples.rs",
                source.path,
                block.join("\n")
            );
            count += 1;
        }
    }
    assert!(count > 7, "examples are lost");
}

/// The lines of each code block of the documentation that is to be run.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let (mut blocks, mut block) = (Vec::new(), None);
    for line in text.lines() {
        let Some(line) = ["//!", "///"].iter().find_map(|start| line.trim().strip_prefix(start)) else {
            block = None;
            continue;
        };
        let line = line.trim();
        match (line.strip_prefix("```"), &mut block) {
            (Some(kind), None) => block = Some((kind.is_empty(), Vec::new())),
            (Some(_), Some(_)) => {
                blocks.extend(block.take().filter(|(is_run, _)| *is_run).map(|(_, lines)| lines));
            }
            (None, Some((_, lines))) => lines.push(line.strip_prefix("# ").unwrap_or(line)),
            (None, None) => {}
        }
    }
    blocks
}

#[test]
#[rustfmt::skip]
fn a_library_and_a_program() {
    use modpin::{Executable, Library, Project};

    fn declare(p: &mut Project) -> modpin::Result<()> {
        let util = p.add(Library::new("util").sources("util/*.c"));
        p.add(Executable::new("tool").sources(["main.c", "usage.c"]).link(util));
        Ok(())
    }
    declare(&mut Project::new("demo", "/nowhere")).unwrap();
}

#[test]
#[rustfmt::skip]
fn with_modules() {
    use modpin::{Executable, Library, Module, Opt, Project, Tristate};

    fn declare(p: &mut Project) -> modpin::Result<()> {
        let crypt = p.option(Opt::tristate("CRYPT").default(Tristate::Module).help("encrypted images"));

        let util  = p.add(Library::new("imgutil").sources("c-src/util/*.c").include("c-src/include"));
        let stubs = p.add(Library::new("imgstub").sources("c-src/stubs/*.c"));

        p.add(Module::new("block/crypt").when(crypt).sources("c-src/block/crypt/*.c").system_library("crypto"));
        p.add(Module::new("block/raw").sources("c-src/block/raw.c"));

        p.add(Executable::new("imgtool").sources("c-src/imgtool/*.c").link([util, stubs]).loads("block/*"));
        Ok(())
    }
    let mut p = Project::new("imgtool", "/nowhere");
    declare(&mut p).unwrap();
    assert_eq!(Project::from_json(&p.to_json().unwrap(), "x", "/nowhere").unwrap(), p);
}

#[test]
#[rustfmt::skip]
fn another_configuration() -> Result<(), modpin::Error> {
    use modpin::{Config, Executable, Module, Opt, Project, resolve};
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("crypt.c"), "").unwrap();
    std::fs::write(root.path().join("main.c"), "").unwrap();
    let root = root.path();

    let mut p = Project::new("demo", root);
    let crypt = p.option(Opt::tristate("CRYPT"));
    p.add(Module::new("crypt").when(crypt).sources("crypt.c").define("ROUNDS", 12));
    p.add(Executable::new("tool").sources("main.c").loads("*"));

    let mut config = Config::default();
    config.set_from_text(&p.options, "CONFIG_CRYPT=y")?;
    let resolved = resolve(&p, &config, p.root())?;
    assert!(resolved.modules[0].built_in);
    assert_eq!(resolved.modules[0].code.flags.said[0].text, "-DROUNDS=12");
    assert_eq!(resolved.executables[0].built_in, [0]);

    config.set_from_text(&p.options, "CRYPT=n")?;
    assert_eq!(resolve(&p, &config, p.root())?.disabled[0].why, "CRYPT=n");
    Ok::<(), modpin::Error>(())
}

#[test]
#[rustfmt::skip]
fn flags_of_every_kind() {
    use modpin_project::{Flags, when};

    let flags = Flags::new().include("include").define("ROUNDS", 12).cflags("-O2");
    let flags = flags.cflags(when("FLAVOUR = 'module'", "-DMODULE")).without("-Wshadow");
    assert_eq!(flags.cflags.len(), 2);
}

#[test]
#[rustfmt::skip]
fn a_function_for_each_directory() -> Result<(), modpin_project::Error> {
    use modpin_project::{Dir, Executable, Flags, Module, Opt, Project, Result};

    fn fs(d: &mut Dir) -> Result<()> {
        d.flags(Flags::new().cflags("-Wshadow")); // this directory
        d.below(Flags::new().define_flag("FS")); // and all below it
        d.add(Module::new("fs/core").sources("core.c")); // fs/core.c
        d.dir("ext2", |d| {
            d.add(Module::new("fs/ext2").sources("*.c")); // fs/ext2/*.c
        })?;
        Ok(())
    }

    let mut p = Project::new("demo", "/nowhere");
    let on = p.option(Opt::tristate("FS"));
    p.dir("fs", fs)?.when(on);
    p.add(Executable::new("host").sources("main.c").loads("fs/*"));
    assert_eq!(p.targets.len(), 3);
    Ok::<(), modpin_project::Error>(())
}

#[test]
#[rustfmt::skip]
fn what_an_object_has() -> Result<(), modpin_symbols::Error> {
    use modpin_symbols::Index;

    let crc = "modpin-syms 1\n=r.\tx86-64\tcrc.o\ndgdf\tcrc32\nnsd\tmemcpy\n";
    let index = Index::parse(crc)?;
    let object = index.units[0].object().expect("a member that is an object");
    assert_eq!(object.table.defined[0].name, "crc32");
    assert_eq!(object.table.needed[0].name, "memcpy");
    Ok::<(), modpin_symbols::Error>(())
}

#[test]
#[rustfmt::skip]
fn what_a_host_must_keep() -> Result<(), modpin_symbols::Error> {
    use modpin_symbols::{File, Host, Index, Link, Module, plan_pins, response_file};

    let main = Index::parse("modpin-syms 1\n=r.\tx86-64\t\ndgdf\tmain\n")?;
    let util = Index::parse("modpin-syms 1\n=r.\tx86-64\tcrc.o\ndgdf\tcrc32\n=r.\tx86-64\tsha.o\ndgdf\tsha256\n")?;
    let crypt = Index::parse("modpin-syms 1\n=r.\tx86-64\t\nnsd\tmemcpy\nnsd\tsha256\n")?;

    let host = Host {
        link: Link {
            objects: vec![File { name: "main.o", index: &main }],
            archives: vec![File { name: "libutil.a", index: &util }],
        },
        exports: vec![],
    };
    let module = Module {
        name: "block/crypt",
        linked: File { name: "crypt.mo", index: &crypt },
        objects: vec![],
        archives: vec![],
    };
    let plan = plan_pins(&host, &[module]);
    assert_eq!(plan.pins[0].site.to_string(), "libutil.a(sha.o)");
    assert_eq!(plan.elsewhere[0].symbol, "memcpy");
    assert_eq!(response_file(&plan), "-Wl,-u,sha256\n");
    Ok::<(), modpin_symbols::Error>(())
}

#[test]
#[rustfmt::skip]
fn whether_it_would_load() {
    use modpin_symbols::{Ask, Binding, Binds, InScope, Kind, Loadable, Offer, Rules, Version, missing};

    let ask = |name: &'static str| Ask {
        name: name.into(), version: None, version_of: None, weak: false, lazy: true, own: false, at_fixed_distance: false,
    };
    let offer = |name: &'static str| Offer {
        name: name.into(), version: &Version::Unknown, binding: Binding::Global, kind: Kind::Function,
    };
    let host = Loadable { offers: [offer("crc32")].into_iter().collect(), ..Loadable::default() };
    let crypt = Loadable { asks: ["crc32", "sha256"].map(ask).into_iter().collect(), ..Loadable::default() };

    let scope = [
        InScope { name: "host", file: &host, binds: Binds::Nothing },
        InScope { name: "crypt.so", file: &crypt, binds: Binds::Now },
    ];
    let lost = missing(&scope, Rules::Glibc);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].symbol, "sha256");
}

#[test]
#[rustfmt::skip]
fn an_index_as_text() -> Result<(), modpin_symbols::Error> {
    use modpin_symbols::Index;
    let text = "modpin-syms 1\n=r.\tx86-64\tcrc.o\ndgdf\tcrc32\nnsd\tmemcpy\n";
    assert_eq!(Index::parse(text)?.to_text(), text);
    Ok::<(), modpin_symbols::Error>(())
}

#[test]
#[rustfmt::skip]
fn what_linkers_provide() {
    assert!(modpin_symbols::linker_provides("_GLOBAL_OFFSET_TABLE_"));
    assert!(modpin_symbols::linker_provides("__start_drivers"));
    assert!(!modpin_symbols::linker_provides("memcpy"));
}

#[test]
#[rustfmt::skip]
fn a_budget_of_memory() {
    let mut budget = modpin_budget::Budget::of(100);
    assert!(budget.take(1000).is_some() && budget.take(usize::MAX).is_none());
}

#[test]
#[rustfmt::skip]
fn a_declaration_looked_up() -> Result<(), modpin_project::Error> {
    use modpin_project::{Config, Executable, Library, Project, resolve};
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("util.c"), "").unwrap();
    std::fs::write(root.path().join("main.c"), "").unwrap();
    let root = root.path();

    let mut p = Project::new("demo", root);
    let util = p.add(Library::new("util").sources("util.c"));
    p.add(Executable::new("tool").sources("main.c").link(util));
    let resolved = resolve(&p, &Config::default(), p.root())?;
    assert_eq!(resolved.executables[0].link, [0]);
    assert_eq!(resolved.libraries[0].file_name, "libutil.a");
    Ok::<(), modpin_project::Error>(())
}

#[test]
fn what_others_say_is_shown() {
    use modpin_symbols::shown;

    assert_eq!(shown::line("a\u{1b}[2K\nb: ok"), r"a\x1B[2K\nb: ok");
    assert_eq!(shown::lines("one\n\ttwo\u{202e}"), "one\n\ttwo\\u{202e}");
}

#[test]
#[rustfmt::skip]
fn options_seen_by_c() {
    use modpin_project::{Autoconf, Opt, Project};

    let mut p = Project::new("demo", "/nowhere");
    p.option(Opt::tristate("CRYPT"));
    // C asks `#ifdef CONFIG_CRYPT`, or as busybox does: `if (ENABLE_CRYPT)`, `IF_CRYPT(int key;)`.
    p.autoconf(Autoconf::new().zero_or_one("ENABLE_{}").if_on("IF_{}").if_off("IF_NOT_{}").force_include());
    let json = p.to_json().unwrap();
    assert_eq!(Project::from_json(&json, "x", "/nowhere").unwrap(), p);
}

#[test]
#[rustfmt::skip]
fn headers_that_say_what_was_configured() {
    use modpin_project::{ConfigHeader, Opt, Project};

    let mut p = Project::new("demo", "/nowhere");
    let net = p.option(Opt::bool("NET"));
    let hz = p.option(Opt::int("HZ").default(250));
    p.config_header("config.h");
    p.config_header(ConfigHeader::new("zconf.h").template("zconf.h.in").define("USE_NET", net));
    p.config_header(ConfigHeader::new("build.h").define("HZ", hz).text("PACKAGE", "demo").code("LIMIT", "(1 << 4)"));
    p.config_header(ConfigHeader::version("version.h", "DEMO", "1.4.2"));
    let json = p.to_json().unwrap();
    assert_eq!(Project::from_json(&json, "x", "/nowhere").unwrap(), p);
}

#[test]
#[rustfmt::skip]
fn questions_to_the_machine() {
    use modpin_project::{Library, Probe, Project, when};
    let mut p = Project::new("demo", "/nowhere");
    let epoll = p.probe(Probe::header("sys/epoll.h"));
    p.probe(Probe::size_of("long"));
    p.add(
        Library::new("events")
            .sources(when(epoll, "epoll.c"))
            .sources(when(!epoll, "poll.c"))
            .defines(when("SIZEOF_LONG = 8", "WIDE")),
    );
    assert_eq!(Project::from_json(&p.to_json().unwrap(), "x", "/nowhere").unwrap(), p);
}

#[test]
#[rustfmt::skip]
fn a_library_of_pkg_config() {
    use modpin_project::{Executable, Library, Project, when};
    let mut p = Project::new("demo", "/nowhere");
    let curl = p.add(Library::pkg_config("libcurl >= 7.29"));
    p.add(
        Executable::new("fetch")
            .sources("main.c")
            .sources(when(curl, "http.c"))
            .link(when(curl, curl)),
    );
    let json = p.to_json().unwrap();
    assert!(json.contains("\"package\": \"HAVE_LIBCURL\"") && json.contains("\"when\": \"HAVE_LIBCURL\""), "{json}");
    assert_eq!(Project::from_json(&json, "x", "/nowhere").unwrap(), p);
}

#[test]
#[rustfmt::skip]
fn the_four_ideas() {
    use modpin::{Autoconf, Executable, Flags, HostProgram, Library, Module, Opt, Probe, Project};
    use modpin::{Rule, Tristate, input, output, when};

    fn declare(p: &mut Project) -> modpin::Result<()> {
        // Conditions: what a user sets, and what the machine answers.
        let net = p.option(Opt::tristate("NET").default(Tristate::Module).help("talk to others"));
        let trace = p.option(Opt::bool("TRACE").depends_on("PROFILE = 'debug'"));
        let epoll = p.probe(Probe::header("sys/epoll.h"));
        p.autoconf(Autoconf::new().force_include());

        // A rule: a program of the project makes a source and a header.
        let mktable = p.add(HostProgram::new("mktable").sources("tools/mktable.c"));
        let files = [input("table.def"), output("table.c"), output("table.h")];
        let table = p.add(Rule::new("table").run(mktable.arg()).run(files));

        // Items under a condition, in any list.
        let util = Library::new("util").sources("util/*.c").sources(when(trace, "debug/trace.c"));
        let util = p.add(util.sources(table.output("table.c")).public(Flags::new().include("include")));
        let net = Module::new("net/core").when(net).sources("net/core.c");
        p.add(net.sources(when(epoll, "net/epoll.c")).sources(when(!epoll, "net/poll.c")));

        // A directory, with flags for itself and for all below it.
        p.dir("fs", |d| {
            d.flags(Flags::new().cflags("-Wshadow"));
            d.below(Flags::new().cflags(when("FLAVOUR = 'module'", "-DMODULE")));
            d.add(Module::new("fs/ext2").sources("ext2/*.c").exclude("ext2/old.c"));
        })?;
        p.add(Executable::new("host").sources("main.c").link(util).loads(["net/*", "fs/*"]));
        Ok(())
    }
    declare(&mut Project::new("demo", "/nowhere")).unwrap();
}

#[test]
#[rustfmt::skip]
fn a_header_of_a_directory() -> Result<(), modpin_project::Error> {
    use modpin_project::{ConfigHeader, Library, Project};
    let mut p = Project::new("demo", "/nowhere");
    p.dir("deps/regex", |d| {
        d.config_header(ConfigHeader::new("config.h").template("config.h.in").code("LINK_SIZE", "2"));
        d.add(Library::new("regex").sources("*.c").define_flag("HAVE_CONFIG_H"));
    })?;
    Ok::<(), modpin_project::Error>(())
}

#[test]
#[rustfmt::skip]
fn what_is_installed_and_tested() {
    use modpin::{Executable, Flags, Library, Project, TestRun};

    let mut p = Project::new("demo", "/nowhere");
    let util = p.add(Library::new("util").sources("util/*.c"));
    // docs/install.md
    p.add(Library::new("foo").sources("foo/*.c").public(Flags::new().include("inc")).install("include", "inc/foo.h"));
    p.add(Executable::new("selftest").sources("t/*.c").not_installed());
    p.install("share/man/man1", "doc/*.1");
    // docs/verbs.md
    p.add(Executable::new("t/crc").sources("t/crc.c").link(util).test());
    p.add(Executable::new("t/all").sources("t/all.c").test_run(TestRun::new().args("--slow").time_limit(300)));
    assert_eq!(Project::from_json(&p.to_json().unwrap(), "x", "/nowhere").unwrap(), p);
}
