//! One try: a C file is given to the compiler, and perhaps linked. Says whether it was taken, and what was said.

use std::path::Path;
use std::time::Duration;

use modpin_engine::{Processes, RealProcesses, Spawn, Status};
use modpin_project::Language;

use super::attempt::{Attempt, Outcome, Stage};
use super::bench::Bench;
use super::rests::files_read;
use super::wrong::wrong_reason;

/// How long a try may take.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Flags from outside that make warnings or stop at the first one.
const STRICT: [&str; 5] =
    ["-Werror", "-pedantic-errors", "-Wfatal-errors", "-fmax-errors=", "-ferror-limit="];

impl Bench<'_> {
    /// Tries; an error says what was wrong besides the file.
    pub fn attempt(&self, attempt: &Attempt) -> Result<Outcome, String> {
        let io = |error: std::io::Error| format!("there is no place for its files: {error}");
        let dir = self.place().map_err(io)?;
        let path = |name: &str| dir.join(name).to_string_lossy().into_owned();
        std::fs::write(path(attempt.file), &attempt.text).map_err(io)?;
        let depfiles = [path("probe.d"), path("probe.link.d")];
        let args = self.args(attempt, &path, &depfiles);
        let toolchain = self.toolchain.of(attempt.language());
        let (program, compiler) = toolchain.driver();
        let spawn = Spawn {
            program,
            args: compiler.into_iter().chain(args).collect(),
            env: toolchain.whole_env(),
            dir: self.root.to_string_lossy().into_owned(),
            // With one, it does not outlive us.
            limit: Some(TIMEOUT),
            ..Spawn::default()
        };
        let log = command_line(&spawn, &dir);
        let ended = RealProcesses::new().run(&spawn);
        let ended = ended.map_err(|error| format!("{} cannot be started: {error}", spawn.program))?;
        if ended.status == Status::TimedOut {
            return Err(format!("{} did not end within {} seconds", spawn.program, TIMEOUT.as_secs()));
        }
        // Where it lay is no part of what was said.
        let said = String::from_utf8_lossy(&ended.output).replace(&format!("{}/", dir.display()), "");
        let said = without_temporaries(&said, &std::env::temp_dir().to_string_lossy());
        let worked = ended.status == Status::Exited(0);
        if let Some(why) = wrong_reason(&ended).filter(|_| !worked) {
            return Err(format!("{} {why}:\n{}", toolchain.compiler, indented(&log, &said)));
        }
        let scratch = self.scratch();
        let read = files_read(&depfiles, self.root, &scratch);
        let log = indented(&log, &said);
        Ok(Outcome { worked, said, read, log, program: path("probe") })
    }

    fn args(
        &self,
        attempt: &Attempt,
        path: &dyn Fn(&str) -> String,
        [depfile, link_depfile]: &[String; 2],
    ) -> Vec<String> {
        let outside = |args: &[String]| -> Vec<String> {
            let is_strict =
                |arg: &String| STRICT.iter().any(|strict| arg.starts_with(strict)) || arg == "-w";
            args.iter().filter(|arg| !is_strict(arg)).cloned().collect()
        };
        let toolchain = self.toolchain.of(attempt.language());
        let mut args = outside(&toolchain.first_args);
        args.extend(outside(&self.flags.preprocessed));
        args.extend(outside(match attempt.language() {
            Language::Cxx => &self.flags.cxx,
            Language::C => &self.flags.c,
            Language::Preprocessed | Language::Assembler => &self.flags.assembler,
        }));
        args.extend_from_slice(&attempt.args);
        args.extend(outside(&toolchain.last_args));
        if attempt.quiet {
            args.push("-w".to_owned());
        }
        args.extend(["-MD".to_owned(), "-MF".to_owned(), depfile.clone()]);
        match attempt.stage {
            Stage::Compile => args.extend(["-c", "-o"].map(str::to_owned)),
            Stage::Link => args.push("-o".to_owned()),
        }
        args.push(path(if attempt.stage == Stage::Link { "probe" } else { "probe.o" }));
        args.push(path(attempt.file));
        if attempt.stage == Stage::Link {
            args.extend_from_slice(&self.flags.link);
            args.extend_from_slice(&toolchain.ldflags);
            args.extend_from_slice(&attempt.link);
            if toolchain.link_depfile {
                args.push(format!("-Wl,--dependency-file={link_depfile}"));
            }
        }
        args
    }
}

/// The object between compiler and linker has another name each time: `/tmp/ccJPIxh3.o` (gcc), `/tmp/probe-3d1a52.o` (clang).
fn without_temporaries(said: &str, dir: &str) -> String {
    let start = format!("{}/", dir.trim_end_matches('/'));
    let mut parts = said.split(&start);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(".o") {
            Some((name, rest)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
                text = text + "probe.o" + rest;
            }
            _ => text = text + &start + part,
        }
    }
    text
}

fn command_line(spawn: &Spawn, dir: &Path) -> String {
    let words = std::iter::once(&spawn.program).chain(&spawn.args);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+,:@%".contains(c);
    let shown = words.map(|word| {
        let word = word.replace(&format!("{}/", dir.display()), "");
        if !word.is_empty() && word.chars().all(is_plain) { word } else { format!("{word:?}") }
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// A command with what it said below.
fn indented(command: &str, said: &str) -> String {
    let said: String = said.lines().map(|line| format!("    {line}\n")).collect();
    format!("  {command}\n{said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_a_moment_are_all_the_same() {
        let told = |said| without_temporaries(said, "/tmp");
        assert_eq!(told("ld: /tmp/ccJPIxh3.o: in main\n/tmp/x y.o"), "ld: probe.o: in main\n/tmp/x y.o");
        assert_eq!(told("ld: /tmp/probe-3d1a52.o:(.text)"), "ld: probe.o:(.text)");
        assert_eq!(told("/tmp/mine/lib.o: no"), "/tmp/mine/lib.o: no");
    }
}
