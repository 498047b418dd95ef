//! How a loader is asked: the probe that is preloaded into a host, and the process in which it speaks.
//!
//! The host is the real, unmodified program. A preloaded object (`load_probe.c`) runs instead of its
//! `main` and calls `dlopen`. The verdict comes from a token that only a returned `dlopen` sends, never
//! from an exit code: a constructor that calls `exit(0)` is no success.

use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use modpin_engine::{Arg, Command, Ended, Spawn, Status, StepError, StepIo};
use modpin_loader::Answer;
use rustix::fs::{StatVfsMountFlags, statvfs};
use tempfile::NamedTempFile;

use super::environment::library_path;
use super::judge::{Run, judge, judge_start};
use crate::toolchain::{Runner, Toolchain, Variables};

/// The C text of the probe.
pub const PROBE: &str = include_str!("load_probe.c");

/// How the probe is compiled and linked.
const PROBE_FLAGS: [&str; 4] = ["-shared", "-fPIC", "-O1", "-w"];

/// What the probe is linked with, for C libraries that keep `dlopen` apart.
const PROBE_LIBRARIES: [&str; 1] = ["-ldl"];

/// In the place of libraries, for a host whose C library is not the compiler's: the probe finds what it needs
/// in the host.
const PROBE_WITHOUT_LIBC: [&str; 3] = ["-nostdlib", "-fno-stack-protector", "-U_FORTIFY_SOURCE"];

/// The probe's answer has this size in bytes.
const ANSWER_SIZE: u64 = 65536;

/// A host to be started, and what to load into it.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The host's file.
    pub host: &'a str,
    /// What is loaded, in that order.
    pub modules: Vec<ToLoad<'a>>,
    /// The probe's file.
    pub probe: &'a str,
    /// Libraries of the host that must be preloaded before the probe: sanitizers insist on being first.
    pub first: Vec<&'a str>,
    /// What starts the host.
    pub runner: &'a Runner,
    /// How long it may take.
    pub timeout: Duration,
}

/// A module to be loaded.
#[derive(Clone, Copy, Debug)]
pub struct ToLoad<'a> {
    /// Its file.
    pub path: &'a str,
    /// Where it stands in the question.
    pub turn: Turn,
    /// Its calls are bound when they are made.
    pub lazy: bool,
    /// Who is loaded later sees it.
    pub global: bool,
}

/// Where a module stands in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The module in question needs it.
    Before,
    /// It is the one in question.
    Asked,
    /// The module in question calls it later.
    After,
}

impl ToLoad<'_> {
    /// As the probe reads it.
    fn line(&self, io: &StepIo<'_>) -> String {
        let turn = match self.turn {
            Turn::Before => 'b',
            Turn::Asked => 'm',
            Turn::After => 'a',
        };
        let (binding, scope) = (if self.lazy { 'l' } else { 'n' }, if self.global { 'g' } else { 'l' });
        format!("{turn}{binding}{scope}{}", io.absolute(self.path))
    }
}

/// Makes the probe of its text, which lies at `source`. For a host of musl it is linked with no C library: it takes the host's.
pub fn compile_probe(toolchain: &Toolchain, source: &str, musl: bool) -> Command {
    let (program, compiler) = toolchain.driver();
    let first = compiler.iter().chain(&toolchain.first_args).map(Arg::from);
    let mut args: Vec<Arg> = first.chain(PROBE_FLAGS.iter().map(|&flag| Arg::from(flag))).collect();
    if musl {
        args.extend(PROBE_WITHOUT_LIBC.iter().map(|&flag| Arg::from(flag)));
    }
    args.extend([Arg::from("-o"), Arg::Output { prefix: String::new(), index: 0 }, source.into()]);
    if !musl {
        args.extend(PROBE_LIBRARIES.iter().map(|&library| Arg::from(library)));
    }
    Command { program, args, env: toolchain.whole_env(), ..Command::default() }
}

/// Asks the loader about the module in question.
pub fn ask(io: &StepIo<'_>, question: &Question<'_>) -> Result<Answer, StepError> {
    let module = question.modules.iter().find(|module| module.turn == Turn::Asked);
    let module = module.map(|module| io.absolute(module.path)).unwrap_or_default();
    Ok(judge(&run(io, question)?, &module))
}

