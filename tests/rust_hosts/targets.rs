//! The other targets of the package, and cargo's other commands: nothing of a host's link reaches them, and all work.

use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use modpin::{Executable, Library, Module, Project};
use modpin_test::skip::is_long;
use modpin_test::{Said, World, reliability, skip};
use serde_json::{Value, json};

use crate::workspace::{PRINTED, Workspace, project};

/// A library, a second program, an example, a benchmark and a test beside the host.
fn with_everything() -> Workspace {
    let workspace = Workspace::new();
    let none = "fn main() {}\n";
    workspace.world.write("app/src/bin/other.rs", none);
    workspace.world.write("app/examples/example.rs", none);
    workspace.world.write("app/benches/bench.rs", "#[test]\nfn bench() {}\n");
    let test = "#[test]\nfn modules_are_there() {\n    let dir = std::env::var(\"MODPIN_MODULES\").unwrap();\n    \
                assert!(std::path::Path::new(&dir).join(\"hello.so\").is_file());\n    \
                let host = std::process::Command::new(env!(\"CARGO_BIN_EXE_app\")).arg(\"hello\").output().unwrap();\n    \
                assert!(host.status.success());\n}\n";
    workspace.world.write("app/tests/modules.rs", test);
    // A program of another package that uses the library: nothing of the host's link reaches it.
    workspace.world.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"functions\", \"other\"]\nresolver = \"3\"\n",
    );
    let manifest = "[package]\nname = \"other-app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\napp = { path = \"../app\" }\n";
    workspace.world.write("other/Cargo.toml", manifest);
    workspace.world.write("other/src/main.rs", "fn main() {\n    println!(\"{}\", app::one());\n}\n");
    workspace.world.write("app/src/lib.rs", "//! ```\n//! assert_eq!(app::one(), 1);\n//! ```\n\npub fn one() -> i32 {\n    1\n}\n\n#[test]\nfn is_one() {\n    assert_eq!(one(), 1);\n}\n");
    workspace
}

#[test]
fn every_kind_of_target_and_command() {
    let workspace = with_everything();
    workspace.cargo(&["test", "--all-targets"]).has_both(0, "test modules_are_there ... ok", "");
    workspace.cargo(&["test", "--doc"]).has_both(0, "1 passed", "");
    workspace.cargo(&["run", "-q", "--bin", "app", "hello", "plain"]).has_both(0, PRINTED, "");
    workspace.cargo(&["run", "-q", "--package", "other-app"]).has_both(0, "1\n", "");
    // Those that only look share the script's directory, and nothing is compiled for them again.
    let seen = || workspace.built("debug").join(".modpin/state.seal").metadata().expect("a build").ino();
    let before = (seen(), workspace.directories("debug").count());
    what_editors_ask_is_answered(&workspace);
    assert_eq!((seen(), workspace.directories("debug").count()), before);
    if reliability::count(false, true)
        && !skip::is_missing("cargo-clippy", "clippy of a program in Rust")
    {
        // cargo gives clippy a build script of its own, which builds once.
        for _ in 0..2 {
            workspace.cargo(&["clippy", "--all-targets", "--", "-D", "warnings"]).has(0, "");
            assert_eq!(workspace.directories("debug").count(), before.1 + 1);
        }
    }
    let installed = workspace.world.path("installed");
    let installed = installed.to_str().expect("a path");
    workspace.cargo(&["install", "--debug", "--path", "app", "--root", installed]).has(0, "");
    let program = workspace.world.path("installed/bin/app");
    let dir = workspace.built("debug");
    Said::of(workspace.world.command(program).arg("hello").env("MODPIN_MODULES", dir)).has_both(
        0,
        "hello 112",
        "",
    );
}

/// rust-analyzer runs this, and takes from it what build scripts set.
fn what_editors_ask_is_answered(workspace: &Workspace) {
    let args = ["check", "--workspace", "--message-format=json", "--all-targets", "--keep-going"];
    let said = workspace.cargo(&args);
    said.has(0, "");
    let messages = said.objects();
    let of = |reason: &str| -> Vec<&Value> {
        messages.iter().filter(|message| message["reason"] == reason).collect()
    };
    let diagnostics = of("compiler-message");
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let scripts = of("build-script-executed");
    let modules = workspace.built("debug");
    let is_ours = |script: &&Value| script["env"] == json!([["MODPIN_MODULES", modules]]);
    assert_eq!(scripts.iter().filter(|script| is_ours(script)).count(), 1, "{scripts:?}");
}

/// cargo takes nothing for the link of a program from the build script of another package, and says nothing of it; arguments for
/// one program by name it refuses.
#[test]
fn a_program_that_the_package_lacks_is_an_error_of_cargo_in_its_words() {
    let workspace = Workspace::new();
    let world = &workspace.world;
    for file in ["build.rs", "project.json"] {
        world.write(&format!("functions/{file}"), world.read(&format!("app/{file}")));
    }
    world.call("cp -r app/c functions/c");
    let said = workspace.cargo(&["build"]);
    said.has(101, "from build script of `functions v0.1.0");
    said.has(101, "does not have a bin target with the name `app`");
}

