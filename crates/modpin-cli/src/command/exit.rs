//! How a run of the program ends: the exit code, and what was said before. Stable: scripts rely on it.

use std::process::ExitCode;

use modpin::{Error, Problem, ProjectError};
use modpin_engine::Outcome;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All that was wanted is there.
    Done,
    /// Wrong usage, or a declaration or configuration that cannot be built.
    Wrong,
    /// Our own bug.
    Bug,
    /// A module does not load, or cannot.
    DoesNotLoad,
    /// A command failed, or the disk did.
    Failed,
    /// A signal ended it.
    Signal(u8),
    /// As the program that was run did, with this code.
    Program(u8),
}

/// What a verb did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub exit: Exit,
    /// How many commands ran and succeeded.
    pub commands: usize,
}

/// Why a verb could not go on. What it had to say is in the error: nothing was printed yet.
#[derive(Debug)]
pub struct Stop {
    /// Why.
    pub why: Why,
    /// How many commands had run and succeeded.
    pub commands: usize,
}

/// Why a verb could not go on.
#[derive(Debug)]
pub enum Why {
    /// The user asked for something that makes no sense here.
    Usage(Problem),
    /// The project, the tools or the disk.
    Modpin(Error),
}

impl Exit {
    /// The code that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Wrong => 1,
            Exit::Bug => 70,
            Exit::DoesNotLoad => 100,
            Exit::Failed => 101,
            Exit::Signal(signal) => 128 | signal,
            Exit::Program(code) => code,
        }
    }

    /// What a build comes to. A command that failed outweighs a refusal: who reads 100 may believe that
    /// everything else was built.
    pub fn of(outcome: &Outcome) -> Exit {
        match outcome.interrupted {
            Some(signal) => Exit::Signal(signal as u8),
            None if outcome.failed.is_empty() => Exit::Done,
            None if outcome.failed.iter().all(|(_, failure)| failure.refused()) => Exit::DoesNotLoad,
            None => Exit::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

impl Ended {
    /// A verb that ran no command and did what it should.
    pub const DONE: Ended = Ended { exit: Exit::Done, commands: 0 };
}

impl Stop {
    /// Wrong usage, with a way out (which may be empty).
    pub fn usage(text: impl Into<String>, help: impl Into<String>) -> Stop {
        Stop { why: Why::Usage(Problem::new(text, help)), commands: 0 }
    }

    /// How that ends.
    pub fn exit(&self) -> Exit {
        match &self.why {
            Why::Usage(_) => Exit::Wrong,
            Why::Modpin(Error::Engine(modpin_engine::Error::Graph(_))) => Exit::Wrong,
            Why::Modpin(Error::Interrupted(signal)) => Exit::Signal(*signal as u8),
            Why::Modpin(Error::Io { .. } | Error::Engine(_) | Error::Probes(_)) => Exit::Failed,
            Why::Modpin(_) => Exit::Wrong,
        }
    }

    /// What to say: a text for each thing that is wrong.
    pub fn texts(&self) -> Vec<String> {
        match &self.why {
            Why::Usage(problem) => vec![problem.to_string()],
            Why::Modpin(Error::Declaration(problems) | Error::Probes(problems)) => {
                problems.iter().map(Problem::to_string).collect()
            }
            Why::Modpin(Error::Interrupted(signal)) => vec![interrupted(*signal)],
            Why::Modpin(error) => vec![error.to_string()],
        }
    }
}

impl From<ProjectError> for Stop {
    fn from(error: ProjectError) -> Stop {
        Error::from(error).into()
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop { why: Why::Modpin(error), commands: 0 }
    }
}

/// That a signal was the end.
pub fn interrupted(signal: i32) -> String {
    match signal {
        1 => "interrupted by SIGHUP".to_owned(),
        2 => "interrupted by SIGINT".to_owned(),
        15 => "interrupted by SIGTERM".to_owned(),
        other => format!("interrupted by signal {other}"),
    }
}

#[cfg(test)]
mod tests {
    use modpin_engine::{Action, Cause, Failure, Graph, Work};

    use super::*;

    fn outcome(refused: &[bool], interrupted: Option<i32>) -> Outcome {
        let mut graph = Graph::new();
        let mut outcome = Outcome { interrupted, ..Outcome::default() };
        for (at, &refused) in refused.iter().enumerate() {
            let outputs = vec![graph.file(format!("{at}"))];
            let work = Work::Command(Default::default());
            let action = Action {
                verb: "Linking",
                label: "x".into(),
                work,
                inputs: vec![],
                outputs,
                depfile: None,
            };
            let cause = if refused { Cause::Refused } else { Cause::ExitCode(1) };
            let failure = Failure { message: "no".into(), cause };
            outcome.failed.push((graph.add(action).unwrap(), failure));
        }
        outcome
    }

    #[test]
    fn codes_of_builds() {
        let code = |refused: &[bool], interrupted| Exit::of(&outcome(refused, interrupted)).code();
        assert_eq!(code(&[], None), 0);
        assert_eq!(code(&[true], None), 100);
        assert_eq!(code(&[false], None), 101);
        assert_eq!(code(&[true, false], None), 101);
        assert_eq!(code(&[false], Some(2)), 130);
        assert_eq!(code(&[], Some(15)), 143);
        assert_eq!(code(&[], Some(1)), 129);
    }

    #[test]
    fn codes_of_errors() {
        let io = Error::io("x", "read", std::io::ErrorKind::StorageFull.into());
        assert_eq!(Stop::from(io).exit().code(), 101);
        assert_eq!(Stop::from(Error::Declaration(Vec::new())).exit().code(), 1);
        assert_eq!(Stop::usage("a", "").exit().code(), 1);
        assert_eq!(Exit::Bug.code(), 70);
        let waited = Stop::from(Error::Interrupted(15));
        assert_eq!((waited.exit().code(), waited.texts()), (143, vec!["interrupted by SIGTERM".into()]));
    }

    #[test]
    fn each_problem_of_a_declaration_is_a_text() {
        let problems = vec![Problem::new("one", "do this"), Problem::new("two", "")];
        let stop = Stop::from(Error::Declaration(problems));
        assert_eq!(stop.texts(), ["one\n  help: do this", "two"]);
    }
}
