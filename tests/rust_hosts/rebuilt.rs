//! What a plain `cargo build` notices, each change once, and nothing for nothing.

use modpin_test::skip::is_long;
use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::workspace::{PRINTED, Workspace, project};

/// A change is noticed, and the build after that has nothing to do.
#[track_caller]
fn notices(workspace: &Workspace, env: &[(&str, &str)], what: &str) {
    assert!(workspace.builds(env), "not noticed: {what}");
    assert!(!workspace.builds(env), "dirty twice: {what}");
}

#[test]
fn each_change_is_noticed_once() {
    if is_long("rebuilt::each_change_is_noticed_once") {
        return;
    }
    let mut project = project();
    project["targets"][3]["sources"] = json!(["c/modules/plain*.c"]);
    let workspace = Workspace::declaring(&project);
    let (world, none) = (&workspace.world, &[][..]);
    notices(&workspace, none, "a first build");
    workspace.run("debug", &["hello", "plain"]).has_both(0, PRINTED, "");

    world.write("app/c/modules/plain.c", "int run(int of) { return of + 1; }\n");
    let said = workspace.cargo(&["build"]);
    assert!(
        said.err.contains("Compiling app") && !said.err.contains("Compiling functions"),
        "{}",
        said.err
    );
    assert!(!workspace.builds(none), "dirty twice: the body of a module");
    workspace.run("debug", &["plain"]).has_both(0, "plain 6", "");

    world.write(
        "app/c/modules/plain.c",
        "int core_back(int);\nint run(int of) { return core_back(of); }\n",
    );
    notices(&workspace, none, "a new need");
    world.write("app/c/core/extra.h", "#define EXTRA 200\n");
    notices(&workspace, none, "a header");
    workspace.run("debug", &["hello", "plain"]).has_both(0, "hello 212\nplain 6\n", "");

    world.write("app/c/modules/plain_too.c", "int too(void) { return 1; }\n");
    notices(&workspace, none, "a new file that a glob matches");

    world.write("old.c", "int run(int of) { return of + 7; }\n");
    let old = SystemTime::now() - Duration::from_secs(1 << 20);
    fs::File::open(world.path("old.c")).and_then(|file| file.set_modified(old)).expect("an old file");
    fs::rename(world.path("old.c"), world.path("app/c/modules/plain.c")).expect("moved");
    notices(&workspace, none, "a file with an old time stamp");
    workspace.run("debug", &["plain"]).has_both(0, "plain 12", "");

    fs::remove_file(workspace.built("debug").join("plain.so")).expect("it was there");
    notices(&workspace, none, "a deleted module");
    workspace.run("debug", &["plain"]).has_both(0, "plain 12", "");

    notices(&workspace, &[("CFLAGS", "-DEXTRA_FLAG")], "CFLAGS");
    notices(&workspace, none, "no CFLAGS");
    notices(&workspace, &[("CC", "gcc")], "CC");
}

/// cargo must watch the directory, although nobody has read anything there, and the script must not take it for what it was.
#[test]
fn a_new_header_in_front_of_another_is_noticed() {
    let mut project = project();
    project["targets"][3]["includes"] = json!(["c/first", "c/last"]);
    let workspace = Workspace::declaring(&project);
    let world = &workspace.world;
    world.write("app/c/modules/plain.c", "#include <more.h>\nint run(int of) { return of + MORE; }\n");
    world.write("app/c/first/unused.h", "");
    world.write("app/c/last/more.h", "#define MORE 1\n");
    notices(&workspace, &[], "a first build");
    // A run that finds nothing to do is remembered.
    world.write("app/c/first/unused.h", "");
    notices(&workspace, &[], "the time of a file");
    world.write("app/c/first/more.h", "#define MORE 2\n");
    notices(&workspace, &[], "a header in front of another");
    workspace.run("debug", &["plain"]).has_both(0, "plain 7", "");
}

#[test]
fn sources_beside_cargos_own_files_are_built_and_the_price_is_said() {
    let mut project = project();
    project["targets"][3]["sources"] = json!(["p*.c"]);
    let workspace = Workspace::declaring(&project);
    workspace.world.write("app/plain.c", "int run(int of) { return of; }\n");
    let said = workspace.cargo(&["build"]);
    said.has(0, "help: put C sources into a directory of their own");
    assert!(!workspace.builds(&[]), "for nothing");
    workspace.world.write("app/plain.c", "int run(int of) { return of + 1; }\n");
    notices(&workspace, &[], "a source");
}

/// A build script writes into its own directory, unless the user has named another one.
#[test]
fn results_are_kept_where_the_user_says_and_nowhere_else() {
    if is_long("rebuilt::results_are_kept_where_the_user_says_and_nowhere_else") {
        return;
    }
    let workspace = Workspace::new();
    let world = &workspace.world;
    let [home, kept] = ["home", "kept"].map(|name| world.path(name).display().to_string());
    let build = |cache: &str| {
        let _ = fs::remove_dir_all(world.path("target"));
        let env = [("XDG_CACHE_HOME", home.as_str()), ("MODPIN_CACHE", cache)];
        workspace.cargo_with(&env, &["build"]).has(0, "");
        workspace.run("debug", &["hello", "plain"]).has_both(0, PRINTED, "");
        let state =
            fs::read(workspace.built("debug").join(".modpin/state")).expect("what is remembered");
        String::from_utf8_lossy(&state).matches("from the cache, made in this checkout").count()
    };
    assert_eq!(build(""), 0);
    assert_eq!(build(&kept), 0);
    assert!(world.path("kept/modpin-results").is_dir() && !world.path("home").exists());
    assert!(build(&kept) > 10);
}
