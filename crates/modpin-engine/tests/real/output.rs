//! What processes print: whole, unmixed, bounded, whatever bytes it is; and those that never end.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use modpin_engine::world::race::Race;
use modpin_engine::{
    Action, Arg, Cause, Command, Disk, Ended, Event, Graph, Interrupt, Processes, RealProcesses, Spawn,
    Status, Work,
};
use modpin_test::reliability::count;
use tempfile::TempDir;

use crate::soon;
use crate::tool::until;
use crate::world::build;

fn shell(script: &str, limit: Option<Duration>) -> Spawn {
    let args = ["-c", script].map(str::to_owned).to_vec();
    Spawn { program: "/bin/sh".into(), args, dir: "/".into(), limit, ..Spawn::default() }
}

#[test]
fn what_commands_print_is_never_mixed() {
    let dir = TempDir::new().unwrap();
    fs::create_dir_all(dir.path().join("out/.state")).unwrap();
    let mut graph = Graph::new();
    for at in 0..8 {
        let script = format!(
            "i=0; while [ $i -lt 300 ]; do echo out {at} $i; echo err {at} $i >&2; i=$((i+1)); done; : > \"$0\""
        );
        let args = vec!["-c".into(), script.into(), Arg::Output { prefix: String::new(), index: 0 }];
        let work = Work::Command(Command { program: "/bin/sh".into(), args, ..Command::default() });
        let (label, outputs) = (at.to_string(), vec![graph.file(format!("out/{at}"))]);
        graph
            .add(Action { verb: "Talking", label, work, inputs: vec![], outputs, depfile: None })
            .unwrap();
    }
    let mut heard = 0;
    let hear = &mut |event: Event<'_>| {
        if let Event::Finished { action, output, failure, .. } = event {
            let at = &graph.action(action).label;
            let lines = (0..300).map(|line| format!("out {at} {line}\nerr {at} {line}\n"));
            assert_eq!(String::from_utf8_lossy(output), lines.collect::<String>());
            assert_eq!(failure, None);
            heard += 1;
        }
    };
    build(&graph, dir.path(), 8, &RealProcesses::guarded().unwrap(), &Interrupt::new(), hear).unwrap();
    assert_eq!(heard, 8);
}

#[test]
fn odd_bytes_come_as_they_are() {
    for limit in [None, Some(Duration::from_secs(10))] {
        let spawn = shell(r"printf 'a\000b\033[31m\377\r\n' >&2; exit 3", limit);
        let ended = RealProcesses::new().run(&spawn).unwrap();
        assert_eq!((ended.status, &ended.output[..]), (Status::Exited(3), &b"a\0b\x1b[31m\xff\r\n"[..]));
    }
}

/// The most memory this process ever had, in bytes.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[test]
fn much_output_needs_little_memory() {
    let bytes = count(100_000_000, 1_000_000_000);
    for limit in [None, Some(Duration::from_secs(300))] {
        let before = peak();
        let spawn = shell(&format!("head -c {bytes} /dev/zero; echo end"), limit);
        let ended = RealProcesses::new().run(&spawn).unwrap();
        assert_eq!(ended.status, Status::Exited(0));
        assert!(ended.output.len() < 9 << 20, "{}", ended.output.len());
        assert!(ended.output.ends_with(b" more bytes dropped]\n"));
        // Other tests run at the same time.
        assert!(peak() - before < 128 << 20, "{} MiB more", (peak() - before) >> 20);
    }
}

/// How many processes have this in their command line.
fn running(mark: &str) -> usize {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let lines = all.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| line.windows(mark.len()).any(|part| part == mark.as_bytes())).count()
}

/// A busy machine may not have come to the first word when the limit is over; then there is more time the next time.
#[test]
fn a_time_limit_ends_the_whole_group() {
    let mark = format!("{}.25", 900_000 + std::process::id());
    for processes in [RealProcesses::new(), RealProcesses::guarded().unwrap()] {
        let mut limit = Duration::from_millis(150);
        loop {
            let script = format!("echo begun; sleep {mark} & (sleep {mark} & wait) & sleep {mark}");
            let ended = processes.run(&shell(&script, Some(limit))).unwrap();
            assert_eq!(ended.status, Status::TimedOut);
            until("all are gone", soon(), || running(&mark) == 0);
            match &ended.output[..] {
                b"begun\n" => break,
                none => assert_eq!((none, limit < soon()), (&b""[..], true)),
            }
            limit *= 2;
        }
    }
}

