//! A member of an archive, explained: whether it is linked, and why.

use modpin::explain::{MemberAnswer, MemberIn};

use crate::say::explained::rows::rows;
use crate::say::explained::ways::{kind, site, steps};

pub(super) fn of_member(answer: &MemberAnswer, limit: usize) -> String {
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

fn listed(names: &[String], limit: usize) -> String {
    let more = names.len().saturating_sub(limit);
    match more {
        0 | 1 => names.join(", "),
        _ => format!("{} and {more} more", names[..limit].join(", ")),
    }
}
