//! A program, modules and archives that no project declares, and the verbs called on them as users do. Knows no verb.

use std::process::Command;

use expect_test::Expect;
use modpin_test::{Said, World};

use crate::program::Program;

const SOURCES: [(&str, &str); 6] = [
    ("host.c", "int listed(void) { return 1; }\nint main(void) { return listed() - 1; }\n"),
    ("good.c", "int good(void) { return 1; }\n"),
    ("proxy.c", "int proxy(void) { return 1; }\n"),
    ("http.c", "int proxy(void), crc(void); int http(void) { return proxy() + crc(); }\n"),
    ("crc.c", "int crc(void) { return 1; }\n"),
    ("shy.c", "__attribute__((visibility(\"hidden\"))) int crc(void) { return 1; }\n"),
];

/// A world with C files, modules, archives and a program.
pub fn world() -> World {
    let world = World::new(&SOURCES);
    world.call("cc host.c -o host");
    for module in ["good", "proxy", "http"] {
        world.call(&format!("cc -shared -fPIC {module}.c -o {module}.so"));
    }
    world.call("cc -c -fPIC crc.c shy.c http.c");
    world.call("ar rcsD libcrc.a crc.o");
    world.call("ar rcsD libshy.a shy.o");
    world.call("ar rcsD libhttp.a http.o");
    world
}

/// Calls of the verbs.
pub trait Foreign {
    /// Both streams and the exit code.
    fn said(&self, line: &str) -> String {
        self.said_with(line, |command| command)
    }

    /// The same, of a command with something changed.
    fn said_with(&self, line: &str, change: impl FnOnce(&mut Command) -> &mut Command) -> String;

    /// Compares what a command line says.
    fn check(&self, line: &str, expected: Expect) {
        expected.assert_eq(&self.said(line));
    }
}

impl Foreign for World {
    fn said_with(&self, line: &str, change: impl FnOnce(&mut Command) -> &mut Command) -> String {
        let mut command = self.program(&format!("modpin {line}"));
        let said = Said::of(change(command.env("XDG_CACHE_HOME", self.path("cache"))));
        let text = format!("{}-- {}\n", said.text(), said.code.unwrap_or(-1));
        text.replace(&format!("{}/", self.root().display()), "")
    }
}
