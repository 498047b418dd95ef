//! Real C: a program in Rust with SQLite inside, from the package `libsqlite3-sys`, that loads extensions in C. They call functions of
//! SQLite that the program does not, which the linker would throw away, and members of an archive that nothing else needs. SQLite
//! takes compilers long, so on demand only.

use modpin_test::{linkers, reliability};
use serde_json::json;

use crate::workspace::Workspace;

/// Loads all extensions, and runs the statements that it is told.
const MAIN: &str = r#"use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::null_mut;

use modpin_load::Search;

type Init = extern "C" fn(*mut c_void) -> c_int;
type Row = extern "C" fn(*mut c_void, c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;

unsafe extern "C" {
    fn sqlite3_open(path: *const c_char, db: *mut *mut c_void) -> c_int;
    fn sqlite3_exec(db: *mut c_void, text: *const c_char, row: Row, context: *mut c_void, error: *mut *mut c_char) -> c_int;
    fn sqlite3_errmsg(db: *mut c_void) -> *const c_char;
    fn sqlite3_close(db: *mut c_void) -> c_int;
}

/// An extension calls it.
#[unsafe(no_mangle)]
pub extern "C" fn host_seed() -> c_int {
    7
}

extern "C" fn print(_: *mut c_void, _: c_int, values: *mut *mut c_char, _: *mut *mut c_char) -> c_int {
    println!("{}", unsafe { CStr::from_ptr(*values) }.to_string_lossy());
    0
}

fn main() -> Result<(), modpin_load::Error> {
    let mut modules = Search::new().installed(env!("MODPIN_MODULES")).find("app")?;
    let names: Vec<String> = modules.names().map(str::to_owned).collect();
    unsafe {
        let mut db = null_mut();
        assert_eq!(sqlite3_open(c":memory:".as_ptr(), &mut db), 0);
        for name in names {
            modules.load(&name)?;
            let init: Init = modules.symbol(&name, &format!("{name}_init"))?;
            assert_eq!(init(db), 0, "{name}");
        }
        for statement in std::env::args().skip(1) {
            let statement = CString::new(statement).unwrap();
            if sqlite3_exec(db, statement.as_ptr(), print, null_mut(), null_mut()) != 0 {
                println!("{}", CStr::from_ptr(sqlite3_errmsg(db)).to_string_lossy());
            }
        }
        sqlite3_close(db);
    }
    Ok(())
}
"#;

/// A function, and an order of texts.
const TEXTS: &str = r#"#include <string.h>
#include <sqlite3.h>

static void framed(sqlite3_context *context, int count, sqlite3_value **values) {
  sqlite3_str *text = sqlite3_str_new(sqlite3_context_db_handle(context));
  (void)count;
  sqlite3_str_appendf(text, "<%s>", sqlite3_value_text(values[0]));
  sqlite3_result_text(context, sqlite3_str_finish(text), -1, sqlite3_free);
}

static int backwards(void *unused, int size, const void *one, int other_size, const void *other) {
  int least = size < other_size ? size : other_size, order = memcmp(one, other, least);
  (void)unused;
  return order ? -order : other_size - size;
}

int texts_init(sqlite3 *db) {
  int failed = sqlite3_create_function_v2(db, "framed", 1, SQLITE_UTF8, 0, framed, 0, 0, 0);
  return failed ? failed : sqlite3_create_collation(db, "backwards", SQLITE_UTF8, 0, backwards);
}
"#;

/// A sum over rows, by an archive and by the program.
const SUMS: &str = r#"#include <sqlite3.h>

unsigned mixed(unsigned, const unsigned char *);
int host_seed(void);

static void step(sqlite3_context *context, int count, sqlite3_value **values) {
  unsigned *sum = sqlite3_aggregate_context(context, sizeof *sum);
  (void)count;
  *sum = mixed(*sum ? *sum : (unsigned)host_seed(), sqlite3_value_text(values[0]));
}

static void final(sqlite3_context *context) {
  unsigned *sum = sqlite3_aggregate_context(context, sizeof *sum);
  sqlite3_result_int64(context, *sum);
}

int sums_init(sqlite3 *db) {
  return sqlite3_create_window_function(db, "mixed", 1, SQLITE_UTF8, 0, step, final, 0, 0, 0);
}
"#;

const MIXED: &str = "unsigned mixed(unsigned sum, const unsigned char *text) {\n  \
                     while (*text) sum = sum * 31 + *text++;\n  return sum;\n}\n";

fn workspace() -> Workspace {
    let sqlite = "package:libsqlite3-sys/sqlite3";
    let project = json!({
        "format": 2, "name": "app", "identity": "app 1", "cflags": ["-g0", "-w"],
        "targets": [
            { "kind": "library", "name": "sqlite3", "sources": [format!("{sqlite}/sqlite3.c")],
              "defines": ["SQLITE_CORE", "SQLITE_OMIT_LOAD_EXTENSION"], "cflags": ["-ffunction-sections"],
              "public": { "includes": [sqlite] }, "system_libraries": ["m"] },
            { "kind": "library", "name": "more", "sources": ["c/more/*.c"] },
            { "kind": "module", "name": "texts", "sources": ["c/modules/texts.c"], "includes": [sqlite] },
            { "kind": "module", "name": "sums", "sources": ["c/modules/sums.c"], "includes": [sqlite] },
            { "kind": "executable", "name": "app", "cargo": {}, "link": ["sqlite3", "more"], "loads": ["*"] },
        ],
    });
    // Without its own SQLite: only its sources are wanted.
    let package = "libsqlite3-sys = { version = \"0.40\", features = [\"in_gecko\"] }";
    let workspace = Workspace::with_sources_of(package, &project);
    for (path, text) in [
        ("src/main.rs", MAIN),
        ("c/modules/texts.c", TEXTS),
        ("c/modules/sums.c", SUMS),
        ("c/more/mixed.c", MIXED),
        ("c/more/never.c", "int never(void) { return 0; }\n"),
    ] {
        workspace.world.write(&format!("app/{path}"), text);
    }
    workspace
}

const STATEMENTS: [&str; 4] = [
    "create table words (word text); insert into words values ('one'), ('two'), ('three')",
    "select framed(word) from words order by word collate backwards",
    "select mixed(word) from words",
    "select gone(word) from words",
];

/// 7 and the nine letters, each sum times 31 and the next.
fn printed() -> String {
    let sum =
        "onetwothree".bytes().fold(7, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("<two>\n<three>\n<one>\n{sum}\nno such function: gone\n")
}

#[test]
fn sqlite_in_a_program_in_rust_has_extensions_in_c() {
    if !reliability::count(false, true) {
        return;
    }
    let workspace = workspace();
    let runs = |profile: &[&str], flags: &str| {
        let args = [&["run", "--quiet"], profile, &["--"], &STATEMENTS].concat();
        workspace.cargo_with(&[("RUSTFLAGS", flags)], &args).has_both(0, &printed(), "");
    };
    runs(&[], "");
    let exports = workspace.exports();
    let has = |name: &str| exports.iter().any(|export| export == name);
    assert!(
        has("sqlite3_create_collation") && has("sqlite3_str_new") && has("host_seed"),
        "{exports:?}"
    );
    assert!(has("mixed") && !has("never") && !has("sqlite3_exec"), "nothing else is shown: {exports:?}");
    assert!(!workspace.builds(&[]));
    runs(&["--release"], "");
    if linkers("a program in Rust with SQLite inside").contains(&"bfd") {
        runs(&[], "-Clink-arg=-fuse-ld=bfd");
        runs(&["--release"], "-Clink-arg=-fuse-ld=bfd");
    }
}
