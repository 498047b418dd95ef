//! How explanations call what is on the way to something: programs, members of archives, lines of sources, needs.

use modpin::explain::{NeedOnWay, SourceLine};
use modpin::plan::TargetKind;

/// In front of a name; programs are called by theirs.
pub(super) fn kind(of: TargetKind) -> String {
    if of == TargetKind::Executable { String::new() } else { format!("{of} ") }
}

pub(super) fn site(file: &str, member: &str) -> String {
    if member.is_empty() { file.to_owned() } else { format!("{file}({member})") }
}

/// `main.c:3, 7`; lines of other files stand behind the name.
pub(super) fn with_lines(name: &str, lines: &[SourceLine]) -> String {
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

/// Each need of a chain, and what it leads to.
pub(super) fn steps(chain: &[NeedOnWay]) -> Vec<String> {
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
