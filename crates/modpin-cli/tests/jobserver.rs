//! Places that are shared with others: the program below a real make, and with children that ask for places themselves.
//! A compiler that notes when it begins and ends tells how many ran at once; what make's jobserver holds afterwards is
//! counted by this test binary, started again by make. make itself complains, too, when a token is missing.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use modpin_engine::Jobserver;
use modpin_test::skip::{is_missing, skip_for_good};
use modpin_test::{Said, World};

use crate::program::PROGRAM;

const SOURCES: usize = 6;

/// A source is compiled where others do.
const COMPILER: &str = r#"#!/bin/sh
case "$*" in
  *" -c "*s[0-9].c) exec "${0%/*}/meet" cc "$@" ;;
  *) exec cc "$@" ;;
esac
"#;

/// Runs a command when as many as `MEET` says have begun, and a moment later: one too many would come in then. `PAUSE` is for
/// those that are to be ended. Whoever waits in vain gives up after a minute.
const MEET: &str = r#"#!/bin/sh
echo + >>"$LOG"
turns=0
while [ "$(grep -c + "$LOG")" -lt "${MEET:-1}" ]; do
  turns=$((turns + 1))
  [ $turns -lt 3000 ] || exit 1
  sleep 0.02
done
sleep "${PAUSE:-0.05}"
"$@"
code=$?
echo - >>"$LOG"
exit $code
"#;

/// A project of several sources, with a compiler that counts.
fn world() -> World {
    let sources: Vec<String> = (0..SOURCES).map(|at| format!("s{at}.c")).collect();
    let project = serde_json::json!({
        "format": 1, "name": "demo",
        "targets": [{ "kind": "library", "name": "all", "sources": sources }],
    });
    let world = World::new(&[("demo.json", &project.to_string())]);
    change(&world, "1");
    world.script("slow-cc", COMPILER);
    world.script("meet", MEET);
    // The toolchain is asked before anything is counted.
    modpin(&world, "list", &[]).has(0, "");
    world
}

/// The same, where there is a make.
fn below_make() -> Option<World> {
    (!is_missing("make", "what runs below a make")).then(world)
}

/// Gives every source another content.
fn change(world: &World, value: &str) {
    (0..SOURCES).for_each(|at| {
        world.write(&format!("s{at}.c"), format!("int f{at}(void) {{ return {value}; }}\n"));
    });
}

/// A command, with all that the scripts and makefiles here want to know.
fn surrounded(world: &World, program: impl AsRef<OsStr>) -> Command {
    let mut command = world.command(program);
    command
        .env("CC", world.path("slow-cc"))
        .env("LOG", world.path("log"))
        .env("MODPIN", format!("{PROGRAM} --project demo.json"))
        .env("COUNT", format!("{} {COUNTS} --exact --nocapture", this().display()));
    command
}

fn modpin(world: &World, args: &str, variables: &[(&str, &str)]) -> Said {
    let mut command = surrounded(world, PROGRAM);
    command.args(["--project", "demo.json"]).args(args.split_whitespace());
    Said::of(command.envs(variables.iter().copied()))
}

/// What a make says whose only target has these lines.
fn make(world: &World, args: &str, lines: &[&str]) -> Said {
    make_by("make", world, args, lines)
}

fn make_by(make: &str, world: &World, args: &str, lines: &[&str]) -> Said {
    let recipe: String = lines.iter().map(|line| format!("\t{line}\n")).collect();
    world.write("Makefile", format!("all:\n{recipe}\n{OTHERS}"));
    Said::of(surrounded(world, make).args(args.split_whitespace()).env("MODPIN_COUNT", "0"))
}

/// How many compilers ran at once, at most.
fn most(world: &World) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for line in log(world).lines() {
        now = if line == "+" { now + 1 } else { now - 1 };
        most = most.max(now);
    }
    most
}

fn log(world: &World) -> String {
    std::fs::read_to_string(world.path("log")).unwrap_or_default()
}

/// Targets for a make of ours: two builds at once, and work that shares places with a compiler.
const OTHERS: &str = "\
two: one-a one-b
one-a:
\t+$(MODPIN) build --target-dir a
one-b:
\t+$(MODPIN) build --target-dir b
parts: p1 p2 p3 p4
p1 p2 p3 p4:
\t./meet true
";

