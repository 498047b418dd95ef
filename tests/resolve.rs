//! Static resolution in a build (rows M10 to M13): what is missing and where it is, modules that need modules, symbols
//! that two have, the manifest.

use expect_test::expect;
use modpin::load_check::Advice;
use modpin::{Executable, Library, Module, Project, SharedLibrary};
use modpin_test::World;
use modpin_test::look::{report, word};

/// `user` needs a function of `base`, and both need one of the host.
fn world() -> World {
    World::new(&[
        ("host.c", "int host(void) { return 1; }\nint main(void) { return 0; }\n"),
        ("base.c", "int host(void); int base(void) { return host(); }\n"),
        ("user.c", "int host(void), base(void); int user(void) { return base() + host(); }\n"),
        ("util/crc.c", "int crc(void) { return 1; }\n"),
        ("other/other.c", "int other(void) { return 1; }\n"),
    ])
}

fn declare(p: &mut Project, declares: bool) {
    let base = p.add(Module::new("base").sources("base.c"));
    let user = Module::new("user").sources("user.c");
    p.add(if declares { user.needs(base) } else { user });
    p.add(Executable::new("host").sources("host.c").loads("*"));
}

/// What a build that must fail says, without the note that belongs to every failure.
fn said(world: &World, declare: impl Fn(&mut Project)) -> String {
    let build = world.build(declare);
    assert!(!build.outcome.success(), "{}", build.said);
    assert!(build.outcome.failed.iter().all(|(_, failure)| failure.refused()), "{}", build.said);
    build.said
}

#[test]
fn what_symbols_show_need_not_be_declared() {
    let world = world();
    // `top` needs `user`, which needs `base`: nobody says so.
    world.write("top.c", "int user(void); int top(void) { return user(); }\n");
    let declare = |p: &mut Project| {
        p.add(Module::new("top").sources("top.c"));
        declare(p, false);
    };
    let build = world.build(declare).expect_success();
    assert_eq!(build.said, "");
    assert_eq!(world.build(declare).ran, [""; 0]);
    let manifest: serde_json::Value = serde_json::from_str(&world.text("modules.json")).expect("JSON");
    let needs = |at: usize| manifest["hosts"][0]["modules"][at]["needs"].clone();
    assert_eq!(needs(0), serde_json::json!([{ "module": "user", "symbols": ["user"] }]));
    assert_eq!(needs(2), serde_json::json!([{ "module": "base", "symbols": ["base"] }]));
    let (reports, build) = world.check_load(declare);
    assert!(build.outcome.success() && build.said.is_empty(), "{}", build.said);
    assert!(reports.iter().all(|report| word(report.verdict) == "loads"), "{reports:?}");
    // What a module does not offer any more is missed by who needed it, though no link of it has changed.
    world.write("base.c", "int host(void); int other(void) { return host(); }\n");
    assert!(said(&world, declare).contains("nothing defines base (needed by user.c:1)"));
}

