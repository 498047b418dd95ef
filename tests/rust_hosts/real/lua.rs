//! Real C: a program in Rust that embeds Lua from the package `lua-src`, leaves half of its libraries out, and loads modules in C:
//! one that brings libraries of Lua, and one that calls the program.

use modpin_test::skip::is_long;
use modpin_test::{linkers, reliability};
use serde_json::json;

use crate::workspace::Workspace;

/// Runs the script that it is told, with a module for each name that the script requires.
const MAIN: &str = r#"use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{null, null_mut};

use modpin_load::Search;

type Open = extern "C" fn(*mut c_void) -> c_int;

unsafe extern "C" {
    fn luaL_newstate() -> *mut c_void;
    fn luaL_requiref(lua: *mut c_void, name: *const c_char, open: Open, global: c_int);
    fn luaL_loadstring(lua: *mut c_void, text: *const c_char) -> c_int;
    fn lua_pcallk(lua: *mut c_void, given: c_int, wanted: c_int, handler: c_int, context: isize, next: *const c_void) -> c_int;
    fn lua_tolstring(lua: *mut c_void, index: c_int, length: *mut usize) -> *const c_char;
    fn lua_settop(lua: *mut c_void, index: c_int);
    fn lua_close(lua: *mut c_void);
    safe fn luaopen_base(lua: *mut c_void) -> c_int;
}

/// Lua's modules call it.
#[unsafe(no_mangle)]
pub extern "C" fn host_answer() -> c_int {
    42
}

extern "C" fn base(lua: *mut c_void) -> c_int {
    luaopen_base(lua)
}

fn main() -> Result<(), modpin_load::Error> {
    let mut modules = Search::new().installed(env!("MODPIN_MODULES")).find("app")?;
    let names: Vec<String> = modules.names().map(str::to_owned).collect();
    unsafe {
        let lua = luaL_newstate();
        luaL_requiref(lua, c"_G".as_ptr(), base, 1);
        for name in names {
            modules.load(&name)?;
            let open: Open = modules.symbol(&name, &format!("luaopen_{name}"))?;
            let name = CString::new(name).unwrap();
            luaL_requiref(lua, name.as_ptr(), open, 1);
        }
        lua_settop(lua, 0);
        for script in std::env::args().skip(1) {
            let script = CString::new(script).unwrap();
            let _ = luaL_loadstring(lua, script.as_ptr()) != 0 || lua_pcallk(lua, 0, 1, 0, 0, null()) != 0;
            println!("{}", CStr::from_ptr(lua_tolstring(lua, -1, null_mut())).to_string_lossy());
            lua_settop(lua, 0);
        }
        lua_close(lua);
    }
    Ok(())
}
"#;

const MORE: &str = r#"#include "lualib.h"
#include "lauxlib.h"

int luaopen_more(lua_State *lua) {
  luaL_requiref(lua, "utf8", luaopen_utf8, 1);
  luaL_requiref(lua, "math", luaopen_math, 1);
  return 1;
}
"#;

const ANSWER: &str = r#"#include "lauxlib.h"

int host_answer(void);

static int answer(lua_State *lua) {
  lua_pushinteger(lua, host_answer() + luaL_optinteger(lua, 1, 0));
  return 1;
}

int luaopen_answer(lua_State *lua) {
  lua_createtable(lua, 0, 1);
  lua_pushcfunction(lua, answer);
  lua_setfield(lua, -2, "get");
  return 1;
}
"#;

fn workspace() -> Workspace {
    let lua = "package:lua-src/lua-5.4.9";
    let project = json!({
        "format": 2, "name": "app", "identity": "app 1",
        "includes": [lua], "defines": ["LUA_USE_LINUX"],
        "targets": [
            { "kind": "library", "name": "lua", "sources": ["package:lua-src/lua-5.4.*/*.c"],
              "exclude": [format!("{lua}/lua.c"), format!("{lua}/luac.c")], "system_libraries": ["m", "dl"] },
            { "kind": "module", "name": "more", "sources": ["c/modules/more.c"] },
            { "kind": "module", "name": "answer", "sources": ["c/modules/answer.c"] },
            { "kind": "executable", "name": "app", "cargo": {}, "link": ["lua"], "loads": ["*"] },
        ],
    });
    let workspace = Workspace::with_sources_of("lua-src = \"551.1\"", &project);
    workspace.world.write("app/src/main.rs", MAIN);
    workspace.world.write("app/c/modules/more.c", MORE);
    workspace.world.write("app/c/modules/answer.c", ANSWER);
    workspace
}

const SCRIPTS: [&str; 3] =
    ["return math.floor(2.5) .. utf8.char(228)", "return answer.get(1)", "return nothing.here"];

const PRINTED: &str =
    "2ä\n43\n[string \"return nothing.here\"]:1: attempt to index a nil value (global 'nothing')\n";

fn runs(workspace: &Workspace, profile: &[&str], flags: &str) {
    let args = [&["run", "--quiet"], profile, &["--"], &SCRIPTS].concat();
    let said = workspace.cargo_with(&[("RUSTFLAGS", flags)], &args);
    said.has_both(0, PRINTED, "");
}

#[test]
fn lua_in_a_program_in_rust_has_modules_in_c() {
    if is_long("lua::lua_in_a_program_in_rust_has_modules_in_c") {
        return;
    }
    let workspace = workspace();
    runs(&workspace, &[], "");
    let exports = workspace.exports();
    let has = |name: &str| exports.iter().any(|export| export == name);
    assert!(has("luaopen_utf8") && has("luaL_optinteger") && has("host_answer"), "{exports:?}");
    assert!(!has("luaL_loadstring") && !has("luaopen_os"), "nothing else of Lua is shown: {exports:?}");

    // Nothing is left to do, and an edit of a module's body is one compilation.
    assert!(!workspace.builds(&[]));
    workspace
        .world
        .write("app/c/modules/answer.c", ANSWER.replace("host_answer() +", "2 * host_answer() +"));
    workspace.cargo(&["run", "--quiet", "--", "return answer.get()"]).has_both(0, "84\n", "");

    let linkers = linkers("a program in Rust with Lua inside");
    let full = reliability::count(&[][..], &linkers);
    for linker in full {
        let flags = format!("-Clink-arg=-fuse-ld={linker}");
        workspace.world.write("app/c/modules/answer.c", ANSWER);
        runs(&workspace, &[], &flags);
        runs(&workspace, &["--release"], &flags);
    }
}
