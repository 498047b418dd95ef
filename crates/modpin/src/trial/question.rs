//! One probe, answered. Each kind has its own way; in all of them, no is an answer only if the compiler takes the same file without
//! the question.

use modpin_project::{PackageFlags, Probe, ProbeKind, ProbeLanguage, compiler_fits, entries};
use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, Outcome, Stage, own_args, own_link};
use super::bench::Bench;
use super::rests::{Rest, missing_headers};
use super::wrong::Broken;
use super::{number, package, start, texts};
use crate::toolchain::Toolchain;

/// A probe's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// `y`, `n`, a number, or nothing where a number has no value.
    pub text: String,
    /// What was asked, the commands, and what they said.
    pub log: String,
    /// What pkg-config says of a package that is there.
    #[serde(default)]
    pub flags: PackageFlags,
    /// Where a program is that is there.
    #[serde(default)]
    pub path: String,
    /// What the answer rests on besides the compiler and its arguments.
    pub rests: Vec<Rest>,
}

/// A probe while it is asked.
struct Interview<'a> {
    bench: &'a Bench<'a>,
    probe: &'a Probe,
    log: String,
    rests: Vec<String>,
    flags: PackageFlags,
    path: String,
}

impl Bench<'_> {
    /// Asks.
    pub fn answer(&self, probe: &Probe) -> Result<Answered, Broken> {
        let mut question = Interview {
            bench: self,
            probe,
            log: String::new(),
            rests: Vec::new(),
            flags: PackageFlags::default(),
            path: String::new(),
        };
        let text = question.text()?;
        let Interview { log, mut rests, flags, path, .. } = question;
        rests.sort_unstable();
        rests.dedup();
        let rests = rests.iter().map(|path| Rest::now(path)).collect();
        Ok(Answered { text, log, flags, path, rests })
    }
}

