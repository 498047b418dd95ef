//! Places that are shared with others: the program below a real make, and with children that ask for places themselves.
//! A compiler that notes when it begins and ends tells how many ran at once; what make's jobserver holds afterwards is
//! counted by this test binary, started again by make. make itself complains, too, when a token is missing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use modpin_engine::Jobserver;
use tempfile::TempDir;

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

struct World(TempDir);

impl World {
    fn new() -> World {
        let world = World(tempfile::tempdir().unwrap());
        let sources: Vec<String> = (0..SOURCES).map(|at| format!("s{at}.c")).collect();
        let project = serde_json::json!({
            "format": 1, "name": "demo",
            "targets": [{ "kind": "library", "name": "all", "sources": sources }],
        });
        world.write("demo.json", &project.to_string());
        world.change("1");
        world.script("slow-cc", COMPILER);
        world.script("meet", MEET);
        // The toolchain is asked before anything is counted.
        assert!(world.modpin("list").output().unwrap().status.success());
        world
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn script(&self, name: &str, text: &str) {
        self.write(name, text);
        fs::set_permissions(self.path().join(name), PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// Gives every source another content.
    fn change(&self, value: &str) {
        (0..SOURCES).for_each(|at| {
            self.write(&format!("s{at}.c"), &format!("int f{at}(void) {{ return {value}; }}\n"));
        });
    }

    fn surround(&self, mut command: Command) -> Command {
        for name in ["MAKEFLAGS", "CARGO_MAKEFLAGS", "MFLAGS", "MAKELEVEL"] {
            command.env_remove(name);
        }
        command
            .current_dir(self.path())
            .env("CC", self.path().join("slow-cc"))
            .env("LOG", self.path().join("log"))
            .env("MODPIN", format!("{} --project demo.json", env!("CARGO_BIN_EXE_cargo-modpin")))
            .env("COUNT", format!("{} count_tokens --exact --nocapture", this().display()));
        command
    }

    fn modpin(&self, args: &str) -> Command {
        let mut command = self.surround(Command::new(env!("CARGO_BIN_EXE_cargo-modpin")));
        command.args(["--project", "demo.json"]).args(args.split_whitespace());
        command
    }

    /// What a make says whose only target has these lines.
    fn make(&self, args: &str, lines: &[&str]) -> Said {
        self.make_by("make", args, lines)
    }

    fn make_by(&self, make: &str, args: &str, lines: &[&str]) -> Said {
        let recipe: String = lines.iter().map(|line| format!("\t{line}\n")).collect();
        self.write("Makefile", &format!("all:\n{recipe}\n{OTHERS}"));
        let mut command = self.surround(Command::new(make));
        command.args(args.split_whitespace()).env("MODPIN_COUNT", "0").output().unwrap().into()
    }

    /// How many compilers ran at once, at most.
    fn most(&self) -> usize {
        let log = fs::read_to_string(self.path().join("log")).unwrap_or_default();
        let (mut now, mut most) = (0usize, 0);
        for line in log.lines() {
            now = if line == "+" { now + 1 } else { now - 1 };
            most = most.max(now);
        }
        most
    }
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

struct Said {
    text: String,
    success: bool,
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        Said { text: out + &err, success: output.status.success() }
    }
}

impl Said {
    /// The jobserver has these tokens, and make is content, too.
    fn tokens(&self, tokens: usize) -> &Said {
        assert!(self.text.contains(&format!("tokens: {tokens}\n")), "{tokens}: {}", self.text);
        assert!(!self.text.contains("INTERNAL"), "{}", self.text);
        self
    }
}

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
        let world = World::new();
        let meet = places.min(SOURCES);
        let build = format!("+MEET={meet} $(MODPIN) build");
        let said = world.make(args, &[&build, "+$(COUNT) || true"]);
        assert!(said.success, "{}", said.text);
        // A make that runs one at a time has no jobserver.
        if places > 1 {
            assert_eq!(world.most(), meet, "{places}");
            said.tokens(places - 1);
        }
        assert!(!said.text.contains("warning"), "{}", said.text);
    }
}

#[test]
fn two_builds_below_one_make_share_its_places() {
    let world = World::new();
    let said = world.make("-j3", &["+MEET=3 $(MAKE) two", COUNT]);
    said.tokens(2);
    assert!(said.success && world.most() == 3, "{}: {}", world.most(), said.text);
    let count = fs::read_to_string(world.path().join("log")).unwrap().lines().count();
    assert_eq!(count, 2 * 2 * SOURCES, "both were built");
}

#[test]
fn tokens_come_back_from_a_build_that_fails() {
    let world = World::new();
    world.write("s3.c", "int f(void) { return nosuch; }\n");
    let said = world.make("-j3", &["+! $(MODPIN) build", "+! $(MODPIN) build -k", COUNT]);
    said.tokens(2);
    assert!(said.success && said.text.contains("could not compile s3.c"), "{}", said.text);
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
        let world = World::new();
        let wait = "while [ $$(grep -c + $(LOG) 2>/dev/null || echo 0) -lt 3 ]; do sleep 0.01; done";
        let ended = format!(
            "+PAUSE=60 $(MODPIN) build & p=$$!; {wait}; {signals}; wait $$p; code=$$?; echo \"code $$code\"; [ $$code -ge 128 ]"
        );
        let said = world.make("-j3", &["rm -f $(LOG)", &ended, "+MODPIN_COUNT=2 $(COUNT)"]);
        said.tokens(2);
        assert!(said.success, "{signals}: {}", said.text);
    }
}