/// Asks whether the host comes as far as its main, where modules would be loaded; answers why not.
pub fn ask_start(io: &StepIo<'_>, question: &Question<'_>) -> Result<Option<Answer>, StepError> {
    Ok(judge_start(&run(io, question)?))
}

fn run(io: &StepIo<'_>, question: &Question<'_>) -> Result<Run, StepError> {
    let probe = Probe::at(io.absolute(question.probe)).map_err(failed)?;
    let mut token = String::new();
    let (answer, ended) = with_answer(question.runner, |answer| {
        answer.as_file().set_len(ANSWER_SIZE).map_err(failed)?;
        let path = answer.path().to_string_lossy().into_owned();
        token = self::token(&path);
        let own = for_the_loader(question, &probe);
        let (program, args, left) = question.runner.command(io.absolute(question.host), own);
        let env = [left, for_the_probe(io, question, &token, path)].concat();
        let (dir, limit) = (io.absolute(""), Some(question.timeout));
        io.spawn(&Spawn { program, args, env, dir, limit, ..Spawn::default() })
    })?;
    let text = said(answer.as_file()).map_err(failed)?;
    Ok(Run::new(&String::from_utf8_lossy(&text), &token, ended, question.timeout))
}

fn failed(error: std::io::Error) -> StepError {
    StepError::Failed(format!("the load check's answer: {error}"))
}

/// Asks with a file for the probe's answer: in memory, where it costs little to make one, if there is such a place and the host starts by
/// itself; what else starts it may be somewhere else. A probe that opens the file takes its name away. If the name is still there, the
/// host may be one that is allowed to open nothing in that place, and is asked again with a file where such files usually are.
fn with_answer(
    runner: &Runner,
    mut ask: impl FnMut(&NamedTempFile) -> Result<Ended, StepError>,
) -> Result<(NamedTempFile, Ended), StepError> {
    const MEMORY: &str = "/dev/shm";
    let in_memory = runner.words.is_empty().then(|| NamedTempFile::new_in(MEMORY).ok());
    if let Some(answer) = in_memory.flatten() {
        let ended = ask(&answer)?;
        if ended.status == Status::TimedOut || !answer.path().exists() {
            return Ok((answer, ended));
        }
    }
    let answer = NamedTempFile::new().map_err(failed)?;
    let ended = ask(&answer)?;
    Ok((answer, ended))
}

/// What the probe has said. It is read by its descriptor: the probe has taken the name away. Most answers are short.
fn said(answer: &std::fs::File) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for size in [4096, ANSWER_SIZE as usize] {
        text.resize(size, 0);
        answer.read_exact_at(&mut text, 0)?;
        if let Some(end) = text.iter().position(|&byte| byte == 0) {
            text.truncate(end);
            break;
        }
    }
    Ok(text)
}

/// What the probe reads.
fn for_the_probe(io: &StepIo<'_>, question: &Question<'_>, token: &str, answer: String) -> Variables {
    let set = |name: &str, value: String| (name.to_owned(), Some(value));
    let modules = question.modules.iter().map(|module| module.line(io));
    vec![
        set("MODPIN_LOAD_MODULES", modules.collect::<Vec<_>>().join("\n")),
        set("MODPIN_LOAD_TOKEN", token.to_owned()),
        set("MODPIN_LOAD_ANSWER", answer),
    ]
}

/// What the host's loader obeys.
fn for_the_loader(question: &Question<'_>, probe: &Probe) -> Variables {
    let preload: Vec<&str> = question.first.iter().copied().chain([probe.path.as_str()]).collect();
    let mut variables = vec![
        ("LD_PRELOAD".to_owned(), Some(preload.join(":"))),
        ("LD_LIBRARY_PATH".to_owned(), library_path()),
    ];
    if question.modules.iter().any(|module| module.lazy) {
        // It would make every binding a binding now.
        variables.push(("LD_BIND_NOW".to_owned(), None));
    }
    variables
}