impl Interview<'_> {
    fn text(&mut self) -> Result<String, Broken> {
        let of = &self.probe.of;
        let yes = match self.probe.kind {
            ProbeKind::Header | ProbeKind::Symbol | ProbeKind::Type | ProbeKind::Member => {
                self.taken(Stage::Compile)?.worked
            }
            ProbeKind::Compiles => self.taken(Stage::Compile)?.worked,
            ProbeKind::Function | ProbeKind::Library | ProbeKind::Links => {
                self.taken(Stage::Link)?.worked
            }
            ProbeKind::Runs => self.runs()?,
            ProbeKind::SizeOf => {
                return Ok(self.number()?.map_or("0".to_owned(), |size| size.to_string()));
            }
            ProbeKind::Value => {
                return Ok(self.number()?.map_or(String::new(), |value| value.to_string()));
            }
            ProbeKind::CcOption => self.silent(Stage::Compile, as_positive(of))?,
            ProbeKind::AsOption => {
                let args = of.split_whitespace().map(|arg| for_program("-Wa,", arg)).collect();
                self.silent(Stage::Compile, args)?
            }
            ProbeKind::LdOption => {
                let args = of.split_whitespace().map(|arg| for_program("-Wl,", arg)).collect();
                self.silent(Stage::Link, args)?
            }
            ProbeKind::AsInstr => self.assembled()?,
            ProbeKind::CcVersion => {
                let Toolchain { kind, version, .. } = self.bench.tools(self.probe);
                self.log += &format!("  the compiler is {kind} {version}\n");
                compiler_fits(of, kind, version)
            }
            ProbeKind::Program => {
                let (places, found) = start::places(self.bench, of);
                let last = places.last().map_or("", String::as_str);
                self.log += &if found {
                    format!("  {last}\n")
                } else {
                    "  in no directory of PATH\n".to_owned()
                };
                // A script of the project lies where the project lies.
                self.path = match found {
                    true if of.contains('/') => of.clone(),
                    true => last.to_owned(),
                    false => String::new(),
                };
                self.rests.extend(places);
                found
            }
            ProbeKind::PkgConfig => {
                let package = package::ask(self.bench, of)?;
                self.log += &package.log;
                self.rests.extend(package.looked_at);
                self.flags = package.flags.clone().unwrap_or_default();
                package.flags.is_some()
            }
        };
        Ok(if yes { "y" } else { "n" }.to_owned())
    }

    /// What is tried with the text of this probe.
    fn attempt(&self, stage: Stage, text: String) -> Attempt {
        let probe = self.probe;
        let mut link = if stage == Stage::Link { own_link(probe) } else { Vec::new() };
        if probe.kind == ProbeKind::Library {
            link.push(format!("-l{}", probe.of));
        }
        let mut args = own_args(probe);
        if probe.kind == ProbeKind::Function {
            args.push("-fno-builtin".to_owned());
        }
        // Whoever tries a C file of his own may ask for warnings as errors.
        let quiet = !probe.kind.is_program_text();
        let file = if probe.language == ProbeLanguage::Cxx { "probe.cc" } else { "probe.c" };
        Attempt { stage, text, file, args, link, quiet }
    }

    /// Tries, and notes it.
    fn tried(&mut self, attempt: &Attempt) -> Result<Outcome, Broken> {
        let outcome = self.bench.attempt(attempt)?;
        self.log += &listing(attempt);
        self.log += &outcome.log;
        Ok(outcome)
    }

    /// Whether the compiler takes the file of the question. Where it does not, whether it takes it without.
    fn taken(&mut self, stage: Stage) -> Result<Outcome, Broken> {
        let attempt = self.attempt(stage, texts::question(self.probe));
        let outcome = self.tried(&attempt)?;
        match outcome.worked {
            true => self.rests.extend(outcome.read.iter().cloned()),
            false => self.refused(&attempt, &outcome)?,
        }
        Ok(outcome)
    }

    /// A no: it rests on what was read without the question, and on nothing being where the compiler looked.
    fn refused(&mut self, attempt: &Attempt, outcome: &Outcome) -> Result<(), Broken> {
        self.control(attempt)?;
        let mut headers = missing_headers(&outcome.said);
        if self.probe.kind == ProbeKind::Header {
            headers.push(self.probe.of.clone());
        }
        for header in headers {
            self.rests.extend(self.bench.header_places(self.probe, &header));
        }
        if attempt.stage == Stage::Link {
            let library = Some(&self.probe.of).filter(|_| self.probe.kind == ProbeKind::Library);
            for name in entries(&self.probe.system_libraries).chain(library) {
                self.rests.extend(self.bench.library_places(self.probe, name));
            }
        }
        Ok(())
    }

    /// The same without the question: what is refused then is no answer.
    fn control(&mut self, attempt: &Attempt) -> Result<Outcome, Broken> {
        let control = Attempt {
            text: texts::without_question(self.probe),
            // What is linked is part of the question.
            link: Vec::new(),
            args: own_args(self.probe),
            ..attempt.clone()
        };
        let outcome = self.kept_attempt(&control)?;
        if outcome.worked {
            self.rests.extend(outcome.read.iter().cloned());
            return Ok(outcome);
        }
        let bare = Attempt { text: texts::EMPTY.to_owned(), args: Vec::new(), ..control };
        let alone = self.kept_attempt(&bare)?;
        if !alone.worked {
            let what = if bare.stage == Stage::Link { "link" } else { "compile" };
            return Err(Broken {
                text: format!(
                    "the compiler cannot even {what} a program that does nothing:\n{}",
                    alone.log
                ),
                help: "correct the compiler (CC), its flags (CFLAGS, LDFLAGS) or those of the project"
                    .to_owned(),
            });
        }
        Err(Broken {
            text: format!(
                "without the question, the compiler refuses its headers or flags as well:\n{}",
                outcome.log
            ),
            help: format!(
                "correct them, or ask only where they are there: .when(\"HAVE_…\"), with a probe for each; \
                 or give the answer: -D {}=n",
                self.probe.word()
            ),
        })
    }

    /// A try that many probes have in common.
    fn kept_attempt(&self, attempt: &Attempt) -> Result<Outcome, Broken> {
        let key = (
            attempt.stage,
            format!("{:?} {} {:?} {}", attempt.args, attempt.quiet, attempt.file, attempt.text),
        );
        let controls = || self.bench.controls.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(outcome) = controls().get(&key) {
            return Ok(outcome.clone());
        }
        let outcome = self.bench.attempt(attempt)?;
        controls().insert(key, outcome.clone());
        Ok(outcome)
    }

    /// A number that the compiler knows; `None` where there is none.
    fn number(&mut self) -> Result<Option<i128>, Broken> {
        let prelude = texts::prelude(self.probe);
        let of = match self.probe.kind {
            ProbeKind::SizeOf => format!("sizeof({})", self.probe.of),
            _ => self.probe.of.clone(),
        };
        let mut attempt = self.attempt(Stage::Compile, number::bits(&prelude, &of));
        attempt.args.push(match self.bench.tools(self.probe).kind.as_str() {
            "clang" => "-ferror-limit=0".to_owned(),
            _ => "-fmax-errors=0".to_owned(),
        });
        let said = self.bench.attempt(&attempt)?.said;
        let number = number::number(&said);
        let is_it = self.attempt(Stage::Compile, number::is_it(&prelude, &of, number));
        let outcome = self.tried(&is_it)?;
        if outcome.worked {
            self.rests.extend(outcome.read.iter().cloned());
            return Ok(Some(number));
        }
        let question = self.taken(Stage::Compile)?;
        if question.worked && self.probe.kind == ProbeKind::SizeOf {
            return Err(Broken {
                text: format!("the compiler does not say how large it is:\n{}", outcome.log),
                help: format!("give the answer: -D {}=8", self.probe.word()),
            });
        }
        Ok(None)
    }

    /// Whether arguments add nothing to what is said of a file that does nothing.
    fn silent(&mut self, stage: Stage, args: Vec<String>) -> Result<bool, Broken> {
        let mut attempt = self.attempt(stage, texts::without_question(self.probe));
        attempt.quiet = false;
        let control = Attempt { args: attempt.args.clone(), ..attempt.clone() };
        match stage {
            Stage::Compile => attempt.args.extend(args),
            Stage::Link => attempt.link.extend(args),
        }
        self.adds_nothing(&attempt, &control)
    }

    /// Whether the assembler takes a line without a word.
    fn assembled(&mut self) -> Result<bool, Broken> {
        let attempt = self.attempt(Stage::Compile, format!("{}\n", self.probe.of));
        let attempt = Attempt { file: "probe.S", quiet: false, ..attempt };
        let control = Attempt { text: "\n".to_owned(), ..attempt.clone() };
        self.adds_nothing(&attempt, &control)
    }

    fn adds_nothing(&mut self, attempt: &Attempt, control: &Attempt) -> Result<bool, Broken> {
        let outcome = self.tried(attempt)?;
        if outcome.worked && outcome.said.trim().is_empty() {
            return Ok(true);
        }
        let before = self.kept_attempt(control)?;
        if !before.worked {
            self.control(attempt)?;
        }
        let is_new = |line: &str| !before.said.lines().any(|other| other == line);
        Ok(outcome.worked && !outcome.said.lines().any(is_new))
    }

    fn runs(&mut self) -> Result<bool, Broken> {
        let linked = self.taken(Stage::Link)?;
        if !linked.worked {
            return Ok(false);
        }
        let (worked, log) = start::runs(self.bench, self.probe, &linked.program)?;
        self.log += &log;
        Ok(worked)
    }
}

