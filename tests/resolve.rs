//! Static resolution in a build (rows M10 to M13): what is missing and where it is, modules that need modules, symbols
//! that two have, the manifest.

use expect_test::expect;
use modpin::{Executable, Library, Module, Project};
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
fn another_modules_symbol_must_be_declared() {
    let world = world();
    expect![[r#"
        module "user" would not load into host "host":
          base is out of reach (needed by user.c): it is in module base
          help: declare that "user" needs "base", or move what both use into a library that the host links
    "#]].assert_eq(&said(&world, |p| declare(p, false)));
    let (reports, _) = world.check_load(|p| declare(p, false));
    let user = report(&reports, "user");
    assert_eq!(word(user.verdict), "missing-symbols");
    assert_eq!(
        (user.missing[0].symbol.as_str(), &*user.missing[0].found_in),
        ("base", &["module base".to_owned()][..])
    );
    assert_eq!(user.needs_modules, ["base"]);
    // Declared, it is loaded first, and everything is there.
    let (reports, build) = world.check_load(|p| declare(p, true));
    assert!(build.outcome.success() && build.said.is_empty(), "{}", build.said);
    assert_eq!(
        reports.iter().map(|report| word(report.verdict)).collect::<Vec<_>>(),
        ["loads", "loads"]
    );
    world.build(|p| declare(p, true)).expect_success();
}

#[test]
fn modules_that_need_each_other_are_told_with_their_symbols() {
    let world = world();
    world.write("base.c", "int user(void); int base(void) { return user(); }\n");
    let both = said(&world, |p| declare(p, false));
    let of_user = both
        .split("module \"user\" would")
        .nth(1)
        .and_then(|text| text.split("module \"base\" would").next());
    expect![[r#"
        not load into host "host":
          base is out of reach (needed by user.c): it is in module base
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
          own is out of reach (needed by user.c): it is in target/modpin/debug/host (host.c, static or hidden)
          help: link a library that defines it, into the host (.link) or into the module (.link, .system_library)
    "#]].assert_eq(&said(&world, declare));
}

#[test]
fn a_module_that_is_robbed_of_its_symbol_is_told() {
    let world = world();
    world.write("base.c", "int host(void) { return 2; } int base(void) { return host(); }\n");
    let build = world.build(|p| declare(p, true)).expect_success();
    expect![[r#"
        warning: module "base" defines host, and gets that of host "host"
          help: rename one of them, or give the module's definition hidden visibility
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
