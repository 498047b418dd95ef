//! An explanation in words. Knows how answers look on a terminal, not how they are found.

mod rows;
mod ways;
mod origins;
mod symbol;
mod member;
mod file;

use modpin::explain::{Answer, LeftOutAnswer, LeftOutOf};

use crate::say::explained::file::{of_file, of_target};
use crate::say::explained::member::of_member;
use crate::say::explained::symbol::of_symbol;

/// The text for people. Long lists are cut off unless everything is wanted.
pub fn text(answer: &Answer, all: bool) -> String {
    let limit = if all { usize::MAX } else { 12 };
    match answer {
        Answer::Symbol(symbol) => of_symbol(symbol, limit),
        Answer::Member(member) => of_member(member, limit),
        Answer::File(file) => format!("{}\n{}", file.path, of_file(file, limit)),
        Answer::Target(target) => of_target(target, limit),
        Answer::LeftOut(source) => of_left_out(source),
    }
}

fn of_left_out(answer: &LeftOutAnswer) -> String {
    let mut text = format!("{}\n", answer.path);
    for LeftOutOf { target, target_kind, why } in &answer.targets {
        text += &format!("  left out of {target_kind} {target}: {why}\n");
    }
    text.extend(answer.mentions.iter().map(|symbol| format!("  mentions {symbol}\n")));
    text
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use modpin::explain::{
        Asking, Definition, FileAnswer, Freshness, InProgram, Input, Last, LinkedAs, MadeBy,
        MemberAnswer, MemberIn, NeedOnWay, Outdated, Reader, SourceLine, SymbolAnswer, SymbolState,
        TargetAnswer, TargetState, Way,
    };
    use modpin::plan::TargetKind;

    use super::*;

    fn check(answer: &Answer, all: bool, expected: Expect) {
        expected.assert_eq(&text(answer, all));
    }

    fn line(file: &str, line: u64) -> SourceLine {
        SourceLine { file: file.to_owned(), line }
    }

    fn asks(module: Option<&str>, file: &str, lines: &[u64]) -> Asking {
        Asking {
            module: module.map(str::to_owned),
            file: file.to_owned(),
            member: String::new(),
            weak: false,
            linked: true,
            visibility: None,
            lines: lines.iter().map(|&number| line(file, number)).collect(),
        }
    }

    fn defined(member: &str, linked: bool) -> Definition {
        Definition {
            file: "libutil.a".to_owned(),
            member: member.to_owned(),
            what: "function",
            binding: "global",
            visibility: "default",
            version: None,
            linked,
            line: linked.then(|| line("util/crc.c", 7)),
        }
    }

    fn in_host() -> InProgram {
        let asking = asks(Some("block/crypt"), "crypt/a.c", &[3, 9]);
        let step = NeedOnWay {
            by: "crypt/a.c".to_owned(),
            module: Some("block/crypt".to_owned()),
            symbol: "crc32".to_owned(),
            links: "libutil.a(crc.c.o)".to_owned(),
            lines: asking.lines.clone(),
        };
        InProgram {
            program: "tool".to_owned(),
            program_kind: TargetKind::Executable,
            state: SymbolState::Pinned,
            summary: "kept and exported for modules".to_owned(),
            refusal: None,
            defined: vec![defined("crc.c.o", true), defined("old.c.o", false)],
            chain: vec![step],
            needed: vec![asking],
            shared: vec![],
            out_of_reach: vec![],
            similar: None,
        }
    }

    fn symbol(program: InProgram) -> Answer {
        Answer::Symbol(SymbolAnswer {
            symbol: "crc32".to_owned(),
            programs: vec![program],
            elsewhere: vec![],
        })
    }

    #[test]
    fn a_pinned_symbol() {
        check(
            &symbol(in_host()),
            false,
            expect![[r#"
                crc32
                  tool: pinned: kept and exported for modules
                    defined    libutil.a(crc.c.o), util/crc.c:7, function
                    also in    libutil.a(old.c.o), function (passed over: the first definition wins)
                    linked     module block/crypt: crypt/a.c:3, 9 needs crc32 (a pin)
                               -> libutil.a(crc.c.o)
                    needed     module block/crypt: crypt/a.c:3, 9
            "#]],
        );
    }

    #[test]
    fn a_symbol_that_is_missing() {
        let weak =
            Asking { weak: true, lines: vec![line("a.h", 1), line("a.h", 2)], ..asks(None, "a.c", &[]) };
        let missing = InProgram {
            state: SymbolState::Missing,
            summary: "nobody defines it".to_owned(),
            defined: vec![],
            chain: vec![],
            needed: vec![asks(None, "main.c", &[4]), weak],
            out_of_reach: vec!["libother.a(x.o)".to_owned()],
            similar: Some("crc32c".to_owned()),
            ..in_host()
        };
        check(
            &symbol(missing),
            false,
            expect![[r#"
                crc32
                  tool: missing: nobody defines it
                    needed     main.c:4
                               a.c, a.h:1, 2, weakly
                    elsewhere  libother.a(x.o), out of reach
                    similar    did you mean "crc32c"?
            "#]],
        );
    }

    #[test]
    fn a_symbol_that_is_refused_says_why() {
        let refused = InProgram {
            state: SymbolState::Hidden,
            summary: "hidden".to_owned(),
            refusal: Some("crc32: no\n  help: make it public".to_owned()),
            defined: vec![],
            chain: vec![],
            needed: (0..30).map(|at| asks(None, &format!("{at}.c"), &[])).collect(),
            ..in_host()
        };
        let short = text(&symbol(refused.clone()), false);
        assert!(short.contains("    crc32: no\n      help: make it public\n"), "{short}");
        assert!(short.ends_with("               and 18 more (-v lists them)\n"), "{short}");
        assert_eq!(text(&symbol(refused), true).lines().count(), 34);
    }

    #[test]
    fn a_member_that_is_not_linked() {
        let place = MemberIn {
            program: Some("tool".to_owned()),
            program_kind: Some(TargetKind::Executable),
            file: "libutil.a".to_owned(),
            member: "lonely.c.o".to_owned(),
            position: 3,
            state: LinkedAs::NotLinked,
            summary: "not linked: nothing that is linked needs what it defines".to_owned(),
            chain: vec![],
            defines: vec!["lonely".to_owned(), "only".to_owned()],
            notes: vec!["main.c refers to only weakly, and that takes no member".to_owned()],
        };
        check(
            &Answer::Member(MemberAnswer { asked: "lonely.o".to_owned(), places: vec![place] }),
            false,
            expect![[r#"
                libutil.a(lonely.c.o)
                  tool: not linked: nothing that is linked needs what it defines
                    defines    lonely, only
                    note       main.c refers to only weakly, and that takes no member
            "#]],
        );
    }

    fn object() -> FileAnswer {
        let made_by = MadeBy {
            verb: "Compiling",
            label: "a.c".to_owned(),
            command: Some("cc -c a.c".to_owned()),
            together_with: vec![],
        };
        let input = |path: &str, what| Input { path: path.to_owned(), what };
        FileAnswer {
            path: "out/a.o".to_owned(),
            state: Freshness::Outdated,
            made_by: Some(made_by),
            outdated: vec![Outdated {
                verb: "Compiling",
                label: "a.c".into(),
                why: "a.h changed".into(),
            }],
            last: Some(Last { why: "a.c changed".to_owned(), elapsed_ms: 1234, cache: None }),
            compiled: vec![],
            linked: None,
            inputs: vec![input("a.c", "source"), input("/usr/bin/cc", "tool")],
            discovered: vec!["a.h".to_owned()],
            options: vec!["CRYPT".to_owned(), "NET".to_owned()],
            read_by: vec![Reader { verb: "Linking", label: "tool".into(), makes: "out/tool".into() }],
            needed_for: vec![Way {
                target: "tool".to_owned(),
                target_kind: TargetKind::Executable,
                files: vec!["out/a.o".to_owned(), "out/tool".to_owned()],
            }],
        }
    }

    #[test]
    fn a_file_and_a_target() {
        check(
            &Answer::File(object()),
            false,
            expect![[r#"
                out/a.o
                  state      out of date
                  would run  Compiling a.c, because a.h changed
                  last made  because a.c changed; it took 1.23 s
                  made by    Compiling a.c
                  command    cc -c a.c
                  made of    a.c
                  tools      /usr/bin/cc
                  reads also a.h
                  options    CRYPT
                             NET
                  read by    Linking tool
                  needed for executable tool, by out/tool
            "#]],
        );
        let target = TargetAnswer {
            target: "block/raw".to_owned(),
            target_kind: TargetKind::Module,
            state: TargetState::BuiltIn,
            summary: "built into tool".to_owned(),
            file: None,
        };
        check(
            &Answer::Target(target),
            false,
            expect![[r#"
                module block/raw: built into tool
            "#]],
        );
    }
}