/// gcc takes every `-Wno-x`, and says nothing of those that it does not know until it has something else to say; so it is asked
/// for `-Wx`.
fn as_positive(option: &str) -> Vec<String> {
    let positive = |arg: &str| match arg.strip_prefix("-Wno-") {
        Some(rest) if !rest.is_empty() && rest != "error" => {
            let rest = rest.strip_prefix("error=").unwrap_or(rest);
            format!("-W{rest}")
        }
        _ => arg.to_owned(),
    };
    option.split_whitespace().map(positive).collect()
}

fn for_program(prefix: &str, arg: &str) -> String {
    if arg.starts_with(prefix) { arg.to_owned() } else { format!("{prefix}{arg}") }
}

/// The file that was tried, for people.
fn listing(attempt: &Attempt) -> String {
    let lines: String = attempt.text.lines().map(|line| format!("    {line}\n")).collect();
    format!("  {}:\n{lines}", attempt.file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_a_warning_off_is_asked_as_what_turns_it_on() {
        let asked = |option| as_positive(option).join(" ");
        assert_eq!(asked("-Wno-address-of-packed-member"), "-Waddress-of-packed-member");
        assert_eq!(asked("-Wno-error=format -O2"), "-Wformat -O2");
        assert_eq!(asked("-Wno-error"), "-Wno-error");
        assert_eq!(for_program("-Wl,", "-z,now"), "-Wl,-z,now");
        assert_eq!(for_program("-Wl,", "-Wl,-z,now"), "-Wl,-z,now");
    }
}