#[test]
fn a_number_of_ours_needs_nobody() {
    let world = World::new();
    let said = world.make("-j2", &["+MEET=4 $(MODPIN) build -j4", COUNT]);
    said.tokens(1);
    assert_eq!(world.most(), 4);
}

#[test]
fn a_jobserver_that_is_not_there_is_told_and_forgotten() {
    let world = World::new();
    let said = world.make("-j3", &["$(MODPIN) build"]);
    assert!(said.success, "{}", said.text);
    let hint = "warning: MAKEFLAGS names a jobserver that cannot be reached";
    assert!(said.text.contains(hint) && said.text.contains("with +, or give -j"), "{}", said.text);
    // Nobody wants to read that who said how many.
    world.change("2");
    let said = world.make("-j3", &["$(MODPIN) build -j2"]);
    assert!(said.success && !said.text.contains("warning"), "{}", said.text);
}

#[test]
fn flags_of_make_change_no_result() {
    let world = World::new();
    assert!(world.make("-j3", &["+$(MODPIN) build"]).success);
    for flags in [
        "",
        "-j --jobserver-auth=77,78",
        " -j2 --jobserver-fds=3,4",
        "--jobserver-auth=fifo:/nowhere",
        "k",
    ] {
        for name in ["MAKEFLAGS", "CARGO_MAKEFLAGS"] {
            let said = Said::from(world.modpin("build").env(name, flags).output().unwrap());
            assert!(said.text.contains("nothing to do"), "{name}={flags}: {}", said.text);
        }
    }
}

#[test]
fn children_share_our_places() {
    let world = World::new();
    // A compiler that works in parallel, as `gcc -flto=auto` does: by a make of its own.
    let parallel = "#!/bin/sh\ncase \"$*\" in *\" -c \"*s0.c) make -s parts >&2 || exit 1;; esac\nexec \"${0%/*}/slow-cc\" \"$@\"\n";
    world.script("parallel-cc", parallel);
    world.write("Makefile", OTHERS);
    for jobs in [1, 3] {
        world.change(&format!("{}", 10 + jobs));
        let _ = fs::remove_file(world.path().join("log"));
        let mut build = world.modpin(&format!("build -j{jobs}"));
        build.env("CC", world.path().join("parallel-cc")).env("MEET", jobs.to_string());
        // What an outer make has left behind is not theirs.
        let said = Said::from(build.env("MAKEFLAGS", "-j --jobserver-auth=77,78").output().unwrap());
        assert!(said.success && !said.text.contains("warning"), "{}", said.text);
        let count = fs::read_to_string(world.path().join("log")).unwrap().lines().count();
        assert_eq!(count, 2 * (SOURCES + 4));
        assert_eq!(world.most(), jobs);
    }
}

#[test]
fn a_fifo_is_as_good_as_a_pipe() {
    let world = World::new();
    let fifo = world.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut keep = fs::OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
    std::io::Write::write_all(&mut keep, b"++").unwrap();
    let flags = format!(" -j3 --jobserver-auth=fifo:{}", fifo.display());
    let mut build = world.modpin("build");
    let said = Said::from(build.env("MEET", "3").env("MAKEFLAGS", &flags).output().unwrap());
    assert!(said.success && world.most() == 3, "{}: {}", world.most(), said.text);
    let mut count = world.surround(Command::new(this()));
    count.args(["count_tokens", "--exact", "--nocapture"]).env("MODPIN_COUNT", "0");
    Said::from(count.env("MAKEFLAGS", &flags).output().unwrap()).tokens(2);
}

#[test]
fn a_make_with_a_fifo() {
    let make = std::env::var("MODPIN_MAKE").unwrap_or_else(|_| "make".to_owned());
    let version = Command::new(&make).arg("--version").output().unwrap();
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let number = version.split_whitespace().nth(2).unwrap_or_default();
    let parts: Vec<u32> = number.split('.').map_while(|part| part.parse().ok()).collect();
    if parts < vec![4, 4] {
        // The fifo itself is tested above, with any make.
        return eprintln!(
            "SKIPPED: a make with a fifo: make {number} knows none; MODPIN_MAKE names another"
        );
    }
    for style in ["fifo", "pipe"] {
        let world = World::new();
        let args = format!("-j3 --jobserver-style={style}");
        let said = world.make_by(&make, &args, &["+MEET=3 $(MODPIN) build", COUNT]);
        said.tokens(2);
        assert!(said.success && world.most() == 3, "{}: {}", world.most(), said.text);
        world.change("2");
        let said = world.make_by(&make, &args, &["$(MODPIN) build"]);
        assert!(said.success, "{}", said.text);
    }
}
