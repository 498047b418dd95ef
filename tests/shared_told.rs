//! What is told of shared libraries (row S1): what is inside of each, who needs it, and how it is drawn. The library lies in a
//! directory with a declaration of its own.

use modpin::explain::{self, NoLines, Scene, SymbolAnswer};
use modpin::picture::{Picture, Sizes, dot, picture};
use modpin::plan::TargetKind;
use modpin::{Dir, Executable, Library, Module, Project, SharedLibrary};
use modpin_test::World;

const HOST: &str = "#define main load\n#include \"load.h\"\n#undef main\n";

fn world() -> World {
    World::new(&[
        ("load.h", include_str!("cases/load.h")),
        (
            "sub/core.c",
            "int inner(void), host_log(void); int core(void) { return inner() + host_log(); }\n",
        ),
        ("sub/core.map", "CORE_1 { global: core; local: *; };\n"),
        ("inner.c", "int inner(void) { return 40; }\n"),
        ("spare.c", "int spare(void) { return 0; }\n"),
        ("top.c", "int core(void); int top(void) { return core() + 1; }\n"),
        ("m.c", "int core(void); int run(void) { return core(); }\n"),
        (
            "host.c",
            &format!(
                "{HOST}int top(void); int host_log(void) {{ return 2; }}\n\
                 int main(int c, char **v) {{ printf(\"%d\\n\", top()); return load(c, v); }}\n"
            ),
        ),
    ])
}

fn sub(d: &mut Dir<'_>) {
    let core = SharedLibrary::new("core").sources("core.c").link("inner").version("1.2.3");
    d.add(core.exports(["core"]).version_script("core.map").undefined("host_log"));
}

fn declare(p: &mut Project) {
    p.add(Library::new("inner").sources(["inner.c", "spare.c"]));
    p.dir("sub", sub).expect("a directory");
    let top = p.add(SharedLibrary::new("top").sources("top.c").link("core"));
    p.add(Module::new("m").sources("m.c").link("core"));
    p.add(Executable::new("host").sources("host.c").link(top).loads("m").system_library("dl"));
}

/// What a symbol is to each target: its kind and name, its state, who asks for it.
fn told(scene: &Scene, symbol: &str) -> Vec<String> {
    let SymbolAnswer { programs, elsewhere, .. } =
        explain::explain_symbol(scene, symbol, &mut NoLines).expect("a symbol");
    assert_eq!(elsewhere, [], "{symbol}");
    let line = |found: &explain::InProgram| {
        let module = |asking: &explain::Asking| asking.module.clone().unwrap_or_default();
        let askers: Vec<String> = found
            .needed
            .iter()
            .map(|asking| format!("{}:{}", module(asking), asking.file).trim_start_matches(':').into())
            .collect();
        let state = serde_json::to_value(found.state).expect("a word");
        let askers = askers.join(" ");
        format!(
            "{} {}: {} [{askers}]",
            found.program_kind,
            found.program,
            state.as_str().unwrap_or_default()
        )
    };
    programs.iter().map(line).collect()
}

fn drawn(scene: &Scene, world: &World) -> Picture {
    picture("demo", scene, &Sizes::new(world.root()))
}

#[test]
fn what_is_inside_and_who_needs_it() {
    let world = world();
    let build = world.build(declare).expect_success();
    assert_eq!(world.printed("host", &["./m.so"]), "43\n42");
    let links = build.plan.links.iter();
    let wanted: Vec<_> = links.flat_map(|link| [Some(link.symbols), link.offers]).flatten().collect();
    let plan = world.run(build.plan, &wanted).expect_success().plan;
    let scene = explain::read(&plan, world.root());
    assert_eq!(scene.unread, []);
    let list = ["core", "inner", "host_log", "spare"]
        .map(|symbol| format!("{symbol}\n  {}\n", told(&scene, symbol).join("\n  ")));
    expect_test::expect![[r#"
        core
          shared library core: exported []
          shared library top: shared-library [top.c]
          executable host: shared-library [m:m.c]
        inner
          shared library core: linked [sub/core.c]
        host_log
          shared library core: unknown [sub/core.c]
          executable host: exported []
        spare
          shared library core: not-linked []
    "#]]
    .assert_eq(&list.concat());
    let member = explain::why_linked(&scene, "inner.c.o", &mut NoLines).expect("a member");
    let inside =
        member.places.iter().find(|place| place.program_kind == Some(TargetKind::SharedLibrary));
    let inside = inside.expect("it is in the library");
    assert_eq!((inside.program.as_deref(), inside.chain.len()), (Some("core"), 1), "{inside:?}");

    let picture = drawn(&scene, &world);
    let names: Vec<(&str, &[usize], usize)> = picture
        .shared_libraries
        .iter()
        .map(|library| (&*library.part.name, &*library.part.links, library.offers.len()))
        .collect();
    assert_eq!(names, [("core", &[][..], 1), ("top", &[0][..], 1)]);
    assert_eq!((&*picture.hosts[0].links, &*picture.modules[0].links), (&[1][..], &[0][..]));
    let linked: Vec<&str> = picture.shared_libraries[0]
        .part
        .linked
        .iter()
        .map(|linked| picture.units[linked.unit].name.as_str())
        .collect();
    assert_eq!(linked, ["inner.c.o"]);
    let text = dot(&picture);
    for line in ["s0 [label=\"core\"", "s1 -> s0 [", "h0 -> s1 [", "m0 -> s0 ["] {
        assert!(text.contains(&format!("  {line}")), "{line}: {text}");
    }
    let document = include_str!("../docs/picture.md");
    for field in ["shared_libraries", "links", "offers"] {
        assert!(document.contains(&format!("`{field}`")), "help: tell of {field} in docs/picture.md");
    }
}
