//! `recipe`: each text, in a small project of its build system, with the real tools. A module's body links no program again; a
//! new need does; what cannot be given stops the step; and a build after the build has nothing to do.

mod two_hosts;

use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use modpin_test::reliability::count;
use modpin_test::skip::is_missing;
use modpin_test::{Said, World};

/// The same sources for all.
const SOURCES: [(&str, &str); 6] = [
    ("main.c", include_str!("../../../tests/recipes/src/main.c")),
    ("used.c", include_str!("../../../tests/recipes/src/used.c")),
    ("extra.c", include_str!("../../../tests/recipes/src/extra.c")),
    ("more.c", include_str!("../../../tests/recipes/src/more.c")),
    ("a.c", include_str!("../../../tests/recipes/src/a.c")),
    ("b.c", include_str!("../../../tests/recipes/src/b.c")),
];

/// A build system, and where it puts what.
struct Kind {
    /// The programs that it needs.
    tools: &'static [&'static str],
    /// Its files, with the recipe.
    files: Vec<(&'static str, String)>,
    /// Once, before the first build.
    configure: &'static str,
    build: &'static str,
    check: &'static str,
    /// Program, modules, response file.
    app: &'static str,
    modules: [&'static str; 2],
    rsp: &'static str,
    /// Removes the second module: a text of the build file and what stands there then.
    leave: (&'static str, &'static str, &'static str),
}

fn make() -> Kind {
    Kind {
        tools: &["make"],
        files: vec![
            ("Makefile", include_str!("../../../tests/recipes/make/Makefile").to_owned()),
            ("modpin.mk", recipe("make")),
        ],
        configure: "true",
        build: "make -j8",
        check: "make check",
        app: "app",
        modules: ["a.so", "b.so"],
        rsp: "app.rsp",
        leave: ("Makefile", "a.so b.so", "a.so"),
    }
}

fn ninja() -> Kind {
    Kind {
        tools: &["ninja"],
        files: vec![
            ("build.ninja", include_str!("../../../tests/recipes/ninja/build.ninja").to_owned()),
            ("modpin.ninja", recipe("ninja")),
        ],
        configure: "true",
        build: "ninja -j8 app a.so b.so",
        check: "ninja app.checked",
        app: "app",
        modules: ["a.so", "b.so"],
        rsp: "app.rsp",
        leave: ("build.ninja", "modules = a.so b.so", "modules = a.so"),
    }
}

fn meson() -> Kind {
    let text = include_str!("../../../tests/recipes/meson/meson.build").to_owned() + &recipe("meson");
    Kind {
        tools: &["meson", "ninja"],
        files: vec![("meson.build", text)],
        configure: "meson setup B",
        build: "ninja -j8 -C B",
        check: "meson test -C B",
        app: "B/app",
        modules: ["B/a.so", "B/b.so"],
        rsp: "B/app.rsp",
        leave: ("meson.build", "'--module', a, b,", "'--module', a,"),
    }
}

const CMAKE_WITH_NINJA: &str = "cmake -G Ninja -DCMAKE_BUILD_TYPE=Debug -B B .";
const CMAKE_WITH_MAKE: &str = "cmake -G Unix~Makefiles -DCMAKE_BUILD_TYPE=Debug -B B .";

fn cmake(configure: &'static str) -> Kind {
    Kind {
        tools: &["cmake", "ninja", "make"],
        files: vec![
            ("CMakeLists.txt", include_str!("../../../tests/recipes/cmake/CMakeLists.txt").to_owned()),
            ("modpin.cmake", recipe("cmake")),
        ],
        configure,
        build: "cmake --build B -j8",
        check: "ctest --test-dir B --output-on-failure",
        app: "B/app",
        modules: ["B/liba.so", "B/libb.so"],
        rsp: "B/app.Debug.rsp",
        leave: ("CMakeLists.txt", "MODULES a b", "MODULES a"),
    }
}

/// What `modpin recipe` prints.
fn recipe(build: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-modpin"));
    let output = command.args(["modpin", "recipe", build]).output().expect("the program starts");
    String::from_utf8(output.stdout).expect("text")
}

/// A project in its own directory, with `modpin` on the path.
struct Recipe {
    world: World,
    kind: Kind,
}

impl Recipe {
    fn new(kind: Kind) -> Option<Recipe> {
        if kind.tools.iter().any(|tool| is_missing(tool, "a recipe for another build system")) {
            return None;
        }
        let world = World::new(&SOURCES);
        for (path, text) in &kind.files {
            world.write(path, text);
        }
        // Build systems do not pass on how a step ended.
        world.script(
            "bin/modpin",
            &format!(
                "#!/bin/sh\n{} modpin \"$@\"\nended=$?\necho $ended > \"${{0%/*}}/ended\"\nexit $ended",
                env!("CARGO_BIN_EXE_cargo-modpin")
            ),
        );
        let recipe = Recipe { world, kind };
        recipe.well(recipe.kind.configure);
        Some(recipe)
    }

    fn call(&self, line: &str) -> Said {
        let words: Vec<String> = line.split(' ').map(|word| word.replace('~', " ")).collect();
        let mut command = self.world.command(&words[0]);
        let path = std::env::var("PATH").unwrap_or_default();
        command.args(&words[1..]).env("PATH", format!("{}:{path}", self.world.path("bin").display()));
        command.env_remove("MAKEFLAGS").env_remove("CARGO_MAKEFLAGS");
        Said::of(&mut command)
    }

    /// A command that must end well.
    #[track_caller]
    fn well(&self, line: &str) {
        let said = self.call(line);
        assert!(said.success(), "{line}:\n{}", said.text());
    }

    /// Builds twice: the second time nothing changes.
    fn build(&self) {
        self.well(self.kind.build);
        let before = self.times();
        self.well(self.kind.build);
        assert_eq!(before, self.times(), "a build after the build");
    }

    fn times(&self) -> Vec<SystemTime> {
        let files = [self.kind.app, self.kind.modules[0], self.kind.modules[1], self.kind.rsp];
        files.map(|file| self.modified(file)).to_vec()
    }

    fn modified(&self, file: &str) -> SystemTime {
        let path: PathBuf = self.world.path(file);
        path.metadata().and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.world.read(file);
        assert!(text.contains(from), "{file}: {text}");
        // Stamps of files are those of a clock that ticks.
        let before = self.modified(file);
        while {
            self.world.write(file, text.replace(from, to));
            self.modified(file) == before
        } {}
    }

    /// What the program answers with both modules.
    fn answer(&self) -> String {
        let modules = self.kind.modules.map(|module| format!("./{module}")).join(" ");
        self.call(&format!("./{} {modules}", self.kind.app)).text().trim().to_owned()
    }

    fn rsp(&self) -> String {
        self.world.read(self.kind.rsp)
    }
}

fn edits(kind: Kind) {
    let Some(it) = Recipe::new(kind) else { return };
    it.build();
    assert_eq!(it.answer(), "12");
    it.well(it.kind.check);
    let linked = it.modified(it.kind.app);
    // A module's body.
    it.edit("a.c", "return api()", "return 2 * api()");
    it.build();
    assert_eq!((it.answer().as_str(), it.modified(it.kind.app) == linked), ("13", true));
    // A touch.
    it.edit("b.c", "", "");
    it.build();
    assert_eq!(it.modified(it.kind.app), linked);
    // A new need, out of an archive; then one that can be done without, in the program itself.
    it.edit("a.c", "extra(void);", "extra(void), more(void);");
    it.edit("a.c", "+ extra()", "+ extra() + more()");
    it.build();
    assert_eq!(it.answer(), "113");
    it.edit("b.c", "int api(void);", "int api(void); __attribute__((weak)) int maybe(void);");
    it.edit("b.c", "return api()", "return api() + (maybe ? maybe() : 0)");
    it.build();
    assert_eq!(it.answer(), "1113");
    // Bodies of a member, of one behind a pin, of the program.
    it.edit("used.c", "return 1", "return 2");
    it.edit("more.c", "return 100", "return 200");
    it.edit("main.c", "return 1;", "return 3;");
    it.build();
    assert_eq!(it.answer(), "1219");
    // What a module needs is hidden: the step fails, and nothing of it is left.
    it.edit("more.c", "int more", "__attribute__((visibility(\"hidden\"))) int more");
    let said = it.call(it.kind.build);
    assert!(!said.success() && said.text().contains("defines it as hidden"), "{}", said.text());
    assert_eq!(it.world.read("bin/ended"), "100\n");
    assert!(!it.world.path(it.kind.rsp).exists());
    it.edit("more.c", "__attribute__((visibility(\"hidden\"))) int more", "int more");
    it.build();
    // It is gone, or static: nobody can know before the program is loaded.
    for (from, to) in [("int more", "static int more"), ("static int more", "int other")] {
        it.edit("more.c", from, to);
        let built = it.call(it.kind.build);
        let checked = it.call(it.kind.check);
        assert!(!(built.success() && checked.success()), "{}", checked.text());
    }
    it.edit("more.c", "int other", "int more");
    it.build();
    it.well(it.kind.check);
    // Files go.
    for file in [it.kind.rsp, it.kind.modules[0]] {
        std::fs::remove_file(it.world.path(file)).expect("it was there");
        it.build();
        assert_eq!(it.answer(), "1219", "{file}");
    }
    // A need goes; a module leaves.
    it.edit("a.c", "+ extra() + more()", "+ extra()");
    it.build();
    assert!(!it.rsp().contains("more"), "{}", it.rsp());
    it.edit("a.c", "extra(void), more(void)", "api(void)");
    it.edit("b.c", "return api()", "return api() + extra()");
    it.edit("b.c", "int api(void);", "int api(void), extra(void);");
    it.edit("a.c", "+ extra()", "");
    it.build();
    assert!(it.rsp().contains("extra"));
    let (file, from, to) = it.kind.leave;
    it.edit(file, from, to);
    it.well(it.kind.build);
    assert!(!it.rsp().contains("extra"), "{}", it.rsp());
}

#[test]
fn for_make() {
    edits(make());
}

#[test]
fn for_ninja() {
    edits(ninja());
}

#[test]
fn for_meson() {
    edits(meson());
}

#[test]
fn for_cmake_with_ninja() {
    edits(cmake(CMAKE_WITH_NINJA));
}

#[test]
fn for_cmake_with_make() {
    edits(cmake(CMAKE_WITH_MAKE));
}

#[test]
fn clean_builds_at_once() {
    let kinds = [make(), ninja(), meson(), cmake(CMAKE_WITH_NINJA), cmake(CMAKE_WITH_MAKE)];
    // The last three configure each time: a part of the whole suite only.
    for kind in kinds.into_iter().take(count(2, 5)) {
        let Some(it) = Recipe::new(kind) else { continue };
        for _ in 0..count(2, 10) {
            let clean = "app main.o used.o extra.o more.o libutil.a a.so b.so app.rsp app.rsp.list app.rsp.asked .ninja_log .ninja_deps";
            for file in clean.split(' ') {
                let _ = std::fs::remove_file(it.world.path(file));
            }
            if std::fs::remove_dir_all(it.world.path("B")).is_ok() {
                it.well(it.kind.configure);
            }
            it.build();
            assert_eq!(it.answer(), "12");
        }
    }
}