#[test]
fn of_two_modules_that_have_a_symbol_the_project_says_which_is_meant() {
    let world = world();
    world.write("twin.c", "int base(void) { return 3; }\n");
    let declare = |p: &mut Project, needs: Option<&str>| {
        p.add(Module::new("twin").sources("twin.c"));
        p.add(Module::new("base").sources("base.c"));
        let user = Module::new("user").sources("user.c");
        p.add(needs.map_or(user.clone(), |name| user.needs(name)));
        p.add(Executable::new("host").sources("host.c").loads("*"));
    };
    expect![[r#"
        module "user" would not load into host "host":
          base is out of reach (needed by user.c:1): it is in module twin, module base
          help: declare which of them "user" needs: "twin" or "base"
    "#]]
    .assert_eq(&said(&world, |p| declare(p, None)));
    let (reports, _) = world.check_load(|p| declare(p, None));
    assert_eq!(report(&reports, "user").needs_modules, ["twin"], "with it, the module loads");
    // All that are open are listed at once; one that gets the symbol from a library of its own is not.
    world.write("more.c", "int base(void); int more(void) { return base(); }\n");
    world.write("own.c", "int base(void); int own(void) { return base(); }\n");
    let more = |p: &mut Project, needs: Option<&str>| {
        declare(p, needs);
        let more = Module::new("more").sources("more.c");
        p.add(needs.map_or(more.clone(), |name| more.needs(name)));
        let library = p.add(SharedLibrary::new("has_base").sources("twin.c"));
        p.add(Module::new("own").sources("own.c").link(library));
    };
    let all = "  help: declare of each module which one it needs:\n    \"user\" needs \"twin\" or \"base\", for base\n    \
               \"more\" needs \"twin\" or \"base\", for base\n";
    let said = said(&world, |p| more(p, None));
    assert!(said.contains(all) && !said.contains("\"own\""), "{said}");
    for name in ["twin", "base"] {
        world.build(|p| more(p, Some(name))).expect_success();
    }
}

#[test]
fn modules_that_need_each_other_are_told_with_their_symbols() {
    let world = world();
    world.write("base.c", "int user(void); int base(void) { return user(); }\n");
    let (reports, _) = world.check_load(|p| declare(p, false));
    let told = report(&reports, "user");
    assert!(matches!(&told.advice[..], [Advice::Cycle { needs }] if needs.len() == 2), "{told:?}");
    assert_eq!(told.needs_modules, [""; 0], "none can be first");
    let both = said(&world, |p| declare(p, false));
    let of_user = both
        .split("module \"user\" would")
        .nth(1)
        .and_then(|text| text.split("module \"base\" would").next());
    expect![[r#"
        not load into host "host":
          base is out of reach (needed by user.c:1): it is in module base
          modules need each other: user needs base of base, base needs user of user
          help: no loader can load one of them first: move what both use into a library that the host links
    "#]]
    .assert_eq(of_user.unwrap_or_default().trim_start());
    assert!(both.contains("base needs user of user, user needs base of base"), "{both}");
    let declared = said(&world, |p| {
        p.add(Module::new("base").sources("base.c").needs("user"));
        p.add(Module::new("user").sources("user.c").needs("base"));
        p.add(Executable::new("host").sources("host.c").loads("*"));
    });
    let circle = "modules need each other: user needs base of base, base needs user of user";
    assert!(declared.contains(circle), "{declared}");
}

#[test]
fn what_is_out_of_reach_is_told_with_its_place() {
    let world = world();
    world.write("host.c", "static int own(void) { return 1; }\nint main(void) { return own() - 1; }\n");
    world.write("user.c", "int own(void), other(void), nobody(void); int user(void) { return own() + other() + nobody(); }\n");
    let declare = |p: &mut Project| {
        p.add(Library::new("other").sources("other/*.c"));
        p.add(Module::new("user").sources("user.c"));
        p.cflags("-g0");
        p.add(Executable::new("host").sources("host.c").loads("user"));
    };
    // The archive is no part of the host: it may be made after the module was looked at, or before.
    let plan = world.plan(declare).expect("a plan");
    let archive = plan.libraries[0].symbols;
    world.run(plan, &[archive]).expect_success();
    expect![[r#"
        module "user" would not load into host "host":
          nothing defines nobody (needed by user.c)
          other is out of reach (needed by user.c): it is in libother.a(other.c.o)
          own is out of reach (needed by user.c): it is in target/modpin/debug/host (host.c, static)
          help: take `static` away from own, or let a public function of the host call it
          help: link library "other" into the host, .link("other"), or into the module
          help: link a library that defines it, into the host (.link) or into the module (.link, .system_library)
    "#]].assert_eq(&said(&world, declare));
}

/// One story in the build, in `explain` and in a load check: who has it is looked for wherever it may be.
#[test]
fn what_was_mistyped_or_not_linked_is_told() {
    let world = world();
    // Names of C++ are names of C as well, so the compiler of C does for both.
    let user = "int get_usge(void), ns_initparse(const unsigned char *, int, void *), own(void), _Z4in_cv(void), in_cxx(void);\n\
                int user(void) { return get_usge() + ns_initparse(0, 0, 0) + own() + _Z4in_cv() + in_cxx(); }\n";
    world.write("user.c", user);
    world.write("util.c", "int get_usage(void) { return 1; } int in_c(void) { return 1; } int _Z6in_cxxv(void) { return 1; }\n");
    world.write("host.c", "static int own(void) { return 1; }\nint main(void) { return own() - 1; }\n");
    let declare = |more: bool| {
        move |p: &mut Project| {
            let util = p.add(Library::new("util").sources("util.c"));
            let user = Module::new("user").sources("user.c");
            p.add(if more { user.system_library("resolv") } else { user });
            p.cflags("-g0");
            p.add(Executable::new("host").sources("host.c").link(util).loads("user"));
        }
    };
    let plan = world.plan(declare(false)).expect("a plan");
    let archive = plan.libraries[0].symbols;
    world.run(plan, &[archive]).expect_success();
    let text = said(&world, declare(false));
    let library = text.split_whitespace().find(|word| word.contains("libresolv.so")).unwrap_or_default();
    let text = text.replace(library, "LIBRESOLV");
    expect![[r#"
        module "user" would not load into host "host":
          nothing defines _Z4in_cv (needed by user.c)
          nothing defines get_usge (needed by user.c)
          nothing defines in_cxx (needed by user.c)
          nothing defines ns_initparse (needed by user.c)
          own is out of reach (needed by user.c): it is in target/modpin/debug/host (host.c, static)
          help: _Z4in_cv: libutil.a(util.c.o) has "in_c" of C: declare it extern "C" for C++
          help: get_usge: did you mean "get_usage", which libutil.a(util.c.o) has?
          help: in_cxx: libutil.a(util.c.o) has "in_cxx" of C++: define it extern "C" there
          help: LIBRESOLV has ns_initparse: link with it, .system_library("resolv")
          help: take `static` away from own, or let a public function of the host call it
    "#]]
    .assert_eq(&text);
    // Each of them is a way out.
    let user = user.replace("usge", "usage").replace("_Z4in_cv", "in_c").replace("in_cxx", "_Z6in_cxxv");
    world.write("user.c", user);
    world.write("host.c", "int own(void) { return 1; }\nint main(void) { return own() - 1; }\n");
    world.build(declare(true)).expect_success();
}

#[test]
fn a_module_that_is_robbed_of_its_symbol_is_told() {
    let world = world();
    world.write("base.c", "int host(void) { return 2; } int base(void) { return host(); }\n");
    let build = world.build(|p| declare(p, true)).expect_success();
    expect![[r#"
        warning: module "base" defines "host", and gets that of host "host"
          help: rename one of them, or give the module's definition hidden visibility; where both have it of one library, the module need not link that
    "#]]
    .assert_eq(&build.said);
    // It is no news the second time.
    assert_eq!(world.build(|p| declare(p, true)).said, "");
    let (reports, _) = world.check_load(|p| declare(p, true));
    let taken = &report(&reports, "base").interposed[0];
    assert_eq!((taken.symbol.as_str(), taken.by.as_str()), ("host", "host"));
    let manifest: serde_json::Value = serde_json::from_str(&world.text("modules.json")).expect("JSON");
    assert_eq!(
        manifest["hosts"][0]["modules"][0]["interposed"],
        serde_json::json!([{ "symbol": "host", "by": "host" }])
    );
}

#[test]
fn the_manifest_has_what_loaders_need() {
    let world = world();
    world.write("extra.c", "int crc(void), base(void); int run(void) { return crc() + base(); } int user(void) { return 1; }\n");
    world.write("in.c", "int in(void) { return 1; }\n");
    let declare = |p: &mut Project| {
        let util = p.add(Library::new("util").sources("util/*.c"));
        p.add(Module::new("block/extra").sources("extra.c").needs("base"));
        p.add(Module::new("in").sources("in.c").built_in());
        let base = p.add(Module::new("base").sources("base.c"));
        p.add(Module::new("user").sources("user.c").needs(base));
        p.add(Executable::new("host").sources("host.c").link(util).loads(["*", "block/*"]));
    };
    world.build(declare).expect_success();
    expect![[r#"
        {
          "format": 1,
          "hosts": [
            {
              "host": "host",
              "modules": [
                {
                  "module": "block/extra",
                  "built_in": false,
                  "file": "block/extra.so",
                  "needs": [
                    {
                      "module": "base",
                      "symbols": [
                        "base"
                      ]
                    }
                  ],
                  "pins": [
                    "crc"
                  ]
                },
                {
                  "module": "in",
                  "built_in": true,
                  "needs": [],
                  "pins": []
                },
                {
                  "module": "base",
                  "built_in": false,
                  "file": "base.so",
                  "needs": [],
                  "pins": []
                },
                {
                  "module": "user",
                  "built_in": false,
                  "file": "user.so",
                  "needs": [
                    {
                      "module": "base",
                      "symbols": [
                        "base"
                      ]
                    }
                  ],
                  "pins": []
                }
              ],
              "duplicates": [
                {
                  "symbol": "user",
                  "modules": [
                    "block/extra",
                    "user"
                  ]
                }
              ]
            }
          ]
        }
    "#]]
    .assert_eq(&world.text("modules.json"));
    std::fs::remove_file(world.built("modules.json")).expect("it was there");
    let build = world.build(declare).expect_success();
    assert_eq!(build.short(), ["Writing modules.json"], "it is an output like any other");
}

#[test]
fn a_built_in_module_needs_nobody_to_be_loaded() {
    let world = world();
    let declare = |p: &mut Project| {
        p.add(Module::new("base").sources("base.c").built_in());
        p.add(Module::new("user").sources("user.c").needs("base"));
        p.add(Executable::new("host").sources("host.c").loads("*"));
    };
    let (reports, build) = world.check_load(declare);
    assert!(build.outcome.success(), "{}", build.said);
    assert_eq!(word(reports[0].verdict), "loads");
    assert!(world.exports("host").contains(&"base".to_owned()));
}

#[test]
fn another_environment_is_another_question() {
    if !modpin_test::child::inside() {
        let name = "resolve::another_environment_is_another_question";
        let world = world();
        world.tool("cc", &["-shared", "-fPIC", "other/other.c", "-o", "libother.so"]);
        let path = world.root().to_string_lossy().into_owned();
        return modpin_test::child::run_again(name, &[("LD_LIBRARY_PATH", &path)]);
    }
    // The library lies where only this process's environment leads.
    let dir = std::env::var("LD_LIBRARY_PATH").expect("set above");
    let world = world();
    world.write("user.c", "int other(void); int user(void) { return other(); }\n");
    let declare = |p: &mut Project| {
        let user = Module::new("user").sources("user.c").system_library("other");
        p.add(user.ldflags(format!("-L{dir}")));
        p.add(Executable::new("host").sources("host.c").loads("user"));
    };
    let (reports, build) = world.check_load(declare);
    assert!(build.outcome.success(), "{}", build.said);
    assert_eq!(word(reports[0].verdict), "loads");
    world.build(declare).expect_success();
}