fn this() -> std::path::PathBuf {
    std::env::current_exe().unwrap()
}

/// The jobserver has these tokens, and make is content, too.
fn has_tokens(said: &Said, tokens: usize) {
    let text = said.text();
    assert!(text.contains(&format!("tokens: {tokens}\n")), "{tokens}: {text}");
    assert!(!text.contains("INTERNAL"), "{text}");
}

/// The name of [`count_tokens`].
const COUNTS: &str = "jobserver::count_tokens";

/// Not a test: counts the tokens that nobody holds, below a make, when there are as many as `MODPIN_COUNT` says: whoever
/// gives them back for a build that was killed needs a moment.
#[test]
fn count_tokens() {
    if let Ok(wanted) = std::env::var("MODPIN_COUNT") {
        let (wanted, start) = (wanted.parse().unwrap(), Instant::now());
        let server = Jobserver::of_parent().unwrap().expect("a jobserver");
        while server.available().unwrap() < wanted && start.elapsed() < A_MINUTE {
            std::thread::sleep(Duration::from_millis(2));
        }
        // The harness has written half a line.
        println!("\ntokens: {}", server.available().unwrap());
    }
}

const A_MINUTE: Duration = Duration::from_secs(60);
const COUNT: &str = "+$(COUNT)";

#[test]
fn make_decides_how_many_run_and_gets_its_tokens_back() {
    for (places, args) in [(3, "-j3"), (1, "-j1"), (9, "-j9")] {
        let Some(world) = below_make() else { return };
        let meet = places.min(SOURCES);
        let build = format!("+MEET={meet} $(MODPIN) build");
        let said = make(&world, args, &[&build, "+$(COUNT) || true"]);
        assert!(said.success(), "{}", said.text());
        // A make that runs one at a time has no jobserver.
        if places > 1 {
            assert_eq!(most(&world), meet, "{places}");
            has_tokens(&said, places - 1);
        }
        assert!(!said.text().contains("warning"), "{}", said.text());
    }
}

#[test]
fn two_builds_below_one_make_share_its_places() {
    let Some(world) = below_make() else { return };
    let said = make(&world, "-j3", &["+MEET=3 $(MAKE) two", COUNT]);
    has_tokens(&said, 2);
    assert!(said.success() && most(&world) == 3, "{}: {}", most(&world), said.text());
    let count = log(&world).lines().count();
    assert_eq!(count, 2 * 2 * SOURCES, "both were built");
}

#[test]
fn tokens_come_back_from_a_build_that_fails() {
    let Some(world) = below_make() else { return };
    world.write("s3.c", "int f(void) { return nosuch; }\n");
    let said = make(&world, "-j3", &["+! $(MODPIN) build", "+! $(MODPIN) build -k", COUNT]);
    has_tokens(&said, 2);
    assert!(said.success() && said.text().contains("could not compile s3.c"), "{}", said.text());
}

#[test]
fn tokens_come_back_from_a_build_that_is_ended() {
    for signals in [
        "kill -INT $$p",
        "kill -TERM $$p",
        "kill -TERM $$p; kill -TERM $$p",
        "kill -HUP $$p",
        "kill -KILL $$p",
    ] {
        let Some(world) = below_make() else { return };
        let wait = "while [ $$(grep -c + $(LOG) 2>/dev/null || echo 0) -lt 3 ]; do sleep 0.01; done";
        let ended = format!(
            "+PAUSE=60 $(MODPIN) build & p=$$!; {wait}; {signals}; wait $$p; code=$$?; echo \"code $$code\"; [ $$code -ge 128 ]"
        );
        let said = make(&world, "-j3", &["rm -f $(LOG)", &ended, "+MODPIN_COUNT=2 $(COUNT)"]);
        has_tokens(&said, 2);
        assert!(said.success(), "{signals}: {}", said.text());
    }
}

#[test]
fn a_number_of_ours_needs_nobody() {
    let Some(world) = below_make() else { return };
    let said = make(&world, "-j2", &["+MEET=4 $(MODPIN) build -j4", COUNT]);
    has_tokens(&said, 1);
    assert_eq!(most(&world), 4);
}

