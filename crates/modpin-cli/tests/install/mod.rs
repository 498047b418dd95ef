//! `install` and `uninstall` as users call them: what lies where, that it runs there, what is refused, what a host that runs
//! survives.

mod places;
mod refused;
mod treated;
mod running;
mod killed;

use std::process::Command;

use modpin_test::{Said, World};

use crate::program::Program;

/// A program that loads modules by modpin-load, with a library of each kind.
const PROJECT: &str = r##"{
  "format": 2,
  "name": "app",
  "options": [{ "name": "EXTRA", "kind": "bool", "default": "y" }],
  "install": [{ "dir": "share/man/man1", "files": ["app.1"] }],
  "targets": [
    {
      "kind": "shared-library", "name": "lib/z", "version": "1.2.13", "sources": ["z.c"],
      "install": [{ "dir": "include", "files": ["inc/z.h"] }]
    },
    {
      "kind": "library", "name": "util", "sources": ["util.c"], "link": ["base"], "system_libraries": ["m"],
      "public": { "includes": ["inc"], "defines": ["UTIL=3"] },
      "install": [{ "dir": "include", "from": "inc", "files": ["inc/app/*.h", "{rule:number:inc/app/number.h}"] }],
      "pkg_config_file": { "version": "3.1", "description": "Useful # things" }
    },
    { "kind": "rule", "name": "number", "run": ["echo", "#define NUMBER 4"], "stdout": "inc/app/number.h" },
    { "kind": "library", "name": "base", "sources": ["base.c"] },
    { "kind": "library", "name": "inside", "sources": ["inside.c"] },
    { "kind": "module", "name": "deep/down", "sources": ["down.c"], "link": ["lib/z"] },
    { "kind": "module", "name": "extra", "when": "EXTRA", "sources": ["extra.c"], "needs": ["deep/down"] },
    {
      "kind": "executable", "name": "app", "sources": ["main.c", "load.c"], "link": ["lib/z", "util", "inside"],
      "loads": ["deep/down", "extra"], "system_libraries": ["dl"], "link_map": true
    },
    { "kind": "executable", "name": "try", "sources": ["try.c"], "test": {} }
  ]
}
"##;

const MAIN: &str = r#"#include "modpin_load.h"
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>
int z(void);
int util(void);
int inside(void);
/* With an argument, it says that it is up, and calls its module until standard input ends. */
int main(int argc, char **argv)
{
    struct modpin *modules = modpin_find("app", "../lib/app");
    void *extra = modpin_load(modules, argc > 2 ? argv[2] : "extra");
    if (extra == NULL) {
        puts(modpin_error(modules));
        return 1;
    }
    int (*call)(void) = (int (*)(void))dlsym(extra, argc > 2 ? "down" : "extra");
    printf("%d %d\n", call(), z() + util() + inside());
    fflush(stdout);
    if (argc > 1) {
        char byte;
        while (read(0, &byte, 1) == 1)
            if (call() != 26 && call() != 27)
                return 2;
    }
    return 0;
}
"#;

fn world() -> World {
    World::new(&[
        ("app.json", PROJECT),
        ("app.1", ".TH app 1\n"),
        ("inc/z.h", "int z(void);\n"),
        ("inc/app/util.h", "int util(void);\n"),
        ("z.c", "int z(void) { return 26; }\n"),
        ("util.c", "int base(void);\nint util(void) { return base() + UTIL; }\n"),
        ("base.c", "int base(void) { return 1; }\n"),
        ("inside.c", "int inside(void) { return 0; }\n"),
        ("down.c", "#include \"inc/z.h\"\nint down(void) { return z(); }\n"),
        ("extra.c", "int down(void);\nint extra(void) { return down() + 1; }\n"),
        ("main.c", MAIN),
        ("load.c", include_str!("../../../modpin-load/c/modpin_load.c")),
        ("modpin_load.h", include_str!("../../../modpin-load/c/modpin_load.h")),
        ("try.c", "int main(void) { return 0; }\n"),
    ])
}

fn command(world: &World, args: &str) -> Command {
    world.program(&format!("modpin --project app.json {args}"))
}

fn modpin(world: &World, args: &str) -> Said {
    Said::of(&mut command(world, args))
}

/// All below a directory: files, links with what they say, directories.
fn listed(world: &World, dir: &str) -> String {
    let tree = crate::tree::read(&world.path(dir));
    let line = |(path, node): (&String, &crate::tree::Node)| match node {
        crate::tree::Node::Dir => format!("{path}/\n"),
        crate::tree::Node::File(_) => format!("{path}\n"),
        crate::tree::Node::Link(to) => format!("{path} -> {}\n", to.display()),
    };
    tree.iter().map(line).collect()
}
