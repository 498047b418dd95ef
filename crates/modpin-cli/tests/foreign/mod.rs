//! A program, modules and archives that no project declares, and the verbs called on them as users do. Knows no verb.
//! Each test file uses a part of this.
#![allow(dead_code)]

use std::fs;
use std::process::Command;

use expect_test::Expect;
use tempfile::TempDir;

const SOURCES: [(&str, &str); 6] = [
    ("host.c", "int listed(void) { return 1; }\nint main(void) { return listed() - 1; }\n"),
    ("good.c", "int good(void) { return 1; }\n"),
    ("proxy.c", "int proxy(void) { return 1; }\n"),
    ("http.c", "int proxy(void), crc(void); int http(void) { return proxy() + crc(); }\n"),
    ("crc.c", "int crc(void) { return 1; }\n"),
    ("shy.c", "__attribute__((visibility(\"hidden\"))) int crc(void) { return 1; }\n"),
];

/// A directory with C files, modules, archives and a program.
pub struct Files(pub TempDir);

impl Files {
    /// Sources, and what is made of them.
    pub fn new() -> Files {
        let files = Files(tempfile::tempdir().expect("a directory"));
        for (name, text) in SOURCES {
            fs::write(files.0.path().join(name), text).expect("a source");
        }
        files.tool("cc host.c -o host");
        for module in ["good", "proxy", "http"] {
            files.tool(&format!("cc -shared -fPIC {module}.c -o {module}.so"));
        }
        files.tool("cc -c -fPIC crc.c shy.c http.c");
        files.tool("ar rcsD libcrc.a crc.o");
        files.tool("ar rcsD libshy.a shy.o");
        files.tool("ar rcsD libhttp.a http.o");
        files
    }

    /// Runs a tool there.
    pub fn tool(&self, line: &str) {
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().unwrap_or_default());
        let output = command.args(words).current_dir(self.0.path()).output().expect("a tool");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Compares what a command line says.
    pub fn check(&self, line: &str, expected: Expect) {
        expected.assert_eq(&self.said(line));
    }

    /// Both streams and the exit code.
    pub fn said(&self, line: &str) -> String {
        self.said_with(line, |command| command)
    }

    /// The same, of a command with something changed.
    pub fn said_with(&self, line: &str, change: impl FnOnce(&mut Command) -> &mut Command) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-modpin"));
        command.arg("modpin").args(line.split(' ')).current_dir(self.0.path());
        change(command.env("XDG_CACHE_HOME", self.0.path().join("cache")));
        for name in ["CARGO_TERM_COLOR", "CARGO_TERM_QUIET", "CARGO_TERM_VERBOSE", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let code = output.status.code().unwrap_or(-1);
        let (out, err) = (text(output.stdout), text(output.stderr));
        let dir = fs::canonicalize(self.0.path()).expect("a directory").display().to_string();
        format!("{out}{err}-- {code}\n").replace(&format!("{dir}/"), "")
    }
}
