//! The lines of an explanation: a title before the first, blanks before the others.

use modpin::shown::line as one_line;

pub(super) fn row(title: &str, text: &str) -> String {
    format!("  {title:<10} {}\n", one_line(text))
}

/// A title before the first line, blanks before the others; what is too much is counted.
pub(super) fn lines(title: &str, lines: impl IntoIterator<Item = String>, limit: usize) -> String {
    shown(lines, limit)
        .iter()
        .enumerate()
        .map(|(at, line)| row(if at == 0 { title } else { "" }, line))
        .collect()
}

/// The same, one step further to the right.
pub(super) fn rows(title: &str, texts: impl IntoIterator<Item = String>, limit: usize) -> String {
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
