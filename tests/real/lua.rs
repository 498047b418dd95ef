//! Real C: Lua as the package `lua-src` ships it, in two versions, between which an option chooses. A host leaves half of its libraries
//! out, modules bring them, a script uses them; what is in the archive is compared with what the package makes of the same sources. That
//! it builds, loads and is pinned in one of them is looked at elsewhere always, so this is on demand.

use modpin::{Executable, Library, Module, Opt, Project, when};
use modpin_test::{World, reliability};

use super::ours_and_theirs::{defined, in_package, made_by_script};

const VERSIONS: [(&str, &str, &str); 2] =
    [("LUA_5_4", "lua-5.4.9", "Lua54"), ("LUA_5_5", "lua-5.5.1", "Lua55")];

/// As the package has it.
fn declare(p: &mut Project, sources: &str) {
    p.option(Opt::choice("LUA", VERSIONS.map(|(option, ..)| Opt::bool(option))));
    let check = p.option(Opt::bool("APICHECK").default("PROFILE = 'debug'").help("calls are checked"));
    p.define_flag("LUA_USE_LINUX")
        .cflags(["-w", "-fno-common"])
        .defines(when(check, "LUA_USE_APICHECK"));
    p.defines(when("LUA_5_4", "LUA_COMPAT_5_3"));
    let mut lua = Library::new("lua").system_library(["m", "dl"]);
    for (option, dir, _) in VERSIONS {
        p.include(when(option, format!("{sources}/{dir}")));
        lua = lua.sources(when(option, format!("{sources}/{dir}/*.c")));
    }
    let lua = p.add(lua);
    for module in ["more", "vec"] {
        p.add(Module::new(module).sources(format!("{module}.c")));
    }
    p.add(Executable::new("host").sources("host.c").link(lua).loads("*"));
}

#[test]
fn lua_is_what_its_package_makes_of_it() {
    if !reliability::count(false, true) {
        return;
    }
    let sources = in_package("lua-src", "lua-5.4.9");
    let sources = sources.strip_suffix("/lua-5.4.9").expect("a directory");
    let mut world = World::new(&[
        ("host.c", include_str!("../fixtures/lua/host.c")),
        ("more.c", include_str!("../fixtures/lua/more.c")),
        ("vec.c", include_str!("../fixtures/lua/vec.c")),
        ("script.lua", include_str!("../fixtures/lua/script.lua")),
    ]);
    let declare = |p: &mut Project| declare(p, sources);
    let script = world.path("script.lua").to_string_lossy().into_owned();
    let expected = include_str!("../fixtures/lua/expected.txt").trim();
    for (option, dir, version) in VERSIONS {
        world.config.set(option, "y");
        world.build(declare).expect_success();
        let said = world.printed("host", &[&script, "."]);
        assert_eq!(said, expected.replace("Lua 5.4", &dir[..7].replacen("lua-", "Lua ", 1)));
        let ours = defined(&world, &world.built("liblua.a"));
        let build = format!("fn main() {{ lua_src::Build::new().build(lua_src::{version}); }}");
        let archive = format!("lib/liblua{}.a", &dir[4..7]);
        let theirs = defined(&world, &made_by_script(&world, "lua-src", &build, &archive));
        assert!(ours.len() > 30, "{:?}", ours.keys());
        assert_eq!(ours, theirs);
        assert!(world.build(declare).ran.is_empty());
        world.config.set(option, "n");
    }
}
