//! What was built once, here or in another checkout, is not built again: the real compiler, two checkouts beside each other, one
//! directory of results. What is taken is what a build without any would make.

use std::os::unix::fs::PermissionsExt;

use modpin_test::Said;
use modpin_test::skip::{is_long, skip_for_good};

use crate::checkouts::{Checkouts, FILES, PROJECT, is_command};
use crate::program::program_in;

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

    // What a loader is told otherwise is another question, which the program answers that was taken from there.
    let mut command = all.command("two", "modules --check-load");
    let said = Said::of(command.env("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=4096"));
    said.has(0, "Checking plug in tool");

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

/// A result in which the path of its checkout stands is good for that one, however the path came to be there.
#[test]
fn what_names_its_checkout_is_made_in_each() {
    let all = Checkouts::new(&["one", "two"]);
    for name in ["one", "two"] {
        let here = format!("\"-DHERE=\\\"{}\\\"\"", all.0.path(name).display());
        all.write(name, "demo.json", &PROJECT.replace("\"-Wall\"", &format!("\"-Wall\", {here}")));
        all.write(
            name,
            "main.c",
            "const char here[] = HERE;\nint main(void) { return here[0] == 0; }\n",
        );
    }
    all.build("one", "");
    let (ran, cached) = all.build("two", "");
    assert!(ran.contains(&"Compiling main.c".to_owned()) && cached > 5, "{ran:?} {cached}");
    all.is_as_clean("two", "");
    let told = all.run("one", "explain target/modpin/debug/.modpin/obj/tool/main.c.o");
    assert!(told.out.contains("in the cache for this checkout only: it names its path"), "{}", told.out);
    for name in ["one", "two"] {
        all.run(name, "clean").has(0, "");
        assert_eq!(all.build(name, "").0, [""; 0]);
    }
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
    if is_long("cached::where_results_are_kept_is_for_the_user_to_say") {
        return;
    }
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
    let is_refused = || {
        all.run("two", "clean").has(0, "");
        let said = build("two", "--cache ../other", &[]);
        said.has(0, "results of builds are not kept there: others can write there, or come in");
        said.has(0, "help: chmod 700 ");
        said.has(0, "ran\n");
    };
    let dir = all.0.path("other/modpin-results");
    for mode in [0o770, 0o755] {
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(mode)).expect("changed");
        is_refused();
    }
    if rustix::process::geteuid().is_root() {
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).expect("changed");
        std::os::unix::fs::chown(&dir, Some(12345), None).expect("another owner");
        is_refused();
    } else {
        skip_for_good("results in a directory of somebody else", "only root can give one away");
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
