//! An explanation in words. Knows how answers look on a terminal, not how they are found.

use modpin::explain::{
    Answer, Asking, Definition, FileAnswer, Freshness, InProgram, LeftOutAnswer, LeftOutOf,
    MemberAnswer, MemberIn, NeedOnWay, SourceLine, SymbolAnswer, SymbolState, TargetAnswer,
};
use modpin::plan::TargetKind;
use modpin::shown::line as one_line;

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

fn of_symbol(answer: &SymbolAnswer, limit: usize) -> String {
    let mut text = format!("{}\n", answer.symbol);
    for program in &answer.programs {
        text += &of_program(program, limit);
    }
    if !answer.elsewhere.is_empty() {
        text += "  in libraries that no program links\n";
        text += &rows("defined", answer.elsewhere.iter().map(definition), limit);
    }
    text
}

fn of_program(found: &InProgram, limit: usize) -> String {
    let kind = kind(found.program_kind);
    let mut text = format!("  {kind}{}: {}: {}\n", found.program, word(found.state), found.summary);
    if let Some(refusal) = &found.refusal {
        text += &format!("    {}\n", refusal.replace('\n', "\n    "));
    }
    let taken = found.defined.iter().find(|definition| definition.linked);
    let first = taken.or(found.defined.first());
    text += &rows("defined", first.map(definition), limit);
    let others =
        found.defined.iter().filter(|&other| !first.is_some_and(|first| std::ptr::eq(first, other)));
    text += &rows("also in", others.map(|other| passed_over(other, taken.is_some())), limit);
    text += &rows("defined", found.shared.iter().cloned(), limit);
    text += &rows("linked", steps(&found.chain), limit);
    text += &rows("needed", found.needed.iter().map(asking), limit);
    text += &rows(
        "elsewhere",
        found.out_of_reach.iter().map(|place| format!("{place}, out of reach")),
        limit,
    );
    text += &rows("similar", found.similar.iter().map(|name| format!("did you mean {name:?}?")), limit);
    text
}

/// In front of a name; programs are called by theirs.
fn kind(of: TargetKind) -> String {
    if of == TargetKind::Executable { String::new() } else { format!("{of} ") }
}

fn word(state: SymbolState) -> &'static str {
    match state {
        SymbolState::Pinned => "pinned",
        SymbolState::Exported => "exported",
        SymbolState::Trimmed => "trimmed",
        SymbolState::Linked => "linked",
        SymbolState::Hidden => "hidden",
        SymbolState::Refused => "refused",
        SymbolState::NotLinked => "not linked",
        SymbolState::SharedLibrary => "from a shared library",
        SymbolState::OtherModule => "from another module",
        SymbolState::Provided => "provided",
        SymbolState::Absent => "absent",
        SymbolState::Missing => "missing",
        SymbolState::Unknown => "not known",
    }
}

fn definition(found: &Definition) -> String {
    let mut text = site(&found.file, &found.member);
    match &found.line {
        Some(line) if line.file == found.file => text += &format!(":{}", line.line),
        Some(line) => text += &format!(", {}:{}", line.file, line.line),
        None => {}
    }
    let binding = if found.binding == "global" { "" } else { found.binding };
    let visibility = if found.visibility == "default" { "" } else { found.visibility };
    let words = [visibility, binding, found.what].into_iter().filter(|word| !word.is_empty());
    text += &format!(", {}", words.collect::<Vec<_>>().join(" "));
    text + &found.version.iter().map(|version| format!(", version {version}")).collect::<String>()
}

/// A definition that is not the one.
fn passed_over(found: &Definition, another_is_taken: bool) -> String {
    let why = match (found.linked, another_is_taken) {
        (true, _) => "linked as well",
        (false, true) => "passed over: the first definition wins",
        (false, false) => "not linked either",
    };
    format!("{} ({why})", definition(found))
}

fn asking(found: &Asking) -> String {
    let mut text = match &found.module {
        Some(module) => format!("module {module}: "),
        None => String::new(),
    };
    text += &with_lines(&site(&found.file, &found.member), &found.lines);
    if found.weak {
        text += ", weakly";
    }
    if let Some(visibility) = found.visibility {
        text += &format!(", as {visibility}");
    }
    if !found.linked {
        text += ", which is not linked";
    }
    text
}

/// Each need of a chain, and what it leads to.
fn steps(chain: &[NeedOnWay]) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, step) in chain.iter().enumerate() {
        let arrow = if at == 0 { "" } else { "-> " };
        let by = match &step.module {
            Some(module) => format!("module {module}: {}", with_lines(&step.by, &step.lines)),
            None => with_lines(&step.by, &step.lines),
        };
        let pin = if step.module.is_some() { " (a pin)" } else { "" };
        lines.push(format!("{arrow}{by} needs {}{pin}", step.symbol));
    }
    lines.extend(chain.last().map(|last| format!("-> {}", last.links)));
    lines
}

fn site(file: &str, member: &str) -> String {
    if member.is_empty() { file.to_owned() } else { format!("{file}({member})") }
}

