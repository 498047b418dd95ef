//! An action that has no result, in words: what could not be done, what the program said, and the command
//! where that is not enough. Knows nothing of a build.

use modpin_engine::{Action, Cause, Failure};

use crate::say::terminal::Terminal;
use crate::say::voice::Verbosity;

/// Says it. `output` is what the program printed, `command` its command line if it is one.
pub fn say(
    terminal: &mut Terminal,
    action: &Action,
    output: &[u8],
    failure: &Failure,
    command: Option<&str>,
) {
    if failure.refused() {
        // A step that answers no has said why, and what to do.
        terminal.error(&failure.message);
        return terminal.of_step(output);
    }
    let what = could_not(action.verb);
    terminal.error(format_args!("could not {what} {}: {}", action.label, failure.message));
    if let Some(symbol) = defined_twice(output).filter(|_| action.verb == "Linking") {
        let help = match (symbol.as_str(), of_header(output)) {
            ("main", _) => {
                "a program has one: name its own sources only, or take the other's away with .exclude()"
            }
            (_, true) => "a header declares it `extern`, and one source defines it",
            _ => {
                "rename it in all but one, or make it static where only its own file uses it; of two modules that are built in, too, only one can have it"
            }
        };
        terminal.note(format_args!("  two files of this link define {symbol:?}\n  help: {help}"));
    }
    terminal.foreign(output);
    let told = terminal.verbosity() == Verbosity::Verbose;
    if let Some(command) = command.filter(|_| !told && odd(output, failure)) {
        terminal.note(format_args!("  the command was: {command}"));
    }
}

/// The first symbol that a linker did not find, in the words of bfd and gold, or of lld and mold.
pub fn undefined(output: &[u8]) -> Option<String> {
    symbol_behind(&["undefined reference to ", "undefined symbol: "], output)
}

/// The first symbol that a linker found twice, in the words of bfd and gold, of lld and of mold.
fn defined_twice(output: &[u8]) -> Option<String> {
    let of_mold = || {
        let text = String::from_utf8_lossy(output);
        let (_, name) = text
            .lines()
            .find_map(|line| line.strip_prefix("mold: error: duplicate symbol: "))?
            .rsplit_once(": ")?;
        Some(name.to_owned())
    };
    of_mold().or_else(|| symbol_behind(&["multiple definition of ", "duplicate symbol: "], output))
}

/// Whether the first definition that a linker found twice stands in a header, as debug information says.
fn of_header(output: &[u8]) -> bool {
    let text = String::from_utf8_lossy(output);
    let line = text
        .lines()
        .find(|line| line.contains("multiple definition of ") || line.contains(">>> defined at "));
    line.is_some_and(|line| [".h:", ".hh:", ".hpp:"].iter().any(|end| line.contains(end)))
}

fn symbol_behind(words: &[&str], output: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    let behind = words.iter().find_map(|words| text.split_once(words));
    let name = behind?.1.trim_start_matches(['`', '\'']);
    // In C++ linkers write what `explain` does not know.
    let end = name.find(|c: char| !c.is_alphanumeric() && !"_$.@".contains(c)).unwrap_or(name.len());
    let plain = !name[end..].starts_with([':', '(', '<']);
    (end > 0 && plain).then(|| name[..end].to_owned())
}

/// A compiler that found a fault says so and ends with a code. Anything else needs the command to be
/// understood.
fn odd(output: &[u8], failure: &Failure) -> bool {
    output.trim_ascii().is_empty() || !matches!(failure.cause, Cause::ExitCode(_))
}

