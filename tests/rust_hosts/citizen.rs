//! A good citizen of cargo: what compilers say is told as cargo tells it, its jobserver decides, and who is killed leaves nobody
//! behind.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use modpin_engine::{Jobserver, Lock};
use serde_json::json;

use crate::workspace::{Workspace, project};

#[test]
fn errors_have_file_and_line() {
    let workspace = Workspace::new();
    workspace.world.write("app/c/modules/plain.c", "int run(int of) { return nothing; }\n");
    workspace.world.write("app/c/core/back.c", "int core_back(int of) { return wrong; }\n");
    let said = workspace.cargo(&["build"]);
    said.has(101, "error: app@0.1.0: c/core/back.c:1:32: error: ");
    said.has(101, "error: app@0.1.0: c/modules/plain.c:1:26: error: ");
    assert!(!said.err.contains("panicked"), "{}", said.err);
    // The diagnostics of the other packages still come.
    workspace.world.write("functions/src/lib.rs", "pub fn called(of: i32) -> i32 { of + \"\" }\n");
    let said = workspace.cargo(&["build", "--keep-going"]);
    said.has(101, "c/core/back.c:1:32: error: ");
    said.has(101, "error[E0277]");
}

#[test]
fn a_warning_in_a_header_is_told_once() {
    let workspace = Workspace::new();
    workspace.world.write("app/c/core/odd.h", "#warning odd header\n");
    for source in ["used", "back"] {
        let path = format!("app/c/core/{source}.c");
        let text = workspace.world.read(&path);
        workspace.world.write(&path, format!("#include \"odd.h\"\n{text}"));
    }
    let said = workspace.cargo(&["build"]);
    said.has(0, "warning: app@0.1.0: ");
    assert_eq!(said.err.matches("#warning odd header").count(), 1, "{}", said.err);
    another_build_in_its_directory_is_waited_for(&workspace);
}

/// cargo's own lock is not the only one: a build script may outlive its cargo.
fn another_build_in_its_directory_is_waited_for(workspace: &Workspace) {
    workspace.world.write("app/c/modules/plain.c", "int run(int of) { return of + 1; }\n");
    let path = workspace.built("debug").join(".modpin/lock");
    let held = Lock::take(&path, |_| panic!("nobody else builds")).expect("the lock");
    let mut command = workspace.command(&["build"]);
    let cargo = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("cargo");
    // Of this process there are copies for a moment, whenever a test starts something, and what it has open is open there.
    let script = |process: &fs::DirEntry| {
        fs::read_link(process.path().join("exe")).is_ok_and(|program| program.ends_with("build-script"))
    };
    // It reads who holds the lock when it could not have it, and not before.
    let has_read = |fd: fs::DirEntry| {
        let info = fd.path().to_string_lossy().replacen("/fd/", "/fdinfo/", 1);
        fs::read_to_string(info).is_ok_and(|info| !info.starts_with("pos:\t0\n"))
    };
    let has_it = |process: fs::DirEntry| {
        let files = fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
        let mut its = files.filter(|file| fs::read_link(file.path()).is_ok_and(|file| file == path));
        its.any(has_read)
    };
    let others = || fs::read_dir("/proc").expect("processes").flatten().filter(script);
    wait(|| others().any(has_it), "somebody who asks for the lock");
    drop(held);
    let said = modpin_test::Said::from(cargo.wait_with_output().expect("its end"));
    said.has(0, &format!("warning: app@0.1.0: waited for PID {}", std::process::id()));
}

#[test]
fn a_wrong_declaration_is_told_with_its_way_out() {
    let mut project = project();
    project["targets"][4]["loads"] = json!(["hallo"]);
    let said = Workspace::declaring(&project).cargo(&["build"]);
    said.has(101, "error: app@0.1.0: executable \"app\" loads \"hallo\", but no module has such a name");
    said.has(101, "did you mean \"hello\"?");
}

/// A compiler that notes when it begins and ends, and waits for what the first argument says in between.
fn compiler(between: &str) -> String {
    format!(
        "#!/bin/sh\ncase \"$*\" in *' -c '*.c|*' -c '*.c' '*) ;; *) exec cc \"$@\" ;; esac\necho + >>\"$LOG\"\n{between}\ncc \"$@\"\ncode=$?\necho - >>\"$LOG\"\nexit $code\n"
    )
}

#[test]
fn cargos_jobserver_decides_how_many_compilers_run() {
    let workspace = Workspace::new();
    for at in 0..8 {
        workspace.world.write(
            &format!("app/c/core/more{at}.c"),
            format!("int more{at}(void) {{ return {at}; }}\n"),
        );
    }
    // Whoever comes too early meets the one that is there.
    workspace.world.script("cc", &compiler("sleep 0.05"));
    let cc = workspace.world.path("cc");
    let log = workspace.world.path("log");
    let (cc, log_path) = (cc.to_str().expect("a path"), log.to_str().expect("a path"));
    let jobserver = Jobserver::serve(1).expect("a jobserver");
    let mut command = workspace.command(&["build"]);
    command.env("CC", cc).env("LOG", log_path).env("CARGO_BUILD_JOBS", "8");
    for (name, value) in jobserver.environment() {
        command.env(name, value);
    }
    modpin_test::Said::of(&mut command).has(0, "");
    let text = fs::read_to_string(&log).expect("a log");
    let (mut now, mut most) = (0, 0);
    for line in text.lines() {
        now += if line == "+" { 1 } else { -1 };
        most = most.max(now);
    }
    assert!(text.matches('+').count() >= 12, "{text}");
    assert_eq!(most, 1, "{text}");
}

#[test]
fn a_cargo_that_is_killed_leaves_no_compiler() {
    let workspace = Workspace::new();
    let world = &workspace.world;
    let (cc, log, tmp) = (world.path("cc"), world.path("log"), world.path("tmp"));
    fs::create_dir(&tmp).expect("a directory");
    // It ends when it is ended: the first is asked what it can do, the second compiles.
    let hangs = "while :; do sleep 0.05; done";
    for between in [hangs, &format!("case \"$*\" in *probe.c*) ;; *) {hangs} ;; esac")] {
        world.script("cc", &compiler(between));
        world.write("log", "");
        let mut command = workspace.command(&["build"]);
        command.env("CC", &cc).env("LOG", &log).env("TMPDIR", &tmp);
        let mut cargo = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("cargo");
        let begun = || {
            fs::read_to_string(&log)
                .is_ok_and(|text| text.matches('+').count() > text.matches('-').count())
        };
        let is_meant =
            || fs::read_dir(&tmp).is_ok_and(|mut below| below.next().is_some()) == (between == hangs);
        wait(|| begun() && is_meant(), "a compiler");
        cargo.kill().expect("it runs");
        cargo.wait().expect("it ended");
        wait(|| world.processes().is_empty(), "the end of all");
        fs::remove_dir_all(&tmp).and_then(|()| fs::create_dir(&tmp)).expect("an empty directory");
    }
}

#[track_caller]
fn wait(come: impl Fn() -> bool, what: &str) {
    let until = Instant::now() + Duration::from_secs(60);
    while !come() {
        assert!(Instant::now() < until, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
