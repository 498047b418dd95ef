//! A file or a target, explained: what it is made of, whether that is as it should be, and what needs it.

use modpin::explain::{FileAnswer, Freshness, TargetAnswer};

use crate::say::explained::origins;
use crate::say::explained::rows::{lines, row};

pub(super) fn of_target(answer: &TargetAnswer, limit: usize) -> String {
    let mut text = format!("{} {}: {}\n", answer.target_kind, answer.target, answer.summary);
    if let Some(file) = &answer.file {
        text += &format!("  {:<10} {}\n", "file", file.path);
        text += &of_file(file, limit);
    }
    text
}

pub(super) fn of_file(file: &FileAnswer, limit: usize) -> String {
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
    text + &made_of(file, limit) + &needed_for(file, limit)
}

/// What it is made of, and how.
fn made_of(file: &FileAnswer, limit: usize) -> String {
    let mut text = String::new();
    if let Some(made) = &file.made_by {
        text += &row("made by", &format!("{} {}", made.verb, made.label));
        text += &lines("together", made.together_with.iter().cloned(), limit);
        text += &lines("command", made.command.clone(), limit);
    }
    let compiled = file.compiled.iter().flat_map(origins::lines);
    let linked = file.linked.iter().flat_map(origins::of_link);
    text.extend(compiled.chain(linked).map(|(title, line)| row(title, &line)));
    let inputs = file.inputs.iter().filter(|input| input.what != "tool");
    text += &lines("made of", inputs.map(|input| input.path.clone()), limit);
    let tools = file.inputs.iter().filter(|input| input.what == "tool");
    text += &lines("tools", tools.map(|input| input.path.clone()), limit);
    text += &lines("reads also", file.discovered.iter().cloned(), limit);
    text + &lines("options", file.options.iter().cloned(), limit)
}

/// Who reads it, and for which targets.
fn needed_for(file: &FileAnswer, limit: usize) -> String {
    let readers = file.read_by.iter().map(|reader| format!("{} {}", reader.verb, reader.label));
    let ways = file.needed_for.iter().map(|way| {
        let files = way.files.iter().filter(|path| **path != file.path);
        let files: Vec<&str> = files.map(String::as_str).collect();
        let through = match &files[..] {
            [] => ", whose file this is".to_owned(),
            files => format!(", by {}", files.join(" -> ")),
        };
        format!("{} {}{through}", way.target_kind, way.target)
    });
    lines("read by", readers, limit) + &lines("needed for", ways, limit)
}
