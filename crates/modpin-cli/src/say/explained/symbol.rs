//! A symbol, explained: what becomes of it in each program, who defines it, who asks for it.

use modpin::explain::{Asking, Definition, InProgram, SymbolAnswer, SymbolState};

use crate::say::explained::rows::rows;
use crate::say::explained::ways::{kind, site, steps, with_lines};

pub(super) fn of_symbol(answer: &SymbolAnswer, limit: usize) -> String {
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

/// A definition that is not the one.
fn passed_over(found: &Definition, another_is_taken: bool) -> String {
    let why = match (found.linked, another_is_taken) {
        (true, _) => "linked as well",
        (false, true) => "passed over: the first definition wins",
        (false, false) => "not linked either",
    };
    format!("{} ({why})", definition(found))
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
