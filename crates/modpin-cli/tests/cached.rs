//! What was built once, here or in another checkout, is not built again: the real compiler, two checkouts beside each other, one
//! directory of results. What is taken is what a build without any would make.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use modpin_test::skip::is_long;
use modpin_test::{Random, Said, World};
use serde_json::Value;

use crate::outputs::outputs_of;
use crate::program::{finished, program_in};

const PROJECT: &str = r#"{
  "format": 2, "name": "demo", "includes": ["first", "include"], "cflags": ["-Wall"],
  "options": [{ "name": "FAST", "kind": "bool" }],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util/*.c"] },
    { "kind": "module", "name": "plug", "sources": ["plug.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["plug"],
      "defines": [{ "when": "FAST", "then": ["FAST=1"] }], "system_libraries": ["dl"] }
  ]
}"#;

const FILES: [(&str, &str); 7] = [
    ("first/other.h", "#define OTHER\n"),
    ("demo.json", PROJECT),
    ("include/base.h", "int base(int);\n#define STEP 1\n"),
    ("util/base.c", "#include \"base.h\"\nint base(int x) { int odd; return x + STEP; }\n"),
    ("util/kept.c", "int kept(void) { return 7; }\n"),
    ("plug.c", "int kept(void);\nint plug(void) { return kept(); }\n"),
    (
        "main.c",
        "#include \"base.h\"\n#ifndef FAST\n#define FAST 0\n#endif\nint main(void) { return base(FAST); }\n",
    ),
];

/// Checkouts of one project beside each other, as `one`, `two`, and so on.
struct Checkouts(World);

impl Checkouts {
    fn new(names: &[&str]) -> Checkouts {
        let checkouts = Checkouts(World::new(&[]));
        for name in names {
            FILES.iter().for_each(|(path, text)| checkouts.write(name, path, text));
        }
        checkouts
    }

    fn write(&self, checkout: &str, path: &str, text: &str) {
        self.0.write(&format!("{checkout}/{path}"), text);
    }

    /// The program in a checkout, with what is kept for all of them.
    fn command(&self, checkout: &str, args: &str) -> Command {
        let mut command =
            program_in(&self.0.path(checkout), &format!("modpin --project demo.json {args}"));
        command.env("MODPIN_CACHE", self.0.path("cache"));
        command
    }

    fn run(&self, checkout: &str, args: &str) -> Said {
        Said::of(&mut self.command(checkout, args))
    }

    /// Builds; which actions ran, and how many came from the cache.
    fn build(&self, checkout: &str, args: &str) -> (Vec<String>, usize) {
        let said = self.run(checkout, &format!("build --json {args}"));
        assert!(said.success(), "{}", said.text());
        let ended = said.objects_of("action-finished");
        let (cached, ran): (Vec<Value>, Vec<Value>) =
            ended.into_iter().partition(|it| it["cached"] == true);
        let ran = ran.iter().map(|it| format!("{} {}", it["verb"], it["label"]).replace('"', ""));
        let mut ran: Vec<String> = ran.filter(|name| !name.ends_with("compile_commands.json")).collect();
        ran.sort();
        assert_eq!(finished(&said).1 == 0, ran.iter().all(|name| !is_command(name)), "{ran:?}");
        (ran, cached.len())
    }

    /// The outputs are those of a build without anything that was kept.
    fn is_as_clean(&self, checkout: &str, args: &str) {
        let (dir, clean) = (self.0.path(checkout), self.0.path("clean"));
        let _ = std::fs::remove_dir_all(&clean);
        let copied = Command::new("cp").arg("-r").args([&dir, &clean]).status().expect("cp");
        assert!(copied.success());
        std::fs::remove_dir_all(clean.join("target")).expect("built");
        let said = Said::of(
            self.command("clean", &format!("build --no-cache {args}")).env("MODPIN_CACHE", "off"),
        );
        said.has(0, "Finished");
        if dir.join("target/modpin/debug/.modpin/check-load.graph").exists() {
            self.run("clean", &format!("modules --check-load --no-cache {args}")).has(0, "");
        }
        let built = |dir: &Path| {
            let mut outputs = outputs_of(&dir.join("target/modpin/debug"));
            outputs.retain(|path, _| !path.starts_with(".modpin/check-load."));
            outputs
        };
        assert_eq!(built(&dir), built(&clean));
    }
}

fn is_command(name: &str) -> bool {
    ["Compiling", "Linking", "Relinking", "Generating"].iter().any(|verb| name.starts_with(verb))
}

#[test]
fn a_second_checkout_takes_what_the_first_has_made() {
    let all = Checkouts::new(&["one", "two"]);
    let (first, cached) = all.build("one", "");
    assert!(
        first.iter().any(|name| name == "Linking target/modpin/debug/plug.so") && cached == 0,
        "{first:?}"
    );
    let warned = all.run("two", "build");
    // Warnings are said again.
    warned.has(0, "util/base.c:2:23: warning: unused variable");
    warned.has(0, "from the cache");
    assert!(
        !warned.err.contains("Linking") && warned.err.contains("   Compiling util/base.c\n"),
        "{}",
        warned.err
    );
    all.is_as_clean("two", "");
    all.run("two", "build").has(0, "nothing to do");
    // Load checks as well, and after `clean` it is all there.
    all.run("one", "modules --check-load").has(0, "");
    all.run("two", "modules --check-load").has(0, "actions from the cache");
    all.run("two", "clean").has(0, "Removed");
    let (ran, cached) = all.build("two", "");
    // The compilation database names its checkout, and this is its checkout.
    assert_eq!((ran, cached), (vec![], first.len() + 1));

    let object = "target/modpin/debug/.modpin/obj/libutil.a/util/base.c.o";
    let told = all.run("two", &format!("explain {object}"));
    let one = all.0.path("one");
    let words = "cache      from the cache, made in another checkout on 20";
    assert!(
        told.out.contains(words) && told.out.contains(&format!(": {}\n", one.display())),
        "{}",
        told.out
    );
    // With reasons, with commands, with times.
    std::fs::remove_file(all.0.path(&format!("two/{object}"))).expect("an object");
    all.run("two", "build --explain").has(0, "base.c.o is gone (from the cache)");
    std::fs::remove_file(all.0.path(&format!("two/{object}"))).expect("an object");
    all.run("two", "build --timings").has(0, "Finished debug build");
    let trace = all.0.read("two/target/modpin/debug/.modpin/timings/trace.json");
    assert!(trace.contains("\"cached\":true"), "{trace}");
}

#[test]
fn each_configuration_and_each_tree_takes_its_own() {
    let all = Checkouts::new(&["one", "two"]);
    all.build("one", "");
    let (ran, _) = all.build("one", "-D FAST=y");
    assert_eq!(ran.iter().filter(|name| is_command(name)).count(), 2, "{ran:?}");
    assert_eq!(all.build("one", "").0, [""; 0]);
    assert_eq!(all.build("two", "-D FAST=y").0, [""; 0]);
    all.is_as_clean("two", "-D FAST=y");
    all.build("two", "");
    // A header in front of one that was read, a header that differs, and back again.
    all.write("two", "first/base.h", "int base(int);\n#define STEP 2\n");
    let (ran, _) = all.build("two", "");
    assert!(ran.contains(&"Compiling main.c".to_owned()), "{ran:?}");
    all.is_as_clean("two", "");
    std::fs::remove_file(all.0.path("two/first/base.h")).expect("it");
    assert_eq!(all.build("two", "").0, [""; 0]);
    all.write("two", "include/base.h", "int base(int);\n#define STEP 3\n");
    assert!(all.build("two", "").0.contains(&"Compiling util/base.c".to_owned()));
    all.write("two", "include/base.h", FILES[2].1);
    assert_eq!(all.build("two", "").0, [""; 0]);
    all.is_as_clean("two", "");
}

#[test]
fn what_tells_the_time_or_runs_a_tool_of_the_project_is_made_here() {
    let all = Checkouts::new(&["one", "two"]);
    let rule = r#"{ "kind": "rule", "name": "made", "run": [{ "input": "make.sh" }, { "output": "made.h" }] },"#;
    let project = PROJECT.replacen("\"targets\": [", &format!("\"targets\": [{rule}"), 1);
    for name in ["one", "two"] {
        all.write(name, "demo.json", &project);
        all.write(name, "util/kept.c", "const char *kept(void) { return __DATE__ __TIME__; }\n");
        all.0.script(&format!("{name}/make.sh"), "#!/bin/sh\necho '#define MADE 1' > \"$1\"\n");
    }
    all.build("one", "");
    let (ran, _) = all.build("two", "");
    let commands: Vec<&String> =
        ran.iter().filter(|name| name.starts_with("Compiling") || name.starts_with("Gen")).collect();
    // Once for the program, once for the module.
    assert_eq!(commands, ["Compiling util/kept.c", "Generating made"], "{ran:?}");
    let objects = "target/modpin/debug/.modpin";
    for (file, words) in [
        (
            "obj/libutil.a/util/kept.c.o",
            "not in the cache: util/kept.c tells the time of the compilation",
        ),
        (
            "gen/made.h",
            "not in the cache: a tool of the project makes it, and nobody vouches for what that reads",
        ),
    ] {
        let told = all.run("two", &format!("explain {objects}/{file}"));
        assert!(told.out.contains(words), "{}", told.out);
    }
    // With SOURCE_DATE_EPOCH they are as any other source.
    let build = |name: &str| {
        let mut command = all.command(name, "build");
        Said::of(command.env("SOURCE_DATE_EPOCH", "1000000000"))
    };
    build("one").has(0, "Compiling util/kept.c");
    let said = build("two");
    assert!(said.success() && !said.err.contains("Compiling util/kept.c"), "{}", said.err);
}

#[test]
fn where_results_are_kept_is_for_the_user_to_say() {
    let all = Checkouts::new(&["one", "two"]);
    let build = |name: &str, args: &str, env: &[(&str, &str)]| {
        let mut command = all.command(name, &format!("build {args}"));
        command
            .env_remove("MODPIN_CACHE")
            .env("XDG_CACHE_HOME", all.0.path("home"))
            .envs(env.iter().copied());
        Said::of(&mut command)
    };
    let there = |path: &str| all.0.path(path).exists();
    build("one", "--no-cache", &[]).has(0, "ran\n");
    build("one", "", &[("MODPIN_CACHE", "off")]).has(0, "nothing to do");
    all.run("one", "clean").has(0, "");
    assert!(!there("home") && !there("cache"));
    // By default it is the user's directory for such things.
    build("one", "", &[]).has(0, "ran\n");
    assert!(there("home/modpin-results"));
    build("two", "", &[]).has(0, "from the cache");
    all.run("two", "clean").has(0, "");
    build("two", "--cache ../other", &[]).has(0, "ran\n");
    assert!(there("other/modpin-results"));
    let mode = std::fs::metadata(all.0.path("other/modpin-results")).expect("it").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    // What others can write, or come to see, is not used; the build goes on.
    for mode in [0o770, 0o755] {
        let dir = all.0.path("other/modpin-results");
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(mode)).expect("changed");
        all.run("two", "clean").has(0, "");
        let said = build("two", "--cache ../other", &[]);
        said.has(0, "results of builds are not kept there: others can write there, or come in");
        said.has(0, "help: chmod 700 ");
        said.has(0, "ran\n");
    }
    all.run("two", "clean").has(0, "");
    build("two", "--cache ../two/demo.json", &[]).has(0, "help: choose another one");
    all.run("two", "clean").has(0, "");
    build("two", "", &[("MODPIN_CACHE_SIZE", "5GB")])
        .has(0, "\"5GB\" is no size\n  help: say it as 20GiB");
    build("two", "--no-cache --cache x", &[]).has(1, "cannot be used with");
    // A home that cannot be written is none of a build's business.
    all.run("two", "clean").has(0, "");
    let said = build("two", "", &[("XDG_CACHE_HOME", "/proc/none")]);
    said.has(0, "ran\n");
    assert!(!said.err.contains("warning: /proc"), "{}", said.err);
}

#[test]
fn what_is_kept_is_told_trimmed_and_cleared() {
    let all = Checkouts::new(&["one", "two"]);
    all.build("one", "");
    let cache = |args: &str| {
        let said = Said::of(
            program_in(all.0.root(), &format!("modpin cache {args} --json"))
                .env("MODPIN_CACHE", all.0.path("cache")),
        );
        assert!(said.success(), "{}", said.text());
        let told = said.objects_of("cache").remove(0);
        ["bytes", "keys", "contents", "removed"].map(|field| told[field].as_u64().unwrap_or_default())
    };
    let [bytes, keys, contents, removed] = cache("stats");
    assert!(bytes > 1000 && keys > 10 && contents > 10 && removed == 0);
    let mut command = program_in(all.0.root(), "modpin cache stats");
    let said = Said::of(command.env("MODPIN_CACHE", all.0.path("cache")));
    let dir = all.0.path("cache/modpin-results");
    said.has_both(0, &format!("{}\n  ", dir.display()), "");
    said.has_both(0, &format!("of 5.0 GiB used\n  {keys} keys with results, {contents} contents\n"), "");
    let [left, _, _, removed] = cache(&format!("trim --size {}", bytes / 2));
    assert!(left <= bytes / 2 && left + removed == bytes, "{left} {removed} of {bytes}");
    all.build("two", "");
    all.is_as_clean("two", "");
    assert_eq!(cache("clear")[..3], [0, 0, 0]);
    all.run("two", "clean").has(0, "");
    let (ran, cached) = all.build("two", "");
    assert!(!ran.is_empty() && cached == 0);
    let off = Said::of(program_in(all.0.root(), "modpin cache stats").env("MODPIN_CACHE", "off"));
    off.has(1, "no results are kept\n  help: name a directory");
    Said::of(&mut program_in(all.0.root(), "modpin cache trim --size 5GB")).has(1, "not a size");
    // A build leaves no more than may be there.
    let mut command = all.command("two", "build -D FAST=y");
    Said::of(command.env("MODPIN_CACHE_SIZE", "20KiB")).has(0, "Finished");
    assert!(cache("stats")[0] <= 20 << 10);
}

/// Builds in several checkouts at once, some of which are killed, while somebody damages and trims what is kept: each
/// that ends well has made what a build without it makes.
#[test]
fn many_at_once_and_some_killed() {
    if is_long("cached::many_at_once_and_some_killed") {
        return;
    }
    let names = ["c0", "c1", "c2"];
    let all = Checkouts::new(&names);
    let mut random = Random::new(1);
    for round in 0..3 {
        let header = format!("int base(int);\n#define STEP {}\n", random.below(3));
        let start = |name: &&str| {
            all.write(name, "include/base.h", &header);
            let _ = std::fs::remove_dir_all(all.0.path(&format!("{name}/target")));
            all.command(name, "build -j2").stderr(Stdio::null()).spawn().expect("it starts")
        };
        let mut children: Vec<Child> = names.iter().map(start).collect();
        // Whoever is killed: after the first results came to be, if it goes so far.
        let killed = random.below(names.len() + 1);
        meddle(&all, &mut random);
        if let Some(child) = children.get_mut(killed) {
            child.kill().expect("it is ours");
        }
        for (at, child) in children.iter_mut().enumerate() {
            let ended = child.wait().expect("it ends");
            assert!(ended.success() || at == killed, "round {round}: {ended}");
        }
        for name in names {
            all.build(name, "");
            all.is_as_clean(name, "");
        }
    }
}

/// Some files of what is kept are cut, changed or gone.
fn meddle(all: &Checkouts, random: &mut Random) {
    let dir = all.0.path("cache/modpin-results");
    let mut files = Vec::new();
    for part in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        files.extend(
            std::fs::read_dir(part.path()).into_iter().flatten().flatten().map(|file| file.path()),
        );
    }
    files.sort();
    files.retain(|_| random.once_in(6));
    for file in &files {
        let Ok(mut bytes) = std::fs::read(file) else { continue };
        let at = random.below(bytes.len().max(1));
        match random.below(3) {
            0 => _ = std::fs::remove_file(file),
            1 => _ = std::fs::write(file, &bytes[..at.min(bytes.len())]),
            _ if bytes.is_empty() => {}
            _ => {
                bytes[at] ^= 0x10;
                _ = std::fs::write(file, bytes);
            }
        }
    }
    if random.once_in(2) {
        let mut command = program_in(all.0.root(), "modpin cache trim --size 10KiB");
        Said::of(command.env("MODPIN_CACHE", all.0.path("cache"))).has(0, "");
    }
}

/// Two worktrees of Lua, each switched to what the other has and back.
#[test]
fn worktrees_of_a_real_project_switch_back_and_forth_with_nothing_compiled() {
    if is_long("cached::worktrees_of_a_real_project_switch_back_and_forth_with_nothing_compiled") {
        return;
    }
    let project = r#"{
      "format": 2, "name": "lua", "cflags": ["-O1", "-DLUA_USE_LINUX"],
      "targets": [
        { "kind": "library", "name": "lua", "sources": ["src/*.c"], "system_libraries": ["m", "dl"] },
        { "kind": "module", "name": "vec", "sources": ["vec.c"], "includes": ["src"] },
        { "kind": "executable", "name": "host", "sources": ["host.c"], "includes": ["src"], "link": ["lua"], "loads": ["vec"] }
      ]
    }"#;
    let all = Checkouts(World::new(&[]));
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().and_then(Path::parent).expect("the workspace");
    let package =
        modpin::Project::new("lua", root).package("lua-src").expect("a package of the workspace");
    let sources = root.join(package.dir).join("lua-5.4.9");
    let switch = |worktree: &str, branch: usize| {
        for entry in std::fs::read_dir(&sources).expect("the sources of Lua").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".h") || (name.ends_with(".c") && !["lua.c", "luac.c"].contains(&&*name)) {
                let text = std::fs::read_to_string(entry.path()).expect("a source");
                // Half of all is compiled otherwise on the other branch.
                let changed = branch > 0 && ["lobject.h", "lapi.c"].contains(&&*name);
                let more = if changed { "\nextern int another_branch;\n" } else { "" };
                all.write(worktree, &format!("src/{name}"), &(text + more));
            }
        }
        all.write(worktree, "demo.json", project);
        all.write(worktree, "host.c", include_str!("../../../tests/fixtures/lua/host.c"));
        all.write(worktree, "vec.c", include_str!("../../../tests/fixtures/lua/vec.c"));
    };
    for (worktree, branch) in [("one", 0), ("two", 1)] {
        switch(worktree, branch);
        all.build(worktree, "");
    }
    for round in 1..3 {
        for (worktree, branch) in [("one", round % 2), ("two", (round + 1) % 2)] {
            switch(worktree, branch);
            let (ran, cached) = all.build(worktree, "");
            assert_eq!(ran, [""; 0], "{worktree} in round {round}");
            assert!(cached > 20, "{worktree} in round {round}: {cached}");
            all.run(worktree, "modules --check-load").has(0, "");
            all.run(worktree, "build").has(0, "nothing to do");
        }
    }
    all.is_as_clean("one", "");
    all.is_as_clean("two", "");
}