/// What was left behind sleeps for days, so that whoever waits for it runs into the limit.
#[test]
fn what_a_limited_process_leaves_behind_is_ended_too() {
    let mark = format!("{}.5", 900_000 + std::process::id());
    let ended = RealProcesses::new()
        .run(&shell(&format!("sleep {mark} & echo done"), Some(2 * soon())))
        .unwrap();
    assert_eq!((ended.status, &ended.output[..]), (Status::Exited(0), &b"done\n"[..]));
    until("it is gone", soon(), || running(&mark) == 0);
}

/// It left the group and the session, twice, and is nobody's child.
#[test]
fn a_daemon_of_a_limited_process_does_not_outlive_it() {
    for round in 0..count(3, 500) {
        let mark = format!("{}.{round}75", 900_000 + std::process::id());
        let dir = TempDir::new().unwrap();
        let inner = format!("setsid sh -c \\\"touch begun; exec sleep {mark}\\\" &");
        let script = format!(
            "setsid sh -c \"{inner}\" & while [ ! -e begun ]; do sleep 0.01; done; echo said before"
        );
        let spawn = shell(&script, Some(2 * soon()));
        let spawn = Spawn { dir: dir.path().display().to_string(), ..spawn };
        let ended = RealProcesses::new().run(&spawn).unwrap();
        assert_eq!((ended.status, &ended.output[..]), (Status::Exited(0), &b"said before\n"[..]));
        assert_eq!(running(&mark), 0, "when its end is known, it is gone");
    }
}

/// Who signals its parent hits nobody but itself; the tool is no parent of it.
#[test]
fn whoever_signals_its_parent_spoils_its_own_end() {
    let processes = RealProcesses::guarded().unwrap();
    for signal in ["TERM", "INT", "HUP", "QUIT", "USR1", "PIPE", "CHLD"] {
        let ended =
            processes.run(&shell(&format!("kill -{signal} $PPID; exit 3"), Some(soon()))).unwrap();
        assert_eq!(ended.status, Status::Exited(3), "{signal}");
    }
    let mark = format!("{}.125", 900_000 + std::process::id());
    let killed =
        processes.run(&shell(&format!("kill -KILL $PPID; sleep {mark}"), Some(2 * soon()))).unwrap();
    assert_eq!(killed.status, Status::Signalled(9));
    until("it is gone", soon(), || running(&mark) == 0);
    let limit = Some(Duration::from_millis(300));
    let stopped = processes.run(&shell(&format!("kill -STOP $PPID; sleep {mark}"), limit)).unwrap();
    assert_eq!(stopped.status, Status::TimedOut);
    until("it is gone", soon(), || running(&mark) == 0);
    assert_eq!(processes.run(&shell("exit 0", Some(soon()))).unwrap().status, Status::Exited(0));
}

/// Its number is what a process sees of it.
#[test]
fn a_supervisor_serves_one_process_after_the_other() {
    let processes = RealProcesses::new();
    let run = |spawn: &Spawn| String::from_utf8(processes.run(spawn).unwrap().output).unwrap();
    let said = |script: &str| run(&shell(script, Some(2 * soon())));
    let state = "echo $PPID; pwd; cut -d' ' -f5 /proc/$$/stat; grep flags /proc/$$/fdinfo/1";
    let first = said(state);
    for _ in 0..count(3, 300) {
        // What one does to its output, its directory and its group is its own.
        let leaves = "(setsid sleep 99.75 &); cd /tmp; kill -TERM $PPID; head -c 60000 /dev/zero";
        said(&format!("{leaves}; dd if=/dev/null oflag=nonblock"));
        assert_eq!(said(state), first);
    }
    // More words than there is room for.
    let args = ["-c", "echo $PPID $#"].map(str::to_owned).into_iter();
    let args = args.chain((0..5000).map(|at| format!("{at:0100}"))).collect();
    let many = run(&Spawn { args, ..shell("", Some(2 * soon())) });
    let (supervisor, words) = many.trim_end().split_once(' ').unwrap();
    assert_eq!((words, first.starts_with(supervisor)), ("4999", false));
}