/// What an action of this verb was to do, as in "could not compile".
pub fn could_not(verb: &str) -> &str {
    match verb {
        "Compiling" => "compile",
        "Archiving" => "archive",
        "Linking" | "Relinking" => "link",
        "Indexing" => "index",
        "Pinning" => "pin",
        "Verifying" => "verify",
        "Resolving" => "resolve",
        "Checking" => "check",
        "Copying" => "copy",
        "Naming" => "name",
        "Writing" => "write",
        _ => "finish",
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use modpin_engine::Work;

    use super::*;
    use crate::say::terminal::tests::{plain, voice};

    fn check(
        verbosity: Verbosity,
        verb: &'static str,
        output: &str,
        failure: (&str, Cause),
        expected: Expect,
    ) {
        let (label, work) = ("src/a.c".to_owned(), Work::Command(Default::default()));
        let action = Action { verb, label, work, inputs: vec![], outputs: vec![], depfile: None };
        let failure = Failure { message: failure.0.to_owned(), cause: failure.1 };
        let (mut terminal, _, err) = plain(voice(verbosity, false));
        say(&mut terminal, &action, output.as_bytes(), &failure, Some("/usr/bin/cc a.c"));
        expected.assert_eq(&err.text());
    }

    const PLAIN: (&str, Cause) = ("cc ended with exit code 1", Cause::ExitCode(1));
    const KILLED: (&str, Cause) = ("cc was killed by signal 9", Cause::Signal(9));

    #[test]
    fn a_source_that_does_not_compile() {
        check(
            Verbosity::Normal,
            "Compiling",
            "a.c:1: error: no\n",
            PLAIN,
            expect![[r#"
            error: could not compile src/a.c: cc ended with exit code 1
            a.c:1: error: no
        "#]],
        );
    }

    #[test]
    fn a_command_that_dies_oddly_is_shown() {
        check(
            Verbosity::Normal,
            "Linking",
            "half a line",
            KILLED,
            expect![[r#"
            error: could not link src/a.c: cc was killed by signal 9
            half a line
              the command was: /usr/bin/cc a.c
        "#]],
        );
        check(
            Verbosity::Quiet,
            "Linking",
            "\n",
            PLAIN,
            expect![[r#"
            error: could not link src/a.c: cc ended with exit code 1
 
              the command was: /usr/bin/cc a.c
        "#]],
        );
        check(
            Verbosity::Verbose,
            "Linking",
            "",
            KILLED,
            expect![[r#"
            error: could not link src/a.c: cc was killed by signal 9
        "#]],
        );
    }

    #[test]
    fn a_symbol_that_a_linker_lacks_can_be_asked_for() {
        for words in [
            "a.c:1: undefined reference to `crc_of'",
            "ld.lld: error: undefined symbol: crc_of\n>>> by a.c",
        ] {
            assert_eq!(undefined(words.as_bytes()).as_deref(), Some("crc_of"));
        }
        assert_eq!(undefined(b"undefined reference to `ns::f(int)'"), None);
    }

    /// In the words of bfd, gold, lld and mold.
    #[test]
    fn a_symbol_that_two_files_define() {
        let told = [
            "b.o: in function `core':\nb.c:(.text+0x0): multiple definition of `core'; a.o:a.c:1: first defined here\n",
            "ld.gold: error: b.o: multiple definition of 'core'\nld.gold: a.o: previous definition here\n",
            "ld.lld: error: duplicate symbol: core\n>>> defined at a.c\n",
            "mold: error: duplicate symbol: b.o: a.o: core\n",
        ];
        assert_eq!(
            told.map(|said| defined_twice(said.as_bytes())),
            [(); 4].map(|()| Some("core".into()))
        );
        assert_eq!(defined_twice(b"undefined reference to `core'\n"), None);
    }

    #[test]
    fn a_refusal_speaks_for_itself() {
        let refusal =
            ("module \"m\": nothing defines f\n  help: link a library that does", Cause::Refused);
        check(
            Verbosity::Normal,
            "Pinning",
            "by the way",
            refusal,
            expect![[r#"
            error: module "m": nothing defines f
              help: link a library that does
            by the way
        "#]],
        );
    }

    #[test]
    fn a_verb_that_nobody_foresaw() {
        check(
            Verbosity::Normal,
            "Frobbing",
            "x",
            PLAIN,
            expect![[r#"
            error: could not finish src/a.c: cc ended with exit code 1
            x
        "#]],
        );
    }
}
