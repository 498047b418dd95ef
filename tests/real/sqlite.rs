//! Real C: SQLite as the package `libsqlite3-sys` ships it, one file of 270,000 lines. What its users give as macros are options, which
//! it reads from a header; what its `configure` checks are probes. A program says what the options did. What is in the archive is
//! compared with what the package's own build script makes.

use modpin::{Cond, ConfigHeader, Executable, Flags, Library, Opt, Probe, Project, when};
use modpin_test::skip::is_long;
use modpin_test::{World, reliability};

use super::ours_and_theirs::{defined, in_package, made_by_cargo};

/// Asks SQLite for each of its parts, and says what comes back.
const MAIN: &str = r#"
#include <stdio.h>
#include <sqlite3.h>
#include "sqlite_options.h"

static int print(void *said, int count, char **values, char **names)
{
    *(int *)said = 1;
    printf("%s\n", values[0]);
    return 0;
}

static void ask(sqlite3 *db, const char *statement)
{
    int said = 0;
    char *why = NULL;
    if (sqlite3_exec(db, statement, print, &said, &why) != SQLITE_OK)
        printf("%s\n", why);
    else if (!said)
        printf("done\n");
    sqlite3_free(why);
}

int main(void)
{
    sqlite3 *db;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        return 1;
    printf("threads %d\n", sqlite3_threadsafe());
    ask(db, "pragma page_size");
    ask(db, "pragma foreign_keys");
    ask(db, "create virtual table t using fts5(words); insert into t values ('one two'); select words from t where t match 'two'");
    ask(db, "create virtual table u using fts3(words); insert into u values ('one two'); select words from u where u match '(two)'");
    ask(db, "create virtual table boxes using rtree(id, low, high); insert into boxes values (7, 1, 2); select id from boxes where low < 2");
    ask(db, "select count(*) > 0 from dbstat");
    ask(db, "select soundex('modpin')");
    ask(db, "select pow(2, 10)");
#ifdef SQLITE_ENABLE_COLUMN_METADATA
    sqlite3_stmt *statement;
    sqlite3_exec(db, "create table told (name text)", NULL, NULL, NULL);
    sqlite3_prepare_v2(db, "select name as x from told", -1, &statement, NULL);
    printf("%s\n", sqlite3_column_origin_name(statement, 0));
    sqlite3_finalize(statement);
#endif
#ifndef SQLITE_OMIT_LOAD_EXTENSION
    char *why = NULL;
    sqlite3_enable_load_extension(db, 1);
    printf("loads: %d\n", sqlite3_load_extension(db, "./nothing-there", NULL, &why) == SQLITE_ERROR);
    sqlite3_free(why);
#endif
    sqlite3_close(db);
    return 0;
}
"#;

/// Parts that are there or not: the option, what it is as the package has it, the macro.
const PARTS: [(&str, bool, &str); 12] = [
    ("API_ARMOR", true, "SQLITE_ENABLE_API_ARMOR"),
    ("COLUMN_METADATA", true, "SQLITE_ENABLE_COLUMN_METADATA"),
    ("DBSTAT", true, "SQLITE_ENABLE_DBSTAT_VTAB"),
    ("FOREIGN_KEYS", true, "SQLITE_DEFAULT_FOREIGN_KEYS"),
    ("FTS3", true, "SQLITE_ENABLE_FTS3"),
    ("FTS5", true, "SQLITE_ENABLE_FTS5"),
    ("MATH", false, "SQLITE_ENABLE_MATH_FUNCTIONS"),
    ("RTREE", true, "SQLITE_ENABLE_RTREE"),
    ("SOUNDEX", true, "SQLITE_SOUNDEX"),
    ("STAT4", true, "SQLITE_ENABLE_STAT4"),
    ("UNLOCK_NOTIFY", false, "SQLITE_ENABLE_UNLOCK_NOTIFY"),
    ("URI", true, "SQLITE_USE_URI"),
];

/// What its `configure` looks for.
const FUNCTIONS: [(&str, &str); 6] = [
    ("usleep", "unistd.h"),
    ("localtime_r", "time.h"),
    ("gmtime_r", "time.h"),
    ("fdatasync", "unistd.h"),
    ("malloc_usable_size", "malloc.h"),
    ("strchrnul", "string.h"),
];