#[test]
fn a_limited_process_inherits_three_descriptors() {
    let (reader, writer) = std::io::pipe().unwrap();
    // As a jobserver's are: open across exec.
    rustix::io::fcntl_setfd(&reader, rustix::io::FdFlags::empty()).unwrap();
    rustix::io::fcntl_setfd(&writer, rustix::io::FdFlags::empty()).unwrap();
    let ended = RealProcesses::new().run(&shell("ls -1 /proc/$$/fd | head -4", Some(soon()))).unwrap();
    // The shell's own pipe to `head` may be the fourth.
    let said = String::from_utf8(ended.output).unwrap();
    assert!(said.starts_with("0\n1\n2\n"), "{said}");
    let echo = format!("exec 2>/dev/null; echo x >&{}", std::os::fd::AsRawFd::as_raw_fd(&writer));
    assert_ne!(RealProcesses::new().run(&shell(&echo, Some(soon()))).unwrap().status, Status::Exited(0));
}

/// execvp(3) would hand it to a shell.
#[test]
fn what_is_no_program_is_not_started() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("text");
    fs::write(&path, "echo said\n").unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    for processes in [RealProcesses::new(), RealProcesses::guarded().unwrap()] {
        for limit in [None, Some(Duration::from_secs(10))] {
            let program = path.to_str().unwrap().to_owned();
            let spawn = Spawn { program, ..shell("", limit) };
            assert_eq!(processes.run(&spawn).unwrap_err().raw_os_error(), Some(8), "{limit:?}");
        }
    }
}

#[test]
fn nothing_starts_after_all_were_ended() {
    let processes = RealProcesses::guarded().unwrap();
    assert_eq!(processes.run(&shell("exit 0", None)).unwrap().status, Status::Exited(0));
    processes.end_all();
    for limit in [None, Some(Duration::from_secs(1))] {
        let error = processes.run(&shell("exit 0", limit)).unwrap_err().to_string();
        assert_eq!(error, "the build is being ended");
    }
}

/// Commands that all take too long.
struct TooLong;

impl Processes for TooLong {
    fn run(&self, _: &Spawn) -> std::io::Result<Ended> {
        Ok(Ended { status: Status::TimedOut, output: b"still at it\n".to_vec() })
    }

    fn end_all(&self) {}
}

/// What kind of end it was is told beside the words.
#[test]
fn a_command_that_cannot_start_or_takes_too_long_has_a_cause() {
    let gone: &dyn Processes = &RealProcesses::guarded().unwrap();
    let cases = [
        (gone, Cause::NotStarted, "/nowhere/cc: cannot start: No such file or directory (os error 2)"),
        (&TooLong, Cause::TimeLimit, "cc took too long and was killed"),
    ];
    for (processes, cause, message) in cases {
        let dir = TempDir::new().unwrap();
        fs::create_dir_all(dir.path().join("out/.state")).unwrap();
        let mut graph = Graph::new();
        let work = Work::Command(Command { program: "/nowhere/cc".into(), ..Command::default() });
        let (label, outputs) = ("a.c".to_owned(), vec![graph.file("out/a.o")]);
        let action = Action { verb: "Compiling", label, work, inputs: vec![], outputs, depfile: None };
        graph.add(action).unwrap();
        let outcome = build(&graph, dir.path(), 1, processes, &Interrupt::new(), &mut |_| {}).unwrap();
        let [(_, failure)] = &outcome.failed[..] else { panic!("{outcome:?}") };
        assert_eq!((failure.cause, failure.message.as_str()), (cause, message));
    }
}

/// However long the coarse clock stands still; and a clock that was set back hangs nobody.
#[test]
fn a_wait_for_the_clock_ends_when_it_has_passed() {
    let disk = modpin_engine::RealDisk::new("/");
    for _ in 0..count(20, 2000) {
        let stamp = disk.last_stamp();
        disk.wait_past(stamp);
        assert!(disk.now() > stamp);
    }
    disk.wait_past(i64::MAX);
    disk.wait_past(disk.last_stamp() + 3600 * 1_000_000_000);
}

