//! Whether a compiler that gave no result has refused its input, or could not work. Only the first is an answer.

use modpin_engine::{Ended, Status};
use modpin_loader::shown;
use modpin_project::{Probe, Problem};

/// Why a probe has no answer, and a way out.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    /// What is wrong.
    pub text: String,
    /// What can be done.
    pub help: String,
}

/// One problem for each thing that is wrong, with all probes that it keeps from an answer: what is wrong with the compiler is wrong
/// for all of them.
pub fn problems(broken: Vec<(&Probe, Broken)>) -> Vec<Problem> {
    let mut found: Vec<(Broken, Vec<&Probe>)> = Vec::new();
    for (probe, broken) in broken {
        match found.iter_mut().find(|(other, _)| *other == broken) {
            Some((_, probes)) => probes.push(probe),
            None => found.push((broken, vec![probe])),
        }
    }
    let problem = |(Broken { text, help }, probes): (Broken, Vec<&Probe>)| {
        let who = match probes.as_slice() {
            [probe] => format!("probe {:?} ({})", probe.word(), shown::line(&probe.question())),
            [first, second] => format!("probes {:?} and {:?}", first.word(), second.word()),
            [first, others @ ..] => format!("probes {:?} and {} others", first.word(), others.len()),
            [] => String::new(),
        };
        Problem::new(format!("{who}: {}", shown::lines(text.trim_end())), help)
    };
    found.into_iter().map(problem).collect()
}

impl From<String> for Broken {
    fn from(text: String) -> Broken {
        let help = "see that the compiler works and the disk has room, then ask again".to_owned();
        Broken { text, help }
    }
}

/// What compilers, assemblers and linkers say when it is not the input that is wrong. In the language `C`, in small letters.
const SIGNS: [&str; 16] = [
    "internal compiler error",
    "terminated program",
    "terminated with signal",
    "no space left on device",
    "disk quota exceeded",
    "input/output error",
    "read-only file system",
    "cannot allocate memory",
    "out of memory",
    "memory exhausted",
    "error writing to",
    "cannot create temporary file",
    "unable to execute command",
    "cannot execute",
    "please submit a",
    "too many open files",
];

/// Why a command that failed says nothing about its input; `None` where it has refused it.
pub fn wrong_reason(ended: &Ended) -> Option<String> {
    let said = String::from_utf8_lossy(&ended.output).to_lowercase();
    match ended.status {
        Status::Signalled(signal) => Some(format!("was killed by signal {signal}")),
        Status::TimedOut => Some("did not come to an end".to_owned()),
        // gcc, clang, gas and all linkers end with 1 when they refuse something, and otherwise when they break.
        Status::Exited(1) if !SIGNS.iter().any(|sign| said.contains(sign)) => None,
        Status::Exited(1) => Some("could not work".to_owned()),
        Status::Exited(code) => Some(format!("ended with code {code}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(status: Status, output: &str) -> Option<String> {
        wrong_reason(&Ended { status, output: output.as_bytes().to_vec() })
    }

    #[test]
    fn a_refusal_is_told_from_a_breakdown() {
        assert_eq!(reason(Status::Exited(1), "probe.c:1: error: no"), None);
        assert_eq!(reason(Status::Exited(1), "collect2: error: ld returned 1 exit status"), None);
        for (status, output) in [
            (Status::Exited(1), "gcc: fatal error: Killed signal terminated program cc1"),
            (Status::Exited(1), "/usr/bin/ld: final link failed: No space left on device"),
            (Status::Exited(1), "collect2: fatal error: ld terminated with signal 9 [Killed]"),
            (Status::Exited(4), "internal compiler error: Segmentation fault"),
            (Status::Exited(127), ""),
            (Status::Signalled(9), ""),
        ] {
            assert!(reason(status, output).is_some(), "{status:?} {output}");
        }
    }
}