fn declare(p: &mut Project, sources: &str) {
    let threads = ["THREADS_SERIALIZED", "THREADS_MULTI", "THREADS_NONE"].map(Opt::bool);
    p.option(Opt::choice("THREADS", threads).default("THREADS_SERIALIZED"));
    // As the macro counts them.
    let number = Opt::int("THREADSAFE").internal().default_when("THREADS_NONE", 0);
    p.option(number.default_when("THREADS_MULTI", 2).default(1));
    p.option(Opt::int("PAGE_SIZE").range(512..=65536).default(4096));
    p.option(Opt::int("MAX_EXPR_DEPTH").range(0..=100_000).default(1000));
    let extensions = p.option(Opt::bool("LOAD_EXTENSION").default(true));
    let mut header = ConfigHeader::new("sqlite_options.h")
        .define("SQLITE_THREADSAFE", "THREADSAFE")
        .define("SQLITE_DEFAULT_PAGE_SIZE", "PAGE_SIZE")
        .define("SQLITE_MAX_EXPR_DEPTH", "MAX_EXPR_DEPTH")
        .define("SQLITE_ENABLE_LOAD_EXTENSION", extensions)
        .define("SQLITE_OMIT_LOAD_EXTENSION", !extensions)
        .define("SQLITE_ENABLE_FTS3_PARENTHESIS", "FTS3")
        .define("HAVE_ISNAN", "HAVE_DECL_ISNAN");
    for (name, default, define) in PARTS {
        header = header.define(define, p.option(Opt::bool(name).default(default)));
    }
    for (function, from) in FUNCTIONS {
        let probe = Probe::function(function).with_header(from).define("_GNU_SOURCE");
        header = header.define(probe.word(), p.probe(probe));
    }
    p.probe(Probe::symbol("isnan").with_header("math.h"));
    p.config_header(header);
    let sqlite = Library::new("sqlite3")
        .sources(format!("{sources}/sqlite3.c"))
        .cflags(["-g0", "-w"])
        .define("SQLITE_CUSTOM_INCLUDE", "sqlite_options.h")
        .defines(["SQLITE_CORE", "_POSIX_THREAD_SAFE_FUNCTIONS"])
        .public(Flags::new().include(sources))
        .system_library(when("THREADSAFE != 0", "pthread"))
        .system_library(when(extensions, "dl"))
        .system_library(when(Cond::from("MATH") | Cond::from("FTS5"), "m"));
    let sqlite = p.add(sqlite);
    p.add(Executable::new("ask").sources("main.c").link(sqlite));
}

/// As the package has it, and with nearly nothing.
const FULL: &str =
    "threads 1\n4096\n1\none two\none two\n7\n1\nM315\nno such function: pow\nname\nloads: 1";
const SMALL: &str = "threads 0\n1024\n0\nno such module: fts5\nno such module: fts3\nno such module: rtree\n\
                     no such table: dbstat\nno such function: soundex\n1024.0";

#[test]
fn sqlite_does_what_its_options_say() {
    if is_long("sqlite::sqlite_does_what_its_options_say") {
        return;
    }
    let sources = in_package("libsqlite3-sys", "sqlite3");
    let declare = |p: &mut Project| declare(p, &sources);
    let mut world = World::new(&[("main.c", MAIN)]);
    // It takes a compiler long.
    if reliability::count(false, true) {
        world.build(declare).expect_success();
        assert_eq!(world.printed("ask", &[]), FULL);
        let ours = defined(&world, &world.built("libsqlite3.a"));
        let theirs = made_by_cargo(&world, "libsqlite3-sys", "\"bundled\"", "libsqlite3.a");
        assert!(ours["sqlite3"].len() > 250, "{}", ours["sqlite3"].len());
        assert_eq!(ours, defined(&world, &theirs));
    }
    for (name, default, _) in PARTS {
        world.config.set(name, if default { "n" } else { "y" });
    }
    world.config.set("LOAD_EXTENSION", "n");
    world.config.set("THREADS_NONE", "y");
    world.config.set("PAGE_SIZE", "1024");
    world.build(declare).expect_success();
    assert_eq!(world.printed("ask", &[]), SMALL);
    let ours = defined(&world, &world.built("libsqlite3.a"));
    let there = |symbol: &str| ours["sqlite3"].contains(symbol);
    assert!(there("sqlite3_unlock_notify") && !there("sqlite3_load_extension"), "{ours:?}");
    assert!(!there("sqlite3_column_origin_name") && !there("sqlite3_mutex_alloc"), "{ours:?}");
    assert!(world.build(declare).ran.is_empty());
}