#[test]
fn modules_that_are_built_in_are_linked_into_the_program() {
    let mut project = project();
    project["targets"][2]["built_in"] = json!(true);
    let workspace = Workspace::declaring(&project);
    let main = "use std::ffi::c_int;\n\nunsafe extern \"C\" {\n    fn run(of: c_int) -> c_int;\n}\n\n#[unsafe(no_mangle)]\npub extern \"C\" fn rust_base() -> c_int {\n    1000\n}\n\nfn main() {\n    \
                println!(\"{} {}\", functions::called(1), unsafe { run(5) });\n}\n";
    workspace.world.write("app/src/main.rs", main);
    workspace.cargo(&["build"]).has(0, "");
    let dir = workspace.built("debug");
    assert!(!dir.join("hello.so").exists() && dir.join("plain.so").is_file());
    workspace.run("debug", &[]).has_both(0, "log 112\n1004 112\n", "");
}

#[test]
fn two_feature_sets_and_another_directory_for_what_is_built() {
    if is_long("targets::two_feature_sets_and_another_directory_for_what_is_built") {
        return;
    }
    let workspace = Workspace::new();
    let features: [&[&str]; 2] = [&["build"], &["build", "--features", "more"]];
    for args in features.into_iter().chain(features) {
        workspace.cargo(args).has(0, "");
        workspace.run("debug", &["hello", "plain"]).has_both(0, PRINTED, "");
    }
    let elsewhere = workspace.world.path("elsewhere");
    let env = [("CARGO_BUILD_BUILD_DIR", elsewhere.to_str().expect("a path"))];
    std::fs::remove_dir_all(workspace.world.path("target")).expect("nothing is left");
    workspace.cargo_with(&env, &["build"]).has(0, "");
    workspace.run("debug", &["hello"]).has_both(0, "hello 112", "");
}

#[test]
fn two_cargos_at_once() {
    let workspace = Workspace::new();
    let both = [&["build"][..], &["check", "--all-targets"]].map(|args| {
        let mut command = workspace.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("cargo")
    });
    for cargo in both {
        let said: Said = cargo.wait_with_output().expect("its end").into();
        said.has(0, "Finished");
    }
    workspace.run("debug", &["hello", "plain"]).has_both(0, PRINTED, "");
    assert!(!workspace.builds(&[]), "for nothing");
}

/// The other way round: C links Rust, and modules in C call it.
#[test]
fn a_host_in_c_keeps_what_its_modules_need_of_rust() {
    let world = World::new(&[
        (
            "rust.rs",
            "#![no_std]\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! {\n    loop {}\n}\n\
                     #[unsafe(no_mangle)]\npub extern \"C\" fn rust_twice(of: i32) -> i32 {\n    2 * of\n}\n",
        ),
        (
            "host.c",
            "#include <dlfcn.h>\n#include <stdio.h>\nint main(int count, char **args) {\n  void *module = dlopen(args[1], RTLD_NOW);\n  \
                    int (*run)(int) = module ? (int (*)(int))dlsym(module, \"run\") : 0;\n  \
                    if (!run) { puts(dlerror()); return 1; }\n  printf(\"%d\\n\", run(5));\n  return count != 2;\n}\n",
        ),
        ("run.c", "int rust_twice(int);\nint run(int of) { return rust_twice(of); }\n"),
        ("run_more.c", "int rust_cube(int);\nint run(int of) { return rust_cube(of); }\n"),
    ]);
    // A second one, and in all tests both with std, which is then in the program once.
    world.write("more.rs", MORE);
    let with_std = reliability::count(false, true);
    if with_std {
        world.write("rust.rs", "#[unsafe(no_mangle)]\npub extern \"C\" fn rust_twice(of: i32) -> i32 {\n    format!(\"{of}{of}\").len() as i32 * of\n}\n");
    }
    let files = if with_std { &["rust.rs", "more.rs"][..] } else { &["rust.rs"] };
    for file in files {
        let args = ["--edition=2024", "--crate-type=staticlib", "-Cpanic=abort", "-O", file];
        world.tool("rustc", &args);
    }
    let declare = |p: &mut Project| {
        let rust = p.add(Library::prebuilt("rust", "librust.a"));
        p.add(Module::new("run").sources("run.c"));
        let mut host =
            Executable::new("host").sources("host.c").link(rust).system_library("dl").loads("run*");
        if with_std {
            let more = p.add(Library::prebuilt("more", "libmore.a"));
            p.add(Module::new("run_more").sources("run_more.c"));
            host = host.link(more);
        }
        p.add(host);
    };
    world.build(declare).expect_success();
    assert_eq!(world.printed("host", &["./run.so"]), "10");
    if with_std {
        assert_eq!(world.printed("host", &["./run_more.so"]), "125");
    }
}

/// Needs std, as the other one does then.
const MORE: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn rust_cube(of: i32) -> i32 {\n    \
                    let all = vec![of; 3];\n    std::hint::black_box(all).iter().product()\n}\n";