/// `main.c:3, 7`; lines of other files stand behind the name.
fn with_lines(name: &str, lines: &[SourceLine]) -> String {
    let mut text = name.to_owned();
    let mut last = name;
    for (at, line) in lines.iter().enumerate() {
        let number = line.line;
        match (line.file == last, at) {
            (true, 0) => text += &format!(":{number}"),
            (true, _) => text += &format!(", {number}"),
            (false, _) => text += &format!(", {}:{number}", line.file),
        }
        last = &line.file;
    }
    text
}

fn of_member(answer: &MemberAnswer, limit: usize) -> String {
    let mut text = String::new();
    let mut last = String::new();
    for place in &answer.places {
        let title = site(&place.file, &place.member);
        if title != last {
            text += &format!("{title}\n");
            last = title;
        }
        text += &of_place(place, limit);
    }
    text
}

fn of_place(place: &MemberIn, limit: usize) -> String {
    let mut text = match (&place.program, place.program_kind) {
        (Some(program), Some(of)) => format!("  {}{program}: {}\n", kind(of), place.summary),
        (Some(program), None) => format!("  {program}: {}\n", place.summary),
        (None, _) => format!("  {}\n", place.summary),
    };
    text += &rows("linked", steps(&place.chain), limit);
    let names = (!place.defines.is_empty()).then(|| listed(&place.defines, limit));
    text += &rows("defines", names, limit);
    text + &rows("note", place.notes.iter().cloned(), limit)
}

fn of_target(answer: &TargetAnswer, limit: usize) -> String {
    let mut text = format!("{} {}: {}\n", answer.target_kind, answer.target, answer.summary);
    if let Some(file) = &answer.file {
        text += &format!("  {:<10} {}\n", "file", file.path);
        text += &of_file(file, limit);
    }
    text
}

fn of_file(file: &FileAnswer, limit: usize) -> String {
    let state = match file.state {
        Freshness::Source if file.path.starts_with('/') => {
            "not made here: it lies outside of the project"
        }
        Freshness::Source => "a source: nobody makes it",
        Freshness::UpToDate => "up to date",
        Freshness::Outdated => "out of date",
        Freshness::NeverBuilt => "not built yet",
    };
    let mut text = row("state", state);
    let outdated =
        file.outdated.iter().map(|one| format!("{} {}, because {}", one.verb, one.label, one.why));
    text += &lines("would run", outdated, limit);
    if let Some(last) = &file.last {
        let seconds = f64::from(last.elapsed_ms) / 1000.0;
        text += &row("last made", &format!("because {}; it took {seconds:.2} s", last.why));
        text += &lines("cache", last.cache.clone(), limit);
    }
    if let Some(made) = &file.made_by {
        text += &row("made by", &format!("{} {}", made.verb, made.label));
        text += &lines("together", made.together_with.iter().cloned(), limit);
        text += &lines("command", made.command.clone(), limit);
    }
    let compiled = file.compiled.iter().flat_map(super::origins::lines);
    let linked = file.linked.iter().flat_map(super::origins::of_link);
    text.extend(compiled.chain(linked).map(|(title, line)| row(title, &line)));
    let inputs = file.inputs.iter().filter(|input| input.what != "tool");
    text += &lines("made of", inputs.map(|input| input.path.clone()), limit);
    let tools = file.inputs.iter().filter(|input| input.what == "tool");
    text += &lines("tools", tools.map(|input| input.path.clone()), limit);
    text += &lines("reads also", file.discovered.iter().cloned(), limit);
    text += &lines("options", file.options.iter().cloned(), limit);
    let readers = file.read_by.iter().map(|reader| format!("{} {}", reader.verb, reader.label));
    text += &lines("read by", readers, limit);
    let ways = file.needed_for.iter().map(|way| {
        let files = way.files.iter().filter(|path| **path != file.path);
        let files: Vec<&str> = files.map(String::as_str).collect();
        let through = match &files[..] {
            [] => ", whose file this is".to_owned(),
            files => format!(", by {}", files.join(" -> ")),
        };
        format!("{} {}{through}", way.target_kind, way.target)
    });
    text + &lines("needed for", ways, limit)
}

fn row(title: &str, text: &str) -> String {
    format!("  {title:<10} {}\n", one_line(text))
}

/// A title before the first line, blanks before the others; what is too much is counted.
fn lines(title: &str, lines: impl IntoIterator<Item = String>, limit: usize) -> String {
    shown(lines, limit)
        .iter()
        .enumerate()
        .map(|(at, line)| row(if at == 0 { title } else { "" }, line))
        .collect()
}

/// The same, one step further to the right.
fn rows(title: &str, texts: impl IntoIterator<Item = String>, limit: usize) -> String {
    lines(title, texts, limit).lines().map(|line| format!("  {line}\n")).collect()
}

fn shown(lines: impl IntoIterator<Item = String>, limit: usize) -> Vec<String> {
    let mut lines: Vec<String> = lines.into_iter().collect();
    let more = lines.len().saturating_sub(limit);
    // One line more is no longer than the line that counts it.
    if more > 1 {
        lines.truncate(limit);
        lines.push(format!("and {more} more (-v lists them)"));
    }
    lines
}

fn listed(names: &[String], limit: usize) -> String {
    let more = names.len().saturating_sub(limit);
    match more {
        0 | 1 => names.join(", "),
        _ => format!("{} and {more} more", names[..limit].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use modpin::explain::{Input, Last, LinkedAs, MadeBy, Outdated, Reader, TargetState, Way};

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