/// The probe where `LD_PRELOAD` can name it (that variable cuts its value at blanks and colons, and qemu's at commas) and the loader can map it. A
/// host without the probe would run its own main.
struct Probe {
    path: String,
    /// Holds a copy.
    _dir: Option<tempfile::TempDir>,
}

impl Probe {
    fn at(path: String) -> std::io::Result<Probe> {
        let special = |path: &str| path.contains(|c: char| c.is_whitespace() || ":$,".contains(c));
        if !special(&path) && !forbids_programs(Path::new(&path)) {
            return Ok(Probe { path, _dir: None });
        }
        let dir = tempfile::tempdir()?;
        let copy = dir.path().join("probe.so");
        let shown = copy.to_string_lossy().into_owned();
        let why = if special(&shown) {
            Some("without blanks, colons and commas, which LD_PRELOAD cannot name")
        } else {
            forbids_programs(dir.path()).then_some("on a file system that is not mounted noexec")
        };
        if let Some(why) = why {
            let text = format!("{shown} cannot be preloaded\n  help: set TMPDIR to a directory {why}");
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, text));
        }
        std::fs::copy(path, copy)?;
        Ok(Probe { path: shown, _dir: Some(dir) })
    }
}

/// Whether nothing that lies there can be mapped as code (mount(8), `noexec`).
fn forbids_programs(path: &Path) -> bool {
    statvfs(path).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::NOEXEC))
}

/// A word that the module cannot know by heart.
fn token(path: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    format!(
        "modpin-{}-{}",
        now.map_or(0, |time| time.as_nanos()),
        modpin_engine::Hash::of(path.as_bytes())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preloaded_object_has_a_path_without_blanks_and_colons() {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, stays) in [("plain", true), ("a b", false), ("a:b", false), ("$LIB", false)] {
            let path = dir.path().join(name);
            std::fs::write(&path, name).expect("a file");
            let path = path.to_string_lossy().into_owned();
            let probe = Probe::at(path.clone()).expect("a probe");
            assert_eq!(probe.path == path, stays, "{name}");
            assert!(!probe.path.contains([' ', ':', '$']), "{}", probe.path);
            assert_eq!(std::fs::read_to_string(&probe.path).expect("a file"), name);
        }
    }

    #[test]
    fn no_token_can_be_known_before() {
        assert_ne!(token("/answer"), token("/answer"));
        assert_ne!(token("/answer").rsplit('-').next(), token("/other").rsplit('-').next());
    }

    #[test]
    fn an_answer_of_any_length_comes_as_it_was_said() {
        let answer = NamedTempFile::new().expect("a file");
        answer.as_file().set_len(ANSWER_SIZE).expect("room");
        for length in [0, 10, 4095, 4096, 4097, 60000] {
            let text = vec![b'x'; length];
            answer.as_file().write_all_at(&text, 0).expect("an answer");
            answer.as_file().write_all_at(b"\0more", length as u64).expect("an end");
            assert_eq!(said(answer.as_file()).expect("text"), text);
        }
    }

    #[test]
    fn only_a_host_that_starts_by_itself_and_may_answers_in_memory() {
        let (memory, usual) = (Path::new("/dev/shm"), std::env::temp_dir());
        if !memory.is_dir() || usual == memory {
            return;
        }
        let asked = |runner: &Runner, status: Status, opens: &Path| {
            let mut places = Vec::new();
            let answered = with_answer(runner, |answer| {
                let place = answer.path().parent().expect("a directory").to_owned();
                if place == opens {
                    std::fs::remove_file(answer.path()).expect("it is there");
                }
                places.push(place);
                Ok(Ended { status, output: Vec::new() })
            });
            assert!(answered.is_ok());
            places
        };
        let (by_itself, ended) = (Runner::default(), Status::Exited(0));
        assert_eq!(asked(&by_itself, ended, memory), [memory]);
        assert_eq!(asked(&by_itself, ended, &usual), [memory, &usual]);
        assert_eq!(asked(&by_itself, Status::TimedOut, &usual), [memory]);
        let words = vec!["/usr/bin/qemu-aarch64".to_owned()];
        assert_eq!(asked(&Runner { words, ..Runner::default() }, ended, &usual), [usual]);
    }
}
