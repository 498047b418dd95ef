//! What was checked, as JUnit's XML: the form that test reporters of CI read. A suite for each host, a case for each module.

use std::fmt::Write;
use std::path::Path;

use crate::command::exit::Stop;
use crate::say::output_file;

/// One thing that was checked.
#[derive(Clone, Debug)]
pub struct Case {
    /// To what it belongs.
    pub suite: String,
    /// Its name there.
    pub name: String,
    /// How long it took, where that is known.
    pub seconds: Option<f64>,
    /// What came out.
    pub outcome: CaseOutcome,
    /// All that there is to say of it.
    pub text: String,
}

/// What came out.
#[derive(Clone, Debug)]
pub enum CaseOutcome {
    /// All is well.
    Passed,
    /// It could not run here.
    Skipped {
        /// In words.
        why: String,
    },
    /// Something is wrong.
    Failed {
        /// In a word.
        kind: String,
        /// In words.
        why: String,
    },
    /// It did not come to that.
    NotRun {
        /// In words.
        why: String,
    },
}

impl Case {
    /// Something that was to be checked and was not.
    pub fn not_run(suite: &str, name: &str, why: &str) -> Case {
        let outcome = CaseOutcome::NotRun { why: why.to_owned() };
        Case {
            suite: suite.to_owned(),
            name: name.to_owned(),
            seconds: None,
            outcome,
            text: String::new(),
        }
    }
}

/// Writes the file.
pub fn write(path: &Path, cases: &[Case]) -> Result<(), Stop> {
    output_file::write(path, &text(cases))
}

fn text(cases: &[Case]) -> String {
    let mut suites: Vec<&str> = Vec::new();
    for case in cases {
        if !suites.contains(&case.suite.as_str()) {
            suites.push(&case.suite);
        }
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let all: Vec<&Case> = cases.iter().collect();
    text += &format!("<testsuites name=\"modpin\"{}>\n", counts(&all));
    for suite in suites {
        let of_suite: Vec<&Case> = all.iter().copied().filter(|case| case.suite == suite).collect();
        text += &format!("  <testsuite name=\"{}\"{}>\n", escaped(suite), counts(&of_suite));
        of_suite.iter().for_each(|case| text += &one(case));
        text += "  </testsuite>\n";
    }
    text + "</testsuites>\n"
}

fn counts(cases: &[&Case]) -> String {
    let count = |is_it: fn(&CaseOutcome) -> bool| cases.iter().filter(|it| is_it(&it.outcome)).count();
    let failures = count(|it| matches!(it, CaseOutcome::Failed { .. }));
    let errors = count(|it| matches!(it, CaseOutcome::NotRun { .. }));
    let skipped = count(|it| matches!(it, CaseOutcome::Skipped { .. }));
    let seconds = cases.iter().filter_map(|case| case.seconds).fold(0.0, |all, one| all + one);
    format!(
        " tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{seconds:.3}\"",
        cases.len()
    )
}

fn one(case: &Case) -> String {
    let Case { suite, name, seconds, outcome, text } = case;
    let (suite, name, text) = (escaped(suite), escaped(name), escaped(text));
    let time = seconds.map_or_else(String::new, |seconds| format!(" time=\"{seconds:.3}\""));
    let inside = match outcome {
        CaseOutcome::Passed if text.is_empty() => String::new(),
        CaseOutcome::Passed => format!("<system-out>{text}</system-out>"),
        CaseOutcome::Skipped { why } => format!("<skipped message=\"{}\"/>", escaped(why)),
        CaseOutcome::Failed { kind, why } => {
            format!("<failure type=\"{}\" message=\"{}\">{text}</failure>", escaped(kind), escaped(why))
        }
        CaseOutcome::NotRun { why } => {
            format!("<error type=\"not-checked\" message=\"{}\"/>", escaped(why))
        }
    };
    format!("    <testcase classname=\"{suite}\" name=\"{name}\"{time}>{inside}</testcase>\n")
}

/// Characters that XML has other signs for, or none at all: those are seen as in other texts.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        let _ = match char {
            '&' => write!(out, "&amp;"),
            '<' => write!(out, "&lt;"),
            '>' => write!(out, "&gt;"),
            '"' => write!(out, "&quot;"),
            '\n' | '\t' => write!(out, "&#{};", u32::from(char)),
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => {
                write!(out, "{}", char.escape_default())
            }
            char => write!(out, "{char}"),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn cases_stand_below_their_suites_and_are_escaped() {
        let case = |suite: &str, name: &str, outcome| Case {
            suite: suite.to_owned(),
            name: name.to_owned(),
            seconds: None,
            outcome,
            text: String::new(),
        };
        let (kind, why) = ("crashed".to_owned(), "a < \"b\" & \u{1b}[1m\nc".to_owned());
        let cases = [
            case("h", "good", CaseOutcome::Passed),
            case("i", "skip", CaseOutcome::Skipped { why: why.clone() }),
            case("h", "bad", CaseOutcome::Failed { kind, why }),
            Case::not_run("h", "late", "could not compile a.c"),
            Case {
                seconds: Some(1.5),
                text: "said]]>\u{ffff}".to_owned(),
                ..case("t", "t", CaseOutcome::Passed)
            },
        ];
        expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="modpin" tests="5" failures="1" errors="1" skipped="1" time="1.500">
              <testsuite name="h" tests="3" failures="1" errors="1" skipped="0" time="0.000">
                <testcase classname="h" name="good"></testcase>
                <testcase classname="h" name="bad"><failure type="crashed" message="a &lt; &quot;b&quot; &amp; \u{1b}[1m&#10;c"></failure></testcase>
                <testcase classname="h" name="late"><error type="not-checked" message="could not compile a.c"/></testcase>
              </testsuite>
              <testsuite name="i" tests="1" failures="0" errors="0" skipped="1" time="0.000">
                <testcase classname="i" name="skip"><skipped message="a &lt; &quot;b&quot; &amp; \u{1b}[1m&#10;c"/></testcase>
              </testsuite>
              <testsuite name="t" tests="1" failures="0" errors="0" skipped="0" time="1.500">
                <testcase classname="t" name="t" time="1.500"><system-out>said]]&gt;\u{ffff}</system-out></testcase>
              </testsuite>
            </testsuites>
        "#]]
        .assert_eq(&text(&cases));
    }
}