#[test]
fn a_jobserver_that_is_not_there_is_told_and_forgotten() {
    let Some(world) = below_make() else { return };
    let said = make(&world, "-j3", &["$(MODPIN) build"]);
    assert!(said.success(), "{}", said.text());
    let hint = "warning: MAKEFLAGS names a jobserver that cannot be reached";
    assert!(said.text().contains(hint) && said.text().contains("with +, or give -j"), "{}", said.text());
    // Nobody wants to read that who said how many.
    change(&world, "2");
    let said = make(&world, "-j3", &["$(MODPIN) build -j2"]);
    assert!(said.success() && !said.text().contains("warning"), "{}", said.text());
}

#[test]
fn flags_of_make_change_no_result() {
    let Some(world) = below_make() else { return };
    assert!(make(&world, "-j3", &["+$(MODPIN) build"]).success());
    for flags in [
        "",
        "-j --jobserver-auth=77,78",
        " -j2 --jobserver-fds=3,4",
        "--jobserver-auth=fifo:/nowhere",
        "k",
    ] {
        for name in ["MAKEFLAGS", "CARGO_MAKEFLAGS"] {
            let said = modpin(&world, "build", &[(name, flags)]);
            assert!(said.text().contains("nothing to do"), "{name}={flags}: {}", said.text());
        }
    }
}

#[test]
fn children_share_our_places() {
    let Some(world) = below_make() else { return };
    // A compiler that works in parallel, as `gcc -flto=auto` does: by a make of its own.
    let parallel = "#!/bin/sh\ncase \"$*\" in *\" -c \"*s0.c) make -s parts >&2 || exit 1;; esac\nexec \"${0%/*}/slow-cc\" \"$@\"\n";
    world.script("parallel-cc", parallel);
    world.write("Makefile", OTHERS);
    for jobs in [1, 3] {
        change(&world, &format!("{}", 10 + jobs));
        let _ = fs::remove_file(world.path("log"));
        let compiler = world.path("parallel-cc").display().to_string();
        // What an outer make has left behind is not theirs.
        let outer = ("MAKEFLAGS", "-j --jobserver-auth=77,78");
        let variables = [("CC", compiler.as_str()), ("MEET", &jobs.to_string()), outer];
        let said = modpin(&world, &format!("build -j{jobs}"), &variables);
        assert!(said.success() && !said.text().contains("warning"), "{}", said.text());
        let count = log(&world).lines().count();
        assert_eq!(count, 2 * (SOURCES + 4));
        assert_eq!(most(&world), jobs);
    }
}

#[test]
fn a_fifo_is_as_good_as_a_pipe() {
    let world = world();
    let fifo = world.path("fifo");
    world.call("mkfifo fifo");
    let mut keep = fs::OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
    std::io::Write::write_all(&mut keep, b"++").unwrap();
    let flags = format!(" -j3 --jobserver-auth=fifo:{}", fifo.display());
    let said = modpin(&world, "build", &[("MEET", "3"), ("MAKEFLAGS", &flags)]);
    assert!(said.success() && most(&world) == 3, "{}: {}", most(&world), said.text());
    let mut count = surrounded(&world, this());
    count.args([COUNTS, "--exact", "--nocapture"]).env("MODPIN_COUNT", "0").env("MAKEFLAGS", &flags);
    has_tokens(&Said::of(&mut count), 2);
}

#[test]
fn a_make_with_a_fifo() {
    let name = std::env::var("MODPIN_MAKE").unwrap_or_else(|_| "make".to_owned());
    if is_missing(&name, "a make with a fifo") {
        return;
    }
    let version = Said::of(Command::new(&name).arg("--version")).out;
    let number = version.split_whitespace().nth(2).unwrap_or_default();
    let parts: Vec<u32> = number.split('.').map_while(|part| part.parse().ok()).collect();
    if parts < vec![4, 4] {
        // The fifo itself is tested above, with any make.
        let why = format!("make {number} knows none; MODPIN_MAKE names another");
        return skip_for_good("a make with a fifo", &why);
    }
    for style in ["fifo", "pipe"] {
        let world = world();
        let args = format!("-j3 --jobserver-style={style}");
        let said = make_by(&name, &world, &args, &["+MEET=3 $(MODPIN) build", COUNT]);
        has_tokens(&said, 2);
        assert!(said.success() && most(&world) == 3, "{}: {}", most(&world), said.text());
        change(&world, "2");
        let said = make_by(&name, &world, &args, &["$(MODPIN) build"]);
        assert!(said.success(), "{}", said.text());
    }
}
