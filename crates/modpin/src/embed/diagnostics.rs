//! What compilers say, as cargo shows it: a line for each error and each warning, with file and line. Knows the words of gcc
//! and clang.

use std::collections::HashSet;

use modpin_engine::{Action, Failure};
use modpin_loader::shown;

use super::lines;
use crate::toolchain::readable;

/// What was said in one build.
#[derive(Debug, Default)]
pub struct Diagnostics {
    said: HashSet<String>,
    /// For cargo.
    pub text: String,
}

impl Diagnostics {
    /// Takes in what an action printed, and why it has no result. A header's warning counts once, however many sources
    /// include it.
    pub fn add(&mut self, action: &Action, output: &[u8], failure: Option<&Failure>) {
        let output = String::from_utf8_lossy(output);
        let is_step = matches!(action.work, modpin_engine::Work::Step(_));
        let mut errors = 0;
        for line in output.lines().map(|line| shown::line(line.trim_end())) {
            if is_error(&line) {
                errors += usize::from(self.once(lines::error(&line)));
            } else if is_step && failure.is_none() {
                // cargo says that it is one.
                self.once(lines::warning(&readable(line.strip_prefix("warning: ").unwrap_or(&line))));
            } else if line.contains(": warning: ") {
                self.once(lines::warning(line.strip_prefix("warning: ").unwrap_or(&line)));
            }
        }
        let Some(failure) = failure else { return };
        if failure.refused() {
            self.text += &lines::error(&shown::lines(&readable(&failure.message)));
        } else if errors == 0 {
            let what = format!("{} {}: {}", action.verb.to_lowercase(), action.label, failure.message);
            self.text += &lines::error(&format!("{what}\n{}", shown::lines(output.trim_end())));
        }
    }

    fn once(&mut self, line: String) -> bool {
        let new = self.said.insert(line.clone());
        if new {
            self.text += &line;
        }
        new
    }
}

/// Whether a line is an error's first line: `a.c:1:2: error: …`, of linkers `a.o: undefined reference to …`.
fn is_error(line: &str) -> bool {
    [": error: ", ": fatal error: ", ": undefined reference to ", "error: undefined symbol: "]
        .iter()
        .any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use modpin_engine::{Cause, Work};

    use super::*;

    fn check(said: &[(&str, Option<(&str, Cause)>)], expected: Expect) {
        let mut diagnostics = Diagnostics::default();
        for (output, failure) in said {
            let (label, work) = ("c/a.c".to_owned(), Work::Command(Default::default()));
            let (inputs, outputs) = (vec![], vec![]);
            let action = Action { verb: "Compiling", label, work, inputs, outputs, depfile: None };
            let failure = failure.map(|(message, cause)| Failure { message: message.into(), cause });
            diagnostics.add(&action, output.as_bytes(), failure.as_ref());
        }
        expected.assert_eq(&diagnostics.text);
    }

    const ENDED: Option<(&str, Cause)> = Some(("cc ended with exit code 1", Cause::ExitCode(1)));

    #[test]
    fn errors_and_warnings_are_told_without_the_excerpts() {
        let gcc = "c/a.c: In function 'f':\nc/a.c:3:5: warning: odd [-Wodd]\n    3 | x\nc/a.c:4:6: error: 'y' \
                   undeclared\n    4 | y\nc/a.c:4:6: note: each undeclared identifier is reported once\n";
        check(
            &[(gcc, ENDED), ("c/b.c:1:10: fatal error: b.h: No such file or directory\n", ENDED)],
            expect![[r#"
                cargo::warning=c/a.c:3:5: warning: odd [-Wodd]
                cargo::error=c/a.c:4:6: error: 'y' undeclared
                cargo::error=c/b.c:1:10: fatal error: b.h: No such file or directory
            "#]],
        );
    }

    #[test]
    fn what_two_sources_say_of_one_header_is_told_once() {
        let odd = "inc/a.h:1:2: warning: odd\n";
        check(
            &[(odd, None), (odd, None)],
            expect![[r#"
            cargo::warning=inc/a.h:1:2: warning: odd
        "#]],
        );
    }

    #[test]
    fn an_end_without_a_word_and_a_refusal_are_told_whole() {
        check(
            &[
                ("", Some(("cc was killed by signal 9", Cause::Signal(9)))),
                ("", Some(("nothing defines f\n  help: link it", Cause::Refused))),
                ("cargo::error=\u{1b}[1mnot of ours", ENDED),
            ],
            expect![[r#"
                cargo::error=compiling c/a.c: cc was killed by signal 9
                cargo::error=nothing defines f
                cargo::error=  help: link it
                cargo::error=compiling c/a.c: cc ended with exit code 1
                cargo::error=cargo::error=\x1B[1mnot of ours
            "#]],
        );
    }

    #[test]
    fn names_are_said_as_people_write_them() {
        // Where nothing knows what they say, they stay.
        let said = readable("_ZN2ns4openEi");
        assert!(said == "ns::open(int) (_ZN2ns4openEi)" || said == "_ZN2ns4openEi", "{said}");
        let mut diagnostics = Diagnostics::default();
        let work = crate::steps::BuildStep::Copy(crate::steps::Copy).into_work();
        let action = |work| Action {
            verb: "Checking",
            label: "m".into(),
            work,
            inputs: vec![],
            outputs: vec![],
            depfile: None,
        };
        let cause = Cause::Refused;
        let failure = Failure { message: "nothing defines _ZN2ns4openEi".into(), cause };
        diagnostics.add(&action(work), b"m asks for _ZN2ns4openEi\n", None);
        diagnostics.add(&action(Work::Command(Default::default())), b"", Some(&failure));
        let wanted = format!("cargo::warning=m asks for {said}\ncargo::error=nothing defines {said}\n");
        assert_eq!(diagnostics.text, wanted);
    }
}
