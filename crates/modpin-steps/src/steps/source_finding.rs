//! What a checker says of a source, line by line: file, line, how bad it is, what it is. The form is gcc's, and all checkers that we
//! know can speak it.

use serde::{Deserialize, Serialize};

/// Something that a checker found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceFinding {
    /// The file, as the checker names it.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column, if it says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// `warning`, `error`, `style`, in the checker's words.
    pub severity: String,
    /// What it is.
    pub message: String,
}

/// How bad something can be; what else they say explains one of these.
const SEVERITIES: [&str; 6] = ["fatal error", "error", "warning", "style", "performance", "portability"];

impl SourceFinding {
    /// All that stand in what a checker printed.
    pub fn all(output: &str) -> Vec<SourceFinding> {
        output.lines().filter_map(SourceFinding::read).collect()
    }

    fn read(line: &str) -> Option<SourceFinding> {
        let places = SEVERITIES.iter().filter_map(|&severity| {
            let word = format!(": {severity}: ");
            let at = line.find(&word)?;
            Some((at, severity, &line[at + word.len()..]))
        });
        let (at, severity, message) = places.min_by_key(|(at, ..)| *at)?;
        let (before, last) = line[..at].rsplit_once(':')?;
        let number: u32 = last.parse().ok()?;
        let (file, line, column) = match before.rsplit_once(':') {
            Some((file, line)) if line.parse::<u32>().is_ok() => {
                (file, line.parse().ok()?, Some(number))
            }
            _ => (before, number, None),
        };
        let (file, severity, message) = (file.to_owned(), severity.to_owned(), message.to_owned());
        (!file.is_empty()).then_some(SourceFinding { file, line, column, severity, message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(output: &str) -> Vec<String> {
        let found = SourceFinding::all(output);
        found
            .iter()
            .map(|it| format!("{}|{}|{:?}|{}|{}", it.file, it.line, it.column, it.severity, it.message))
            .collect()
    }

    #[test]
    fn lines_of_gcc_sparse_and_cppcheck() {
        let output = "In file included from a.c:1:\nsub/a.h:12:3: warning: use of 'p': error: here [CWE-416]\n   12 | x\na.c:7:1: note: here\n\
                      a.c:9: error: Memory leak: p [memleak]\nb:3.c:4:5: style: odd\nno.c:x: error: no line\n: 1: error: no file\n";
        assert_eq!(
            said(output),
            [
                "sub/a.h|12|Some(3)|warning|use of 'p': error: here [CWE-416]",
                "a.c|9|None|error|Memory leak: p [memleak]",
                "b:3.c|4|Some(5)|style|odd",
            ]
        );
    }
}
