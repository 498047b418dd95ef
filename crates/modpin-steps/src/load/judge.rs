//! The loader's answer put into words: what the probe wrote, what the loader printed, how the process ended. The words are
//! those of glibc and of musl.

use std::time::Duration;

use modpin_engine::{Ended, Status};
use modpin_loader::{Answer, HOST_DOES_NOT_START, Stage, Verdict, shown};

/// One process that was asked.
#[derive(Clone, Debug)]
pub struct Run {
    /// What the probe wrote; `None` if the host never came as far as its main.
    said: Option<String>,
    /// How the process ended, and what it printed.
    ended: Ended,
    /// How long it was allowed to take.
    timeout: Duration,
}

impl Run {
    /// `answer` is what the probe wrote, and begins with `token` if it wrote anything.
    pub fn new(answer: &str, token: &str, ended: Ended, timeout: Duration) -> Run {
        let said = answer.strip_prefix(token).map(|said| said.trim().to_owned());
        Run { said, ended, timeout }
    }
}

/// The answer about the module at that path.
pub fn judge(run: &Run, module: &str) -> Answer {
    let of = |verdict, detail: String| Answer { verdict, stage: Stage::Loading, detail };
    let Some(said) = &run.said else { return not_started(run, module) };
    match said.split_once(' ').unwrap_or((said, "")) {
        ("loads", _) => of(Verdict::Loads, "it loads".into()),
        ("fails-before", error) => {
            let detail = format!("a module that it needs does not load: {}", shown::line(error));
            of(verdict_of(error, module), detail)
        }
        ("fails-after", error) => {
            let detail = format!("a module that comes after it does not load: {}", shown::line(error));
            of(verdict_of(error, module), detail)
        }
        ("fails", error) => of(verdict_of(error, module), without_path(error, module)),
        _ => ended_early(run),
    }
}

/// Why the host does not come as far as its main, if it does not.
pub fn judge_start(run: &Run) -> Option<Answer> {
    run.said.is_none().then(|| not_started(run, ""))
}

/// The host had started, and the process ended before the loader answered.
fn ended_early(run: &Run) -> Answer {
    let (seconds, said) = (run.timeout.as_secs_f32(), printed(&run.ended));
    let (verdict, detail) = match run.ended.status {
        Status::TimedOut => (Verdict::TimedOut, format!("it was still loading after {seconds} s{said}")),
        Status::Signalled(signal) => {
            let name = signal_name(signal);
            (Verdict::Crashed, format!("the process died of {name} while loading it{said}"))
        }
        Status::Exited(127) if said.contains("detected by ld.so") => {
            (Verdict::Failed, format!("the loader stopped the process{said}"))
        }
        Status::Exited(code) => {
            (Verdict::Exited, format!("the process exited with code {code} while loading it{said}"))
        }
    };
    Answer { verdict, stage: Stage::Loading, detail }
}

/// The host never came as far as its main.
fn not_started(run: &Run, module: &str) -> Answer {
    let (seconds, said) = (run.timeout.as_secs_f32(), printed(&run.ended));
    let (verdict, how) = match run.ended.status {
        // The loader itself refused to start it.
        Status::Exited(127) => (verdict_of(&text(&run.ended), module), String::new()),
        Status::Exited(code) => (Verdict::Exited, format!(" and exited with code {code}")),
        Status::Signalled(signal) => (Verdict::Crashed, format!(" and died of {}", signal_name(signal))),
        Status::TimedOut => (Verdict::TimedOut, format!(" within {seconds} s")),
    };
    Answer { verdict, stage: Stage::Starting, detail: format!("{HOST_DOES_NOT_START}{how}{said}") }
}

/// What musl says behind the same words of a library that it has found.
const MUSLS_OTHERS: &[&str] = &[": Exec format error", ": Is a directory"];

/// In the words of glibc and of musl. A module may have such words in its name.
fn verdict_of(error: &str, module: &str) -> Verdict {
    let text = error.strip_prefix(module).unwrap_or(error);
    let says = |words: &[&str]| words.iter().any(|words| text.contains(words));
    if says(&["undefined symbol", "symbol not found"]) || says(&["version `"]) && says(&["not found"]) {
        Verdict::MissingSymbols
    } else if error.strip_prefix(module).is_some_and(|rest| rest.starts_with(": cannot open")) {
        // The module is there: it is for another machine, or may not be read.
        Verdict::Failed
    } else if says(&["cannot open shared object file"])
        || says(&["Error loading shared library"]) && !says(MUSLS_OTHERS)
    {
        Verdict::MissingLibrary
    } else {
        Verdict::Failed
    }
}

