//! `cargo modpin new` and `init`: what they write builds, loads its module, passes its tests, and is formatted.

use std::path::Path;

use modpin_test::{Said, World, reliability};

use crate::workspace::Workspace;

fn new(world: &World, args: &[&str]) -> Said {
    let program = Path::new(env!("CARGO_BIN_EXE_xtask-program"));
    Said::of(world.command(program).arg("new").args(args))
}

#[test]
fn what_is_written_is_formatted_and_whole() {
    let world = World::new(&[]);
    for (name, host, bins) in
        [("my-app", "rust", 2), ("tool", "c", 1), ("a-name-of-some-length", "rust", 2)]
    {
        new(&world, &[name, "--host", host]).has(0, "next: cd ");
        new(&world, &[name]).has(1, "is there already");
        let said = world.call("find . -name *.rs");
        let sources: Vec<&str> = said.out.lines().collect();
        world.tool("rustfmt", &[&["--check", "--edition", "2024"], &sources[..]].concat());
        let left = world.try_call("grep -rnE NAME|IDENT|MODPIN$ .");
        assert_eq!((left.code, left.out.as_str()), (Some(1), ""), "{name}");
        let metadata = Workspace::of(World::new(&[])).cargo(&[
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
            world.path(name).join("Cargo.toml").to_str().expect("a path"),
        ]);
        metadata.has(0, "");
        assert_eq!(metadata.out.matches(r#""kind":["bin"]"#).count(), bins, "{}", metadata.out);
    }
    new(&world, &["a/b"]).has(1, "is no name for a package");
    new(&world, &["other", "--modpin", "nowhere"]).has(101, "nowhere/crates/modpin");
    assert!(!world.path("other").exists());
}

#[test]
fn the_readme_has_what_is_written() {
    let readme = include_str!("../../README.md");
    let world = World::new(&[]);
    new(&world, &["tool", "--host", "c"]).has(0, "");
    let said = world.call("find tool -type f -not -name .gitignore").out;
    for path in said.lines() {
        let block = format!("`{}`:\n\n```", path.strip_prefix("tool/").expect("a path in it"));
        let (_, rest) = readme.split_once(&block).unwrap_or_else(|| panic!("README lacks {path}"));
        let (_, rest) = rest.split_once('\n').expect("a language");
        assert_eq!(rest.split("```").next(), Some(&*world.read(path)), "{path}");
    }
    assert_eq!(said.lines().count(), 8);
    // `init` writes the same, but for the program's name.
    let (workspace, _) = init(&[WORKSPACE, PACKAGE, PROGRAM], &[]);
    let shown = world.read("tool/xtask/src/main.rs").replace("tool", "demo");
    assert_eq!(workspace.world.read("xtask/src/main.rs"), shown);

    // By path, with the checkout in the place of published crates.
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let checkout = checkout.to_str().expect("a path");
    new(&world, &["by-path", "--host", "c", "--modpin", checkout]).has(0, "");
    let (_, rest) = readme.split_once("```toml\nmodpin = { path").expect("the lines");
    let lines = format!("modpin = {{ path{}", rest.split("```").next().unwrap_or_default());
    let written = world.read("by-path/xtask/Cargo.toml").replace(checkout, "../../modpin");
    lines.lines().for_each(|line| assert!(written.contains(&format!("{line}\n")), "{line}: {written}"));
}

/// `init` in a workspace of files that are there already.
fn init(files: &[(&str, &str)], args: &[&str]) -> (Workspace, Said) {
    let workspace = Workspace::of(World::new(files));
    let said = workspace.say(workspace.world.root(), &[&["init"], args].concat());
    (workspace, said)
}

impl Workspace {
    /// The command line's program, run as cargo would run it.
    fn say(&self, dir: impl AsRef<Path>, args: &[&str]) -> Said {
        let mut command = self.program(env!("CARGO_BIN_EXE_xtask-program"));
        Said::of(command.current_dir(dir).args(args))
    }
}

const WORKSPACE: (&str, &str) = ("Cargo.toml", "[workspace]\nmembers = [\"app\"]\nresolver = \"3\"\n");
const PACKAGE: (&str, &str) =
    ("app/Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
const PROGRAM: (&str, &str) = ("app/src/main.rs", "fn main() {}\n");

#[test]
fn a_workspace_gets_what_it_lacks() {
    let (workspace, said) = init(&[WORKSPACE, PACKAGE, PROGRAM], &[]);
    said.has(
        0,
        "  by hand: Cargo.toml needs \"xtask\" among the `members` of [workspace]\n  next: cargo xtask",
    );
    let world = &workspace.world;
    assert_eq!(world.read("Cargo.toml"), WORKSPACE.1, "it is its owner's");
    for file in ["xtask/Cargo.toml", "xtask/src/main.rs", ".cargo/config.toml", "c/hello.c", "c/main.c"]
    {
        said.has(0, &format!("Created {file}\n"));
        assert!(world.path(file).is_file(), "{file}");
    }
    world.tool("rustfmt", &["--check", "--edition", "2024", "xtask/src/main.rs"]);
    // Nothing else is missing: with the line that is asked for, cargo knows the package and the alias.
    world.write("Cargo.toml", WORKSPACE.1.replace("\"app\"", "\"app\", \"xtask\""));
    let metadata = ["metadata", "--no-deps", "--format-version", "1"];
    workspace.cargo(&metadata).has_both(0, "\"name\":\"xtask\"", "");
    workspace.cargo(&["--list"]).has_both(0, "alias: run --quiet --package xtask --", "");

    // Once more, from below: nothing is written, and nothing that is done is asked for.
    let files = || {
        let mut files: Vec<String> = world.call("find .").out.lines().map(str::to_owned).collect();
        files.sort();
        files
    };
    let before = files();
    world.write("xtask/src/main.rs", "// mine\n");
    let said = workspace.say(world.path("app"), &["init"]);
    said.has(
        0,
        "Left xtask: it is there already\n  by hand: xtask needs the dependencies\n      modpin = ",
    );
    assert!(!said.err.contains("Created") && !said.err.contains("config.toml"), "{}", said.err);
    assert_eq!(world.read("xtask/src/main.rs"), "// mine\n");
    assert_eq!(files(), before);
}

#[test]
fn what_is_there_stays_and_its_owner_is_told() {
    let config = (".cargo/config.toml", "[build]\njobs = 2\n");
    let patterns = ("Cargo.toml", "[workspace]\nmembers = [\"app\", \"x*\"]\nresolver = \"3\"\n");
    let other = [("x/Cargo.toml", "[package]\nname = \"x\"\n"), ("x/src/lib.rs", "")];
    let mine = [patterns, PACKAGE, PROGRAM, config, ("c/mine.c", "")];
    let (workspace, said) = init(&[&mine[..], &other].concat(), &[]);
    said.has(0, "Left c: it is there already\n");
    said.has(0, "by hand: .cargo/config.toml needs\n      [alias]\n      xtask = \"run --quiet --package xtask --\"\n");
    said.has(0, "next: declare your targets in xtask/src/main.rs; ");
    assert!(!said.err.contains("Cargo.toml needs"), "a pattern takes it in: {}", said.err);
    let world = &workspace.world;
    assert_eq!(world.read(config.0), config.1);
    assert_eq!(world.call("find c -type f").out, "c/mine.c\n");
    world.tool("rustfmt", &["--check", "--edition", "2024", "xtask/src/main.rs"]);

    // An alias from above is one; a link that leads nowhere is somebody's; one package is no workspace yet.
    let above = (".cargo/config.toml", "[alias]\nxtask = \"run\"\n");
    let package = ("it/Cargo.toml", PACKAGE.1);
    let world =
        World::new(&[above, package, ("it/src/main.rs", PROGRAM.1), ("it/.cargo/config.toml", "")]);
    std::os::unix::fs::symlink("nowhere", world.path("it/c")).expect("a link");
    let workspace = Workspace::of(world);
    let said = workspace.say(workspace.world.path("it"), &["init"]);
    said.has(0, "by hand: Cargo.toml needs\n      [workspace]\n      members = [\"xtask\"]\n");
    said.has(0, "Left c: ");
    assert!(!said.err.contains("[alias]"), "{}", said.err);

    let (_, said) = init(&[], &[]);
    said.has(1, "error: cargo finds no workspace here: ");
    said.has(1, "help: cargo modpin new NAME makes a workspace from nothing");
    let (workspace, said) = init(&[WORKSPACE, PACKAGE, PROGRAM], &["--modpin", "nowhere"]);
    said.has(101, "nowhere/crates/modpin");
    assert!(!workspace.world.path("xtask").exists() && !workspace.world.path("c").exists());
}

/// It compiles modpin, which takes a minute or two.
#[test]
fn what_is_written_works() {
    if reliability::count(true, false) {
        return;
    }
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let workspace = Workspace::of(World::new(&[]));
    let programs = installed(&workspace, repository);
    let checkout = repository.to_str().expect("a path");
    let mut command = workspace.command(&["modpin", "new", "my-app", "--modpin", checkout]);
    Said::of(command.env("PATH", &programs)).has(0, "");
    let world = &workspace.world;
    // The versions that this workspace has are here.
    let lock = std::fs::read(repository.join("Cargo.lock")).expect("a lock file");
    world.write("my-app/Cargo.lock", &lock);
    let cargo = |args: &[&str]| {
        let mut command = workspace.command(args);
        Said::of(command.env("PATH", &programs).current_dir(workspace.world.path("my-app")))
    };
    cargo(&["run"]).has_both(0, "this is my-app\nhello, module\nhello ended with 0\n", "");
    cargo(&["test"]).has_both(0, "test the_modules_load ... ok", "");
    cargo(&["clippy", "--all-targets", "--", "-D", "warnings"]).has(0, "");
    cargo(&["xtask", "modules", "--check-load"]).has_both(0, "hello in my-app: ok", "");

    // The same workspace, built a second time with a program in C.
    let root = workspace.world.path("my-app");
    let manifest = workspace.world.read("my-app/Cargo.toml");
    std::fs::remove_dir_all(root.join("xtask")).expect("its xtask");
    workspace.world.write("my-app/Cargo.toml", manifest.replace(", \"xtask\"]", "]"));
    workspace.say(&root, &["init", "--modpin", checkout]).has(0, "Created c/main.c");
    workspace.world.write("my-app/Cargo.toml", manifest);
    let said = cargo(&["xtask", "modules", "--check-load"]);
    said.has_both(0, "hello in demo: ok", "");
    said.has_both(0, "hello in my-app: ok", "");
    let demo = root.join("target/modpin/debug/demo");
    Said::of(&mut workspace.world.command(demo)).has_both(0, "hello, module\n", "");
    cargo(&["clippy", "--all-targets", "--", "-D", "warnings"]).has(0, "");
    cargo(&["fmt", "--all", "--check"]).has(0, "");
    first_mistakes(world, &cargo);

    // And a program in C from nothing.
    let args = ["modpin", "new", "tool", "--host", "c", "--modpin", checkout];
    Said::of(workspace.command(&args).env("PATH", &programs)).has(0, "");
    world.write("tool/Cargo.lock", &lock);
    let cargo = |args: &[&str]| {
        let mut command = workspace.command(args);
        // What is compiled of modpin already.
        command.env("CARGO_TARGET_DIR", root.join("target"));
        Said::of(command.env("PATH", &programs).current_dir(world.path("tool")))
    };
    cargo(&["xtask", "modules", "--check-load"]).has_both(0, "hello in tool: ok", "");
    cargo(&["xtask", "run", "tool"]).has_both(0, "hello, module\n", "");
    cargo(&["xtask", "install", "--destdir", "pkg"]).has(0, "Installed");
    let installed = world.path("tool/pkg/usr/local/bin/tool");
    Said::of(&mut workspace.world.command(installed)).has_both(0, "hello, module\n", "");
    cargo(&["clippy", "--all-targets", "--", "-D", "warnings"]).has(0, "");
    cargo(&["fmt", "--all", "--check"]).has(0, "");
}

/// What somebody does wrong on the first day, and what is said.
fn first_mistakes(world: &World, cargo: &impl Fn(&[&str]) -> Said) {
    let mistake = |file: &str, from: &str, to: &str, args: &[&str]| {
        let path = format!("my-app/{file}");
        let text = world.read(&path);
        assert!(text.contains(from), "{file}: {from}");
        world.write(&path, text.replace(from, to));
        let said = cargo(args);
        world.write(&path, text);
        said
    };
    let said = mistake("my-app-core/src/lib.rs", "#[unsafe(no_mangle)]\n", "", &["build"]);
    said.has(101, "my_app_log");
    said.has(101, "my-app.rust.c");
    let call = "void my_app_tell(const char *);\n  my_app_tell(text);";
    let said = mistake("my-app/c/hello.c", "my_app_log(text);", call, &["build"]);
    said.has(101, "my_app_tell");
    said.has(101, "my-app.rust.c");
    let said = mistake("my-app/src/main.rs", "run(\"hello\")", "run(\"helo\")", &["run"]);
    said.has(1, "my-app: there is no module \"helo\", only hello");
    cargo(&["run"]).has_both(0, "hello ended with 0\n", "");
}

/// `cargo install` of the checkout: the value of `PATH` with which cargo finds `cargo-modpin`.
fn installed(workspace: &Workspace, checkout: &Path) -> std::ffi::OsString {
    let package = checkout.join("crates/modpin-cli");
    let (root, out) = (workspace.world.path("installed"), workspace.world.path("out"));
    let [package, place, out] = [&package, &root, &out].map(|path| path.to_str().expect("a path"));
    let args =
        ["install", "--debug", "--locked", "--path", package, "--root", place, "--target-dir", out];
    workspace.cargo(&args).has(0, "Installed package `modpin-cli");
    let help = |program: &str| {
        Said::of(workspace.world.command(root.join("bin").join(program)).arg("--version"))
    };
    help("modpin").has_both(0, "modpin", "");
    assert!(root.join("bin/cargo-modpin").is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::iter::once(root.join("bin")).chain(std::env::split_paths(&path));
    std::env::join_paths(dirs).expect("a path")
}