#[test]
fn what_somebody_is_still_writing_starts_once_it_is_whole() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("copy");
    for limit in [None, Some(Duration::from_secs(10))] {
        fs::copy("/bin/true", &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let writer = fs::OpenOptions::new().append(true).open(&path).unwrap();
        let program = path.to_str().unwrap().to_owned();
        let spawn = Spawn { program, args: Vec::new(), dir: "/".into(), limit, ..Spawn::default() };
        let ended = std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(50));
                drop(writer);
            });
            RealProcesses::new().run(&spawn)
        });
        assert_eq!(ended.unwrap().status, Status::Exited(0));
    }
}

/// Actions, one after the other: each gets the paths of its output and its depfile. Answers how the last one failed.
fn in_turn(dir: &TempDir, scripts: &[&str]) -> Option<String> {
    fs::create_dir_all(dir.path().join("out/.state")).unwrap();
    let mut graph = Graph::new();
    for (at, script) in scripts.iter().enumerate() {
        let files =
            [Arg::Output { prefix: String::new(), index: 0 }, Arg::Depfile { prefix: String::new() }];
        let args = ["-c".into(), (*script).into(), "sh".into()].into_iter().chain(files).collect();
        let work = Work::Command(Command { program: "/bin/sh".into(), args, ..Command::default() });
        let inputs = at.checked_sub(1).map(|before| graph.file(format!("out/{before}")));
        let (inputs, outputs) = (inputs.into_iter().collect(), vec![graph.file(format!("out/{at}"))]);
        let (label, depfile) = (at.to_string(), Some(format!("out/{at}.d")));
        graph.add(Action { verb: "Making", label, work, inputs, outputs, depfile }).unwrap();
    }
    let processes = RealProcesses::new();
    let outcome = build(&graph, dir.path(), 1, &processes, &Interrupt::new(), &mut |_| ()).unwrap();
    let left = fs::read_dir(dir.path().join("out/.state/partial")).unwrap();
    for left in left.map(|entry| entry.unwrap()) {
        assert_eq!(left.file_name(), "spare", "for the next build");
        assert!(fs::read_dir(left.path()).unwrap().next().is_none());
    }
    outcome.failed.first().map(|(_, failure)| failure.message.clone())
}

#[test]
fn a_depfile_of_one_command_is_not_that_of_the_next() {
    let dir = TempDir::new().unwrap();
    let writes = "echo text > $1; echo x: h > $2";
    let failed = in_turn(&dir, &[writes, writes, "echo text > $1"]);
    assert_eq!(failed.as_deref(), Some("it succeeded but did not write its depfile out/2.d"));
    assert_eq!(in_turn(&dir, &[writes, writes, "[ ! -s $2 ]; echo $? > $1; echo x: h > $2"]), None);
    assert_eq!(fs::read_to_string(dir.path().join("out/2")).unwrap(), "0\n");
}

#[test]
fn what_a_depfile_is_besides_stays_as_it_is() {
    let dir = TempDir::new().unwrap();
    for link in ["ln", "ln -s $PWD/"] {
        fs::write(dir.path().join("elsewhere"), "x: h\n").unwrap();
        let link =
            link.strip_suffix('/').map_or(format!("{link} elsewhere"), |it| format!("{it}/elsewhere"));
        let linked = format!("echo {link} > $1; rm -f $2; {link} $2");
        let writes = format!("echo {link} > $1; echo x: h > $2");
        assert_eq!(in_turn(&dir, &[&writes, &linked, &writes]), None);
        assert_eq!(fs::read_to_string(dir.path().join("elsewhere")).unwrap(), "x: h\n", "{link}");
    }
}

/// Whoever loses a race ends with all that it has started, before or after it has begun.
#[test]
fn who_has_lost_a_race_is_ended() {
    let processes = RealProcesses::new();
    for number in 0..2 {
        let race = Arc::new(Race::new(number));
        if number == 0 {
            processes.end(&race);
        }
        let spawn = Spawn { race: Some(race.clone()), ..shell("sleep 3600 & sleep 3600", None) };
        let ended = std::thread::scope(|scope| {
            let runs = scope.spawn(|| processes.run(&spawn));
            processes.end(&race);
            runs.join().unwrap().unwrap()
        });
        assert_eq!(ended.status, Status::Signalled(9));
    }
    let whole = Spawn { race: Some(Arc::new(Race::new(7))), ..shell("echo done", None) };
    let ended = processes.run(&whole).unwrap();
    assert_eq!((ended.status, ended.output.as_slice()), (Status::Exited(0), &b"done\n"[..]));
}