/// What to do about it, where the loader's words do not tell.
pub fn way_out(answer: &Answer) -> Option<&'static str> {
    answer.detail.contains("static TLS block").then_some(
        "its thread-local variables are of the initial-exec model, for which a process that runs has little room: compile \
         with -ftls-model=global-dynamic, or give more room in GLIBC_TUNABLES (glibc.rtld.optional_static_tls=BYTES)",
    )
}

/// `dlerror` begins with the module's path, which the reader knows.
fn without_path(error: &str, module: &str) -> String {
    let rest = error.strip_prefix(module).and_then(|rest| rest.strip_prefix(": "));
    shown::line(rest.unwrap_or(error)).into_owned()
}

fn text(ended: &Ended) -> String {
    String::from_utf8_lossy(&ended.output).trim().to_owned()
}

/// What was printed, where nobody takes it for words of ours: several lines have a mark in front of each.
fn printed(ended: &Ended) -> String {
    let text = beginning(&text(ended));
    let text = shown::lines(&text);
    match text.contains('\n') {
        _ if text.is_empty() => String::new(),
        false => format!("; it printed: {text}"),
        true => format!("; it printed:\n| {}", text.replace('\n', "\n| ")),
    }
}

/// As many whole lines as there is room for, with a sign where something is left out.
fn beginning(text: &str) -> String {
    const ROOM: usize = 2000;
    let Some((end, _)) = text.char_indices().nth(ROOM) else { return text.to_owned() };
    match text[..end].rfind('\n') {
        Some(end) => format!("{}\n… and {} more lines", &text[..end], text[end + 1..].lines().count()),
        None => format!("{} …", &text[..end]),
    }
}

