//! Real C: Lua from the package `lua-src`, a host that leaves half of its libraries out, C modules that a
//! script requires.

use std::path::Path;

use modpin::load_check::Verdict;
use modpin::steps::Provider;
use modpin::{Executable, Library, Module, Project};
use modpin_test::World;

pub fn world() -> World {
    World::new(&[
        ("host.c", include_str!("fixtures/lua/host.c")),
        ("more.c", include_str!("fixtures/lua/more.c")),
        ("vec.c", include_str!("fixtures/lua/vec.c")),
        ("throw.c", include_str!("fixtures/lua/throw.c")),
        ("script.lua", include_str!("fixtures/lua/script.lua")),
    ])
}

/// Where cargo put the C sources.
pub fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let package = Project::new("lua", root).package("lua-src").expect("a package of the workspace");
    format!("{}/lua-5.4.9", package.dir)
}

/// Two programs of one source: `host` loads modules, `bare` knows of none.
pub fn declare(p: &mut Project, sources: &str, modules: &[&str]) {
    p.include(sources).cflags("-O1").define_flag("LUA_USE_LINUX");
    let lua = Library::new("lua").sources(format!("{sources}/*.c"));
    let lua = p.add(
        lua.exclude([format!("{sources}/lua.c"), format!("{sources}/luac.c")])
            .system_library("m")
            .system_library("dl"),
    );
    for module in modules {
        p.add(Module::new(*module).sources(format!("{module}.c")));
    }
    p.add(Executable::new("host").sources("host.c").link(lua).loads(modules.iter().copied()));
    p.add(Executable::new("bare").sources("host.c").link(lua));
}

#[test]
fn modules_of_lua_find_what_the_host_leaves_out() {
    let (world, sources) = (world(), sources());
    let declare_good = |p: &mut Project| declare(p, &sources, &["more", "vec"]);
    let (reports, build) = world.check_load(declare_good);
    assert!(build.outcome.success(), "{}", build.said);
    assert_eq!(reports.iter().map(|report| report.verdict).collect::<Vec<_>>(), [Verdict::Loads; 2]);

    let script = world.root().join("script.lua").to_string_lossy().into_owned();
    world.build(declare_good).expect_success();
    let expected = include_str!("fixtures/lua/expected.txt").trim();
    assert_eq!(world.printed("host", &[&script, "."]), expected);

    what_is_pinned_is_told(&world);
    the_bare_program_cannot(&world, &script, declare_good);
    an_internal_function_is_refused(&world, |p| declare(p, &sources, &["more", "throw"]));
}

/// Which symbol, and from which member.
fn what_is_pinned_is_told(world: &World) {
    let report = world.pin_report("host");
    let pinned = |module: &str| {
        let module = report.modules.iter().find(|told| told.module == module).expect("a module");
        let needs = module.needs.iter().filter(|need| need.provider == Provider::Pinned);
        needs.map(|need| format!("{} {}({})", need.symbol, need.file, need.member)).collect::<Vec<_>>()
    };
    let (more, vec) = (pinned("more"), pinned("vec"));
    for need in ["luaopen_math liblua.a(lmathlib.c.o)", "luaopen_utf8 liblua.a(lutf8lib.c.o)"] {
        assert!(more.iter().any(|line| line == need), "{more:?}");
    }
    assert!(vec.iter().any(|line| line == "luaL_checkudata liblua.a(lauxlib.c.o)"), "{vec:?}");
    // Nothing else of Lua is shown.
    let exports = world.exports("host");
    assert!(exports.contains(&"luaopen_utf8".to_owned()), "{exports:?}");
    assert!(!exports.contains(&"luaL_loadstring".to_owned()), "{exports:?}");
}

/// The same source without `.loads`: the linker drops what only modules need, and hides the rest.
fn the_bare_program_cannot(world: &World, script: &str, declare: impl Fn(&mut Project)) {
    let output = world.execute("bare", &[script, "."]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("undefined symbol: lua"), "{said}");

    let report = world.check_load_in(declare, "bare", "more");
    assert_eq!(report.verdict, Verdict::MissingSymbols, "{}", report.detail);
    let missing: Vec<String> = report
        .missing
        .iter()
        .map(|missing| format!("{} {}", missing.symbol, missing.asked_by.join(" ")))
        .collect();
    let all = ["luaL_requiref", "lua_createtable", "lua_setfield", "luaopen_math", "luaopen_utf8"];
    assert_eq!(missing, all.map(|symbol| format!("{symbol} more.c")));
}

/// `luaD_throw` exists, would be pinned, would link, and could not be exported.
fn an_internal_function_is_refused(world: &World, declare: impl Fn(&mut Project)) {
    let build = world.build(declare);
    let clang = world.toolchain().expect("a compiler").compiler.contains("clang");
    // clang makes hidden out of internal.
    let visibility = if clang { "hidden" } else { "internal" };
    for words in [
        &format!(
            "luaD_throw: liblua.a(ldo.c.o) defines it as {visibility}, so the host cannot offer it to modules"
        ),
        "(needed by module throw: throw.c)",
        "help: give the definition default visibility, or offer a public function that calls it",
    ] {
        assert!(build.said.contains(words), "{words:?} is not in:\n{}", build.said);
    }
}