fn signal_name(signal: i32) -> String {
    let known = [
        (4, "SIGILL"),
        (6, "SIGABRT"),
        (7, "SIGBUS"),
        (8, "SIGFPE"),
        (9, "SIGKILL"),
        (11, "SIGSEGV"),
        (15, "SIGTERM"),
        (31, "SIGSYS"),
    ];
    let name = known.iter().find(|(number, _)| *number == signal);
    name.map_or_else(|| format!("signal {signal}"), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(answer: &str, status: Status, output: &str, expect: Expect) {
        let ended = Ended { status, output: output.into() };
        let run = Run::new(answer, "T", ended, Duration::from_secs(10));
        let Answer { verdict, stage, detail } = judge(&run, "/m.so");
        assert_eq!(stage == Stage::Starting, detail.starts_with(HOST_DOES_NOT_START), "{detail}");
        expect.assert_eq(&format!("{verdict:?}: {detail}"));
    }

    #[test]
    fn only_the_token_is_success() {
        check("T loads \n", Status::Exited(0), "", expect!["Loads: it loads"]);
        check(
            "T started\n",
            Status::Exited(0),
            "",
            expect!["Exited: the process exited with code 0 while loading it"],
        );
        check(
            "X loads \n",
            Status::Exited(0),
            "",
            expect!["Exited: the host does not start and exited with code 0"],
        );
    }

    #[test]
    fn a_host_that_does_not_start_is_told() {
        check(
            "",
            Status::Exited(0),
            "",
            expect!["Exited: the host does not start and exited with code 0"],
        );
        check(
            "",
            Status::Signalled(6),
            "",
            expect!["Crashed: the host does not start and died of SIGABRT"],
        );
        check("", Status::TimedOut, "", expect!["TimedOut: the host does not start within 10 s"]);
        let words = "./h: error while loading shared libraries: libx.so: cannot open shared object file: No such";
        check(
            "",
            Status::Exited(127),
            words,
            expect![
                "MissingLibrary: the host does not start; it printed: ./h: error while loading shared libraries: libx.so: cannot open shared object file: No such"
            ],
        );
        // A module may use that code, too, and so does the loader when it finds itself wrong.
        check(
            "T started\n",
            Status::Exited(127),
            "",
            expect!["Exited: the process exited with code 127 while loading it"],
        );
        let words = "Inconsistency detected by ld.so: dl-lookup.c: 107: check_match: Assertion failed!";
        check(
            "T started\n",
            Status::Exited(127),
            words,
            expect![
                "Failed: the loader stopped the process; it printed: Inconsistency detected by ld.so: dl-lookup.c: 107: check_match: Assertion failed!"
            ],
        );
    }

    #[test]
    fn a_host_that_said_something_has_started() {
        let start = |answer: &str, status| {
            let ended = Ended { status, output: Vec::new() };
            judge_start(&Run::new(answer, "T", ended, Duration::from_secs(10)))
        };
        assert_eq!(start("T started\n", Status::Exited(0)), None);
        assert_eq!(start("T started\n", Status::TimedOut), None, "it hangs at its end");
        let verdict = |answer, status| start(answer, status).map(|answer| answer.verdict);
        assert_eq!(verdict("", Status::TimedOut), Some(Verdict::TimedOut));
        assert_eq!(verdict("X started\n", Status::Exited(0)), Some(Verdict::Exited));
    }

    #[test]
    fn a_crash_after_the_answer_does_not_take_it_back() {
        check("T loads \n", Status::Signalled(11), "", expect!["Loads: it loads"]);
    }

    #[test]
    fn failures_are_told_apart() {
        let undefined = "T fails /m.so: undefined symbol: foo\n";
        check(undefined, Status::Exited(0), "", expect!["MissingSymbols: undefined symbol: foo"]);
        let library = "T fails libx.so: cannot open shared object file: No such file or directory\n";
        check(
            library,
            Status::Exited(0),
            "",
            expect![
                "MissingLibrary: libx.so: cannot open shared object file: No such file or directory"
            ],
        );
        check(
            "T fails /m.so: invalid ELF header\n",
            Status::Exited(0),
            "",
            expect!["Failed: invalid ELF header"],
        );
        check(
            "T started\n",
            Status::Signalled(11),
            "oops\n",
            expect!["Crashed: the process died of SIGSEGV while loading it; it printed: oops"],
        );
        check(
            "T started\n",
            Status::Exited(3),
            "one\nm in h: ok\u{1b}[2K\r\n\n",
            expect![[r"
                Exited: the process exited with code 3 while loading it; it printed:
                | one
                | m in h: ok\x1B[2K"]],
        );
        check(
            "T fails /m.so: undefined symbol: a\nT loads\u{7}\n",
            Status::Exited(0),
            "",
            expect![r"MissingSymbols: undefined symbol: a\nT loads\x07"],
        );
        let version = "T fails /lib/libc.so.6: version `GLIBC_9' not found (required by /m.so)\n";
        check(
            version,
            Status::Exited(0),
            "",
            expect!["MissingSymbols: /lib/libc.so.6: version `GLIBC_9' not found (required by /m.so)"],
        );
        let machine = "T fails /m.so: cannot open shared object file: No such file or directory\n";
        check(
            machine,
            Status::Exited(0),
            "",
            expect!["Failed: cannot open shared object file: No such file or directory"],
        );
        let before = "T fails-before /a.so: undefined symbol: foo\n";
        check(
            before,
            Status::Exited(0),
            "",
            expect![
                "MissingSymbols: a module that it needs does not load: /a.so: undefined symbol: foo"
            ],
        );
        check(
            "T fails-before /a.so: undefined symbol: f\u{1b}\n",
            Status::Exited(0),
            "",
            expect![
                r"MissingSymbols: a module that it needs does not load: /a.so: undefined symbol: f\x1B"
            ],
        );
        check(
            "T fails-after /a.so: undefined symbol: f\u{202e}\n",
            Status::Exited(0),
            "",
            expect![
                r"MissingSymbols: a module that comes after it does not load: /a.so: undefined symbol: f\u{202e}"
            ],
        );
        check("T started\n", Status::TimedOut, "", expect!["TimedOut: it was still loading after 10 s"]);
    }

    #[test]
    fn of_what_a_process_prints_the_beginning_is_told() {
        assert_eq!(beginning("short"), "short");
        let line = "x".repeat(3000);
        assert_eq!(beginning(&line), format!("{} …", &line[..2000]));
        let lines = "line\n".repeat(500);
        assert_eq!(
            beginning(&lines),
            format!("{}\n… and 100 more lines", "line\n".repeat(400).trim_end())
        );
    }
}
